"""The refusals table: a CSV of what could not be used and why, a row each."""

import csv
import io
from collections.abc import Iterable

from imaging.refusal import Refusal


def to_refusal_csv(refusals: Iterable[Refusal]) -> bytes:
    """The table's bytes, UTF-8; its columns are the fields of Refusal."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([Refusal._fields, *refusals])
    return text.getvalue().encode()
