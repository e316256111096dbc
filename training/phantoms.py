"""Which studies are of phantoms: a grader that learnt from drawings says nothing of a patient. No torch here."""

from collections.abc import Iterable

import pandas as pd

ALL, SOME, NONE = "all", "some", "none"
"""How many of some studies are of phantoms, in a word; where nothing is known the word is empty."""

PREFIX = "phantom-"
"""The study ids of phantom cohorts begin so: the only sign in a store, or a run, made before headers were asked."""

SAID = {"yes": True, "no": False}
"""What stands in tables for it."""


def find_phantoms(index: pd.DataFrame) -> dict[str, bool]:
    """Whether each study of a volume store's index is of a phantom."""
    said = dict(zip(index["study_id"], index["phantom"], strict=True))
    return {
        str(study_id): is_phantom(str(study_id), None if pd.isna(flag) else bool(flag))
        for study_id, flag in said.items()
    }


def is_phantom(study_id: str, said: bool | None) -> bool:
    """What the headers of a study said; where they said nothing, what its id tells."""
    return study_id.startswith(PREFIX) if said is None else said


def to_word(phantoms: Iterable[bool]) -> str:
    """``all``, ``some`` or ``none``; empty for nothing."""
    found = set(phantoms)
    if len(found) > 1:
        return SOME
    return "" if not found else ALL if found.pop() else NONE
