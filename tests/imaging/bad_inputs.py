"""Inputs as they should not be, one function each: what was written, and the refusal that is expected of it.

Every file of a patient carries the sentinels of ``SENTINELS``: none of them may reach a refusal, a log or a table.
"""

import os
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid, RLELossless

from imaging.phantom.dicom_header import HeaderStyle, PatientIdentity
from imaging.phantom.protocol import AxialLayout, draw_protocol, Protocol, ProtocolSettings, SlicePlan
from imaging.phantom.study import write_scene
from imaging.phantom.study_key import StudyKey
from imaging.phantom.variant import Container, PLAIN_STUDY, Storage, Variant
from tests.imaging.phantom.analytic_scene import make_scene

IDENTITY = PatientIdentity("Sentinelname^Zeno", "SENTINELID77", "19340511", "SENTACC88", "20170923")
SENTINELS = ("Sentinelname", "Zeno", "SENTINELID77", "19340511", "SENTACC88", "20170923", "sentinelpath")

BOMB_BYTES = 50_000_000


class BadInput(NamedTuple):
    """``path`` to be scanned; ``code`` of the refusal expected, empty where the input is not refused; its ``tag``."""

    path: Path
    code: str
    tag: str = ""


def make_protocol() -> Protocol:
    drawn = draw_protocol(
        np.random.default_rng(8), ProtocolSettings(AxialLayout.STACKS, localizer=False, screenshot=False)
    )
    return replace(
        drawn,
        sagittal=SlicePlan((40, 36), (6.0, 6.2), 4.0, 0.4, 9),
        axial=SlicePlan((32, 32), (5.0, 5.1), 4.0, 0.2, 0),
        sagittal_sequences=drawn.sagittal_sequences[:1],
        axial_sequences=drawn.axial_sequences[:1],
    )


def to_key(folder: Path) -> StudyKey:
    """Of the study that is written there."""
    return StudyKey(folder.name, 1)


def write_study(folder: Path, variant: Variant = PLAIN_STUDY, protocol: Protocol | None = None) -> Path:
    """A study with nothing wrong, in ``folder/sentinelpath``; S001 is sagittal, S002 axial, where names are plain."""
    study = folder / "sentinelpath"
    write_scene(study, make_scene(), protocol or make_protocol(), to_key(folder), variant, IDENTITY)
    return study


def write_sagittal_only(folder: Path, variant: Variant = PLAIN_STUDY) -> Path:
    return write_study(folder, variant, replace(make_protocol(), axial_sequences=()))


def change(folder: Path, edit: Callable[[pydicom.FileDataset, int], None]) -> Path:
    """Every DICOM file of a folder rewritten by ``edit(dataset, number)``."""
    for number, path in enumerate(sorted(folder.rglob("*.dcm"))):
        dataset = pydicom.dcmread(path)
        edit(dataset, number)
        dataset.save_as(path)
    return folder


def first_file(folder: Path) -> Path:
    return min(path for path in folder.rglob("*") if path.is_file())


def text_file(folder: Path) -> BadInput:
    (folder / "sentinelpath.dcm").write_text("Sentinelname Zeno: this is no image\n" * 20)
    return BadInput(folder, "not-dicom")


