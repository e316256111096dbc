"""A header to one record a frame: what it says of the acquisition, where it lies, or why it cannot be placed."""

import hashlib
from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from imaging.dicom.fault import Fault
from imaging.dicom.files import InputFile
from imaging.dicom.functional_groups import has_functional_groups, PER_FRAME, SHARED, split_frames
from imaging.dicom.record import FrameHeader, SeriesFacts
from imaging.dicom.values import find_value, to_integer, to_label, to_number, to_numbers, to_text, to_texts
from imaging.geometry import GeometryError, to_unit_axes
from imaging.study import SliceSource

KEYWORDS = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "Modality",
    "ImageType", "SeriesNumber", "SeriesDescription", "ProtocolName", "BodyPartExamined", "BurnedInAnnotation",
    "LossyImageCompression", "ScanningSequence", "ScanOptions", "EchoPulseSequence",
    "EchoTime", "EffectiveEchoTime", "RepetitionTime", "InversionTime", "DiffusionBValue", "EchoNumbers",
    "ContrastBolusAgent", "ContrastBolusAgentSequence", "InstanceNumber", "AcquisitionNumber",
    "TemporalPositionIdentifier", "TriggerTime", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing",
    "ImagerPixelSpacing", "SliceThickness",
    "SpacingBetweenSlices", "Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "NumberOfFrames", "PatientID",
    "QualityControlSubject", PER_FRAME, SHARED,
)  # fmt: skip
"""What has to be read of a file for ``to_records``."""


MAX_PIXELS = 1 << 24
"""Of a frame, ten times what MR images have: a compressed frame of a few bytes may say that it unpacks to any size."""


def to_records(
    dataset: FileDataset, file: InputFile, keyword: str, memo: dict[SeriesFacts, SeriesFacts]
) -> list[FrameHeader] | Fault:
    """One record a frame; a Fault where study or series are not named.

    ``keyword`` is that of the study id, or empty. Equal facts of many files become one object by ``memo``.
    """
    for name in ("StudyInstanceUID", "SeriesInstanceUID"):
        if not to_text(find_value((dataset,), name)):
            return Fault("missing-uid", to_label(name), f"{to_label(name)} is missing")
    many = has_functional_groups(dataset)
    frames = split_frames(dataset) if many else iter([(dataset,)])
    lacks_groups = not many and (to_integer(find_value((dataset,), "NumberOfFrames")) or 1) > 1
    headers = []
    for number, groups in enumerate(frames):
        facts = _to_facts(groups, dataset, file, keyword)
        facts = memo.setdefault(facts, facts)
        source = SliceSource(file.path, file.member, number, file.number)
        headers.append(_to_header(groups, facts, source, lacks_groups))
    return headers


def _to_facts(groups: Sequence[Dataset], dataset: FileDataset, file: InputFile, keyword: str) -> SeriesFacts:
    def text(*keywords: str) -> str:
        return to_text(find_value(groups, *keywords))

    def number(*keywords: str) -> float | None:
        return to_number(find_value(groups, *keywords))

    sop_class = text("SOPClassUID") or to_text(dataset.file_meta.get("MediaStorageSOPClassUID"))
    has_agents = find_value((dataset,), "ContrastBolusAgentSequence") is not None  # Enhanced MR has no single one
    suppressed = text("SpectrallySelectedSuppression").upper() in ("FAT", "FAT_AND_WATER")
    return SeriesFacts(
        study_uid=text("StudyInstanceUID"),
        study_key=text(keyword) if keyword else "",
        folder=file.folder,
        input_folder=file.input_folder,
        series_uid=text("SeriesInstanceUID"),
        series_number=to_integer(find_value(groups, "SeriesNumber")),
        sop_class=sop_class,
        modality=text("Modality").upper(),
        image_type=to_texts(find_value(groups, "FrameType", "ImageType")),
        samples=to_integer(find_value(groups, "SamplesPerPixel")) or 1,
        burned_in=text("BurnedInAnnotation").upper() == "YES",
        lossy=text("LossyImageCompression") == "01",
        description=text("SeriesDescription"),
        protocol=text("ProtocolName"),
        body_part=text("BodyPartExamined"),
        echo_time_ms=number("EffectiveEchoTime", "EchoTime"),
        repetition_time_ms=number("RepetitionTime"),
        inversion_time_ms=number("InversionTimes", "InversionTime"),
        b_value=number("DiffusionBValue"),
        scanning_sequence=_to_sequence(groups),
        scan_options=to_texts(find_value(groups, "ScanOptions")) + (("FS",) if suppressed else ()),
        contrast_agent=text("ContrastBolusAgent") or ("given" if has_agents else ""),
        patient=_to_patient(text("PatientID")),
        phantom={"YES": True, "NO": False}.get(text("QualityControlSubject").upper()),
    )


