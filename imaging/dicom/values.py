"""Single values of DICOM headers, as plain Python: no error of pydicom, which quotes what it read, comes through."""

import math
from collections.abc import Sequence
from functools import cache

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag


def to_label(keyword: str) -> str:
    """The keyword with its number, as every message quotes it: ``PixelSpacing (0028,0030)``."""
    tag = tag_for_keyword(keyword)
    return keyword if tag is None else f"{keyword} ({tag >> 16:04X},{tag & 0xFFFF:04X})"


def find_value(datasets: Sequence[Dataset], *keywords: str) -> object:
    """The first value that is there and not empty, by dataset, then by keyword; None where there is none."""
    for dataset in datasets:
        for keyword in keywords:
            tag = _to_tag(keyword)
            if tag in dataset and (value := _read(dataset, tag)) not in (None, "", []):
                return value
    return None


def to_text(value: object) -> str:
    """The value as one text without blanks at its ends; of several values the first; empty for none."""
    if isinstance(value, MultiValue | list | tuple):
        value = value[0] if len(value) else ""
    return "" if value is None else str(value).strip()


def to_texts(value: object) -> tuple[str, ...]:
    """The values as upper-case texts."""
    values = value if isinstance(value, MultiValue | list | tuple) else [value]
    return tuple(text for item in values if (text := to_text(item).upper()))


def to_number(value: object) -> float | None:
    """The value as a finite number; None where it is none."""
    numbers = to_numbers(value)
    return numbers[0] if numbers else None


def to_integer(value: object) -> int | None:
    """The value as a whole number; None where it is none."""
    number = to_number(value)
    return None if number is None else int(number)


def to_numbers(value: object) -> tuple[float, ...]:
    """The values as finite numbers; empty where one of them is none."""
    values = value if isinstance(value, MultiValue | list | tuple) else [value]
    try:
        numbers = tuple(float(item) for item in values)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ()
    return numbers if all(map(math.isfinite, numbers)) else ()


@cache
def _to_tag(keyword: str) -> BaseTag:
    """The tag of a keyword; pydicom looks it up at every access, which is a quarter of the time of a header."""
    return Tag(keyword)


def _read(dataset: Dataset, tag: BaseTag) -> object:
    try:
        return dataset[tag].value
    except Exception:  # a damaged value is as good as none, and pydicom raises nearly anything
        return None
