"""The concepts a phrase may stand for, and the values each concept takes; docs/lexicon.md says what each means.

An empty tuple means that the concept takes no value. The grammar in ``reportparse`` is written over these names.
"""

GRADES: tuple[str, ...] = ("1-1-1", "2-2-2", "3-3-3", "2-3-3", "1-2-2", "0-1-", "0-2-", "minimal")
"""Lowest and highest grade that the words leave possible and, where they give one, the grade (``2-3-3``)."""

CONCEPTS: dict[str, tuple[str, ...]] = {
    # places
    "site": ("canal", "foramen", "recess", "sac", "cauda", "cord"),
    "stenosed_site": ("canal", "foramen", "recess"),
    "neural_canal": ("foramen",),
    "central": (),
    "root": ("exiting", "traversing", "any"),
    "part": ("disc", "other"),
    "finding": ("herniation", "bulge", "other"),
    # stenosis, its grade, its absence
    "sten": ("stenosis", "narrowing", "neural"),
    "stenosed": (),
    "narrows": (),
    "severe_sten": (),
    "contact": (),
    "grade": GRADES,
    "large": ("2-3-",),
    "significant": (),
    "bound_low": (),
    "bound_high": (),
    "zero": (),
    "normal": ("patent", "normal"),
    "normal_study": (),
    "neg": ("no", "free"),
    "double_neg": (),
    "hedge": (),
    "query": (),
    "not_assessed": (),
    # sides
    "side": ("L", "R", "B"),
    "letter_side": ("L", "R", "B"),
    "side_other": (),
    "side_same": (),
    "than": (),
    "more": (),
    # levels
    "level": ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"),
    "levelword": (),
    "through": (),
    "from": (),
    "direction": ("above", "below", "up", "down"),
    "quantifier": ("all", "remaining", "this", "these", "former", "latter"),
    "remaining": (),
    "otherwise": (),
    "multilevel": (),
    "outside": (),
    # how clauses hang together
    "and": (),
    "or": (),
    "with": (),
    "contrast": (),
    "except": (),
    "cause": (),
    "because": (),
    "be": (),
    "there": (),
    "relative": (),
    "pronoun": (),
    "at": (),
    "of": (),
    "on": (),
    "respectively": (),
    "same": (),
    "also": (),
    "like": (),
    "lesser": (),
    "rather": (),
    # time
    "past": (),
    "was": (),
    "now": (),
    "from_past": (),
    "change": (),
    "unchanged": (),
    # what is passed over
    "drop": (),
    "outside_report": (),
    "retract": (),
    "aspect": (),
    # parts of a report, read only at the start of a sentence
    "section": ("findings", "current", "impression", "addendum", "skip", "legend", "prior"),
    "region": ("cervical", "thoracic", "lumbar", "other"),
    # spelling
    "rewrite": (),
    "plain": (),
}
"""``level`` takes a comma-separated list of its values, ``rewrite`` the words to read instead."""

HEADER_CONCEPTS = ("section", "region")
"""Read only at the start of a sentence."""
