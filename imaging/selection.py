"""Which series of a study the volumes are cut from, and for each of the others why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from imaging.geometry import Plane
from imaging.overlap import to_shared_slices
from imaging.refusal import Refusal
from imaging.study import Series, Stack, Study, Weighting
from imaging.volume import to_bare_volume

FRAME_OF_REFERENCE = "FrameOfReferenceUID (0020,0052)"

T2_TR_MS = 2000.0
T2_TE_MS = (60.0, 180.0)
ASSUMED = "weighting-assumed"
FULL_SPAN_MM = 50.0
FULL_HEIGHT_MM = 200.0


@dataclass(frozen=True)
class SelectionSettings:
    """How series are chosen.

    ``strict_frame_of_reference``: refuse axial series whose FrameOfReferenceUID is not that of the sagittal one, even
    where their coordinates agree. ``least_shared``: the share of an axial series' slices that must meet the sagittal
    series for their coordinates to agree. ``least_slices``: of a sagittal series.
    """

    strict_frame_of_reference: bool = False
    least_shared: float = 0.5
    least_slices: int = 3


class Choice(NamedTuple):
    """What becomes of one series: ``use`` is ``sagittal``, ``axial`` or empty, ``reason`` a text for a person."""

    number: int
    use: str
    reason: str


@dataclass(frozen=True)
class Selection:
    """The series that the volumes of a study are cut from.

    ``sagittal`` is None where the study is refused. ``axial`` may be empty (remark ``sagittal-only``). ``choices`` has
    every series of the study in its order. ``remarks`` are codes for the index: ``frame-of-reference-differs``,
    ``unregistered`` and ``elsewhere`` (an axial series was left out), ``sagittal-only``, ``stir-sagittal``,
    ``fat-suppressed-sagittal``, ``other-region``, ``weighting-assumed``.
    """

    study_id: str
    sagittal: Series | None
    axial: tuple[Series, ...]
    choices: tuple[Choice, ...]
    remarks: tuple[str, ...]
    refusals: tuple[Refusal, ...]


class _Verdict(NamedTuple):
    """Of one axial series: its choice, a remark or none, and a refusal or none."""

    choice: Choice
    remark: str
    refusal: Refusal | None


def select_series(study: Study, settings: SelectionSettings = SelectionSettings()) -> Selection:
    """The best sagittal T2 series, every axial T2 series that lies in the same space, and why for each series.

    A study without sagittal T2 or STIR is refused. Preferred, in this order: the lumbar region, the part of the body
    that the axial series show, T2 over STIR, no fat suppression, no contrast agent, TR and TE of a T2 turbo spin echo,
    coverage, number of slices, resolution.
    """
    axial = [series for series in study.series if _is_usable(series, Plane.AXIAL, (Weighting.T2,))]
    sagittal = _choose_sagittal(study, axial, settings)
    if sagittal is None:
        return _refuse(study, settings)
    verdicts = {series.number: _judge_axial(study.study_id, series, sagittal, settings) for series in axial}
    used = tuple(series for series in axial if verdicts[series.number].choice.use)
    choices = tuple(
        verdicts[series.number].choice if series.number in verdicts else _explain(series, sagittal, settings)
        for series in study.series
    )
    remarks = {verdict.remark for verdict in verdicts.values()} | _find_remarks(sagittal, used)
    refusals = tuple(verdict.refusal for verdict in verdicts.values() if verdict.refusal is not None)
    return Selection(study.study_id, sagittal, used, choices, tuple(sorted(remarks - {""})), refusals)


def _is_usable(series: Series, plane: Plane, weightings: Sequence[Weighting]) -> bool:
    return not series.excluded and bool(series.stacks) and series.plane is plane and series.weighting in weightings


def _choose_sagittal(study: Study, axial: Sequence[Series], settings: SelectionSettings) -> Series | None:
    candidates = _find_sagittal(study, settings)
    if _is_guess(candidates):
        return None
    stacks = [stack for series in axial for stack in series.stacks]
    return max(candidates, key=lambda series: _rate(series, stacks, settings), default=None)


def _find_sagittal(study: Study, settings: SelectionSettings) -> list[Series]:
    return [
        series
        for series in study.series
        if _is_usable(series, Plane.SAGITTAL, (Weighting.T2, Weighting.STIR))
        and to_main_stack(series).shape[0] >= settings.least_slices
    ]


def _is_guess(candidates: Sequence[Series]) -> bool:
    """Whether there are several, of which it is only assumed that they are T2: a T1 or a mask may be among them."""
    return len(candidates) > 1 and all(ASSUMED in series.remarks for series in candidates)


def to_main_stack(series: Series) -> Stack:
    """The stack of a series with the most slices, of equals the one nearest to the head."""
    return max(series.stacks, key=lambda stack: stack.shape[0])


def _rate(series: Series, axial: Sequence[Stack], settings: SelectionSettings) -> tuple[float, ...]:
    """Larger is better, the first difference decides; what the header does not say counts as good."""
    stack = to_main_stack(series)
    te, tr = series.echo_time_ms, series.repetition_time_ms
    return (
        "other-region" not in series.remarks,
        to_shared_slices(axial, series.stacks) >= settings.least_shared,
        series.weighting is Weighting.T2,
        not series.fat_suppressed,
        not series.contrast_agent,
        "single-shot" not in series.remarks,
        tr is None or tr > T2_TR_MS,
        te is None or T2_TE_MS[0] < te < T2_TE_MS[1],
        round(_to_coverage(stack), 1),
        stack.shape[0],
        -round(to_bare_volume(stack).spacing_mm[1], 2),
        -series.number,
    )


def _to_coverage(stack: Stack) -> float:
    """How much of the lumbar spine a sagittal stack can show, 0 to 1: its span from side to side, and its height."""
    _, between_rows, step = to_bare_volume(stack).spacing_mm
    slices, rows, _ = stack.shape
    return min(slices * step / FULL_SPAN_MM, 1.0) * min(rows * between_rows / FULL_HEIGHT_MM, 1.0)


def _judge_axial(study_id: str, series: Series, sagittal: Series, settings: SelectionSettings) -> _Verdict:
    """Whether an axial T2 series lies in the space of the sagittal one: by coordinates, and by its UID where asked."""
    is_same = series.frame_of_reference == sagittal.frame_of_reference != ""
    share = to_shared_slices(series.stacks, sagittal.stacks)
    met = f"{share:.0%} of its slices meet the sagittal series"
    if share < settings.least_shared:
        return _leave_out(study_id, series, "elsewhere" if is_same else "unregistered", met)
    if is_same:
        return _Verdict(Choice(series.number, "axial", f"axial T2, {_describe(series)}"), "", None)
    if settings.strict_frame_of_reference:
        return _leave_out(study_id, series, "frame-of-reference-differs", f"{met}, but strict_frame_of_reference is on")
    reason = f"axial T2, {_describe(series)}; {FRAME_OF_REFERENCE} is not the sagittal series', but {met}"
    return _Verdict(Choice(series.number, "axial", reason), "frame-of-reference-differs", None)


def _leave_out(study_id: str, series: Series, code: str, detail: str) -> _Verdict:
    why = {
        "elsewhere": "it shows another part of the body than the sagittal series",
        "unregistered": f"{FRAME_OF_REFERENCE} is not the sagittal series', and their coordinates do not agree",
        "frame-of-reference-differs": f"{FRAME_OF_REFERENCE} is not the sagittal series'",
    }[code]
    reason = f"{why}: {detail}"
    tag = "" if code == "elsewhere" else FRAME_OF_REFERENCE
    refusal = None if code == "elsewhere" else Refusal(study_id, f"series {series.number}", code, tag, reason)
    remark = "" if code == "frame-of-reference-differs" else code  # as a remark it says that the series is used
    return _Verdict(Choice(series.number, "", f"not used: {reason}"), remark, refusal)


def _explain(series: Series, sagittal: Series | None, settings: SelectionSettings) -> Choice:
    """Why a series other than an axial T2 is used or not."""
    if series is sagittal:
        return Choice(series.number, "sagittal", f"the best sagittal series: {_describe(series)}")
    return Choice(series.number, "", f"not used: {_find_reason(series, sagittal, settings)}")


def _find_reason(series: Series, sagittal: Series | None, settings: SelectionSettings) -> str:
    if series.excluded:
        return series.excluded
    if series.plane in (Plane.CORONAL, Plane.OBLIQUE):
        return f"{series.plane}: only sagittal and axial series are"
    if series.weighting is Weighting.UNKNOWN:
        return "neither times nor description say what it is weighted for"
    if series.plane is Plane.AXIAL:
        return "no sagittal series to go with it" if series.weighting is Weighting.T2 else f"axial {series.weighting}"
    if series.weighting not in (Weighting.T2, Weighting.STIR):
        return f"sagittal {series.weighting}"
    if (count := to_main_stack(series).shape[0]) < settings.least_slices:
        return f"sagittal, but no more than {count} parallel slices; {settings.least_slices} are needed"
    if sagittal is None:
        return "its file does not say whether it is a T2 image, and it is not the only one"
    return f"sagittal {_describe(series)}; series {sagittal.number} is preferred"


def _describe(series: Series) -> str:
    slices = [stack.shape[0] for stack in series.stacks]
    parts = [str(series.weighting)] if series.plane is Plane.SAGITTAL else []
    parts += ["fat suppressed"] if series.fat_suppressed and series.weighting is not Weighting.STIR else []
    parts += ["with contrast agent"] if series.contrast_agent else []
    parts += [f"{sum(slices)} slices" + (f" in {len(slices)} stacks" if len(slices) > 1 else "")]
    resolutions = [to_bare_volume(stack).spacing_mm[:2] for stack in series.stacks]
    return ", ".join([*parts, f"{np.mean(resolutions):.2f} mm in the plane"])


def _find_remarks(sagittal: Series, axial: Sequence[Series]) -> set[str]:
    found = {
        "sagittal-only": not axial,
        "stir-sagittal": sagittal.weighting is Weighting.STIR,
        "fat-suppressed-sagittal": sagittal.fat_suppressed and sagittal.weighting is not Weighting.STIR,
        "other-region": "other-region" in sagittal.remarks,
        ASSUMED: ASSUMED in sagittal.remarks,
    }
    return {remark for remark, holds in found.items() if holds}


def _refuse(study: Study, settings: SelectionSettings) -> Selection:
    choices = tuple(_explain(series, None, settings) for series in study.series)
    seen = [series for series in study.series if series.plane is Plane.SAGITTAL and not series.excluded]
    reasons = "; ".join(f"series {s.number}: {_find_reason(s, None, settings)}" for s in seen)
    if _is_guess(_find_sagittal(study, settings)):
        return _refuse_guess(study, choices)
    is_short = any(_is_usable(s, Plane.SAGITTAL, (Weighting.T2, Weighting.STIR)) for s in seen)
    code = "too-few-slices" if is_short else "no-sagittal-t2" if seen else "no-sagittal"
    reason = f"no sagittal T2 or STIR series that volumes can be cut from ({reasons or 'no sagittal series at all'})"
    refusal = Refusal(study.study_id, "study", code, "", reason)
    return Selection(study.study_id, None, (), choices, (), (refusal,))


def _refuse_guess(study: Study, choices: tuple[Choice, ...]) -> Selection:
    reason = "several sagittal files that do not say which is the T2 image; leave it alone in its folder"
    return Selection(study.study_id, None, (), choices, (), (Refusal(study.study_id, "study", ASSUMED, "", reason),))
