"""A whole study's way of being acquired and stored: what differs from the plain one."""

from dataclasses import dataclass
from enum import StrEnum

from pydicom.uid import ExplicitVRLittleEndian

from imaging.phantom.acquisition import Acquisition, PLAIN
from imaging.phantom.dicom_header import FULL_HEADER, HeaderStyle
from imaging.phantom.stored_pixels import PixelForm, PLAIN_PIXELS


class Container(StrEnum):
    """Which information object holds the slices."""

    CLASSIC = "classic"
    ENHANCED = "enhanced"
    LEGACY_CONVERTED = "legacy-converted"


class Division(StrEnum):
    """How the slices of one acquisition are divided over SeriesInstanceUIDs."""

    ONE_SERIES = "one-series"
    SERIES_PER_STACK = "series-per-stack"
    HALVES = "halves"
    ALTERNATE = "alternate"


@dataclass(frozen=True)
class Storage:
    """How slices become files.

    ``shared_orientation``, ``shuffle_frames`` and ``file_per_stack`` are for multi-frame files: orientation and pixel
    measures in the shared groups where all frames agree, frames in no order, and a file for each stack.
    """

    container: Container = Container.CLASSIC
    transfer_syntax: str = ExplicitVRLittleEndian
    pixel_form: PixelForm = PLAIN_PIXELS
    header: HeaderStyle = FULL_HEADER
    shared_orientation: bool = True
    shuffle_frames: bool = False
    file_per_stack: bool = False


CLASSIC = Storage()


@dataclass(frozen=True)
class Variant:
    """How a study is acquired and stored.

    ``turn_deg``: the patient turned on the table, a rotation vector in LPS axes. ``patient_position`` is only written
    down: positions and orientations say it already. ``frame_per_series``: a FrameOfReferenceUID for each series.
    ``repeated_uids``: SOPInstanceUIDs count from 1 in each series anew. ``shuffle_names``: one flat folder, names
    without order or ending; else a folder for each series.
    """

    sagittal: Acquisition = PLAIN
    axial: Acquisition = PLAIN
    storage: Storage = CLASSIC
    sagittal_division: Division = Division.ONE_SERIES
    axial_division: Division = Division.ONE_SERIES
    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    patient_position: str = "HFS"
    frame_per_series: bool = False
    repeated_uids: bool = False
    shuffle_names: bool = False


PLAIN_STUDY = Variant()
