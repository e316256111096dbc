import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2K,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    MPEG2MPML,
    RLELossless,
)

from imaging.dicom.codestream import find_size
from imaging.dicom.pixels import read_volume
from imaging.refusal import ImagingError
from tests.imaging.pixel_files import (
    encapsulated,
    HTJ2K_SIGNED,
    HTJ2K_UNSIGNED,
    SHAPE,
    to_dataset,
    to_stack,
    to_wave,
    value_transformation,
    write,
)

SENTINEL = "XSENTINELX"


def compress_by_gdcm(dataset: Dataset, folder: Path, syntax: str) -> Path:
    """The file in JPEG, as pydicom cannot write it."""
    import gdcm

    plain = write(dataset, folder / "plain.dcm")
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(folder / "jpeg.dcm"))
    assert writer.Write()
    plain.unlink()
    assert pydicom.dcmread(folder / "jpeg.dcm").file_meta.TransferSyntaxUID == syntax
    return folder / "jpeg.dcm"


def write_as(dataset: Dataset, folder: Path, syntax: str) -> Path:
    path = folder / "image.dcm"
    if syntax in (RLELossless, JPEGLSLossless, JPEG2000Lossless):
        dataset.compress(syntax, generate_instance_uid=False)
    elif syntax == JPEGLSNearLossless:
        dataset.compress(syntax, jls_error=3, generate_instance_uid=False)
    elif syntax == JPEG2000:
        dataset.compress(syntax, j2k_psnr=[60], generate_instance_uid=False)
    elif syntax in (HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL):
        encapsulated(dataset, [HTJ2K_SIGNED if dataset.PixelRepresentation else HTJ2K_UNSIGNED])
    elif syntax == ExplicitVRBigEndian:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
        path.write_bytes(b"\0" * 128)
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(path, implicit_vr=False, little_endian=False, enforce_file_format=True)
        return path
    elif syntax in (JPEGLossless, JPEGLosslessSV1, JPEGBaseline8Bit, JPEGExtended12Bit):
        return compress_by_gdcm(dataset, folder, syntax)
    return write(dataset, path, syntax)


LOSSLESS = [
    ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless,
    JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K,
]  # fmt: skip


@pytest.mark.parametrize("kind", ["u2", "i2"])
@pytest.mark.parametrize("syntax", LOSSLESS, ids=lambda syntax: syntax.name)
def test_lossless_syntaxes_give_the_very_voxels(tmp_path: Path, syntax: str, kind: str) -> None:
    wave = (to_wave() - (2000 if kind == "i2" else 0)).astype(kind)
    volume = read_volume(to_stack([(write_as(to_dataset(wave), tmp_path, syntax), 0)]))
    assert volume.voxels.dtype == ("int16" if kind == "i2" else "uint16")
    np.testing.assert_array_equal(volume.voxels[0], wave)


