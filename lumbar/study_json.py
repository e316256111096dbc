"""What is in a study, for a program: plain values without paths."""

from typing import Any

from imaging.refusal import Refusal
from imaging.remarks import to_sentence
from imaging.selection import Selection
from imaging.stack_place import to_place
from imaging.study import Series, Stack, Study


def to_study_json(study: Study, selection: Selection, pixel_remarks: dict[int, tuple[str, ...]]) -> dict[str, Any]:
    """A study with its series, their stacks, and what would be made of each; ``pixel_remarks`` by series number."""
    choices = {choice.number: choice for choice in selection.choices}
    series = [
        {
            **_to_series_json(one),
            "use": choices[one.number].use,
            "reason": choices[one.number].reason,
            "remarks": _to_remarks((*one.remarks, *pixel_remarks.get(one.number, ()))),
        }
        for one in study.series
    ]
    return {
        "study_id": study.study_id,
        "series": series,
        "remarks": _to_remarks(selection.remarks),
    }


def to_refusal_json(refusal: Refusal) -> dict[str, str]:
    """A refusal by the names of its fields."""
    return refusal._asdict()


def _to_series_json(series: Series) -> dict[str, Any]:
    return {
        "number": series.number,
        "digest": series.digest,
        "frame_of_reference": series.frame_of_reference,
        "plane": str(series.plane),
        "weighting": str(series.weighting),
        "contrast_agent": series.contrast_agent,
        "fat_suppressed": series.fat_suppressed,
        "repetition_time_ms": series.repetition_time_ms,
        "echo_time_ms": series.echo_time_ms,
        "images": series.images,
        "stacks": [_to_stack_json(stack, series) for stack in series.stacks],
    }


def _to_stack_json(stack: Stack, series: Series) -> dict[str, Any]:
    """``shape`` is (slice, row, column); ``affine`` maps (i, j, k) to LPS mm; places are the slices' centres."""
    place = to_place(stack, series.plane)
    return {
        "shape": list(stack.shape),
        "affine": stack.affine.tolist(),
        "spacing_mm": list(place.spacing_mm),
        "thickness_mm": stack.thickness_mm,
        "first_slice_mm": place.first_mm.tolist(),
        "last_slice_mm": place.last_mm.tolist(),
        "front_up_deg": place.front_up_deg,
        "turned_deg": place.turned_deg,
        "remarks": _to_remarks(stack.remarks),
    }


def _to_remarks(codes: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"code": code, "text": to_sentence(code)} for code in dict.fromkeys(codes)]