def _to_patient(patient_id: str) -> str:
    """What tells patients apart without naming them; empty for none."""
    return hashlib.sha256(patient_id.encode(errors="replace")).hexdigest()[:16] if patient_id else ""


def _to_sequence(groups: Sequence[Dataset]) -> tuple[str, ...]:
    """ScanningSequence (SE, GR, IR, EP), put together from Enhanced MR's own attributes where it is missing."""
    if classic := to_texts(find_value(groups, "ScanningSequence")):
        return classic
    pulse = {"SPIN": ("SE",), "GRADIENT": ("GR",), "BOTH": ("SE", "GR")}
    names = pulse.get(to_text(find_value(groups, "EchoPulseSequence")).upper(), ())
    return (*names, "IR") if to_text(find_value(groups, "InversionRecovery")).upper() == "YES" else names


def _to_header(groups: Sequence[Dataset], facts: SeriesFacts, source: SliceSource, lacks_groups: bool) -> FrameHeader:
    def integer(*keywords: str) -> int | None:
        return to_integer(find_value(groups, *keywords))

    def number(*keywords: str) -> float | None:
        return to_number(find_value(groups, *keywords))

    position = to_numbers(find_value(groups, "ImagePositionPatient"))
    orientation = to_numbers(find_value(groups, "ImageOrientationPatient"))
    spacing = to_numbers(find_value(groups, "PixelSpacing"))
    rows, columns = integer("Rows") or 0, integer("Columns") or 0
    fault = _find_groups_fault() if lacks_groups else _find_fault(groups, position, orientation, spacing)
    if fault is None and min(rows, columns) < 1:
        fault = _missing("Rows" if rows < 1 else "Columns", "missing-matrix")
    if rows * columns > MAX_PIXELS:
        fault = _find_size_fault(rows, columns)
    return FrameHeader(
        facts=facts,
        source=source,
        sop_uid=to_text(find_value(groups, "SOPInstanceUID")),
        frame_of_reference=to_text(find_value(groups, "FrameOfReferenceUID")),
        rows=rows,
        columns=columns,
        position=position,
        orientation=orientation,
        spacing_mm=spacing,
        thickness_mm=_positive(number("SliceThickness")),
        slice_spacing_mm=_positive(number("SpacingBetweenSlices")),
        echo_number=integer("EchoNumbers"),
        instance_number=integer("InstanceNumber"),
        acquisition_number=integer("FrameAcquisitionNumber", "AcquisitionNumber"),
        temporal_position=integer("TemporalPositionIndex", "TemporalPositionIdentifier"),
        trigger_time_ms=number("TriggerTime"),
        fault=fault,
    )


def _find_fault(
    groups: Sequence[Dataset], position: tuple[float, ...], orientation: tuple[float, ...], spacing: tuple[float, ...]
) -> Fault | None:
    """Why the frame cannot be placed in the patient, by the first of position, orientation and spacing at fault."""
    values = (
        ("ImagePositionPatient", position, 3, "position"),
        ("ImageOrientationPatient", orientation, 6, "orientation"),
        ("PixelSpacing", spacing, 2, "spacing"),
    )
    for keyword, numbers, count, name in values:
        if len(numbers) != count:
            present = find_value(groups, keyword) is not None
            return (
                _misshapen(keyword, f"bad-{name}", count) if present else _missing(keyword, f"missing-{name}", groups)
            )
    if min(spacing) <= 0:
        reason = f"{to_label('PixelSpacing')} is {spacing[0]:g} and {spacing[1]:g}, expected above 0"
        return Fault("bad-spacing", to_label("PixelSpacing"), reason)
    try:
        to_unit_axes(np.array(orientation))
    except GeometryError as error:
        return Fault("bad-orientation", to_label("ImageOrientationPatient"), str(error))
    return None


def _missing(keyword: str, code: str, groups: Sequence[Dataset] = ()) -> Fault:
    reason = f"{to_label(keyword)} is missing"
    if keyword == "PixelSpacing" and find_value(groups, "ImagerPixelSpacing") is not None:
        reason += f"; {to_label('ImagerPixelSpacing')} is no measure in the patient"
    return Fault(code, to_label(keyword), reason)


def _misshapen(keyword: str, code: str, count: int) -> Fault:
    return Fault(code, to_label(keyword), f"{to_label(keyword)} does not hold {count} numbers")


def _find_groups_fault() -> Fault:
    reason = f"several frames but no {to_label(PER_FRAME)}: their positions are not known"
    return Fault("missing-position", to_label(PER_FRAME), reason)


def _find_size_fault(rows: int, columns: int) -> Fault:
    tag = f"{to_label('Rows')} and {to_label('Columns')}"
    return Fault("matrix-size", tag, f"{tag} are {rows} and {columns}, expected at most {MAX_PIXELS} pixels in all")


def _positive(number: float | None) -> float | None:
    return number if number is not None and number > 0 else None