@pytest.mark.parametrize(
    ("syntax", "kind", "tolerance"),
    [
        (JPEGBaseline8Bit, "u1", 12),
        (JPEGExtended12Bit, "u1", 12),
        (JPEGLSNearLossless, "u2", 3),
        (JPEG2000, "u2", 30),
        (JPEG2000, "i2", 30),
    ],
)
def test_lossy_syntaxes_come_near(tmp_path: Path, syntax: str, kind: str, tolerance: int) -> None:
    wave = {"u1": to_wave() // 16, "u2": to_wave(), "i2": to_wave() - 2000}[kind].astype(kind)
    volume = read_volume(to_stack([(write_as(to_dataset(wave), tmp_path, syntax), 0)]))
    difference = np.abs(volume.voxels[0].astype(int) - wave)
    assert difference.max() <= tolerance
    assert volume.voxels.dtype == ("int16" if kind == "i2" else "uint16")


def test_jpeg_extended_of_12_bits_says_which_decoder_is_missing(tmp_path: Path) -> None:
    path = write_as(to_dataset(to_wave().astype("u2")), tmp_path, JPEGExtended12Bit)
    with pytest.raises(ImagingError, match=r"TransferSyntaxUID \(0002,0010\) JPEG Extended .* pylibjpeg-libjpeg"):
        read_volume(to_stack([(path, 0)]))


def classic_files(folder: Path, n: int, kind: str = "u2", **elements: object) -> list[tuple[Path, int]]:
    datasets = [to_dataset(to_wave(k).astype(kind), **elements) for k in range(n)]
    return [(write(dataset, folder / f"{k}.dcm"), 0) for k, dataset in enumerate(datasets)]


def test_slices_stand_in_the_order_of_the_stack_not_of_the_files(tmp_path: Path) -> None:
    files = classic_files(tmp_path, 4)
    volume = read_volume(to_stack([files[k] for k in (2, 0, 3, 1)]))
    np.testing.assert_array_equal(volume.voxels, [to_wave(k) for k in (2, 0, 3, 1)])


def enhanced(frames: int = 5, **elements: object) -> Dataset:
    return to_dataset(np.stack([to_wave(k) for k in range(frames)]).astype("u2"), **elements)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_frames_of_one_file_are_read_by_number_in_one_opening(
    tmp_path: Path, is_compressed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = enhanced()
    if is_compressed:
        dataset.compress(RLELossless, generate_instance_uid=False)
    path = write(dataset, tmp_path / "enhanced.dcm", dataset.file_meta.TransferSyntaxUID)
    opened, decoded = [], []
    read, iterate = pydicom.dcmread, pydicom.pixels.utils.iter_pixels
    monkeypatch.setattr(pydicom, "dcmread", lambda *args, **options: opened.append(1) or read(*args, **options))

    def count(*args: object, indices: list[int], raw: bool) -> object:
        decoded.extend(indices)
        return iterate(*args, indices=indices, raw=raw)

    monkeypatch.setattr(pydicom.pixels.utils, "iter_pixels", count)
    volume = read_volume(to_stack([(path, frame) for frame in (4, 1, 2)]))
    np.testing.assert_array_equal(volume.voxels, [to_wave(k) for k in (4, 1, 2)])
    assert len(opened) == 1
    assert sorted(decoded) == [1, 2, 4]


def test_frames_of_several_files_may_alternate(tmp_path: Path) -> None:
    first, second = write(enhanced(), tmp_path / "a"), write(to_dataset(to_wave(9).astype("u2")), tmp_path / "b")
    volume = read_volume(to_stack([(first, 3), (second, 0), (first, 0)]))
    np.testing.assert_array_equal(volume.voxels, [to_wave(3), to_wave(9), to_wave(0)])


def test_pydicom_says_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    dataset = to_dataset(to_wave().astype("u2"))
    dataset.PixelData += bytes(10)
    path = write(dataset, tmp_path / "a")
    assert pydicom.dcmread(path).pixel_array.shape == SHAPE
    assert recwarn.pop(UserWarning)
    caplog.clear()
    recwarn.clear()
    read_volume(to_stack([(path, 0)]))
    assert (caplog.records, recwarn.list) == ([], [])


def test_members_of_a_zip_are_read_in_memory(tmp_path: Path) -> None:
    (path, _), *_ = classic_files(tmp_path, 1)
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        archive.write(path, "in/side")
    volume = read_volume(to_stack([(tmp_path / "study.zip", 0)], member="in/side"))
    np.testing.assert_array_equal(volume.voxels[0], to_wave())


def test_a_part_of_a_stack_is_a_part_of_its_volume(tmp_path: Path) -> None:
    stack = to_stack(classic_files(tmp_path, 5))
    whole, part = read_volume(stack), read_volume(stack, slice(2, 4))
    np.testing.assert_array_equal(part.voxels, whole.voxels[2:4])
    np.testing.assert_allclose(part.to_points(np.array([3.0, 4, 1])), whole.to_points(np.array([3.0, 4, 3])))


@pytest.mark.parametrize("part", [slice(1, 4), slice(2, 3), slice(0, 1), slice(4, 5)])
def test_a_part_of_a_stack_with_uneven_steps_keeps_its_place(tmp_path: Path, part: slice) -> None:
    even = to_stack(classic_files(tmp_path, 5))
    affine = even.affine.copy()
    affine[:3, 2] /= 2
    stack = replace(even, affine=affine, slice_offsets_mm=np.array([0.0, 2, 4, 9, 11]))
    whole, volume = read_volume(stack), read_volume(stack, part)
    for k in range(part.start, part.stop):
        np.testing.assert_allclose(
            volume.to_points(np.array([1.0, 2, k - part.start])), whole.to_points(np.array([1.0, 2, k])), err_msg=str(k)
        )
    assert np.linalg.det(volume.affine) > 0
    if part.start == 2:
        assert volume.spacing_mm[2] == pytest.approx(2)


@pytest.mark.parametrize("slices", [slice(0, 4, 2), slice(3, 3), slice(7, 9), slice(4, 0, -1)])
def test_only_neighbouring_slices_are_a_part(tmp_path: Path, slices: slice) -> None:
    with pytest.raises(ImagingError, match="neighbours"):
        read_volume(to_stack(classic_files(tmp_path, 5)), slices)


def test_rescale_is_applied_to_each_slice_before_they_are_stacked(tmp_path: Path) -> None:
    rescales = [("2", "0"), ("0.5", "-7"), ("1", "10")]
    files = [
        (write(to_dataset(to_wave().astype("u2"), RescaleSlope=a, RescaleIntercept=b), tmp_path / f"{k}"), 0)
        for k, (a, b) in enumerate(rescales)
    ]
    volume = read_volume(to_stack(files))
    assert volume.voxels.dtype == np.float32
    np.testing.assert_allclose(volume.voxels, [to_wave() * float(a) + float(b) for a, b in rescales])


@pytest.mark.parametrize(
    ("kind", "intercept", "dtype"), [("u2", "0", "uint16"), ("u2", "-1024", "int16"), ("u2", "40000", "uint16"),
                                     ("i2", "0", "int16"), ("u2", "-40000", "int32"), ("u1", "0", "uint16")],
)  # fmt: skip
def test_whole_numbers_stay_whole(tmp_path: Path, kind: str, intercept: str, dtype: str) -> None:
    stored = to_wave() // {"u1": 16, "u2": 1, "i2": 2}[kind]
    dataset = to_dataset(stored.astype(kind), RescaleSlope="1.0", RescaleIntercept=intercept)
    volume = read_volume(to_stack([(write(dataset, tmp_path / "a"), 0)]))
    assert volume.voxels.dtype == dtype
    np.testing.assert_array_equal(volume.voxels[0], stored + int(intercept))


def test_an_enhanced_rescale_is_taken_by_frame_then_shared_then_of_the_file(tmp_path: Path) -> None:
    items = [value_transformation(k + 1, 100 * k) for k in range(5)]
    by_frame = enhanced(PerFrameFunctionalGroupsSequence=Sequence(items), RescaleSlope="9", RescaleIntercept="9")
    shared = enhanced(SharedFunctionalGroupsSequence=Sequence([value_transformation(3, 1)]))
    of_file = enhanced(RescaleSlope="4", RescaleIntercept="0")
    for dataset, expected in (
        (by_frame, [to_wave(3) * 4.0 + 300, to_wave(1) * 2.0 + 100]),
        (shared, [to_wave(3) * 3.0 + 1, to_wave(1) * 3.0 + 1]),
        (of_file, [to_wave(3) * 4.0, to_wave(1) * 4.0]),
    ):
        path = write(dataset, tmp_path / "a")
        np.testing.assert_allclose(read_volume(to_stack([(path, 3), (path, 1)])).voxels, expected)


def test_monochrome1_is_inverted_after_the_rescale_within_the_range_of_its_bits(tmp_path: Path) -> None:
    plain = to_dataset(to_wave().astype("u2"), RescaleSlope="1", RescaleIntercept="-5")
    negative = to_dataset((4095 - to_wave()).astype("u2"), RescaleSlope="1", RescaleIntercept="-5")
    negative.PhotometricInterpretation = "MONOCHROME1"
    files = [(write(dataset, tmp_path / str(k)), 0) for k, dataset in enumerate((plain, negative))]
    plain_voxels, inverted = read_volume(to_stack(files)).voxels.astype(int)
    np.testing.assert_array_equal(inverted, plain_voxels + 5)
    scaled = to_dataset((4095 - to_wave()).astype("u2"), RescaleSlope="0.5", PhotometricInterpretation="MONOCHROME1")
    volume = read_volume(to_stack([(write(scaled, tmp_path / "scaled"), 0)]))
    np.testing.assert_allclose(volume.voxels[0], to_wave() * 0.5)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("kind", "value", "tag"), [("u2", 4000, 4000), ("i2", -2040, -2040), ("i2", -2040, 63496)])
def test_padding_is_as_dark_as_the_darkest_voxel(
    tmp_path: Path, kind: str, value: int, tag: int, photometric: str
) -> None:
    stored = (to_wave() // 4 + 100).astype(kind)
    stored[:3] = value
    dataset = to_dataset(stored, PhotometricInterpretation=photometric)
    dataset.add_new("PixelPaddingValue", "SS" if tag < 0 else "US", tag)
    (voxels,) = read_volume(to_stack([(write(dataset, tmp_path / "a"), 0)])).voxels
    assert np.all(voxels[:3] == voxels[3:].min())
    assert voxels[3:].max() > voxels[3:].min()


def test_a_range_of_padding_is_padding(tmp_path: Path) -> None:
    stored = (to_wave() // 4 + 100).astype("u2")
    stored[0, 0], stored[0, 1], stored[0, 2] = 4000, 4050, 4090
    dataset = to_dataset(stored, PixelPaddingValue=4090, PixelPaddingRangeLimit=4001)
    (voxels,) = read_volume(to_stack([(write(dataset, tmp_path / "a"), 0)])).voxels
    assert list(voxels[0, :3]) == [4000, voxels.min(), voxels.min()]


def test_bits_above_the_stored_ones_are_no_part_of_the_image(tmp_path: Path) -> None:
    dataset = to_dataset((to_wave() | 0xA000).astype("u2"))
    (voxels,) = read_volume(to_stack([(write(dataset, tmp_path / "a"), 0)])).voxels
    np.testing.assert_array_equal(voxels, to_wave())


def test_a_file_without_preamble_or_meta_information_is_read(tmp_path: Path) -> None:
    for implicit, order in ((True, "<u2"), (False, "<u2"), (False, ">u2")):
        dataset = to_dataset(to_wave().astype("u2"))
        dataset.PixelData = to_wave().astype(order).tobytes()
        del dataset.file_meta
        dataset.save_as(tmp_path / "a", implicit_vr=implicit, little_endian=order[0] == "<")
        np.testing.assert_array_equal(read_volume(to_stack([(tmp_path / "a", 0)])).voxels[0], to_wave())


def damage(dataset: Dataset, folder: Path, syntax: str, kept: float) -> Path:
    path = write_as(dataset, folder, syntax)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    return path


@pytest.mark.parametrize("syntax", [*LOSSLESS, JPEGLSNearLossless, JPEG2000], ids=lambda syntax: syntax.name)
@pytest.mark.parametrize("kept", [0.55, 0.8, 0.97])
def test_a_file_that_is_cut_off_is_refused(
    tmp_path: Path, syntax: str, kept: float, capfd: pytest.CaptureFixture[str]
) -> None:
    path = damage(to_dataset(to_wave().astype("u2"), PatientName=SENTINEL), tmp_path, syntax, kept)
    with pytest.raises(ImagingError) as caught:
        read_volume(to_stack([(path, 0)]))
    assert caught.value.code in ("damaged-pixels", "damaged-file", "no-pixels")
    assert "cut off" in str(caught.value)
    assert not {SENTINEL, str(path), path.name} & set(str(caught.value).split())
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert SENTINEL not in "".join(capfd.readouterr())


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, JPEGLossless, HTJ2KLossless])
def test_damaged_frames_are_refused(tmp_path: Path, syntax: str) -> None:
    path = write_as(to_dataset(to_wave().astype("u2")), tmp_path, syntax)
    dataset = pydicom.dcmread(path)
    dataset.PixelData = dataset.PixelData[:40] + b"\x07" * (len(dataset.PixelData) - 60) + dataset.PixelData[-20:]
    with pytest.raises(ImagingError, match=r"PixelData \(7FE0,0010\) is cut off or damaged"):
        read_volume(to_stack([(write(dataset, path, syntax), 0)]))


@pytest.mark.parametrize("kept", [0.5, 0.8])  # at some lengths CharLS takes seconds to find out
@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, JPEGLossless, HTJ2KLossless])
def test_a_frame_that_is_cut_off_within_a_whole_file_is_refused(tmp_path: Path, syntax: str, kept: float) -> None:
    path = write_as(to_dataset(to_wave().astype("u2")), tmp_path, syntax)
    dataset = pydicom.dcmread(path)
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    encapsulated(dataset, [frame[: int(len(frame) * kept)]])
    with pytest.raises(ImagingError, match=r"PixelData \(7FE0,0010\) is cut off or damaged"):
        read_volume(to_stack([(write(dataset, path, syntax), 0)]))


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGLSLossless, JPEG2000Lossless, JPEGLossless, HTJ2KLossless])
def test_a_frame_that_says_it_is_of_another_size_is_not_unpacked(
    tmp_path: Path, syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_narrow = syntax == JPEGBaseline8Bit
    path = write_as(to_dataset(to_wave().astype("u1" if is_narrow else "u2")), tmp_path, syntax)
    frame = get_frame(pydicom.dcmread(path).PixelData, 0, number_of_frames=1)
    assert find_size(frame) == SHAPE
    read_volume(to_stack([(path, 0)]))
    monkeypatch.setattr("imaging.dicom.pixels.find_size", lambda frame: (30000, 30000))
    monkeypatch.setattr("pydicom.pixels.utils.iter_pixels", lambda *_, **__: pytest.fail("it was unpacked"))
    with pytest.raises(ImagingError, match=r"PixelData \(7FE0,0010\) is cut off or damaged"):
        read_volume(to_stack([(path, 0)]))


def drop_pixels(dataset: Dataset) -> None:
    del dataset.PixelData


def set_colour(dataset: Dataset) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (drop_pixels, "no-pixels", r"PixelData \(7FE0,0010\)"),
        (lambda d: delattr(d, "BitsStored"), "missing-element", r"BitsStored \(0028,0101\) is missing"),
        (lambda d: delattr(d, "PixelRepresentation"), "missing-element", r"PixelRepresentation \(0028,0103\)"),
        (lambda d: setattr(d, "PhotometricInterpretation", ""), "missing-element", r"\(0028,0004\) is missing"),
        (set_colour, "colour", r"SamplesPerPixel \(0028,0002\)"),
        (lambda d: setattr(d, "PhotometricInterpretation", SENTINEL), "colour", r"\(0028,0004\)"),
        (lambda d: setattr(d, "Rows", 35), "other-matrix", r"Rows \(0028,0010\)"),
        (lambda d: setattr(d, "RescaleSlope", "0"), "bad-rescale", r"RescaleSlope \(0028,1053\)"),
        (lambda d: setattr(d, "ModalityLUTSequence", Sequence([Dataset()])), "lookup-table", r"\(0028,3000\)"),
        (lambda d: setattr(d, "BitsAllocated", 32), "damaged-pixels", r"\(7FE0,0010\)"),
    ],
)
def test_what_is_no_grey_image_is_refused_by_its_tag(
    tmp_path: Path, change: Callable[[Dataset], None], code: str, words: str
) -> None:
    dataset = to_dataset(to_wave().astype("u2"), PatientName=SENTINEL)
    change(dataset)
    path = write(dataset, tmp_path / "a")
    with pytest.raises(ImagingError, match=words) as caught:
        read_volume(to_stack([(path, 0)]))
    assert caught.value.code == code
    assert SENTINEL not in str(caught.value)


