"""The page of the demo: from the cohort to a graded study, each section with the command that made it."""

from collections.abc import Mapping
from importlib.resources import files

from lumbar.demo.chosen import choose_study
from lumbar.demo.page_discs import to_discs_section
from lumbar.demo.page_images import to_images_section
from lumbar.demo.page_parts import figure_card, section
from lumbar.demo.page_reports import read_explained, to_audit_section, to_cohort_section, to_report_section
from lumbar.demo.page_training import to_evaluation_section, to_join_section
from lumbar.demo.places import Places
from lumbar.demo.settings import DemoSettings
from lumbar.demo.steps import Step, to_steps
from lumbar.demo.story import to_command_line
from lumbar.demo.summary import Card, read_cards
from lumbar.pages.explain_page import to_links
from lumbar.pages.html import element, Html, join, table, to_page

TITLES = {
    "cohort": "Patients",
    "reports": "A report",
    "audit": "Labels",
    "images": "Volumes",
    "join": "Training",
    "evaluation": "Evaluation",
    "discs": "A graded study",
    "steps": "Steps",
}
LEAD = (
    "Phantom patients, drawn from a seed, scanned into DICOM and reported in free text; the reports read into labels, "
    "the discs cut out of the images, a small grader trained on the two joined. No patient is in it, and its figures "
    "say that the machinery works, not that a grader does. Not a medical device."
)


def write_page(places: Places, settings: DemoSettings, seconds: Mapping[str, float]) -> None:
    """Write the page; it needs nothing beside it, and links to the pages and files that the steps wrote."""
    study = choose_study(places)
    explained = read_explained(places, study)
    sections = [
        _to_headlines(read_cards(places, seconds)),
        to_cohort_section(places),
        to_report_section(explained),
        to_audit_section(places),
        to_images_section(places, study),
        to_join_section(places),
        to_evaluation_section(places),
        to_discs_section(places, study),
        _to_steps_section(places, settings, seconds),
    ]
    header = element("header", None, element("h1", None, "lumbar, from DICOM and reports to grades"), _lead())
    links = (element("a", {"href": f"#{anchor}"}, title) for anchor, title in TITLES.items())
    body = join(header, element("nav", {"aria-label": "Sections"}, links), element("main", None, sections))
    style = files("lumbar.demo").joinpath("demo.css").read_text(encoding="utf-8") + to_links(len(explained.spans))
    page = to_page("lumbar demo", body, extra_style=style, with_pictures=True)
    places.page.write_text(page, encoding="utf-8", newline="\n")


def _lead() -> Html:
    return element("p", None, LEAD)


def _to_headlines(cards: list[Card]) -> Html:
    heading = element("h2", {"class": "unseen"}, "Key figures")
    return element(
        "section", {"id": "key"}, heading, element("dl", {"class": "headlines"}, (figure_card(*card) for card in cards))
    )


def _to_steps_section(places: Places, settings: DemoSettings, seconds: Mapping[str, float]) -> Html:
    rows = [_to_row(step, places, settings, seconds) for step in to_steps(places)]
    total = sum(seconds.values())
    lead = f"{total:.0f} seconds in all. The commands do the same on data of your own."
    return section("steps", "Steps", lead, table("Time of each step", ("Step", "Seconds", "Command"), rows, "steps"))


def _to_row(step: Step, places: Places, settings: DemoSettings, seconds: Mapping[str, float]) -> list[str]:
    line = to_command_line(step.command(places, settings)) if step.command else "a function of the demo"
    return [step.title, f"{seconds[step.name]:.1f}", element("code", None, line)]
