"""Remembering what has been read, up to a bound: it changes speed only, never what comes out."""

from collections.abc import Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(dict[K, V]):
    """A dictionary that starts afresh when it is full."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def remember(self, key: K, value: V) -> V:
        """Keep a value for a key; returns the value."""
        if len(self) >= self._size:
            self.clear()
        self[key] = value
        return value
