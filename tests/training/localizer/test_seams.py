"""The seams between bodies, and the cross entropy in which they weigh more."""

import math

import numpy as np
import pytest
import torch

from tests.training.localizer.slice_makers import make_slice
from training.localizer.seams import find_seams, sum_seam_entropy

PIXEL_MM = 1.4


def to_masks(*boxes: tuple[int, int, int, int, int]) -> torch.Tensor:
    """Masks of one slice, (1, 2, 64, 64), from boxes (detector, top, bottom, left, right)."""
    masks = torch.zeros(1, 2, 64, 64, dtype=torch.bool)
    for detector, top, bottom, left, right in boxes:
        masks[0, detector, top:bottom, left:right] = True
    return masks


def test_a_seam_is_the_gap_between_two_bodies() -> None:
    seams = find_seams(to_masks((0, 10, 20, 20, 40), (0, 24, 34, 20, 40)), PIXEL_MM)
    expected = torch.zeros(64, 64, dtype=torch.bool)
    expected[20:24, 20:40] = True
    assert torch.equal(seams[0, 0], expected)


def test_bodies_that_are_far_apart_have_none() -> None:
    assert not find_seams(to_masks((0, 5, 15, 20, 40), (0, 26, 36, 20, 40)), PIXEL_MM).any()
    assert not find_seams(to_masks(), PIXEL_MM).any()


def test_the_gap_to_s1_is_a_seam_wherever_it_lies() -> None:
    """S1 lies below and behind L5, so that their gap runs up and down too."""
    seams = find_seams(to_masks((0, 10, 30, 10, 30), (1, 10, 30, 34, 50)), PIXEL_MM)
    assert seams[0, 0, 10:30, 30:34].all()
    assert int(seams.sum()) == 80
    assert not find_seams(to_masks((0, 10, 30, 10, 30)), PIXEL_MM).any()


def test_seams_are_as_wide_on_finer_pixels() -> None:
    masks = torch.from_numpy(make_slice(0).masks)[None]
    fine = masks.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    coarse_mm2 = float(find_seams(masks, PIXEL_MM).sum()) * PIXEL_MM**2
    fine_mm2 = float(find_seams(fine, PIXEL_MM / 2).sum()) * (PIXEL_MM / 2) ** 2
    assert coarse_mm2 > 500
    assert fine_mm2 == pytest.approx(coarse_mm2, rel=0.15)


def test_the_entropy_is_that_of_a_hand_count() -> None:
    """Four pixels, one a seam of weight 1 + 20: logit 0 costs ln 2 anywhere, a sure one next to nothing."""
    logits = torch.tensor([[[[0.0, 30.0], [-30.0, -30.0]]]])
    masks = torch.tensor([[[[0, 1], [0, 0]]]], dtype=torch.bool)
    nowhere = torch.zeros(1, 1, 2, 2, dtype=torch.bool)
    there = torch.tensor([[[[1, 0], [0, 0]]]], dtype=torch.bool)
    known = torch.ones(1, 1, dtype=torch.bool)
    for seams, expected in ((nowhere, math.log(2) / 4), (there, 21 * math.log(2) / 24)):
        sums = sum_seam_entropy(logits, masks, seams, known, 20.0)
        assert float(sums.numerator) == pytest.approx(expected, rel=1e-5)
        assert float(sums.denominator) == 1.0


def test_a_detector_that_was_not_marked_costs_nothing() -> None:
    rng = np.random.default_rng(0)
    logits = torch.from_numpy(rng.normal(size=(2, 2, 8, 8)).astype(np.float32)).requires_grad_()
    masks = torch.from_numpy(rng.random((2, 2, 8, 8)) > 0.5)
    known = torch.tensor([[True, False], [True, True]])
    sums = sum_seam_entropy(logits, masks, masks[:, :1] & masks[:, 1:], known, 20.0)
    assert float(sums.denominator) == 3.0
    sums.numerator.backward()
    assert logits.grad is not None
    assert not logits.grad[0, 1].any()
    assert logits.grad[1, 1].any()
