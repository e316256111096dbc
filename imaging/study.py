"""What a scan of headers knows of a study: series, their stacks, and where each slice's pixels lie."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from imaging.geometry import FloatArray, Plane


class Weighting(StrEnum):
    """What an MR series is weighted for."""

    T1 = "T1"
    T2 = "T2"
    STIR = "STIR"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SliceSource:
    """Where one slice's pixels lie: a file, or a member of a zip file, and the frame in it (from 0).

    The path stays in memory: it is written nowhere.
    """

    path: Path
    member: str | None
    frame: int
    file_number: int


@dataclass(frozen=True)
class Stack:
    """Parallel slices of one series, in order of position along the normal; pixels are not read yet.

    ``shape``: (slice, row, column). ``affine``, ``slice_offsets_mm`` and ``thickness_mm`` are those of
    ``imaging.volume.Volume``. ``remarks``: what was repaired or is odd, each a code such as ``duplicate-slice``.
    """

    shape: tuple[int, int, int]
    affine: FloatArray
    thickness_mm: float
    slice_offsets_mm: FloatArray | None
    sources: tuple[SliceSource, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Series:
    """A series, told apart by headers and geometry.

    ``number`` counts a study's series from 1, in an order that does not depend on file names. ``digest`` is the first
    16 hex digits of the SHA-256 of SeriesInstanceUID, which may hold a date; ``frame_of_reference`` the same of
    FrameOfReferenceUID, empty where there is none. ``excluded`` is the reason it is left out, a code, a colon and a
    sentence, or empty; an excluded series has no stacks. ``images`` counts its images, second copies of a
    file left out.
    """

    number: int
    digest: str
    frame_of_reference: str
    plane: Plane
    weighting: Weighting
    contrast_agent: bool
    fat_suppressed: bool
    echo_time_ms: float | None
    stacks: tuple[Stack, ...]
    excluded: str = ""
    remarks: tuple[str, ...] = ()
    repetition_time_ms: float | None = None
    images: int = 0


@dataclass(frozen=True)
class Study:
    """One study; ``study_id`` is the key of the label table.

    ``phantom``: whether a phantom was imaged and no patient, by QualityControlSubject (0010,0200); None where the
    headers do not say.
    """

    study_id: str
    series: tuple[Series, ...]
    phantom: bool | None = None
