"""Slices laid on a spine: sagittal ones, axial ones as stacks or a block, a localizer's three planes."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, normalise, Plane, to_affine, to_perpendicular
from imaging.phantom.protocol import AxialLayout, LayError, NO_ERROR, Protocol, PulseSequence, SlicePlan
from imaging.study import Weighting
from lexicons.vocabulary import LEVELS

UP = np.array([0.0, 0.0, 1.0])
SAGITTAL_SHIFT_MM = 15.0
AXIAL_SHIFT_MM = 12.0
"""How far behind the discs the middle of a field of view lies, so that the canal is near it."""

BLOCK_MARGIN_MM = 15.0


@dataclass(frozen=True)
class SliceGrid:
    """Parallel slices to be imaged, in the order of their normal.

    ``along_row``, ``along_column``: unit directions of increasing column and row index, (3,). ``positions``: (n, 3),
    the centre of each slice's first voxel. ``matrix``: (rows, columns); ``pixel_mm``: (between rows, between columns).
    ``step_mm`` is the distance that the technologist asked for.
    """

    along_row: FloatArray
    along_column: FloatArray
    positions: FloatArray
    matrix: tuple[int, int]
    pixel_mm: tuple[float, float]
    thickness_mm: float
    step_mm: float

    @property
    def normal(self) -> FloatArray:
        """The unit normal, (3,)."""
        return np.asarray(np.cross(self.along_row, self.along_column), dtype=np.float64)

    @property
    def is_even(self) -> bool:
        """Whether the slices follow each other along the normal at ``step_mm``."""
        steps = np.diff(self.positions, axis=0) - self.normal * self.step_mm
        return bool(np.abs(steps).max(initial=0.0) < 1e-6)

    def to_affine(self, number: int = 0) -> FloatArray:
        """The affine of the slices from this one on, 4 x 4, with the step along the normal."""
        axes = (self.along_row, self.along_column)
        return to_affine(axes, self.pixel_mm, self.normal * self.step_mm, self.positions[number])


@dataclass(frozen=True)
class PlannedSeries:
    """A series to be scanned: one pulse sequence over one or more stacks."""

    plane: Plane
    sequence: PulseSequence
    stacks: tuple[SliceGrid, ...]
    is_localizer: bool = False


def plan_series(protocol: Protocol, frames: tuple[DiscFrame, ...]) -> tuple[PlannedSeries, ...]:
    """The series of a study in the order of scanning: localizer, sagittal, axial."""
    sagittal = (plan_sagittal(frames, protocol.sagittal, protocol.sagittal_error),)
    axial = plan_axial(frames, protocol)
    series = [PlannedSeries(Plane.SAGITTAL, sequence, sagittal) for sequence in protocol.sagittal_sequences]
    series += [PlannedSeries(Plane.AXIAL, sequence, axial) for sequence in protocol.axial_sequences]
    if protocol.localizer:
        fast = PulseSequence(Weighting.T2, 8.0, 3.5)
        series.insert(0, PlannedSeries(Plane.OBLIQUE, fast, plan_localizer(frames, protocol.sagittal), True))
    return tuple(series)


def plan_sagittal(frames: tuple[DiscFrame, ...], plan: SlicePlan, error: LayError = NO_ERROR) -> SliceGrid:
    """Slices from the patient's left to the right, upright, across the mean left of the discs."""
    left = normalise(np.mean([frame.left for frame in frames], axis=0))
    up = to_perpendicular(UP, left)
    post = np.cross(up, left)
    centre = np.mean([frame.centre for frame in frames], axis=0) + SAGITTAL_SHIFT_MM * post
    return _lay(post, -up, centre, plan, error)


def plan_axial(frames: tuple[DiscFrame, ...], protocol: Protocol) -> tuple[SliceGrid, ...]:
    """The axial stacks head to foot: one a disc, one block, or a block and one for each of the two lowest discs."""
    covered = tuple(frame for frame in frames if frame.level in protocol.covered)
    if protocol.layout is AxialLayout.STACKS:
        return tuple(_plan_stack(frame, protocol) for frame in covered)
    if protocol.layout is AxialLayout.BLOCK:
        return (_plan_block(covered, protocol),)
    return _plan_block(covered[:-2], protocol), *(_plan_stack(frame, protocol) for frame in covered[-2:])


def plan_localizer(frames: tuple[DiscFrame, ...], plan: SlicePlan) -> tuple[SliceGrid, ...]:
    """Three slices in each of three planes, along the patient's axes."""
    left, post = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    centre = np.mean([frame.centre for frame in frames], axis=0)
    small = (plan.matrix[0] // 2, plan.matrix[1] // 2)
    wide = (plan.pixel_mm[0] * 2, plan.pixel_mm[1] * 2)
    scout = replace(plan, matrix=small, pixel_mm=wide, thickness_mm=8.0, gap_mm=7.0, slices=3)
    planes = ((post, -UP), (left, -UP), (left, post))
    return tuple(_lay(along_row, along_column, centre, scout, NO_ERROR) for along_row, along_column in planes)


def _plan_stack(frame: DiscFrame, protocol: Protocol) -> SliceGrid:
    number = LEVELS.index(frame.level)
    plan = replace(protocol.axial, slices=protocol.stack_slices[number])
    centre = frame.centre + AXIAL_SHIFT_MM * frame.post
    return _lay(frame.left, frame.post, centre, plan, protocol.axial_errors[number])


def _plan_block(frames: tuple[DiscFrame, ...], protocol: Protocol) -> SliceGrid:
    left = normalise(np.mean([frame.left for frame in frames], axis=0))
    post = normalise(np.cross(np.mean([frame.sup for frame in frames], axis=0), left))
    heights = [float(frame.centre @ np.cross(left, post)) for frame in frames]
    extent = max(heights) - min(heights) + 2 * BLOCK_MARGIN_MM
    plan = replace(protocol.axial, slices=int(np.ceil(extent / protocol.axial.step_mm)))
    centre = (frames[0].centre + frames[-1].centre) / 2 + AXIAL_SHIFT_MM * post
    return _lay(left, post, centre, plan, protocol.axial_errors[0])


def _lay(
    along_row: FloatArray, along_column: FloatArray, centre: FloatArray, plan: SlicePlan, error: LayError
) -> SliceGrid:
    """The slices of a plan around a centre, turned and shifted by the error."""
    turn = Rotation.from_rotvec(error.turn_deg, degrees=True)
    x, y = turn.apply(along_row), turn.apply(along_column)
    numbers = np.arange(plan.slices) - (plan.slices - 1) / 2
    (rows, columns), (between_rows, between_columns) = plan.matrix, plan.pixel_mm
    corner = (
        centre + np.array(error.shift_mm) - x * between_columns * (columns - 1) / 2 - y * between_rows * (rows - 1) / 2
    )
    positions = corner + numbers[:, np.newaxis] * np.cross(x, y) * plan.step_mm  # (slice, 3)
    return SliceGrid(x, y, positions, plan.matrix, plan.pixel_mm, plan.thickness_mm, plan.step_mm)
