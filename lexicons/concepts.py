"""The concepts a phrase may stand for, and the values each concept takes.

An empty tuple means that the concept takes no value. The grammar in ``reportparse`` is written over these names.
"""

GRADES: tuple[str, ...] = ("1-1-1", "2-2-2", "3-3-3", "2-3-3", "1-2-2", "0-1-", "0-2-", "minimal")

CONCEPTS: dict[str, tuple[str, ...]] = {
    # places
    "site": ("canal", "foramen", "recess", "sac", "cauda", "cord"),
    "stenosed_site": ("canal", "foramen", "recess"),
    "neural_canal": ("foramen",),
    "root": ("exiting", "traversing", "any"),
    "central": (),
    "part": ("disc", "other"),
    # what is said of them
    "sten": ("stenosis", "narrowing", "neural"),
    "stenosed": (),
    "narrows": (),
    "contact": (),
    "severe_sten": (),
    "normal": ("patent", "normal"),
    "finding": ("herniation", "bulge", "other"),
    "grade": GRADES,
    "large": ("2-3-",),
    "significant": (),
    "bound_low": (),
    "bound_high": (),
    "zero": (),
    "not_assessed": (),
    # polarity and certainty
    "neg": ("no", "free"),
    "double_neg": (),
    "hedge": (),
    "query": (),
    "retract": (),
    # sides
    "side": ("L", "R", "B"),
    "letter_side": ("L", "R", "B"),
    "side_other": (),
    "side_same": (),
    "than": (),
    "more": (),
    # levels
    "quantifier": ("all", "remaining", "this", "these", "former", "latter"),
    "remaining": (),
    "otherwise": (),
    "direction": ("above", "below", "up", "down"),
    "level": ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"),
    "multilevel": (),
    "outside": (),
    "levelword": (),
    "through": (),
    "from": (),
    # how clauses hang together
    "and": (),
    "or": (),
    "with": (),
    "contrast": (),
    "except": (),
    "cause": (),
    "because": (),
    "be": (),
    "relative": (),
    "pronoun": (),
    "at": (),
    "of": (),
    "on": (),
    "there": (),
    "respectively": (),
    "same": (),
    # time
    "past": (),
    "now": (),
    "from_past": (),
    "unchanged": (),
    # parts of a report
    "section": ("findings", "current", "impression", "addendum", "skip", "legend", "prior"),
    "region": ("cervical", "thoracic", "lumbar", "other"),
    "drop": (),
    "outside_report": (),
    "normal_study": (),
    "lesser": (),
    "also": (),
    "change": (),
    "rather": (),
    "like": (),
    "was": (),
    # spelling
    "rewrite": (),
    "plain": (),
    "aspect": (),
    "seen": (),
}
"""``level`` takes a comma-separated list of its values, ``rewrite`` the words to read instead."""

HEADER_CONCEPTS = ("section", "region")
"""Read only at the start of a sentence."""
