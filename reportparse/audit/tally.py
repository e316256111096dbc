"""Counting: every slot of every report as one code, so that a tally of codes holds every figure of the audit.

A report is a row of codes; the counts of any set of reports are one ``bincount`` of their rows. The bootstrap draws
whole reports, since the slots of one report come from the same pen and are not independent.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.audit.slots import CATEGORIES, IntArray, OPEN, to_categories

BoolArray = npt.NDArray[np.bool_]

_N = len(CATEGORIES)
_UNSCORED = 2 * _N * _N
_SLOT_CODES = _UNSCORED + 1
"""Codes of one slot: (exact, gold category, predicted category), and one for a slot that is not scored."""
_N_SLOTS = len(LEVELS) * len(TASKS)


class Tally(NamedTuple):
    """The counts of some reports; those of a bootstrap have one more axis, (resample), in front.

    confusion: (level, task, exact, gold category, predicted category). rules: (rule, wrong or right).
    flags: (flag, no or yes).
    """

    confusion: IntArray
    rules: IntArray
    flags: IntArray


def code_reports(gold: IntArray, given: IntArray, rules: IntArray, n_rules: int, flags: BoolArray) -> IntArray:
    """The codes (study, code) of reports; column by column each kind of code starts where the one before ended.

    gold, given: labels (study, level, task), none of ``given`` open. rules: the same shape, the index of the rule that
    gave the label, -1 where there is none. flags: (study, flag) yes-or-no facts about the report.
    """
    n = len(gold)
    after_slots = _N_SLOTS * _SLOT_CODES
    after_rules = after_slots + 2 * n_rules + 1
    slots = _code_slots(gold, given).reshape(n, _N_SLOTS) + np.arange(_N_SLOTS) * _SLOT_CODES
    of_rules = after_slots + _code_rules(gold, given, rules, n_rules).reshape(n, _N_SLOTS)
    of_flags = after_rules + 2 * np.arange(flags.shape[1]) + flags
    codes: IntArray = np.concatenate([slots, of_rules, of_flags], axis=1)
    return codes


def _code_slots(gold: IntArray, given: IntArray) -> IntArray:
    exact = (gold == given).astype(np.int64)
    code = (exact * _N + to_categories(gold)) * _N + to_categories(given)
    scored: IntArray = np.where(gold == OPEN, _UNSCORED, code)
    return scored


def _code_rules(gold: IntArray, given: IntArray, rules: IntArray, n_rules: int) -> IntArray:
    """Two codes for each rule, wrong and right, and a last one for slots with no label of a rule that is scored."""
    code: IntArray = np.where((gold == OPEN) | (rules < 0), 2 * n_rules, 2 * rules + (gold == given))
    return code


def tally_reports(codes: IntArray, n_rules: int, n_flags: int) -> Tally:
    """The counts of reports coded by ``code_reports``."""
    return _split(np.bincount(codes.ravel(), minlength=_n_codes(n_rules, n_flags)), n_rules, n_flags)


def tally_resamples(
    codes: IntArray, n_rules: int, n_flags: int, resamples: int, generator: np.random.Generator
) -> Tally:
    """The counts of as many reports drawn with replacement, ``resamples`` times."""
    n_reports, size = len(codes), _n_codes(n_rules, n_flags)
    counts = np.zeros((resamples, size), np.int64)
    for resample in range(resamples if n_reports else 0):
        drawn = codes[generator.integers(n_reports, size=n_reports)]
        counts[resample] = np.bincount(drawn.ravel(), minlength=size)
    return _split(counts, n_rules, n_flags)


def _n_codes(n_rules: int, n_flags: int) -> int:
    return _N_SLOTS * _SLOT_CODES + 2 * n_rules + 1 + 2 * n_flags


def _split(counts: IntArray, n_rules: int, n_flags: int) -> Tally:
    """Counts (..., code) as a Tally; the codes for what is not scored are left out."""
    lead = counts.shape[:-1]
    after_slots = _N_SLOTS * _SLOT_CODES
    slots, rules, flags = np.split(counts, [after_slots, after_slots + 2 * n_rules + 1], axis=-1)
    scored = slots.reshape(*lead, _N_SLOTS, _SLOT_CODES)[..., :_UNSCORED]
    return Tally(
        scored.reshape(*lead, len(LEVELS), len(TASKS), 2, _N, _N),
        rules[..., :-1].reshape(*lead, n_rules, 2),
        flags.reshape(*lead, n_flags, 2),
    )
