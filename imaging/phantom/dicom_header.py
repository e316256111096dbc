"""The header that the files of a series share, and the finishing of a file: meta information, omissions, writing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import generate_uid, ImplicitVRLittleEndian, UID
from pydicom.valuerep import DSfloat

from imaging.phantom.planning import PlannedSeries
from imaging.phantom.protocol import ScannerModel
from imaging.phantom.stored_pixels import ENCAPSULATED, LOSSY, StoredPixels
from imaging.study import Weighting

IMPLEMENTATION = generate_uid(entropy_srcs=["lumbar", "phantom", "implementation"])

ENHANCED_MR = UID("1.2.840.10008.5.1.4.1.1.4.1")

RSNA2024_KEYWORDS = frozenset(
    """SOPInstanceUID ContentDate ContentTime SeriesDescription PatientID SliceThickness SpacingBetweenSlices
    PatientPosition StudyInstanceUID SeriesInstanceUID InstanceNumber ImagePositionPatient ImageOrientationPatient
    FrameOfReferenceUID SliceLocation SamplesPerPixel PhotometricInterpretation Rows Columns PixelSpacing BitsAllocated
    BitsStored HighBit PixelRepresentation WindowCenter WindowWidth RescaleSlope RescaleIntercept PixelData
    NumberOfFrames SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence""".split()
)
"""What the headers of the RSNA 2024 lumbar spine set keep, and what a file needs to be read at all."""

NO_PATIENT = frozenset(("QualityControlSubject", "SyntheticData"))
"""What says that a phantom was imaged and that the images are drawn; every style keeps it."""


class FileForm(StrEnum):
    """What stands before the data set in a file: all of part 10, no preamble, or nothing."""

    PART10 = "part10"
    NO_PREAMBLE = "no-preamble"
    BARE = "bare"


@dataclass(frozen=True)
class PatientIdentity:
    """What names the patient in the headers: synthetic, or sentinels that a test looks for afterwards."""

    name: str = "Phantom^Spine"
    patient_id: str = "PHANTOM"
    birth_date: str = "19600101"
    accession: str = ""
    study_date: str = "20200101"


NOBODY = PatientIdentity()


@dataclass(frozen=True)
class HeaderStyle:
    """How headers are kept: ``rsna2024`` as that set has them after its anonymiser; ``dropped`` keywords left out."""

    form: FileForm = FileForm.PART10
    rsna2024: bool = False
    dropped: tuple[str, ...] = ()


FULL_HEADER = HeaderStyle()


@dataclass(frozen=True)
class SeriesHeader:
    """What the files of a series share. ``number`` is SeriesNumber."""

    identity: PatientIdentity
    planned: PlannedSeries
    scanner: ScannerModel
    study_uid: str
    series_uid: str
    frame_uid: str
    number: int
    patient_position: str = "HFS"


def to_number(value: float) -> DSfloat:
    """A number as DS holds it, 16 characters at most."""
    return DSfloat(value, auto_format=True)


def to_numbers(values: Iterable[float]) -> list[DSfloat]:
    """Numbers as DS holds them."""
    return [to_number(float(value)) for value in values]


def to_series_dataset(header: SeriesHeader) -> Dataset:
    """The patient, study, series, equipment and frame of reference modules."""
    identity, scanner = header.identity, header.scanner
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = identity.name
    dataset.PatientID = identity.patient_id
    dataset.PatientBirthDate = identity.birth_date
    dataset.PatientSex = "O"
    dataset.QualityControlSubject = dataset.SyntheticData = "YES"
    dataset.PatientPosition = header.patient_position
    dataset.StudyInstanceUID = header.study_uid
    dataset.StudyID = "1"
    dataset.StudyDescription = "MRI lumbar spine"
    dataset.AccessionNumber = identity.accession
    dataset.ReferringPhysicianName = ""
    dataset.Modality = "MR"
    dataset.BodyPartExamined = "LSPINE"
    dataset.SeriesInstanceUID = header.series_uid
    dataset.SeriesNumber = header.number
    dataset.SeriesDescription = to_description(header)
    dataset.ProtocolName = dataset.SeriesDescription
    dataset.FrameOfReferenceUID = header.frame_uid
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer = scanner.manufacturer
    dataset.ManufacturerModelName = scanner.model
    dataset.DeviceSerialNumber = "0"
    dataset.SoftwareVersions = "1"
    dataset.MagneticFieldStrength = to_number(scanner.field_t)
    _add_times(dataset, header)
    return dataset


def to_description(header: SeriesHeader) -> str:
    """SeriesDescription as the maker's protocols call the series."""
    planned = header.planned
    if planned.is_localizer:
        return "localizer"
    t2, t1, stir = header.scanner.names
    name = {Weighting.T1: t1, Weighting.STIR: stir}.get(planned.sequence.weighting, t2)
    name = name.replace("{plane}", {"sagittal": "SAG", "axial": "AX"}.get(planned.plane, "OBL"))
    return name + (" +C" if planned.sequence.contrast_agent else "")


