"""Bodies to names: counted from the sacrum, ended by a gap, unsure where the sacrum is."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.localizer.bodies import Body
from imaging.localizer.numbering import to_numbered

PITCH_MM = 35.0
S1 = Body(np.array([0.0, 40.0, -100.0]), 0.95, 900.0)


def make_column(count: int, bend_mm: float = 0.0) -> tuple[Body, ...]:
    """Bodies above S1, lowest first: lordosis, and a bend to the side."""
    up = np.arange(1, count + 1)
    y = 40 - 30 * np.sin(up / 3)
    x = bend_mm * np.sin(up / 2)
    return tuple(Body(np.array([x[n], y[n], -100 + PITCH_MM * up[n]]), 0.9, 950.0) for n in range(count))


@pytest.mark.parametrize("bend_mm", [0.0, 20.0, -20.0])
def test_vertebrae_are_counted_up_from_s1(bend_mm: float) -> None:
    column = make_column(6, bend_mm)
    numbered = to_numbered(column[::-1][2:] + column[::-1][:2], (S1,))
    assert numbered.names == ("T12", "L1", "L2", "L3", "L4", "L5", "S1")
    heights = [body.centroid[2] for body in numbered.bodies]
    assert heights == sorted(heights, reverse=True)
    assert numbered.remarks == ()


def test_what_lies_above_t11_has_no_name() -> None:
    assert to_numbered(make_column(9), (S1,)).names[0] == "T11"


def test_spinous_processes_are_no_vertebrae() -> None:
    column = make_column(5)
    behind = tuple(
        replace(body, centroid=body.centroid + np.array([0.0, 45.0, -10.0]), area_mm2=300.0) for body in column
    )
    between = replace(column[2], centroid=(column[2].centroid + column[3].centroid) / 2, area_mm2=200.0)
    assert to_numbered((*behind, between, *column), (S1,)).bodies[:-1] == column[::-1]


def test_two_vertebrae_seen_as_one_end_the_names() -> None:
    column = make_column(7)
    both = replace(column[3], centroid=(column[3].centroid + column[4].centroid) / 2, area_mm2=1900.0)
    numbered = to_numbered((*column[:3], both, *column[5:]), (S1,))
    assert numbered.names == ("L3", "L4", "L5", "S1")


def test_a_gap_ends_the_names() -> None:
    column = make_column(6)
    numbered = to_numbered(column[:3] + column[4:], (S1,))
    assert numbered.names == ("L3", "L4", "L5", "S1")
    assert "vertebra-not-seen" in numbered.remarks


def test_without_a_sacrum_nothing_is_named() -> None:
    numbered = to_numbered(make_column(5), ())
    assert numbered.names == () and numbered.remarks == ("no-sacrum",)


@pytest.mark.parametrize(
    "sacral",
    [
        (replace(S1, probability=0.5),),
        (S1, Body(S1.centroid + np.array([0.0, 20.0, -30.0]), 0.9, 700.0)),
    ],
)
def test_an_unsure_sacrum_makes_the_numbering_ambiguous(sacral: tuple[Body, ...]) -> None:
    assert "ambiguous-numbering" in to_numbered(make_column(5), sacral).remarks


def test_a_sacrum_seen_in_pieces_is_one() -> None:
    beside = replace(S1, centroid=S1.centroid + np.array([15.0, 3.0, -3.0]), area_mm2=800.0)
    assert to_numbered(make_column(5), (S1, beside)).remarks == ()


def test_a_wing_of_the_sacrum_is_not_s1() -> None:
    wing = Body(S1.centroid + np.array([38.0, -5.0, 8.0]), 0.97, 1200.0)
    assert to_numbered(make_column(5), (wing, S1)).bodies[-1] is S1


def test_a_lower_body_with_one_more_above_it_is_no_better_but_makes_it_ambiguous() -> None:
    column = make_column(5)
    lower = replace(S1, centroid=S1.centroid + np.array([0.0, 22.0, -28.0]), area_mm2=800.0)
    numbered = to_numbered((replace(S1, area_mm2=850.0), *column), (S1, lower))
    assert numbered.bodies[-1] is S1 and "ambiguous-numbering" in numbered.remarks
