"""Records to batches, and a batch through the parser."""

import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from reportparse.archive.record import Record, refuse
from reportparse.pipeline import ParsedReport

BATCH_RECORDS = 1000
BATCH_CHARACTERS = 2_000_000


class Parser(Protocol):
    """What parses a report."""

    def read(self, text: str) -> ParsedReport:
        """The findings and remarks of one report."""


class Batch(NamedTuple):
    """Consecutive records; ``number`` counts batches from 0."""

    number: int
    records: list[Record]


class ParsedRecord(NamedTuple):
    """A record with what the parser made of it, None for a refused one."""

    record: Record
    parsed: ParsedReport | None


def to_batches(records: Iterable[Record]) -> Iterator[Batch]:
    """The records in batches of bounded number and length; the same records always make the same batches."""
    number, characters = 0, 0
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        characters += len(record.text or "")
        if len(batch) >= BATCH_RECORDS or characters >= BATCH_CHARACTERS:
            yield Batch(number, batch)
            number, characters, batch = number + 1, 0, []
    if batch:
        yield Batch(number, batch)


def parse_records(parser: Parser, records: Iterable[Record]) -> Iterator[ParsedRecord]:
    """Each record with its parse; a report on which the parser fails is refused, and the next one is read.

    The reason has the error's type and place, not its message, which may quote the report.
    """
    for record in records:
        if record.text is None:
            yield ParsedRecord(record, None)
            continue
        try:
            yield ParsedRecord(record, parser.read(record.text))
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"the parser failed: {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            yield ParsedRecord(refuse(record.row, record.study_id, reason), None)
