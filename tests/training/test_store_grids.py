"""A store that was cut for smaller grids is refused: the missing rim would be learnt as black."""

import json
from dataclasses import asdict, replace

import pytest

from imaging.pipeline import PipelineSettings
from lexicons.vocabulary import View
from training.models import find_model
from training.store_grids import check_grids, StoreGridError

SETTINGS = json.loads(json.dumps(asdict(PipelineSettings())))
TINY = find_model("deepspine-tiny")


def test_the_store_that_lumbar_builds_is_large_enough_for_every_grader() -> None:
    check_grids(SETTINGS, TINY, tuple(View))
    check_grids(SETTINGS, find_model("deepspine"), tuple(View))


def test_a_store_of_another_program_is_taken_as_it_is() -> None:
    check_grids({}, TINY, tuple(View))


@pytest.mark.parametrize(
    "grid",
    [
        replace(TINY.sagittal, extent_mm=(50.0, 40.0, 82.0)),
        replace(TINY.sagittal, extent_mm=(50.0, 42.0, 80.0)),
        replace(TINY.sagittal, extent_mm=(52.0, 40.0, 80.0)),
        replace(TINY.sagittal, shift_mm=(0.0, 14.0, 0.0)),
    ],
)
def test_a_view_that_reaches_further_is_refused(grid) -> None:
    model = replace(TINY, sagittal=grid)
    with pytest.raises(StoreGridError, match="cut for sagittal volumes of 50 x 40 x 80 mm, 0, 12, 0 mm from"):
        check_grids(SETTINGS, model, tuple(View))
    check_grids(SETTINGS, model, (View.AXIAL,))


def test_the_axes_of_both_views_are_told_apart() -> None:
    """Smaller along one axis and shifted as much is inside; shifted along another it is not."""
    inside = replace(TINY.axial, extent_mm=(16.0, 90.0, 80.0), shift_mm=(5.0, 0.0, 0.0))
    check_grids(SETTINGS, replace(TINY, axial=inside), tuple(View))
    with pytest.raises(StoreGridError, match="axial"):
        check_grids(SETTINGS, replace(TINY, axial=replace(inside, shift_mm=(0.0, 5.0, 0.0))), tuple(View))
    inside = replace(TINY.sagittal, extent_mm=(50.0, 40.0, 70.0), shift_mm=(0.0, 17.0, 0.0))
    check_grids(SETTINGS, replace(TINY, sagittal=inside), tuple(View))
    with pytest.raises(StoreGridError, match="sagittal"):
        check_grids(SETTINGS, replace(TINY, sagittal=replace(inside, shift_mm=(0.0, 12.0, 5.0))), tuple(View))
