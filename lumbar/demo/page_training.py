"""The training half of the demo's page: what was joined and dropped, the curves, the paper's tables."""

import pandas as pd

from imaging.phantom.grades import to_ceiling
from imaging.store.reader import VolumeStore
from lexicons.vocabulary import Level
from lumbar.demo.page_parts import file_link, section
from lumbar.demo.places import Places
from lumbar.pages.html import element, Html, picture, table
from reportparse.label_table import read_label_table
from training.config import TargetConfig
from training.join import join_discs, JoinError
from training.preparation import count_dropped
from training.split import PARTS


def to_join_section(places: Places) -> Html:
    """The discs that have a label and a volume, and why the others were dropped, by our rules and by DeepSPINE's."""
    labels, volumes = read_label_table(places.labels), VolumeStore(places.volumes).discs
    rows = []
    for name, filtered in (("used here", False), ("by DeepSPINE's filters", True)):
        used, dropped = _count(labels, volumes, filtered)
        reasons = "; ".join(f"{count} {reason}" for reason, count in dropped.items()) or "none"
        rows.append([name, str(used), str(sum(dropped.values())), reasons])
    lead = (
        "Labels and volumes joined. DeepSPINE used only studies whose report speaks of all six levels and whose lower "
        "five discs were found; here a slot that is silent is left out, and one that is vague teaches its interval."
    )
    joined = table("Discs", ("", "Used", "Dropped", "Why"), rows, "words")
    return section("join", "Training", lead, joined, _to_parts(places), _to_curves(places))


def _count(labels: pd.DataFrame, volumes: tuple[tuple[str, Level], ...], filtered: bool) -> tuple[int, dict[str, int]]:
    try:
        joined = join_discs(labels, volumes, TargetConfig(deepspine_filters=filtered))
    except JoinError:
        return 0, {"no disc is left": len(volumes)}
    return len(joined.targets.discs), count_dropped(joined.dropped)


def _to_parts(places: Places) -> Html:
    split = pd.read_csv(places.run / "split.csv", dtype="string")
    parts = split.groupby("part", sort=False)["study_id"].agg(["size", "nunique"])
    rows = [[part, str(parts.loc[part, "size"]), str(parts.loc[part, "nunique"])] for part in PARTS]
    return table("The split, by patient", ("", "Discs", "Patients"), rows, "grades")


def _to_curves(places: Places) -> Html:
    words = "Training and validation loss of each epoch"
    shown = picture((places.run / "training_curves.png").read_bytes(), words, "chart")
    return element("figure", None, shown, element("figcaption", None, f"{words}; the lowest validation loss is kept."))


def to_evaluation_section(places: Places) -> Html:
    """The paper's tables and the figures with intervals, by the phantom's own grades."""
    text = (places.truth / "evaluation.txt").read_text(encoding="utf-8")
    lead = (
        "DeepSPINE's tables on the studies that were not trained on, by the phantom's own grades. Its readers differ "
        f"on purpose: no grader can be expected to have a class average above {to_ceiling(classes=4):.2f} over four "
        f"classes and {to_ceiling(classes=3):.2f} over three (with as many mild as moderate slots). With so few "
        "studies the intervals are wide, and by chance a grader may have more."
    )
    confusion = picture((places.truth / "confusion.png").read_bytes(), "Confusion matrices", "chart")
    return section(
        "evaluation",
        "Evaluation",
        lead,
        element("pre", {"class": "tables", "tabindex": "0"}, text),
        element("figure", None, confusion, element("figcaption", None, "True grade by row, predicted by column.")),
        file_link("run/evaluation.txt", "The same against the labels from the reports"),
        file_link("run/MODEL_CARD.md", "The model card"),
    )
