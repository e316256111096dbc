"""What an MR series is weighted for: by its times first, by the words of its description second.

Times in ms. Spin echo: T1 below TE 30 (with TR above 1800 it is proton density), T2 at TE 60 to 300 with TR above 900
where it is known (3D turbo spin echo with flip-back is run at 1000), beyond 300 a myelogram. Inversion: STIR at TI
below 400, else T1 FLAIR below TE 30. Known weakness: a gradient echo's TE does not tell T1 from T2*, so its description
decides; without one it is neither.
"""

import re
from typing import NamedTuple

from imaging.dicom.record import SeriesFacts
from imaging.study import Weighting

T1_TE = 30.0
PROTON_DENSITY_TR = 1800.0
T2_TE = (60.0, 300.0)
T2_TR = 900.0
STIR_TI = 400.0

_WORDS: tuple[tuple[Weighting, str], ...] = (
    (Weighting.STIR, r"stir|tirm"),
    (Weighting.OTHER, r"t2 ?(\*|star)|\bpd|proton|dwi|diff|\badc|myelo|\bmrm\b|swi\b|medic\b|merge\b|\bmra\b|\bmrs\b"),
    (Weighting.T1, r"(?<![0-9])t1(?![0-9])"),
    (Weighting.T2, r"(?<![0-9])t2(?![0-9])"),
)
_FAT = (
    r"\bfs\b|fat ?sat|fat ?supp?\b|fat ?suppress|\bsat fat|spair|\bspir\b|ideal water|\bchess\b|\bwater\b|t[12]\w*fs\b"
)
_FAT_ONLY = r"\bfat only\b|ideal fat|^fat\b(?! ?sat| ?sup)|\bout ?phase\b|\bopp?osed"
_DIXON_WATER = r"dixon\b.*\bw\b"
_DIXON_OTHER = r"dixon\b.*(?<!post)\W(f|fat|op|opp|out)\b"
_WATER_TYPES = {"WATER", "W"}
_OTHER_TYPES = {"FAT", "F", "OPP_PHASE", "OUT_PHASE", "OPPOSED_PHASE", "OP", "OPP"}
_CONTRAST = (
    r"\+ ?(c|gd|gad|km)\b|\bgd\b|\bgad|\bpost ?(c|con|contrast|gd|gad|km|inj)\b|\bpost\b(?! ?op)|contrast|\bkm\b|\bc\+"
)
_NO_CONTRAST = r"\b(without|w o|wo|no|non|pre|ohne|pre ?-?) ?(contrast|c|gd|gad|km)\b|\bpre\b|noncontrast"
_SINGLE_SHOT = r"haste|ssfse|ss ?tse|single ?shot|\bsshtse"
_NO_AGENT = ("", "NO", "NONE", "N", "0", "NULL", "WITHOUT")


class Contrast(NamedTuple):
    """What decides what a series can be used for; ``remarks`` are codes."""

    weighting: Weighting
    fat_suppressed: bool
    contrast_agent: bool
    remarks: tuple[str, ...]


def find_contrast(facts: SeriesFacts) -> Contrast:
    """Weighting, fat suppression and contrast agent; where times and words disagree the times win, with a remark."""
    words = _to_words(facts.description)
    by_words = _by_words(words)
    if by_words is Weighting.UNKNOWN:  # ProtocolName often names the whole examination
        by_words = _by_words(_to_words(facts.protocol))
    by_times = _by_times(facts)
    weighting, remarks = _combine(by_times, by_words)
    if _OTHER_TYPES & set(facts.image_type[2:]) or re.search(f"{_FAT_ONLY}|{_DIXON_OTHER}", words):
        weighting = Weighting.OTHER
    agent, agent_remarks = _find_agent(facts, words)
    if re.search(_SINGLE_SHOT, words):
        remarks = (*remarks, "single-shot")
    return Contrast(weighting, _is_fat_suppressed(facts, words, weighting), agent, (*remarks, *agent_remarks))


def _by_times(facts: SeriesFacts) -> Weighting:
    te, tr = facts.echo_time_ms, facts.repetition_time_ms
    if (facts.b_value or 0) > 0 or "EP" in facts.scanning_sequence:
        return Weighting.OTHER
    if (facts.inversion_time_ms or 0) > 0 or "IR" in facts.scanning_sequence:
        return _by_inversion(facts)
    if te is None or "GR" in facts.scanning_sequence:
        return Weighting.UNKNOWN
    if te < T1_TE:
        return Weighting.OTHER if tr is not None and tr > PROTON_DENSITY_TR else Weighting.T1
    if te < T2_TE[0]:
        return Weighting.UNKNOWN
    if te > T2_TE[1] or (tr is not None and tr <= T2_TR):
        return Weighting.OTHER
    return Weighting.T2


def _by_inversion(facts: SeriesFacts) -> Weighting:
    """STIR nulls fat, at TI 100 to 250; T1 FLAIR has TI 700 to 1000 and a short echo, T2 FLAIR a long one."""
    ti, te = facts.inversion_time_ms, facts.echo_time_ms
    if ti is not None and 0 < ti < STIR_TI:
        return Weighting.STIR
    if te is None:
        return Weighting.UNKNOWN
    if te < T1_TE:
        return Weighting.T1
    return Weighting.OTHER if ti else Weighting.STIR


def _by_words(words: str) -> Weighting:
    """The weighting that the description names; UNKNOWN where it names both T1 and T2, or none."""
    found = [weighting for weighting, pattern in _WORDS if re.search(pattern, words)]
    if Weighting.T1 in found and Weighting.T2 in found:
        return Weighting.UNKNOWN
    return found[0] if found else Weighting.UNKNOWN


def _combine(by_times: Weighting, by_words: Weighting) -> tuple[Weighting, tuple[str, ...]]:
    if by_times is Weighting.UNKNOWN or by_times is by_words:
        return by_words, ()
    if by_words is Weighting.UNKNOWN:
        return by_times, ()
    if by_words is Weighting.STIR and by_times is Weighting.T2:
        return Weighting.STIR, ()  # InversionTime is left out often, and a STIR's other times are a T2's
    return by_times, ("weighting-disagrees",)


def _is_fat_suppressed(facts: SeriesFacts, words: str, weighting: Weighting) -> bool:
    by_header = "FS" in facts.scan_options or bool(_WATER_TYPES & set(facts.image_type[2:]))
    return weighting is Weighting.STIR or by_header or bool(re.search(f"{_FAT}|{_DIXON_WATER}", words))


def _find_agent(facts: SeriesFacts, words: str) -> tuple[bool, tuple[str, ...]]:
    """By ContrastBolusAgent or by the description; a description that denies it beside a named agent is a remark."""
    by_header = facts.contrast_agent.upper() not in _NO_AGENT
    denied = bool(re.search(_NO_CONTRAST, words))
    by_words = not denied and bool(re.search(_CONTRAST, words))
    return by_header or by_words, ("contrast-disagrees",) if by_header and denied else ()


def _to_words(description: str) -> str:
    """Lower case, with one blank for every run of other signs than letters, digits, ``+`` and ``*``."""
    return re.sub(r"[^a-z0-9+*]+", " ", description.lower()).strip()
