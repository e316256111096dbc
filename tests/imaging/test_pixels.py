import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
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

from imaging.dicom.pixels import read_volume
from imaging.refusal import ImagingError
from imaging.study import Stack
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
