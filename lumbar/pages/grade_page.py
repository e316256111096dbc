"""The page of ``lumbar grade``: a study's grades beside the pictures that they were read from."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import NamedTuple

from imaging.refusal import Refusal
from imaging.remarks import to_sentence
from lexicons.vocabulary import Grade, Level, LEVELS, Task
from lumbar.grader_origin import Origin
from lumbar.pages.grade_bars import describe, DISPLAY, Graded, TASK_TITLES, to_percent, to_word
from lumbar.pages.grade_pictures import DiscPictures, Plane
from lumbar.pages.html import element, Html, join, picture, table, to_page
from training.cautions import NOT_A_DEVICE, TRAINED_ON
from training.phantoms import ALL, SOME

_SEEN = {ALL: "What it has seen", SOME: "Some of what it has seen"}
WORTH_SAYING = 0.1
"""A probability of severe from which on it stands beside a lower grade."""

SIDES = "Right and left are the patient's; the patient's right is at your left, as in radiological display."


class GradedDisc(NamedTuple):
    """One disc on the page: its grades by task, its pictures, the views it was graded from, codes of what is odd."""

    level: Level
    grades: Mapping[Task, Graded]
    pictures: DiscPictures
    views: tuple[str, ...]
    remarks: tuple[str, ...]


class GradedPage(NamedTuple):
    """What the page shows. ``cautions`` are sentences about the whole study; ``spine`` is a PNG."""

    study_id: str
    discs: tuple[GradedDisc, ...]
    tasks: tuple[Task, ...]
    refusals: tuple[Refusal, ...]
    cautions: tuple[str, ...]
    spine: bytes | None
    origin: Origin
    version: str
    precision: str


def to_grade_page(page: GradedPage) -> str:
    """The page, without script; every picture lies in it."""
    header = element(
        "header", None, element("h1", None, "Grades of a lumbar MRI"), element("p", None, f"study {page.study_id}")
    )
    main = element(
        "main",
        {"class": "graded"},
        _to_overview(page),
        _to_spine(page),
        _to_discs(page),
        _to_refused(page),
        _to_origin(page),
    )
    style = files("lumbar.pages").joinpath("grade.css").read_text(encoding="utf-8")
    body = join(header, _to_warnings(page.origin), main)
    return to_page(f"Grades: {page.study_id}", body, extra_style=style, with_pictures=True)


def _to_warnings(origin: Origin) -> Html:
    return join(element("p", {"class": "warning", "role": "note"}, _bold_start(text)) for text in to_notices(origin))


def to_notices(origin: Origin) -> list[str]:
    """What stands above all grades of a run."""
    if origin.phantom not in TRAINED_ON:
        return [NOT_A_DEVICE]
    caution = TRAINED_ON[origin.phantom]
    return [f"{caution[0].upper()}{caution[1:]}. {_SEEN[origin.phantom]} are drawings of spines.", NOT_A_DEVICE]


def _bold_start(text: str) -> Html:
    first, rest = text.split(". ", 1)
    return join(element("strong", None, f"{first}."), " ", rest)


def _section(anchor: str, title: str, lead: str, *content: str | Iterable[str]) -> Html:
    return element(
        "section", {"id": anchor}, element("h2", None, title), element("p", {"class": "lead"}, lead), *content
    )


def _shown(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in DISPLAY if task in tasks]


def _to_overview(page: GradedPage) -> Html:
    discs = {disc.level: disc for disc in page.discs}
    tasks = _shown(page.tasks)
    head = ["Level", *(TASK_TITLES[task] for task in tasks), "Read from"]
    rows = [_to_row(discs.get(level), level, tasks, _reason(page, level)) for level in LEVELS]
    cautions = element("ul", {"class": "notes"}, (element("li", None, text) for text in page.cautions))
    lead = f"The likeliest grade of each slot and its probability, as the network gives it. {SIDES}"
    return _section("grades", "Grades", lead, cautions, table("Grade of each level", head, rows, "overview"))


def _to_row(disc: GradedDisc | None, level: Level, tasks: Sequence[Task], reason: str) -> Html:
    if disc is None:
        cell = element("td", {"class": "nil", "colspan": str(len(tasks) + 1)}, f"not graded: {reason}")
        return element("tr", None, element("th", {"scope": "row"}, level), cell)
    link = element("th", {"scope": "row"}, element("a", {"href": f"#{level}"}, level))
    cells = [to_overview_cell(disc.grades[task]) for task in tasks]
    kind = "views" if len(disc.views) > 1 else "views alone"
    return element("tr", None, link, cells, element("td", {"class": kind}, _to_views(disc)))


def to_overview_cell(graded: Graded) -> Html:
    """A slot in the table: its grade, how likely it is, and how likely severe is where that is worth saying."""
    percent = to_percent(graded.likely)
    severe = graded.probabilities[Grade.SEVERE]
    if graded.grade is not Grade.SEVERE and severe >= WORTH_SAYING:
        percent += f", severe {to_percent(severe)}"
    return element("td", {"class": f"g{graded.grade.value}"}, to_word(graded.grade), element("small", None, percent))


def _to_views(disc: GradedDisc) -> str:
    return " and ".join(disc.views) + (" only" if len(disc.views) == 1 else "")


def _to_source(disc: GradedDisc) -> str:
    if len(disc.views) == 1:
        return f" from the {disc.views[0]} view only"
    return f" from the {' and '.join(disc.views)} views"


def _reason(page: GradedPage, level: Level) -> str:
    own = [refusal.reason for refusal in page.refusals if refusal.source == level]
    if own:
        return own[0]
    if page.discs:
        return "no landmarks reach it"
    return "see what was not graded"


def _to_spine(page: GradedPage) -> Html:
    if page.spine is None:
        return Html("")
    lead = (
        "Look here first: where the numbering or a disc's plane is wrong, every grade below is of another place. "
        "Red crosses are the vertebrae, the yellow line is the curve, blue lines are the planes of the discs."
    )
    alternative = "The spine from the side and from the front, with the vertebrae, the curve and the discs' planes"
    return _section(
        "spine", "Where the discs were found", lead, element("div", {"class": "dark"}, picture(page.spine, alternative))
    )


def _to_discs(page: GradedPage) -> Html:
    if not page.discs:
        return Html("")
    lead = (
        f"Cut along each disc; they show no more than the network was given. {SIDES} "
        "The sagittal planes of a disc share one window."
    )
    return _section("discs", "The discs", lead, (_to_disc(disc) for disc in page.discs))


def _to_disc(disc: GradedDisc) -> Html:
    names = element("h3", None, disc.level, element("small", None, _to_source(disc)))
    notes = element("ul", {"class": "notes"}, (element("li", None, to_sentence(code)) for code in disc.remarks))
    pictures = disc.pictures
    columns = (
        _to_column("right", "Patient's right", pictures.right, disc, (Task.RFS, Task.RSS)),
        _to_column("axial", "Axial", pictures.axial, disc, ()),
        _to_column("middle", "Canal", pictures.middle, disc, (Task.SCS,)),
        _to_column("left", "Patient's left", pictures.left, disc, (Task.LFS, Task.LSS)),
    )
    return element(
        "article", {"class": "disc", "id": disc.level}, names, notes, element("div", {"class": "planes"}, columns)
    )


def _to_column(side: str, title: str, plane: Plane, disc: GradedDisc, tasks: Sequence[Task]) -> Html:
    grades = (describe(disc.grades[task]) for task in tasks if task in disc.grades)
    name = element("p", {"class": "side-name"}, title)
    return element("div", {"class": f"column {side}"}, name, _to_figure(plane, disc.level), grades)


def _to_figure(plane: Plane, level: Level) -> Html:
    if plane.png is None:
        return element("figure", {"class": "missing"}, element("p", None, f"no image: {plane.name}"))
    ends = (
        element("span", {"class": f"end {side}"}, word) for side, word in zip(("west", "east"), plane.ends, strict=True)
    )
    shown = element("div", {"class": "dark"}, picture(plane.png, f"{level}, {plane.name}"), ends)
    return element("figure", None, shown, element("figcaption", None, plane.name))


def _to_refused(page: GradedPage) -> Html:
    if not page.refusals:
        return _section("refused", "What was not graded", "Nothing was refused.")
    rows = [(refusal.source, refusal.reason, refusal.tag) for refusal in page.refusals]
    lead = "What could not be used of this study, and why."
    return _section(
        "refused", "What was not graded or not used", lead, table("Refused", ("What", "Why", "DICOM"), rows, "reasons")
    )


def _to_origin(page: GradedPage) -> Html:
    origin = page.origin
    seen = f"{origin.discs} discs of {origin.studies} studies" if origin.discs else "the run does not say"
    terms = {
        "Run": origin.run,
        "Network": f"{origin.model}, {' and '.join(origin.views)}",
        "Trained on": f"{seen}; labels {origin.labels or 'not named'}, volumes {origin.volumes or 'not named'}"
        + (f"; {origin.phantom} of them phantoms" if origin.phantom else ""),
        "Trained by": f"lumbar {origin.version}" if origin.version else "a lumbar that the run does not name",
        "Graded by": f"lumbar {page.version}, {page.precision}",
    }
    items = ((element("dt", None, name), element("dd", None, text)) for name, text in terms.items())
    lead = "The probabilities are the network's own; how far they can be believed is for `lumbar evaluate` to say."
    return _section("origin", "What graded it", lead, element("dl", {"class": "terms"}, *items))
