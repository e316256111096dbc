"""HTML that is safe by construction: text put into an element is escaped unless it is an element itself."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files

from reportparse.evidence import to_printable


class Html(str):
    """Text that is HTML already. Only the functions of this module make it."""

    __slots__ = ()


_VOID = frozenset({"meta", "br", "img", "input"})


def element(name: str, attributes: Mapping[str, object] | None = None, *children: str | Iterable[str]) -> Html:
    """The element with its children; a plain string is escaped, an Html goes in as it is.

    Attributes that are None or False are left out, True stands alone.
    """
    opening = f"<{name}{''.join(_to_attribute(k, v) for k, v in (attributes or {}).items())}>"
    return Html(opening if name in _VOID else f"{opening}{join(*children)}</{name}>")


def join(*children: str | Iterable[str]) -> Html:
    """The children one after the other, plain strings escaped."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(escape(to_printable(child)))
        else:
            parts.append(join(*child))
    return Html("".join(parts))


def breakable(name: str) -> Html:
    """A name of words joined by dots, dashes and underscores, with a chance to break the line after each."""
    return join(*(join(part, Html("<wbr>")) for part in re.split(r"(?<=[._-])", name)))


def _to_attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(to_printable(str(value)))}"'


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> Html:
    """A table whose first column heads its rows; a row or cell that is such an element already goes in as it is."""
    head_row = element("tr", None, (_to_cell(cell, "col") for cell in head))
    body = (row if isinstance(row, Html) else element("tr", None, _to_cells(row)) for row in rows)
    return element(
        "div",
        {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption},
        element(
            "table",
            {"class": kind or None},
            element("caption", None, caption),
            element("thead", None, head_row),
            element("tbody", None, body),
        ),
    )


def _to_cells(row: Iterable[str]) -> Iterable[Html]:
    return (_to_cell(cell, "row" if i == 0 else None) for i, cell in enumerate(row))


def _to_cell(cell: str, scope: str | None) -> Html:
    if isinstance(cell, Html) and cell.startswith(("<td", "<th")):
        return cell
    return element("th", {"scope": scope}, cell) if scope else element("td", None, cell)


def picture(png: bytes, alternative: str, kind: str = "") -> Html:
    """A PNG as an image that lies in the page itself; the page is made ``with_pictures``. The text stands in for it."""
    source = f"data:image/png;base64,{b64encode(png).decode('ascii')}"
    return element("img", {"class": kind or None, "src": source, "alt": alternative})


def to_page(
    title: str, body: Html, extra_style: str = "", script_name: str | None = None, with_pictures: bool = False
) -> str:
    """A whole page that needs nothing beside it.

    Its Content-Security-Policy lets nothing load, pictures in the page apart where it has any, and runs only the style
    and script it came with, by their hashes, so that even text that slipped through could do nothing.
    """
    style = _read("page.css") + extra_style
    script = _read(script_name) if script_name else ""
    policy = f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    policy += f"; script-src '{_hash(script)}'" if script else ""
    policy += "; img-src data:" if with_pictures else ""
    head = (
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", None, title),
        Html(f"<style>{style}</style>"),
    )
    tail = Html(f"<script>{script}</script>") if script else Html("")
    content = join(element("head", None, head), element("body", None, body, tail))
    return f"<!doctype html>\n{element('html', {'lang': 'en'}, content)}\n"


def _read(name: str) -> str:
    return files("lumbar.pages").joinpath(name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")