def _add_times(dataset: Dataset, header: SeriesHeader) -> None:
    time = f"{9 + header.number // 60:02d}{header.number % 60:02d}00"
    dataset.StudyTime = "090000"
    dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = time
    date = header.identity.study_date
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = date


def add_pixels(dataset: Dataset, frames: Sequence[StoredPixels], content: Sequence[bytes], syntax: UID) -> None:
    """The image pixel module: ``content`` has each frame as ``to_frame_bytes`` gives it."""
    first = frames[0]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = first.photometric
    dataset.Rows, dataset.Columns = first.values.shape
    dataset.BitsAllocated = first.values.itemsize * 8
    dataset.BitsStored = first.bits_stored
    dataset.HighBit = first.bits_stored - 1
    dataset.PixelRepresentation = int(first.is_signed)
    if first.padding is not None:
        dataset.PixelPaddingValue = first.padding
    is_encapsulated = syntax in ENCAPSULATED
    data = encapsulate(list(content)) if is_encapsulated else b"".join(content)
    dataset.add_new(
        "PixelData", "OB" if is_encapsulated or first.bits_stored <= 8 else "OW", data + b"\0" * (len(data) % 2)
    )
    dataset["PixelData"].is_undefined_length = is_encapsulated
    if syntax in LOSSY:
        dataset.LossyImageCompression = "01"
        dataset.ImageType = ["DERIVED", *dataset.ImageType[1:]]
        dataset.LossyImageCompressionRatio = to_number(sum(frame.values.nbytes for frame in frames) / len(data))


def write_file(path: Path, dataset: Dataset, syntax: UID, style: HeaderStyle) -> None:
    """One DICOM file in the form and with the omissions asked for."""
    written = _to_kept(dataset, style)
    if style.form is FileForm.BARE:
        if syntax != ImplicitVRLittleEndian:
            raise ValueError(f"a file without meta information is Implicit VR Little Endian, not {syntax.name}")
        dcmwrite(path, written, implicit_vr=True, little_endian=True)
        return
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ENHANCED_MR if style.rsna2024 else dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = "LUMBAR_PHANTOM"
    written.file_meta = meta
    is_part10 = style.form is FileForm.PART10
    if is_part10:
        written.preamble = b"\0" * 128
    else:
        meta.FileMetaInformationGroupLength = 0  # put right when it is written
        meta.FileMetaInformationVersion = b"\x00\x01"
    dcmwrite(path, written, enforce_file_format=is_part10)


def _to_kept(dataset: Dataset, style: HeaderStyle) -> Dataset:
    """The data set without what its style leaves out."""
    if style.rsna2024:
        kept = (RSNA2024_KEYWORDS | NO_PATIENT).difference(style.dropped)
        return Dataset({e.tag: e for e in dataset if e.keyword in kept})
    written = Dataset(dataset)
    for keyword in style.dropped:
        if keyword in written:
            del written[keyword]
    return written
