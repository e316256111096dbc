"""What the sections of the demo's page are put together from."""

from collections.abc import Iterable

from lumbar.pages.html import element, Html


def section(anchor: str, title: str, lead: str, *content: str | Iterable[str]) -> Html:
    """A section with its title and a sentence that says what is seen."""
    return element(
        "section", {"id": anchor}, element("h2", None, title), element("p", {"class": "lead"}, lead), *content
    )


def figure_card(title: str, figure: str, meaning: str) -> Html:
    """A figure with its name and what it means."""
    parts = (element("dd", {"class": "figure"}, figure), element("dd", {"class": "meaning"}, meaning))
    return element("div", None, element("dt", None, title), *parts)


def file_link(href: str, words: str) -> Html:
    """A link to a file beside the page, in a paragraph of its own."""
    return element("p", None, element("a", {"href": href}, words))
