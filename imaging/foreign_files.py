"""Headers and voxels of NIfTI files (nibabel) and of MHA, MHD and NRRD files (SimpleITK), as the file has them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray
from imaging.refusal import ImagingError

MAX_VOXELS = 1 << 28
"""The largest volume that is read; a header may promise any size."""

QFORM_TOLERANCE_MM = 0.1

_NIFTI = (".nii", ".nii.gz")
_ITK = (".mha", ".mhd", ".nrrd", ".nhdr")
_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_NRRD_SPACES = ("left-posterior-superior", "lps", "right-anterior-superior", "ras")
_HEADER_BYTES = 1 << 16


class Header(NamedTuple):
    """What a volume file says of its grid: ``shape`` (i, j, k) and ``affine``, (4, 4), from these to LPS mm."""

    shape: tuple[int, int, int]
    affine: FloatArray
    remarks: tuple[str, ...]


def is_volume_file(path: Path) -> bool:
    """Whether the name ends as that of a NIfTI, MHA, MHD or NRRD file."""
    return path.name.lower().endswith(_NIFTI + _ITK)


def to_stem(path: Path) -> str:
    """A volume file's name without its endings, ``.nii.gz`` and the like."""
    name = path.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def read_header(path: Path) -> Header:
    """The grid of a volume file.

    ImagingError where it cannot be read, has not three dimensions, or no affine that tells left from right.
    """
    header = _read_nifti_header(path) if _is_nifti(path) else _read_itk_header(path)
    _check_grid(header)
    return header


def read_voxels(path: Path, header: Header) -> npt.NDArray[Any]:
    """The voxels of a volume file, (i, j, k), after the file's own scaling; ImagingError where they are damaged."""
    voxels = _read_nifti_voxels(path) if _is_nifti(path) else _read_itk_voxels(path)
    if voxels.dtype.kind not in "biuf":
        raise ImagingError("voxels that are no plain numbers: colour or complex", "bad-voxels")
    return voxels.reshape(header.shape)


def _is_nifti(path: Path) -> bool:
    return path.name.lower().endswith(_NIFTI)


def _check_grid(header: Header) -> None:
    if min(header.shape) < 1 or int(np.prod(header.shape, dtype=np.int64)) > MAX_VOXELS:
        raise ImagingError(f"a volume of {header.shape} voxels, expected at most {MAX_VOXELS} in all", "volume-size")
    if not np.all(np.isfinite(header.affine)):
        raise ImagingError("an affine with values that are no finite numbers", "no-affine")
    spacing = np.linalg.norm(header.affine[:3, :3], axis=0)
    if spacing.min() < 1e-3 or abs(np.linalg.det(header.affine[:3, :3] / spacing)) < 0.5:
        raise ImagingError("an affine whose axes do not span the space", "no-affine")


def _load_nifti(path: Path) -> Any:
    try:
        import nibabel
    except ImportError:
        raise ImagingError("NIfTI files need nibabel: pip install 'lumbar[files]'", "no-reader") from None
    with _quiet_nibabel(), _clean_errors():
        return nibabel.load(path)


def _read_nifti_header(path: Path) -> Header:
    image = _load_nifti(path)
    with _quiet_nibabel(), _clean_errors():
        shape = tuple(int(n) for n in image.shape)
        qform, qcode = image.get_qform(coded=True)
        sform, scode = image.get_sform(coded=True)
        unit = image.header.get_xyzt_units()[0]
        is_plain = image.get_data_dtype().kind in "biuf"
    if not is_plain:
        raise ImagingError("voxels that are no plain numbers: colour or complex", "bad-voxels")
    if unit not in ("mm", "unknown"):
        raise ImagingError("xyzt_units is not millimetres", "not-millimetres")
    if scode == 0 and qcode == 0:
        raise ImagingError(
            "qform_code and sform_code are 0: the file does not say where left and right are", "no-affine"
        )
    affine, other = (sform, qform) if scode else (qform, sform)
    remarks = _compare(affine, other, _to_three(shape)) if scode and qcode else ()
    return Header(_to_three(shape), _RAS_TO_LPS @ np.asarray(affine, dtype=np.float64), remarks)


def _to_three(shape: tuple[int, ...]) -> tuple[int, int, int]:
    if len(shape) < 3 or any(n != 1 for n in shape[3:]):
        raise ImagingError(f"{len(shape)} dimensions, expected 3", "not-3d")
    return shape[0], shape[1], shape[2]


