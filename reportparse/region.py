"""Whether a report is of the lumbar spine at all."""

import re

from reportparse.sentence import Sentence

_LUMBAR = re.compile(r"lumb|\bl[- ]?s?[- ]?spine|\blss\b|\blsp\b|\bls\b|\bl/s\b|cauda equina|lumbosacral")
_ELSEWHERE = re.compile(
    r"cervical|thoracic|dorsal spine|\bc[- ]?spine|\bt[- ]?spine|\bbrain|\bhead\b|\bneck\b|\bknee|\bhip\b|shoulder"
    r"|pelvis|abdomen|chest|cranial|\bwrist|\bankle|\bfoot\b|\bc[2-7][-/]"
)
_LUMBAR_TITLE = re.compile(rf"^\W*(?:mri?\s+)?(?:of\s+)?(?:the\s+)?(?:{_LUMBAR.pattern})", re.MULTILINE)
_TITLE_LENGTH = 160
"""Characters at the start of a report in which it names its region."""


def is_lumbar(text: str, sentences: list[Sentence]) -> bool:
    """Whether a report speaks of the lumbar spine: it names a lumbar level, or its title is of no other region.

    Known weakness: a report with no level and no title that names any region counts as lumbar.
    """
    if any(s.parsed.heading or s.parsed.masks for s in sentences):
        return True
    title = text.strip()[:_TITLE_LENGTH]
    if _ELSEWHERE.search(title):
        return _LUMBAR.search(title) is not None or _LUMBAR_TITLE.search(text) is not None
    return _LUMBAR.search(text) is not None or _ELSEWHERE.search(text) is None