@pytest.mark.parametrize(("syntax", "words"), [(MPEG2MPML, "MPEG2.* none that"), ("1.2.3.4", "none of the standard's")])
def test_other_transfer_syntaxes_are_refused(tmp_path: Path, syntax: str, words: str) -> None:
    dataset = encapsulated(to_dataset(to_wave().astype("u2")), [b"video"])
    dataset.file_meta.TransferSyntaxUID = syntax
    path = tmp_path / "a"
    dataset.save_as(path, implicit_vr=False, little_endian=True, enforce_file_format=True)
    with pytest.raises(ImagingError, match=rf"TransferSyntaxUID \(0002,0010\) .*{words}") as caught:
        read_volume(to_stack([(path, 0)]))
    assert caught.value.code == "unknown-transfer-syntax"


def test_a_frame_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = write(enhanced(), tmp_path / "a")
    with pytest.raises(ImagingError, match=r"\(7FE0,0010\)"):
        read_volume(to_stack([(path, 5)]))


@pytest.mark.parametrize("value", [b"NAMEXSENTINELX ", b"nan "])
def test_a_rescale_that_is_no_number_is_refused_without_its_value(tmp_path: Path, value: bytes) -> None:
    dataset = to_dataset(to_wave().astype("u2"))
    path = write(dataset, tmp_path / "a")
    content = path.read_bytes()
    cut = content.index(b"\xe0\x7f\x10\x00")
    element = b"\x28\x00\x53\x10DS" + len(value).to_bytes(2, "little") + value
    path.write_bytes(content[:cut] + element + content[cut:])
    with pytest.raises(ImagingError, match=r"RescaleSlope \(0028,1053\)") as caught:
        read_volume(to_stack([(path, 0)]))
    assert "SENTINEL" not in str(caught.value)


def test_a_file_that_is_gone_is_refused_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(ImagingError) as caught:
        read_volume(to_stack([(tmp_path / SENTINEL, 0)]))
    assert SENTINEL not in str(caught.value)
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless])
def test_a_missing_decoder_is_named_with_its_extra(
    tmp_path: Path, syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_as(to_dataset(to_wave().astype("u2")), tmp_path, syntax)
    monkeypatch.setattr(pydicom.pixels.decoders.base.Decoder, "is_available", False)
    with pytest.raises(ImagingError) as caught:
        read_volume(to_stack([(path, 0)]))
    assert caught.value.code == "no-decoder"
    assert pydicom.uid.UID(syntax).name in str(caught.value)
    assert "pip install 'lumbar[codecs]'" in str(caught.value)


def test_the_errors_survive_a_process_boundary() -> None:
    error = pickle.loads(pickle.dumps(ImagingError("words", "a-code", "A tag")))
    assert (str(error), error.code, error.tag) == ("words", "a-code", "A tag")
