"""Misspelt words of the lexicon put right: within one edit, or two for long words, on a closed vocabulary."""

from lexicons.load import Lexicon
from reportparse.memo import Memo

SHORTEST = 5
"""Words of this many letters or fewer are never respelled: too many other words are one edit away."""

LONGEST = 20
"""Nor are words of this many letters or more, which no lexicon holds."""

LONG = 10
"""Words of this many letters may be two edits away."""

_MEMO_SIZE = 50_000


class Speller:
    """Respells words of one lexicon; it remembers the words it has met, up to a bound."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._known = {word for phrase in lexicon.phrases for word in phrase} | lexicon.plain
        self._known |= {word for phrase in lexicon.rewrites for word in phrase}
        targets = {w for p in lexicon.phrases for w in p if len(w) > SHORTEST and w not in lexicon.plain}
        self._by_start: dict[str, list[str]] = {}
        for word in sorted(targets):
            self._by_start.setdefault(word[0], []).append(word)
        self._memo: Memo[str, str] = Memo(_MEMO_SIZE)

    def respell(self, word: str) -> str:
        """The word itself where it is known or unlike any known word, else the known word it stands for."""
        if word in self._known:
            return word
        spelt = self._memo.get(word)
        return self._memo.remember(word, self._nearest(word)) if spelt is None else spelt

    def _nearest(self, word: str) -> str:
        """The nearest known word with the same first letter, the word itself where none is near enough."""
        if not SHORTEST < len(word) < LONGEST:
            return word
        reach = 2 if len(word) >= LONG else 1
        best, best_distance = word, reach + 1
        for target in self._by_start.get(word[0], ()):
            if abs(len(target) - len(word)) < best_distance:
                distance = edit_distance(word, target, best_distance - 1)
                if distance < best_distance:
                    best, best_distance = target, distance
        return best


def edit_distance(a: str, b: str, at_most: int) -> int:
    """Edits between two words, a swap of neighbours counting one; ``at_most + 1`` where there are more.

    Optimal string alignment distance (Damerau 1964), by rows.
    """
    if abs(len(a) - len(b)) > at_most:
        return at_most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, row_now = row, [i]
        for j, y in enumerate(b, start=1):
            cost = min(last[j] + 1, row_now[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row_now.append(cost)
        if min(row_now) > at_most:
            return at_most + 1
        before, row = last, row_now
    return row[-1]
