"""A quick look before a slow one: whether the words of a sentence can say anything of a canal, foramen or recess."""

from collections import Counter
from collections.abc import Iterable

from lexicons.load import Lexicon
from reportparse.words import Special, Word

_SILENT = frozenset(
    "finding part aspect seen unchanged and or with of at on there be was because cause change side letter_side more"
    " hedge significant large bound_low bound_high grade now multilevel central compared".split()
)
"""Concepts that say nothing of a place by themselves."""

_OTHER = frozenset(("finding", "part"))
_HARMLESS_MARKS = frozenset((",", "/", "(", ")"))


class Relevance:
    """Tells sentences that only speak of other findings from those that must be read."""

    def __init__(self, lexicon: Lexicon) -> None:
        silent = [words for words, entry in lexicon.phrases.items() if entry.concept in _SILENT]
        speaking = [words for words, entry in lexicon.phrases.items() if entry.concept not in _SILENT]
        self._anchors = _choose_anchors([*speaking, *lexicon.rewrites], silent)
        self._others = _words_of(w for w, e in lexicon.phrases.items() if e.concept in _OTHER and len(w) == 1)

    def only_other_findings(self, words: tuple[Word, ...]) -> bool:
        """Whether the words can name no place, value or level but do name another finding or structure."""
        if not self._anchors.isdisjoint(words) or self._others.isdisjoint(words):
            return False
        return all(not isinstance(w, Special) and (w[:1].isalpha() or w == "" or w in _HARMLESS_MARKS) for w in words)


def _words_of(phrases: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase)


def _choose_anchors(phrases: list[tuple[str, ...]], silent: list[tuple[str, ...]]) -> frozenset[str]:
    """One word of each phrase, the one that is rarest in the silent phrases: without it the phrase cannot be there."""
    counts = Counter(word for phrase in silent for word in phrase)
    return frozenset(min(phrase, key=lambda word: counts[word]) for phrase in phrases)
