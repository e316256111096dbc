"""The files are DICOM as scanners write it: what other libraries read from them is what was scanned."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from imaging.geometry import Plane
from imaging.phantom.acquisition import Acquisition, PLAIN, SliceImage
from imaging.phantom.dicom_header import FileForm, HeaderStyle, NOBODY, SeriesHeader, write_file
from imaging.phantom.planning import plan_series, PlannedSeries
from imaging.phantom.protocol import draw_protocol, ProtocolSettings
from imaging.phantom.scene import MAX_SIGNAL
from imaging.phantom.series_files import to_datasets
from imaging.phantom.stored_pixels import PixelForm
from imaging.phantom.study import scan_series
from imaging.phantom.study_key import StudyKey
from imaging.phantom.variant import Container, Storage
from tests.imaging.phantom.analytic_scene import make_scene

KEY = StudyKey("S1", 5)
SMALL = ProtocolSettings(matrix_scale=0.12, anisotropic=True, localizer=True, stir=True, contrast_agent=True)
PROTOCOL = draw_protocol(np.random.default_rng(2), SMALL)

LOSSLESS = [
    ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless,
    JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless,
]  # fmt: skip
LOSSY = [JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000]
FORMS = {
    "plain": PixelForm(),
    "monochrome1": PixelForm(monochrome1=True),
    "signed": PixelForm(signed=True),
    "slopes": PixelForm(slope_per_slice=True),
    "all": PixelForm(monochrome1=True, signed=True, slope_per_slice=True),
    "padding": PixelForm(padding_columns=3),
}


def plan(plane: Plane, number: int = 0) -> PlannedSeries:
    return [one for one in plan_series(PROTOCOL, make_scene(6.0).frames) if one.plane is plane][number]


def scan(plane: Plane, acquisition: Acquisition = PLAIN) -> list[SliceImage]:
    slices = scan_series(make_scene(6.0), [plan(plane)], acquisition, np.random.default_rng(1))[0]
    return [image for image in slices if image.stack <= 2][:9]


def write(folder: Path, slices: list[SliceImage], storage: Storage, planned: PlannedSeries | None = None) -> list[Path]:
    planned = planned or plan(Plane.AXIAL)
    header = SeriesHeader(NOBODY, planned, PROTOCOL.scanner, KEY.to_uid("s"), KEY.to_uid("e"), KEY.to_uid("f"), 3)
    paths = []
    for number, dataset in enumerate(to_datasets(header, slices, KEY, storage, 3)):
        paths.append(folder / f"{number}.dcm")
        write_file(paths[-1], dataset, pydicom.uid.UID(storage.transfer_syntax), storage.header)
    return paths


def to_signal(dataset: pydicom.Dataset, values: np.ndarray) -> np.ndarray:
    """By the classic rescale; MONOCHROME1 turned about the most that the phantom's signal can be."""
    signal = values * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))
    return MAX_SIGNAL - signal if dataset.PhotometricInterpretation == "MONOCHROME1" else signal


@pytest.mark.parametrize("syntax", LOSSLESS, ids=lambda syntax: syntax.name)
@pytest.mark.parametrize("form", ["plain", "signed"])
def test_lossless_pixels_come_back(tmp_path: Path, syntax: str, form: str) -> None:
    slices = scan(Plane.AXIAL)[:2]
    paths = write(tmp_path, slices, Storage(transfer_syntax=syntax, pixel_form=FORMS[form]))
    for path, image in zip(paths, slices, strict=True):
        dataset = pydicom.dcmread(path)
        assert dataset.file_meta.TransferSyntaxUID == syntax
        np.testing.assert_array_equal(to_signal(dataset, dataset.pixel_array), image.pixels)


@pytest.mark.parametrize("syntax", LOSSY, ids=lambda syntax: syntax.name)
def test_lossy_pixels_come_back_nearly(tmp_path: Path, syntax: str) -> None:
    slices = scan(Plane.AXIAL)[:1]
    (path,) = write(tmp_path, slices, Storage(transfer_syntax=syntax))
    dataset = pydicom.dcmread(path)
    assert (dataset.LossyImageCompression, dataset.ImageType[0]) == ("01", "DERIVED")
    decoded = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))[0]  # pydicom's libraries lack 12-bit JPEG
    pixels = decoded.astype(float) * (16 if syntax == JPEGBaseline8Bit else 1)
    assert np.abs(pixels - slices[0].pixels).mean() < 25


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("container", Container)
def test_every_pixel_form_means_the_same_signal(tmp_path: Path, container: Container, form: str) -> None:
    slices = scan(Plane.AXIAL)
    paths = write(tmp_path, slices, Storage(container=container, pixel_form=FORMS[form]))
    datasets = [pydicom.dcmread(path) for path in paths]
    frames = [(dataset, pixels) for dataset in datasets for pixels in to_stack(dataset)]
    assert len(frames) == len(slices)
    for number, ((dataset, pixels), image) in enumerate(zip(frames, slices, strict=True)):
        rescale = dataset
        if container is not Container.CLASSIC:
            rescale = dataset.PerFrameFunctionalGroupsSequence[number].PixelValueTransformationSequence[0]
            rescale.PhotometricInterpretation = dataset.PhotometricInterpretation
        is_padding = pixels == dataset.get("PixelPaddingValue", -1)
        assert is_padding.sum() == 2 * FORMS[form].padding_columns * pixels.shape[0]
        np.testing.assert_allclose(to_signal(rescale, pixels)[~is_padding], image.pixels[~is_padding], atol=0.75)
    assert datasets[0].PixelRepresentation == int(FORMS[form].signed)


