"""The demo in order: each step a command of `lumbar`, or what stands in for an archive of reports and a PACS."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lumbar.demo import commands
from lumbar.demo.cohort import make_reports, make_studies
from lumbar.demo.places import Places
from lumbar.demo.settings import DemoSettings

Command = Callable[[Places, DemoSettings], tuple[str, ...]]


class Step(NamedTuple):
    """A step: ``command`` gives the arguments of `lumbar`, or ``function`` does it; ``made`` is there afterwards."""

    name: str
    title: str
    made: Path
    command: Command | None = None
    function: Callable[[Places, DemoSettings], None] | None = None


def to_steps(places: Places) -> tuple[Step, ...]:
    """The steps, in order."""
    return (
        Step("cohort", "Draw and scan a phantom cohort", places.cohort, function=make_studies),
        Step("reports", "Write a report for each study", places.gold, function=make_reports),
        Step("parse", "Read the reports into labels", places.labels, commands.to_parse),
        Step("audit", "Hold the labels against what was said", places.audit, commands.to_audit),
        Step("localize", "Locate the vertebrae", places.landmarks, commands.to_localize),
        Step("volumes", "Cut disc volumes out of the studies", places.volumes, commands.to_volumes),
        Step("train", "Join labels and volumes, train a tiny grader", places.run, commands.to_train),
        Step(
            "evaluate", "Grade the test part, against the reports", places.run / "evaluation.json", commands.to_evaluate
        ),
        Step("truth", "The same against the phantom's own grades", places.truth, commands.to_evaluate_on_truth),
        Step("explain", "Show the report of a study that was not trained on", places.explained, commands.to_explain),
        Step("preview", "Draw what was located and cut in it", places.sheets, commands.to_preview),
        Step("grade", "Grade it, from its DICOM files", places.graded, commands.to_grade),
    )
