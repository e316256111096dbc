"""Sagittal slices of phantoms, with the masks that are true of them."""

import numpy as np

from imaging.geometry import FloatArray
from imaging.localizer.slices import SIZE, to_slices
from imaging.phantom.anatomy import draw_spine, Numbering, Spine, SpineSettings
from imaging.phantom.masks import to_masks
from imaging.phantom.planning import plan_sagittal
from imaging.phantom.protocol import draw_protocol
from imaging.phantom.render import render_weightings
from imaging.phantom.scanner import draw_scanner
from imaging.phantom.truth import to_disc_frames
from imaging.study import Weighting
from imaging.volume import Volume
from training.localizer.marked import DETECTORS, MarkedSlice

REACH_MM = 22.0
"""How far from the middle slice slices are taken: as far as bodies reach, so that their sides are learnt too."""
NUMBERINGS = {Numbering.USUAL: 0.8, Numbering.FOUR: 0.1, Numbering.SIX: 0.1}
WEIGHTINGS = {Weighting.T2: 0.6, Weighting.T1: 0.25, Weighting.STIR: 0.15}


def make_phantom(number: int, seed: int, slices: int, size: int = SIZE) -> tuple[MarkedSlice, ...]:
    """Slices near the middle of a phantom drawn from seed and number: one weighting, all masks known.

    ``size``: of the canvas.
    """
    rng = np.random.default_rng([seed, number])
    numbering = rng.choice(list(NUMBERINGS), p=list(NUMBERINGS.values()))
    weighting = rng.choice(list(WEIGHTINGS), p=list(WEIGHTINGS.values()))
    spine = draw_spine(rng, SpineSettings(numbering=Numbering(numbering)))
    scanner, protocol = draw_scanner(rng), draw_protocol(rng)
    grid = plan_sagittal(to_disc_frames(spine), protocol.sagittal, protocol.sagittal_error)
    offsets = (np.arange(len(grid.positions)) - (len(grid.positions) - 1) / 2) * grid.step_mm
    near = np.flatnonzero(np.abs(offsets) <= REACH_MM)
    chosen = rng.choice(near, min(slices, len(near)), replace=False)
    made = []
    for k in sorted(int(k) for k in chosen):
        affine, shape = grid.to_affine(k), (1, *grid.matrix)
        (voxels,) = render_weightings(spine, affine, shape, grid.thickness_mm, [Weighting(weighting)], scanner, rng)
        made.append(_to_marked(Volume(voxels, affine, grid.thickness_mm), spine, number, f"{weighting}-{k}", size))
    return tuple(made)


def _to_marked(volume: Volume, spine: Spine, patient: int, name: str, size: int) -> MarkedSlice:
    on_canvas = to_slices(volume, size)
    masks = mark(spine, on_canvas.affine, size) & on_canvas.inside[0]
    known = np.ones(len(DETECTORS), np.bool_)
    return MarkedSlice("phantom", patient, name, on_canvas.pixels[0], on_canvas.inside[0], masks, known)


def mark(spine: Spine, affine: FloatArray, size: int = SIZE) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """The bodies above the sacrum, and S1, on a canvas, (2, size, size); the rest of the sacrum is neither."""
    bodies = to_masks(spine, affine, (1, size, size)).vertebrae[0]
    s1 = 1 + spine.vertebrae.index("S1")
    return np.stack([(bodies > 0) & (bodies < s1), bodies == s1])