def _compare(sform: FloatArray, qform: FloatArray, shape: tuple[int, int, int]) -> tuple[str, ...]:
    """A remark where the two affines differ somewhere in the volume; ImagingError where an axis runs the other way."""
    corners = np.array(np.meshgrid(*([0, n - 1] for n in shape), [1])).reshape(4, -1)  # (4, 8)
    if np.any(np.sum(sform[:3, :3] * qform[:3, :3], axis=0) <= 0):
        raise ImagingError(
            "qform and sform run in different directions: left and right are not known", "affines-disagree"
        )
    is_far = np.abs((sform - qform) @ corners).max() > QFORM_TOLERANCE_MM
    return ("qform-sform-differ",) if is_far else ()


def _read_nifti_voxels(path: Path) -> npt.NDArray[Any]:
    image = _load_nifti(path)
    with _quiet_nibabel(), _clean_errors():
        return np.asarray(image.dataobj)


def _load_itk(path: Path) -> Any:
    """A SimpleITK reader that has read the header."""
    itk = _import_itk()
    _check_itk_text(path)
    reader = itk.ImageFileReader()
    reader.SetFileName(str(path))
    with _clean_errors():
        itk.ProcessObject.SetGlobalWarningDisplay(False)  # its warnings quote paths
        reader.ReadImageInformation()
    return reader


def _import_itk() -> Any:
    try:
        import SimpleITK
    except ImportError:
        raise ImagingError("MHA, MHD and NRRD files need SimpleITK: pip install 'lumbar[files]'", "no-reader") from None
    return SimpleITK


def _read_itk_header(path: Path) -> Header:
    reader = _load_itk(path)
    shape = _to_three(reader.GetSize())
    if reader.GetNumberOfComponents() != 1:
        raise ImagingError("voxels that are no plain numbers: colour or complex", "bad-voxels")
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(reader.GetDirection()[:9], (3, 3)) * reader.GetSpacing()[:3]
    affine[:3, 3] = reader.GetOrigin()[:3]
    return Header(shape, affine, ())


def _read_itk_voxels(path: Path) -> npt.NDArray[Any]:
    reader = _load_itk(path)
    with _clean_errors():
        voxels: npt.NDArray[Any] = _import_itk().GetArrayFromImage(reader.Execute())  # (k, j, i)
    return voxels.T


def _check_itk_text(path: Path) -> None:
    """ImagingError where the header lacks directions or spacing, SimpleITK makes them up, or names a file elsewhere."""
    if path.name.lower().endswith((".nrrd", ".nhdr")):
        fields = _read_fields(path, ":")
        has_affine = "space directions" in fields and fields.get("space", "").lower() in _NRRD_SPACES
    else:
        fields = _read_fields(path, "=")
        has_affine = bool(fields.keys() & {"transformmatrix", "rotation", "orientation"}) and bool(
            fields.keys() & {"elementspacing", "elementsize"}
        )
    if not has_affine:
        raise ImagingError("the header gives no directions or no spacing: left and right are not known", "no-affine")
    data = next((fields[key] for key in ("data file", "datafile", "elementdatafile") if key in fields), "LOCAL")
    if len(PurePosixPath(data.replace("\\", "/")).parts) != 1 or data == "..":
        raise ImagingError("the header names a file of voxels in another folder", "outside-path")


def _read_fields(path: Path, mark: str) -> dict[str, str]:
    """The lines ``key = value`` or ``key: value`` of a text header, keys in lower case; it ends where voxels begin."""
    with _clean_errors(), path.open("rb") as file:
        text = file.read(_HEADER_BYTES).decode("latin-1")
    fields = {}
    for line in text.replace("\r\n", "\n").split("\n"):
        key, _, value = line.partition(mark)
        if not line.strip() and mark == ":":
            break
        fields[key.strip().lower()] = value.strip().lstrip("=").strip()
        if key.strip() == "ElementDataFile":
            break
    return fields


@contextmanager
def _clean_errors() -> Iterator[None]:
    """A block whose errors become an ImagingError without the path and the values that nibabel and ITK quote."""
    try:
        yield
    except ImagingError:
        raise
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception:
        raise ImagingError("the volume file cannot be read; it is cut off or damaged", "damaged-volume-file") from None


@contextmanager
def _quiet_nibabel() -> Iterator[None]:
    logger = logging.getLogger("nibabel.global")
    was_disabled = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = was_disabled