def png_file(folder: Path) -> BadInput:
    (folder / "sentinelpath.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(400))
    return BadInput(folder, "not-dicom")


def empty_file(folder: Path) -> BadInput:
    (folder / "sentinelpath.dcm").touch()
    return BadInput(folder, "empty-file")


def random_bytes(folder: Path) -> BadInput:
    (folder / "sentinelpath.dcm").write_bytes(np.random.default_rng(0).bytes(3000))
    return BadInput(folder, "not-dicom")


def preamble_and_nothing(folder: Path) -> BadInput:
    (folder / "sentinelpath.dcm").write_bytes(bytes(128) + b"DICM")
    return BadInput(folder, "missing-uid", "StudyInstanceUID (0020,000D)")


def truncated_header(folder: Path) -> BadInput:
    path = first_file(write_sagittal_only(folder))
    content = path.read_bytes()
    path.write_bytes(content[: content.index(struct.pack("<HH", 0x0028, 0x0010))])
    return BadInput(folder, "truncated", "PixelData (7FE0,0010)")


def truncated_pixels(folder: Path) -> BadInput:
    path = first_file(write_sagittal_only(folder))
    path.write_bytes(path.read_bytes()[:-500])
    return BadInput(folder, "truncated", "PixelData (7FE0,0010)")


def truncated_compressed_pixels(folder: Path) -> BadInput:
    """The header pass cannot see it: the reading of pixels has to."""
    study = write_sagittal_only(folder, Variant(storage=Storage(transfer_syntax=RLELossless)))
    for path in study.rglob("*.dcm"):
        path.write_bytes(path.read_bytes()[:-600])
    return BadInput(folder, "no-pixels", "PixelData (7FE0,0010)")


def without(keyword: str) -> Variant:
    return Variant(storage=Storage(header=HeaderStyle(dropped=(keyword,))))


def missing_position(folder: Path) -> BadInput:
    write_sagittal_only(folder, without("ImagePositionPatient"))
    return BadInput(folder, "missing-position", "ImagePositionPatient (0020,0032)")


def missing_orientation(folder: Path) -> BadInput:
    write_sagittal_only(folder, without("ImageOrientationPatient"))
    return BadInput(folder, "missing-orientation", "ImageOrientationPatient (0020,0037)")


def missing_spacing(folder: Path) -> BadInput:
    write_sagittal_only(folder, without("PixelSpacing"))
    return BadInput(folder, "missing-spacing", "PixelSpacing (0028,0030)")


def imager_spacing_only(folder: Path) -> BadInput:
    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.ImagerPixelSpacing = dataset.PixelSpacing
        del dataset.PixelSpacing

    change(write_sagittal_only(folder), edit)
    return BadInput(folder, "missing-spacing", "PixelSpacing (0028,0030)")


def missing_study_uid(folder: Path) -> BadInput:
    write_sagittal_only(folder, without("StudyInstanceUID"))
    return BadInput(folder, "missing-uid", "StudyInstanceUID (0020,000D)")


def missing_pixels(folder: Path) -> BadInput:
    write_sagittal_only(folder, without("PixelData"))
    return BadInput(folder, "truncated", "PixelData (7FE0,0010)")


def zero_spacing(folder: Path) -> BadInput:
    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.PixelSpacing = [0, 0]

    change(write_sagittal_only(folder), edit)
    return BadInput(folder, "bad-spacing", "PixelSpacing (0028,0030)")


def long_orientation(folder: Path) -> BadInput:
    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.ImageOrientationPatient = [0, 2, 0, 0, 0, -1]

    change(write_sagittal_only(folder), edit)
    return BadInput(folder, "bad-orientation", "ImageOrientationPatient (0020,0037)")


def two_numbers_of_position(folder: Path) -> BadInput:
    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.ImagePositionPatient = list(dataset.ImagePositionPatient)[:2]

    change(write_sagittal_only(folder), edit)
    return BadInput(folder, "bad-position", "ImagePositionPatient (0020,0032)")


def equal_positions(folder: Path) -> BadInput:
    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.ImagePositionPatient = [0, 0, 0]

    change(write_sagittal_only(folder), edit)
    return BadInput(folder, "positions-equal", "ImagePositionPatient (0020,0032)")


def single_slice(folder: Path) -> BadInput:
    for path in sorted(write_sagittal_only(folder).rglob("*.dcm"))[1:]:
        path.unlink()
    return BadInput(folder, "too-few-slices")


def without_axial(folder: Path) -> BadInput:
    write_sagittal_only(folder)
    return BadInput(folder, "")


def without_sagittal(folder: Path) -> BadInput:
    write_study(folder, protocol=replace(make_protocol(), sagittal_sequences=()))
    return BadInput(folder, "no-sagittal")


def without_sagittal_t2(folder: Path) -> BadInput:
    drawn = draw_protocol(np.random.default_rng(8), ProtocolSettings())
    write_study(folder, protocol=replace(make_protocol(), sagittal_sequences=drawn.sagittal_sequences[1:2]))
    return BadInput(folder, "no-sagittal-t2")


def screenshot(folder: Path) -> BadInput:
    """Only the colour secondary capture of a study."""
    for path in sorted(write_study(folder, protocol=replace(make_protocol(), screenshot=True)).rglob("*.dcm"))[:-1]:
        path.unlink()
    return BadInput(folder, "secondary-capture", "SOPClassUID (0008,0016)")


def colour_image(folder: Path) -> BadInput:
    """RGB in an MR image's class."""

    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.PixelData = bytes(dataset.Rows * dataset.Columns * 3)

    change(write_sagittal_only(folder), edit)
    return BadInput(folder, "colour", "SamplesPerPixel (0028,0002)")


def burned_in(folder: Path) -> BadInput:
    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.BurnedInAnnotation = "YES"

    change(write_sagittal_only(folder), edit)
    return BadInput(folder, "burned-in", "BurnedInAnnotation (0028,0301)")


def ct_series(folder: Path) -> BadInput:
    def edit(dataset: pydicom.FileDataset, number: int) -> None:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        dataset.Modality = "CT"

    change(write_study(folder), edit)
    return BadInput(folder, "no-sagittal")


def frames_without_groups(folder: Path) -> BadInput:
    """A multi-frame file that says nothing of its frames."""
    storage = Storage(Container.ENHANCED, header=HeaderStyle(dropped=("PerFrameFunctionalGroupsSequence",)))
    write_sagittal_only(folder, Variant(storage=storage))
    return BadInput(folder, "missing-position", "PerFrameFunctionalGroupsSequence (5200,9230)")


def write_object(folder: Path, sop_class: str, modality: str) -> Dataset:
    """A DICOM object without pixels, written; add to it and write it again with ``save``."""
    dataset = Dataset()
    dataset.PatientName, dataset.PatientID = IDENTITY.name, IDENTITY.patient_id
    dataset.PatientBirthDate, dataset.StudyDate = IDENTITY.birth_date, IDENTITY.study_date
    dataset.AccessionNumber = IDENTITY.accession
    dataset.SOPClassUID, dataset.Modality = sop_class, modality
    dataset.StudyInstanceUID = to_key(folder).to_uid("study")
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID"):
        setattr(dataset, keyword, generate_uid(entropy_srcs=[sop_class, keyword]))
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def save(folder: Path, dataset: Dataset, name: str = "sentinelpath.dcm") -> None:
    dataset.save_as(folder / name, enforce_file_format=True)


def structured_report(folder: Path) -> BadInput:
    dataset = write_object(folder, "1.2.840.10008.5.1.4.1.1.88.11", "SR")
    item = Dataset()
    item.RelationshipType, item.ValueType, item.TextValue = "CONTAINS", "TEXT", "Sentinelname has stenosis"
    dataset.ValueType, dataset.ContinuityOfContent, dataset.ContentSequence = "CONTAINER", "SEPARATE", [item]
    save(folder, dataset)
    return BadInput(folder, "no-sagittal")


def encapsulated_pdf(folder: Path) -> BadInput:
    dataset = write_object(folder, "1.2.840.10008.5.1.4.1.1.104.1", "DOC")
    dataset.DocumentTitle, dataset.MIMETypeOfEncapsulatedDocument = "Sentinelname", "application/pdf"
    dataset.EncapsulatedDocument = b"%PDF-1.4 Sentinelname "
    save(folder, dataset)
    return BadInput(folder, "no-sagittal")


def directory_file(folder: Path) -> BadInput:
    """A DICOMDIR beside a good study: it is passed over, under its own name and under another."""
    write_sagittal_only(folder)
    dataset = write_object(folder, "1.2.840.10008.1.3.10", "")
    dataset.FileSetID, dataset.DirectoryRecordSequence = "SENTACC88", []
    save(folder, dataset, "DICOMDIR")
    save(folder, dataset, "renamed.dcm")
    return BadInput(folder, "")


def zip_bomb(folder: Path) -> BadInput:
    with ZipFile(folder / "sentinelpath.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("Zeno.dcm", bytes(BOMB_BYTES))
    return BadInput(folder, "zip-bomb")


def zip_that_leaves(folder: Path) -> BadInput:
    with ZipFile(folder / "sentinelpath.zip", "w") as archive:
        archive.write(first_file(write_sagittal_only(folder / "good")), "../../Zeno.dcm")
    return BadInput(folder / "sentinelpath.zip", "zip-path")


def zip_in_zip(folder: Path) -> BadInput:
    with ZipFile(folder / "inner.zip", "w") as archive:
        archive.writestr("Zeno.txt", "none")
    with ZipFile(folder / "sentinelpath.zip", "w") as archive:
        archive.write(folder / "inner.zip", "Zeno.zip")
    return BadInput(folder / "sentinelpath.zip", "zip-nested")


def damaged_zip(folder: Path) -> BadInput:
    (folder / "sentinelpath.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    return BadInput(folder, "zip-damaged")


def unreadable_file(folder: Path) -> BadInput:
    """For nobody's eyes; root can read it all the same, and then it is not refused."""
    path = first_file(write_sagittal_only(folder))
    path.chmod(0)
    return BadInput(folder, "" if os.access(path, os.R_OK) else "unreadable")


def dangling_link(folder: Path) -> BadInput:
    (folder / "sentinelpath.dcm").symlink_to(folder / "Zeno")
    return BadInput(folder, "unreadable")


BAD_INPUTS: tuple[Callable[[Path], BadInput], ...] = (
    text_file, png_file, empty_file, random_bytes, preamble_and_nothing, truncated_header, truncated_pixels,
    truncated_compressed_pixels, missing_position, missing_orientation, missing_spacing, imager_spacing_only,
    missing_study_uid, missing_pixels, zero_spacing, long_orientation, two_numbers_of_position, equal_positions,
    single_slice, without_axial, without_sagittal, without_sagittal_t2, screenshot, colour_image, burned_in, ct_series,
    frames_without_groups, structured_report, encapsulated_pdf, directory_file, zip_bomb, zip_that_leaves, zip_in_zip,
    damaged_zip, unreadable_file, dangling_link,
)  # fmt: skip
