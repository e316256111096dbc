"""What is kept of a header: facts that a series shares, and what each frame has of its own."""

from dataclasses import dataclass

from imaging.dicom.fault import Fault
from imaging.study import SliceSource


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What the headers say of the acquisition; equal in all frames of a series in one echo.

    Times in ms; None or empty where the header does not say. ``study_key`` is the text of the DICOM keyword that
    study ids are taken from; ``patient`` is a digest of PatientID,
    ``phantom`` what QualityControlSubject says. ``description`` and ``protocol`` are free text
    that may name a person: they stay in memory.
    """

    study_uid: str
    study_key: str
    folder: str
    input_folder: str
    series_uid: str
    series_number: int | None
    sop_class: str
    modality: str
    image_type: tuple[str, ...]
    samples: int
    burned_in: bool
    lossy: bool
    description: str
    protocol: str
    body_part: str
    echo_time_ms: float | None
    repetition_time_ms: float | None
    inversion_time_ms: float | None
    b_value: float | None
    scanning_sequence: tuple[str, ...]
    scan_options: tuple[str, ...]
    contrast_agent: str
    patient: str = ""
    phantom: bool | None = None


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """One frame: where its pixels lie, and where it lies in the patient.

    ``position`` (3,) and ``orientation`` (6,) are ImagePositionPatient and ImageOrientationPatient, LPS mm.
    ``spacing_mm`` is PixelSpacing: between rows, between columns. ``fault`` says why the frame cannot be placed.
    """

    facts: SeriesFacts
    source: SliceSource
    sop_uid: str
    frame_of_reference: str
    rows: int
    columns: int
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, ...]
    thickness_mm: float | None
    slice_spacing_mm: float | None
    echo_number: int | None
    instance_number: int | None
    acquisition_number: int | None
    temporal_position: int | None
    trigger_time_ms: float | None
    fault: Fault | None
