"""Why an input cannot be used, before it is known whose it is."""

from typing import NamedTuple


class Fault(NamedTuple):
    """Code, tag and reason as in ``imaging.refusal.Refusal``."""

    code: str
    tag: str
    reason: str
