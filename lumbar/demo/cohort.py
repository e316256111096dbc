"""The first two steps: a phantom cohort on disk, and a report for each of its studies."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from imaging.phantom.cohort import make_cohort, PhantomSettings, PhantomTruth
from imaging.phantom.protocol import ProtocolSettings
from lumbar.demo.chosen import read_grades
from lumbar.demo.places import Places
from lumbar.demo.settings import DemoSettings
from lumbar.phantom_reports.archive import write_archive, write_gold, write_reports
from lumbar.phantom_reports.writer import ReportSettings
from lumbar.work import map_shown


def make_studies(places: Places, settings: DemoSettings) -> None:
    """Write the cohort, its studies drawn side by side; only sagittal T2 and T1 and axial T2, for speed."""
    protocol = ProtocolSettings(
        matrix_scale=settings.matrix_scale, stir=False, axial_t1=False, contrast_agent=False, localizer=False
    )
    make_cohort(
        places.cohort, settings.studies, settings.seed, PhantomSettings(protocol=protocol), partial(_run, settings.jobs)
    )


def _run(jobs: int | None, write: Callable[[int], PhantomTruth], numbers: Sequence[int]) -> Iterable[PhantomTruth]:
    return map_shown(write, numbers, "studies", jobs)


def make_reports(places: Places, settings: DemoSettings) -> None:
    """Write a report for each study, and what they say as gold."""
    grades = read_grades(places.grades)
    reports = write_reports(grades, settings.seed, ReportSettings())
    write_archive(reports, places.reports)
    write_gold(reports, places.gold)
