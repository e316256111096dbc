"""HTML to the text a reader sees."""

import html
import re

_BLOCKS = frozenset((
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "section", "table", "tr", "ul",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))
_HIDDEN = frozenset(("script", "style", "head"))
_TAG_NAME = re.compile(r"[a-z][a-z0-9]*")
_BLOCK_MARK = "\x1e"


def html_to_text(source: str) -> str:
    """The text of an HTML fragment: a line per block, a tab between cells, no tag, comment, script or style.

    Written by hand because ``html.parser`` takes quadratic time on hostile input in the Python versions supported here;
    this goes over the source once. A ``<`` that opens no tag, as in ``canal < 10 mm``, is text.
    """
    lowered = source.translate(_ASCII_LOWER)
    parts: list[str] = []
    at, is_pre = 0, False
    while at < len(source):
        tag = source.find("<", at)
        text = source[at:] if tag < 0 else source[at:tag]
        parts.append(text if is_pre else re.sub(r"[ \t\r\n\f]+", " ", text))
        if tag < 0:
            break
        at, name, closing = _read_tag(lowered, tag)
        parts.append(_in_its_place(name, closing))
        is_pre = not closing if name == "pre" else is_pre
    return _tidy(_unescape("".join(parts)))


def _read_tag(lowered: str, tag: int) -> tuple[int, str, bool]:
    """Where the text goes on after what ``<`` opens, the tag's name (``<`` for no tag), and whether it closes."""
    if lowered.startswith("<!--", tag):
        return _after(lowered, "-->", tag + 4), "", False
    closing = lowered.startswith("/", tag + 1)
    found = _TAG_NAME.match(lowered, tag + 1 + closing)
    if found is None and lowered[tag + 1 : tag + 2] not in ("!", "?"):
        return tag + 1, "<", False
    name = found.group() if found else ""
    end = _after(lowered, ">", tag)
    if name in _HIDDEN and not closing:
        end = _after(lowered, ">", _after(lowered, f"</{name}", end))
    return end, name, closing


def _in_its_place(name: str, closing: bool) -> str:
    if name in _BLOCKS:
        return _BLOCK_MARK
    if name == "br":
        return "\n"
    if name in _CELLS and closing:
        return "\t"
    return "<" if name == "<" else ""


def _after(text: str, mark: str, start: int) -> int:
    """The place after the next mark; the end of the text where there is none."""
    found = text.find(mark, start)
    return found + len(mark) if found >= 0 else len(text)


def _tidy(text: str) -> str:
    """Blocks begin on a new line, and only ``br`` makes an empty one."""
    text = re.sub(rf"{_BLOCK_MARK}[ \t{_BLOCK_MARK}]*", "\n", text.replace("\xa0", " "))
    return re.sub(r"(?<! ) +\n *|\n +", "\n", text).strip(" \n")


def _unescape(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        return text


_ASCII_LOWER = {upper: upper + 32 for upper in range(65, 91)}
