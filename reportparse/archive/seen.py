"""Duplicates: a study id that came before, found in bounded memory."""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from reportparse.archive.record import Record, refuse

RECENT = 1 << 17
"""Ids held in a dict before they are sorted into the arrays."""

_AT_ONCE = 1024


def refuse_duplicates(records: Iterable[Record]) -> Iterator[Record]:
    """The same records, the second of a study id refused; the reason says whether its text is the same.

    An id counts from the first record that was not refused. Ids and texts are held as 64-bit hashes: 20 bytes a report,
    100 MB for five million, and one chance in a million that among so many a new id is taken for an old one.
    """
    seen = _Seen()
    records = iter(records)
    while batch := list(islice(records, _AT_ONCE)):
        yield from seen.check(batch)


class _Seen:
    """Hashes of ids with their rows and hashes of texts: recent ones in a dict, the rest in sorted arrays."""

    def __init__(self) -> None:
        self._recent: dict[int, tuple[int, int]] = {}
        self._ids = np.empty(0, np.int64)
        self._rows = np.empty(0, np.uint32)
        self._texts = np.empty(0, np.int64)

    def check(self, batch: list[Record]) -> Iterator[Record]:
        hashes = [hash(record.study_id) for record in batch]
        older = self._find(np.array(hashes, np.int64))
        for record, key, place in zip(batch, hashes, older, strict=True):
            if record.text is None:
                yield record
                continue
            before = (int(self._rows[place]), int(self._texts[place])) if place >= 0 else self._recent.get(key)
            if before is None:
                self._recent[key] = (record.row, hash(record.text))
                yield record
            else:
                yield refuse(record.row, record.study_id, _reason(before[0], before[1] == hash(record.text)))
        if len(self._recent) >= RECENT:
            self._settle()

    def _find(self, keys: npt.NDArray[np.int64]) -> list[int]:
        """The places of keys in the arrays, -1 for one that is not there."""
        if not len(self._ids):
            return [-1] * len(keys)
        places = np.searchsorted(self._ids, keys)
        places[places == len(self._ids)] = 0
        found: list[int] = np.where(self._ids[places] == keys, places, -1).tolist()
        return found

    def _settle(self) -> None:
        ids = np.concatenate([self._ids, np.fromiter(self._recent, np.int64, len(self._recent))])
        order = np.argsort(ids, kind="stable")
        rows, texts = zip(*self._recent.values(), strict=True)
        self._ids = ids[order]
        self._rows = np.concatenate([self._rows, np.array(rows, np.uint32)])[order]
        self._texts = np.concatenate([self._texts, np.array(texts, np.int64)])[order]
        self._recent = {}


def _reason(row: int, is_same: bool) -> str:
    return f"identical duplicate of row {row}" if is_same else f"duplicate of row {row}, with another text"
