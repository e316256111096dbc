"""Small DICOM files for tests: a series as a list of headers, written wherever a test wants them."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage, UID

SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)

STUDY = "1.2.3"
FRAME = "1.2.3.9"

T2 = {"EchoTime": 100.0, "RepetitionTime": 3500.0, "ScanningSequence": "SE"}
T1 = {"EchoTime": 10.0, "RepetitionTime": 600.0, "ScanningSequence": "SE"}


def to_uid(*parts: object) -> str:
    return "2.25." + str(int(hashlib.sha256(repr(parts).encode()).hexdigest()[:30], 16))


def make_dataset(**elements: Any) -> FileDataset:
    """One MR image of 8 x 6 voxels; ``elements`` are DICOM keywords, None leaves one out."""
    values: dict[str, Any] = {
        "SOPClassUID": MRImageStorage,
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": to_uid("series"),
        "FrameOfReferenceUID": FRAME,
        "Modality": "MR",
        "ImageType": ["ORIGINAL", "PRIMARY", "M", "SE"],
        "Rows": 8,
        "Columns": 6,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "PixelSpacing": [30.0, 40.0],
        "SliceThickness": 4.0,
        "ImagePositionPatient": [0.0, 0.0, 0.0],
        "ImageOrientationPatient": list(SAGITTAL),
    } | elements
    values.setdefault("SOPInstanceUID", to_uid("image", sorted((key, str(value)) for key, value in values.items())))
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID(values["SOPClassUID"] or MRImageStorage)
    meta.MediaStorageSOPInstanceUID = UID(values["SOPInstanceUID"] or "1.2")
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    pixels = values.pop("PixelData", None)
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    if pixels is None:
        size = (values["Rows"] or 1) * (values["Columns"] or 1) * (values["SamplesPerPixel"] or 1)
        pixels = bytes(size * values["BitsAllocated"] // 8)
    if pixels:
        dataset.PixelData = pixels
        dataset["PixelData"].VR = "OW"
    return dataset


def make_stack(
    orientation: Sequence[float],
    first: Sequence[float],
    count: int,
    step_mm: float = 4.0,
    name: str = "series",
    **elements: Any,
) -> list[FileDataset]:
    """Parallel images from ``first`` on, ``step_mm`` apart along the normal."""
    normal = np.cross(orientation[:3], orientation[3:])
    places = [np.add(first, normal * step_mm * k) for k in range(count)]
    return [
        make_dataset(
            **{
                "SeriesInstanceUID": to_uid(name),
                "InstanceNumber": k + 1,
                "ImageOrientationPatient": [float(f"{value:.12g}") for value in orientation],
                "ImagePositionPatient": [float(f"{value:.12g}") for value in place],
                "PixelData": bytes([k]) * 96,
            }
            | elements
        )
        for k, place in enumerate(places)
    ]


def make_study(**elements: Any) -> list[FileDataset]:
    """Sagittal T2, sagittal T1, axial T2 in one space: 240 mm high and deep, 60 mm wide."""
    sagittal = {"Rows": 8, "Columns": 6, "PixelSpacing": [30.0, 40.0]}
    axial = {"Rows": 8, "Columns": 6, "PixelSpacing": [20.0, 25.0]}
    return [
        *make_stack(SAGITTAL, (30, -100, 120), 15, 4.0, "t2", **T2, **sagittal, **elements),
        *make_stack(SAGITTAL, (30, -100, 120), 15, 4.0, "t1", **T1, **sagittal, **elements),
        *make_stack(AXIAL, (-60, -70, -80), 5, 4.0, "axial", **T2, **axial, **elements),
        *make_stack(AXIAL, (-60, -70, -40), 5, 4.0, "axial", **T2, **axial, **elements),
    ]


def make_enhanced(stacks: Sequence[tuple[Sequence[float], Sequence[float], int]], **elements: Any) -> FileDataset:
    """One Enhanced MR file of several stacks, each orientation, first position and count, in mixed order."""
    frames = []
    for number, (orientation, first, count) in enumerate(stacks, 1):
        normal = np.cross(orientation[:3], orientation[3:])
        for k in range(count):
            frames.append(_make_groups(orientation, np.add(first, normal * 4.0 * k), number, k))
    frames = frames[::2] + frames[1::2]
    dataset = make_dataset(
        **{
            "SOPClassUID": EnhancedMRImageStorage,
            "NumberOfFrames": len(frames),
            "ImagePositionPatient": None,
            "ImageOrientationPatient": None,
            "PixelSpacing": None,
            "SliceThickness": None,
            "PixelData": bytes(96 * len(frames)),
            "EchoPulseSequence": "SPIN",
        }
        | elements
    )
    shared = Dataset()
    shared.PixelMeasuresSequence = [Dataset()]
    shared.PixelMeasuresSequence[0].PixelSpacing = [30.0, 40.0]
    shared.PixelMeasuresSequence[0].SliceThickness = 4.0
    shared.MRTimingAndRelatedParametersSequence = [Dataset()]
    shared.MRTimingAndRelatedParametersSequence[0].RepetitionTime = 3500.0
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = frames
    return dataset


def _make_groups(orientation: Sequence[float], place: Any, stack: int, k: int) -> Dataset:
    groups = Dataset()
    groups.PlanePositionSequence = [Dataset()]
    groups.PlanePositionSequence[0].ImagePositionPatient = [float(f"{value:.10g}") for value in place]
    groups.PlaneOrientationSequence = [Dataset()]
    groups.PlaneOrientationSequence[0].ImageOrientationPatient = [float(f"{value:.10g}") for value in orientation]
    groups.FrameContentSequence = [Dataset()]
    groups.FrameContentSequence[0].StackID = str(stack)
    groups.FrameContentSequence[0].InStackPositionNumber = k + 1
    groups.MREchoSequence = [Dataset()]
    groups.MREchoSequence[0].EffectiveEchoTime = 100.0
    return groups


def to_bytes(dataset: FileDataset) -> bytes:
    buffer = BytesIO()
    syntax = dataset.file_meta.TransferSyntaxUID
    dataset.set_original_encoding(syntax.is_implicit_VR, syntax.is_little_endian)
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def write_files(folder: Path, datasets: Sequence[FileDataset], names: Sequence[str] | None = None) -> list[Path]:
    """The datasets as files in the folder, ``0.dcm`` on unless they are named."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / (names[k] if names else f"{k}.dcm") for k in range(len(datasets))]
    for path, dataset in zip(paths, datasets, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(dataset))
    return paths
