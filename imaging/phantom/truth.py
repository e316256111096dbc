"""What is true of a phantom: vertebrae, discs and openings in the patient, and the grades."""

import numpy as np

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, normalise, to_angle_deg, to_perpendicular
from imaging.phantom.anatomy import Spine
from imaging.phantom.centreline import STEP_MM, to_patient
from imaging.phantom.foramina import Foramen, to_foramina
from imaging.phantom.layout import lay_out, Layout
from imaging.phantom.outline import is_in_outline
from imaging.phantom.profiles import Profiles, to_profiles
from imaging.vertebrae import VERTEBRAE
from lexicons.vocabulary import Grade, Level, Task, TASKS

ACROSS = 15
"""Points across a body's half width at which its centroid is summed up."""


def to_centroids(spine: Spine) -> dict[str, FloatArray]:
    """The centroid of each vertebral body from T11 to S1, (3,), LPS mm: of its volume, not of the curve."""
    layout = lay_out(spine)
    profiles = to_profiles(spine, layout)
    return {
        name: _to_centroid(layout, profiles, float(top), float(bottom))
        for name, top, bottom in zip(spine.vertebrae, layout.tops, layout.bottoms, strict=True)
        if name in VERTEBRAE
    }


def _to_centroid(layout: Layout, profiles: Profiles, top: float, bottom: float) -> FloatArray:
    """The mean of the points of a body; a point stands for the space between the normals of the bent curve."""
    s = np.arange(top + STEP_MM, bottom, 4 * STEP_MM)
    at = np.rint(s / STEP_MM).astype(np.intp)
    unit = np.linspace(-1, 1, 2 * ACROSS + 1)
    u, v = np.meshgrid(unit, unit, indexing="ij")
    inside = is_in_outline(u, v)
    u, v = u[inside], v[inside]
    half_width, half_depth = profiles.half_width[at][:, None], profiles.half_depth[at][:, None]
    a = half_width * u
    p = profiles.offset[at][:, None] + layout.slip[at][:, None] + half_depth * v
    points = to_patient(layout.line, np.broadcast_to(s[:, None], a.shape), a, p)
    bend = np.gradient(layout.line.down, STEP_MM, axis=0)[at]
    share = 1 - a * np.einsum("ni,ni->n", bend, layout.line.left[at])[:, None]
    share -= p * np.einsum("ni,ni->n", bend, layout.line.post[at])[:, None]
    weights = share * half_width * half_depth
    centroid: FloatArray = (points * weights[..., None]).sum(axis=(0, 1)) / weights.sum()
    return centroid


def to_disc_frames(spine: Spine) -> tuple[DiscFrame, ...]:
    """The frame of each graded disc, head to foot: the middle of its two endplates, and the curve's own directions."""
    layout = lay_out(spine)
    frames = []
    for disc, middle in zip(spine.discs, layout.disc_middles, strict=True):
        if disc.level is not None:
            frames.append(_to_frame(layout, disc.level, float(middle)))
    return tuple(frames)


def _to_frame(layout: Layout, level: Level, s: float) -> DiscFrame:
    at = round(s / STEP_MM)
    line = layout.line
    sup = -normalise(line.down[at])
    left = to_perpendicular(line.left[at], sup)
    centre = to_patient(line, np.array(s), np.array(0.0), np.array(layout.slip[at]))
    return DiscFrame(level, centre, left, np.cross(sup, left), sup)


def to_openings(spine: Spine) -> dict[tuple[Level, Task], FloatArray]:
    """The middle of what each task grades, (3,), LPS mm: the thecal sac, each foramen, each lateral recess."""
    layout = lay_out(spine)
    profiles = to_profiles(spine, layout)
    points: dict[tuple[Level, Task], FloatArray] = {}
    for foramen in to_foramina(spine, layout, profiles):
        if foramen.level is None:
            continue
        points |= {(foramen.level, task): _to_point(layout, *place) for task, place in _to_places(foramen).items()}
    return points


def _to_places(foramen: Foramen) -> dict[Task, tuple[float, float, float]]:
    return {
        Task.SCS: (foramen.disc_s, 0.0, foramen.sac_p),
        Task.LFS: (foramen.s, foramen.a, foramen.p),
        Task.RFS: (foramen.s, -foramen.a, foramen.p),
        Task.LSS: (foramen.recess_s, foramen.recess_a, foramen.recess_p),
        Task.RSS: (foramen.recess_s, -foramen.recess_a, foramen.recess_p),
    }


def _to_point(layout: Layout, s: float, a: float, p: float) -> FloatArray:
    slip = float(np.interp(s, layout.s, layout.slip))
    return to_patient(layout.line, np.array(s), np.array(a), np.array(p + slip))


def to_grades(spine: Spine) -> dict[tuple[Level, Task], Grade]:
    """The reader's grade of each slot that was drawn; empty of a plain spine."""
    return {
        (disc.level, task): grade
        for disc in spine.discs
        if disc.level is not None and disc.grades is not None
        for task, grade in zip(TASKS, disc.grades, strict=True)
    }


def to_severities(spine: Spine) -> dict[tuple[Level, Task], float]:
    """The severity behind each slot, continuous, on the scale of the grades."""
    return {
        (disc.level, task): severity
        for disc in spine.discs
        if disc.level is not None
        for task, severity in zip(TASKS, disc.severities, strict=True)
    }


def to_slips(spine: Spine) -> dict[Level, float]:
    """How far, mm, the vertebra above each graded disc lies in front of the one below."""
    return {disc.level: disc.slip_mm for disc in spine.discs if disc.level is not None}


def to_cobb_deg(spine: Spine) -> float:
    """The largest angle between two vertebrae T11 to S1 seen from the front, degrees: Cobb's, of the centre curve."""
    layout = lay_out(spine)
    at = [round(m / STEP_MM) for m, name in zip(layout.middles, spine.vertebrae, strict=True) if name in VERTEBRAE]
    fronts = layout.line.down[at] * np.array([1.0, 0.0, 1.0])
    return max(to_angle_deg(one, other) for one in fronts for other in fronts)