def to_stack(dataset: pydicom.Dataset) -> np.ndarray:
    pixels = dataset.pixel_array
    return pixels if pixels.ndim == 3 else pixels[np.newaxis]


@pytest.mark.parametrize("acquisition", [Acquisition(), Acquisition(flip_rows=True), Acquisition(transpose=True)])
def test_highdicom_reads_the_same_geometry_from_classic_files(tmp_path: Path, acquisition: Acquisition) -> None:
    slices = [image for image in scan(Plane.AXIAL, acquisition) if image.stack == 1]
    paths = write(tmp_path, slices, Storage())
    volume = highdicom.get_volume_from_series([pydicom.dcmread(path) for path in paths])
    for path, image in zip(paths, slices, strict=True):
        dataset = pydicom.dcmread(path)
        corner = volume.map_reference_to_indices(np.array([dataset.ImagePositionPatient], dtype=float))[0]
        found = volume.array[round(corner[0])]
        np.testing.assert_allclose(corner[1:], 0, atol=1e-6)
        np.testing.assert_array_equal(found, image.pixels)


@pytest.mark.parametrize("container", [Container.ENHANCED, Container.LEGACY_CONVERTED])
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLosslessSV1])
def test_highdicom_reads_the_same_geometry_from_multiframe_files(
    tmp_path: Path, container: Container, shared: bool, syntax: str
) -> None:
    slices = scan(Plane.SAGITTAL)
    storage = Storage(container, syntax, shared_orientation=shared, shuffle_frames=True)
    (path,) = write(tmp_path, slices, storage, plan(Plane.SAGITTAL))
    image = highdicom.imread(path)
    volume = image.get_volume()
    for one in slices:
        corner = volume.map_reference_to_indices(one.position[np.newaxis])[0]
        np.testing.assert_allclose(corner[1:], 0, atol=1e-6)
        np.testing.assert_array_equal(volume.array[round(corner[0])], one.pixels)
    is_shared = "PlaneOrientationSequence" in image.SharedFunctionalGroupsSequence[0]
    assert is_shared == (shared or container is Container.LEGACY_CONVERTED)


def test_several_stacks_lie_in_one_enhanced_file_or_in_one_each(tmp_path: Path) -> None:
    slices = scan(Plane.AXIAL)
    (path,) = write(tmp_path, slices, Storage(Container.ENHANCED))
    dataset = pydicom.dcmread(path)
    groups = dataset.PerFrameFunctionalGroupsSequence
    assert {group.FrameContentSequence[0].StackID for group in groups} == {"1", "2"}
    orientations = {tuple(group.PlaneOrientationSequence[0].ImageOrientationPatient) for group in groups}
    assert len(orientations) == 2
    pointers = [item.DimensionIndexPointer for item in dataset.DimensionIndexSequence]
    assert pointers == [pydicom.tag.Tag("StackID"), pydicom.tag.Tag("InStackPositionNumber")]
    assert len(write(tmp_path, slices, Storage(Container.ENHANCED, file_per_stack=True))) == 2


def test_frames_of_an_enhanced_file_can_be_in_no_order(tmp_path: Path) -> None:
    slices = scan(Plane.SAGITTAL)
    (path,) = write(tmp_path, slices, Storage(Container.ENHANCED, shuffle_frames=True), plan(Plane.SAGITTAL))
    groups = pydicom.dcmread(path).PerFrameFunctionalGroupsSequence
    places = [int(group.FrameContentSequence[0].InStackPositionNumber) for group in groups]
    assert sorted(places) == list(range(1, len(slices) + 1)) != places


@pytest.mark.parametrize("container", Container)
def test_the_attributes_that_make_a_series_usable_are_there(tmp_path: Path, container: Container) -> None:
    sagittal = [one for one in plan_series(PROTOCOL, make_scene().frames) if one.plane is Plane.SAGITTAL]
    for number, planned in enumerate(sagittal):
        folder = tmp_path / str(number)
        folder.mkdir()
        dataset = pydicom.dcmread(write(folder, scan(Plane.SAGITTAL), Storage(container), planned)[0])
        assert (dataset.Modality, dataset.Manufacturer) == ("MR", PROTOCOL.scanner.manufacturer)
        assert find(dataset, "EchoTime", "EffectiveEchoTime") == pytest.approx(planned.sequence.echo_ms)
        assert find(dataset, "RepetitionTime") == pytest.approx(planned.sequence.repetition_ms)
        assert (find(dataset, "InversionTime", "InversionTimes") is None) == (planned.sequence.inversion_ms is None)
        agents = find(dataset, "ContrastBolusAgent", "ContrastBolusAgentSequence")
        assert (agents is not None) == planned.sequence.contrast_agent
        assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID


def find(dataset: pydicom.Dataset, *keywords: str) -> object:
    """The first value of one of these keywords, at whatever depth."""
    found = [element.value for element in dataset.iterall() if element.keyword in keywords]
    return found[0] if found else None


def drop(*keywords: str) -> HeaderStyle:
    return HeaderStyle(dropped=keywords)


def test_headers_can_lack_what_is_dropped(tmp_path: Path) -> None:
    (path,) = write(tmp_path, scan(Plane.AXIAL)[:1], Storage(header=drop("ImagePositionPatient", "Modality")))
    dataset = pydicom.dcmread(path)
    assert "ImagePositionPatient" not in dataset and "Modality" not in dataset and "PixelSpacing" in dataset


def test_the_header_of_rsna_2024(tmp_path: Path) -> None:
    storage = Storage(transfer_syntax=RLELossless, header=HeaderStyle(rsna2024=True))
    (path,) = write(tmp_path, scan(Plane.AXIAL)[:1], storage)
    dataset = pydicom.dcmread(path)
    assert dataset.file_meta.MediaStorageSOPClassUID == "1.2.840.10008.5.1.4.1.1.4.1"
    for keyword in ("SOPClassUID", "Modality", "EchoTime", "Manufacturer", "BodyPartExamined", "NumberOfFrames"):
        assert keyword not in dataset
    assert {"ImagePositionPatient", "FrameOfReferenceUID", "PixelSpacing", "SeriesDescription"} <= set(dataset.dir())
    assert dataset.QualityControlSubject == dataset.SyntheticData == "YES", "a phantom stays known as one"


@pytest.mark.parametrize(
    ("form", "starts"),
    [
        (FileForm.PART10, lambda content: content[128:132] == b"DICM"),
        (FileForm.NO_PREAMBLE, lambda content: content[:4] == b"\x02\x00\x00\x00"),
        (FileForm.BARE, lambda content: content[:4] == b"\x08\x00\x05\x00"),
    ],
)
def test_what_stands_before_the_data_set(tmp_path: Path, form: FileForm, starts: Callable[[bytes], bool]) -> None:
    slices = scan(Plane.AXIAL)[:1]
    (path,) = write(tmp_path, slices, Storage(transfer_syntax=ImplicitVRLittleEndian, header=HeaderStyle(form)))
    assert starts(path.read_bytes())
    dataset = pydicom.dcmread(path, force=True)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    np.testing.assert_array_equal(dataset.pixel_array, slices[0].pixels)


def test_a_bare_file_cannot_be_compressed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Implicit VR Little Endian"):
        write(tmp_path, scan(Plane.AXIAL)[:1], Storage(transfer_syntax=RLELossless, header=HeaderStyle(FileForm.BARE)))


def test_second_sendings_share_their_uid_and_copies_do_not(tmp_path: Path) -> None:
    acquisition = Acquisition(resent=(0,), copied=(1,), rescanned=(2,))
    slices = scan_series(make_scene(), [plan(Plane.SAGITTAL)], acquisition, np.random.default_rng(1))[0]
    datasets = [pydicom.dcmread(path) for path in write(tmp_path, slices, Storage())]
    count = len(slices) - 3
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == count + 2
    resent, copied, rescanned = datasets[count:]
    assert resent.PixelData == datasets[0].PixelData and resent.SOPInstanceUID == datasets[0].SOPInstanceUID
    assert copied.PixelData == datasets[1].PixelData and copied.SOPInstanceUID != datasets[1].SOPInstanceUID
    assert rescanned.PixelData != datasets[2].PixelData
    assert (rescanned.AcquisitionNumber, datasets[2].AcquisitionNumber) == (2, 1)
    assert len({int(dataset.InstanceNumber) for dataset in datasets}) == count + 2


def test_a_multiframe_file_is_sent_twice_as_a_whole(tmp_path: Path) -> None:
    slices = scan_series(make_scene(), [plan(Plane.SAGITTAL)], Acquisition(resent=(0,)), np.random.default_rng(1))[0]
    first, second = write(tmp_path, slices, Storage(Container.ENHANCED))
    assert first.read_bytes() == second.read_bytes()


def test_mixed_matrices_become_two_multiframe_files(tmp_path: Path) -> None:
    slices = scan_series(make_scene(), [plan(Plane.SAGITTAL)], Acquisition(coarse=2), np.random.default_rng(1))[0]
    fine, coarse = (pydicom.dcmread(path) for path in write(tmp_path, slices, Storage(Container.ENHANCED)))
    assert (coarse.NumberOfFrames, coarse.Rows) == (2, fine.Rows // 2)
    assert fine.SOPInstanceUID != coarse.SOPInstanceUID


def test_localizers_say_so() -> None:
    planned = plan_series(PROTOCOL, make_scene().frames)[0]
    assert planned.is_localizer and len(planned.stacks) == 3
    assert not replace(planned, is_localizer=False).is_localizer
