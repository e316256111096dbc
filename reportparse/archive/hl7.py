"""HL7 v2 archives: ORU^R01 messages, one study's messages read together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from reportparse.archive.hl7_report import merge_blocks, order_groups, to_blocks
from reportparse.archive.hl7_segments import field, Message, NO_MESSAGE, split_messages
from reportparse.archive.lines import Lines
from reportparse.archive.record import ColumnError, Record, refuse, to_record

ID_FIELDS = ("OBR-3", "OBR-2", "ORC-3", "ORC-2", "MSH-10")
OTHER_ID_FIELDS = ("OBR-18", "OBR-19", "OBR-20", "PID-3")

MAX_HELD_CHARACTERS = 1 << 27
"""Text of studies whose later messages are still to come, held in memory; beyond it the oldest study is given out."""


class Order(NamedTuple):
    """One order of one message: its study, when it was sent (MSH-7), its segments, or why they cannot be used."""

    study_id: str
    sent: str
    message: Message
    segments: list[list[str]]
    fault: str | None


def read_hl7(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a file of ORU^R01 messages, one per study.

    The study id is the first of OBR-3 (filler order number), OBR-2, ORC-3, ORC-2 and MSH-10 that is filled;
    ``id_column`` names one field to take instead (``OBR-18``). A study's record comes where its last message stands.
    """
    return read_hl7_files([path], text_column, id_column)


def read_hl7_files(paths: Sequence[Path], text_column: str | None, id_column: str | None) -> Iterator[Record]:
    """The records of several files read as one stream of messages."""
    if text_column is not None:
        raise ColumnError("an HL7 message has no --text-column; its text is in OBX-5")
    if id_column not in (None, *ID_FIELDS, *OTHER_ID_FIELDS):
        raise ColumnError(f"no id {id_column!r} in HL7; the columns are {', '.join((*ID_FIELDS, *OTHER_ID_FIELDS))}")
    fields = (id_column,) if id_column else ID_FIELDS
    left = Counter(hash(order.study_id) for order in _orders(paths, fields) if order.fault is None)
    several = {key: count for key, count in left.items() if count > 1}
    del left
    for row, (study_id, orders) in enumerate(_by_study(_orders(paths, fields), several), 1):
        yield _to_record(row, study_id, orders)


def _by_study(orders: Iterable[Order], left: dict[int, int]) -> Iterator[tuple[str, list[Order]]]:
    """The orders of each study, given out at its last; ``left`` counts those of studies with several."""
    held: dict[str, list[Order]] = {}
    size = 0
    for order in orders:
        key = hash(order.study_id)
        if order.fault is not None or key not in left:
            yield order.study_id, [order]
            continue
        held.setdefault(order.study_id, []).append(order)
        size += _size(order)
        left[key] -= 1
        ready = [order.study_id] if left[key] == 0 else []
        while ready or size > MAX_HELD_CHARACTERS:
            study_id = ready.pop() if ready else next(iter(held))
            given = held.pop(study_id)
            size -= sum(map(_size, given))
            yield study_id, given
    yield from held.items()


def _size(order: Order) -> int:
    return sum(len(field(segment, 5)) for segment in order.segments if segment[0] == "OBX")


def _to_record(row: int, study_id: str, orders: list[Order]) -> Record:
    if orders[0].fault is not None:
        return refuse(row, study_id, orders[0].fault)
    if all(order.sent for order in orders):
        orders = sorted(orders, key=lambda order: order.sent)
    text, is_preliminary = merge_blocks(to_blocks(order.message, order.segments) for order in orders)
    if not text.strip():
        return to_record(row, study_id, None)._replace(refusal="no text in OBX-5, or all of it withdrawn")
    return to_record(row, study_id, text, ("preliminary report",) if is_preliminary else ())


def _orders(paths: Iterable[Path], id_fields: tuple[str, ...]) -> Iterator[Order]:
    for path in paths:
        message = None
        for message in split_messages(Lines(path)):
            yield from _orders_of(message, id_fields)
        if message is None:
            yield Order("", "", NO_MESSAGE, [], "no HL7 message in the file: no MSH segment")


def _orders_of(message: Message, id_fields: tuple[str, ...]) -> Iterator[Order]:
    header = message.segments[0]
    kind = field(header, 9).split(message.component)
    if message.is_cut_off:
        yield Order("", "", message, [], "the message is cut off: its MLLP end byte is missing")
    elif kind[0] != "ORU":
        yield Order("", "", message, [], "not an ORU^R01 message")
    else:
        groups = list(order_groups(message))
        if not groups:
            yield Order("", "", message, [], "no OBR segment in the message")
        shared = [header, *islice((segment for segment in message.segments if segment[0] == "PID"), 1)]
        for group in groups:
            study_id = _study_id([*group, *shared], message.component, id_fields)
            fault = None if study_id else f"no study id in {', '.join(id_fields)}"
            yield Order(study_id, field(header, 7), message._replace(segments=[header]), group, fault)


def _study_id(segments: list[list[str]], component: str, id_fields: tuple[str, ...]) -> str:
    for name in id_fields:
        segment_name, _, number = name.partition("-")
        values = [field(segment, int(number)) for segment in segments if segment[0] == segment_name]
        for value in values:
            if study_id := value.split(component)[0].strip():
                return study_id
    return ""
