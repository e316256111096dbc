import builtins
import gzip
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imaging.dicom.pixels import read_volume
from imaging.geometry import Plane, transform
from imaging.refusal import ImagingError
from imaging.volume_files import read_file_stack, read_file_study, read_file_volume

nibabel = pytest.importorskip("nibabel")
sitk = pytest.importorskip("SimpleITK")

SHARED = Path(__file__).parents[2] / "../shared/data/vertebra_volumes"
SENTINEL = "XSENTINELX"
TO_RAS = np.diag([-1.0, -1, 1, 1])
SIGNED_PERMUTATIONS = [
    np.eye(3)[:, list(order)] * signs
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    for signs in product((1, -1), repeat=3)
]


def to_lps(directions: np.ndarray, spacing: tuple[float, ...], origin: tuple[float, ...] = (7, -9, 30)) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing
    affine[:3, 3] = origin
    return affine


def write_nifti(path: Path, voxels: np.ndarray, lps: np.ndarray, qform: np.ndarray | None = None) -> Path:
    """A NIfTI file of voxels (i, j, k); qform and sform agree where no other qform is given."""
    image = nibabel.Nifti1Image(voxels, TO_RAS @ lps)
    image.set_sform(TO_RAS @ lps, code=1)
    image.set_qform(TO_RAS @ (lps if qform is None else qform), code=1)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = SENTINEL
    nibabel.save(image, path)
    return path


def write_itk(path: Path, voxels: np.ndarray, lps: np.ndarray) -> Path:
    """An MHA, MHD or NRRD file of voxels (i, j, k)."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(voxels.T))
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(lps[:3, 3].tolist())
    sitk.WriteImage(image, str(path))
    return path


def write_any(path: Path, voxels: np.ndarray, lps: np.ndarray) -> Path:
    return (write_nifti if ".nii" in path.name else write_itk)(path, voxels, lps)


def blob_points(path: Path) -> np.ndarray:
    """Where the voxels 100 and 200 lie, (2, 3), LPS mm."""
    volume = read_file_volume(path)
    found = [np.argwhere(volume.voxels == value)[0][::-1].astype(float) for value in (100, 200)]
    return volume.to_points(np.array(found))


@settings(max_examples=60, deadline=None)
@given(
    ending=st.sampled_from(["nii", "nii.gz", "mha", "mhd", "nrrd"]),
    directions=st.sampled_from(SIGNED_PERMUTATIONS),
    spacing=st.permutations([0.5, 0.7, 4.0]),
    tilt=st.tuples(*[st.floats(-25, 25)] * 3),
    first=st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 6)),
)
def test_a_bright_voxel_stays_where_it_is_in_the_patient(
    tmp_path_factory: pytest.TempPathFactory,
    ending: str,
    directions: np.ndarray,
    spacing: list[float],
    tilt: tuple[float, float, float],
    first: tuple[int, int, int],
) -> None:
    lps = to_lps(Rotation.from_euler("xyz", tilt, degrees=True).as_matrix() @ directions, tuple(spacing))
    voxels = np.zeros((5, 6, 7), np.int16)
    second = (4 - first[0], (first[1] + 1) % 6, first[2])
    voxels[first], voxels[second] = 100, 200
    path = write_any(tmp_path_factory.mktemp("v") / f"a.{ending}", voxels, lps)
    volume = read_file_volume(path)
    np.testing.assert_allclose(blob_points(path), transform(lps, np.array([first, second], float)), atol=1e-3)
    assert np.linalg.det(volume.affine) > 0
    assert volume.spacing_mm[2] == pytest.approx(4, abs=1e-4)
    assert sorted(volume.spacing_mm[:2]) == pytest.approx([0.5, 0.7], abs=1e-4)
    assert volume.thickness_mm == pytest.approx(4, abs=1e-4)


@pytest.mark.parametrize("directions", SIGNED_PERMUTATIONS, ids=lambda m: "".join(str(int(v)) for v in m.ravel()))
@pytest.mark.parametrize(
    ("spacing", "plane", "axes"),
    [
        ((4, 0.5, 0.7), Plane.SAGITTAL, [(0, 1, 0), (0, 0, -1), (-1, 0, 0)]),
        ((0.5, 4, 0.7), Plane.CORONAL, [(1, 0, 0), (0, 0, -1), (0, 1, 0)]),
        ((0.5, 0.7, 4), Plane.AXIAL, [(1, 0, 0), (0, 1, 0), (0, 0, 1)]),
        ((1, 1, 1.1), Plane.SAGITTAL, [(0, 1, 0), (0, 0, -1), (-1, 0, 0)]),
        ((0.5, 0.9, 0.9), Plane.SAGITTAL, [(0, 1, 0), (0, 0, -1), (-1, 0, 0)]),
    ],
)
def test_slices_lie_as_a_radiologist_sees_the_plane(
    tmp_path: Path, directions: np.ndarray, spacing: tuple[float, ...], plane: Plane, axes: list[tuple[int, ...]]
) -> None:
    """``spacing`` is along the patient's x, y, z, whichever of the file's axes that is."""
    lps = to_lps(directions, tuple(np.abs(directions).T @ spacing))
    path = write_nifti(tmp_path / "a.nii", np.zeros((3, 4, 5), np.uint8), lps)
    stack = read_file_stack(path)
    unit = stack.affine[:3, :3] / np.linalg.norm(stack.affine[:3, :3], axis=0)
    np.testing.assert_allclose(unit.T, axes, atol=1e-6)
    assert read_file_study("s", [(path, 1)]).series[0].plane is plane


def test_the_affine_is_that_of_nibabel_and_of_simpleitk(tmp_path: Path) -> None:
    directions = Rotation.from_euler("xyz", (10, -20, 15), degrees=True).as_matrix()
    lps = to_lps(directions, (4.0, 0.5, 0.7))
    voxels = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    for name in ("a.nii.gz", "a.mha"):
        volume = read_file_volume(write_any(tmp_path / name, voxels, lps))
        for index in ((0, 0, 0), (2, 3, 4), (1, 2, 0)):
            k, j, i = np.argwhere(volume.voxels == voxels[index])[0]
            oracle = sitk.ReadImage(str(tmp_path / name)).TransformIndexToPhysicalPoint(index)
            np.testing.assert_allclose(volume.to_points(np.array([i, j, k], float)), oracle, atol=1e-4)


def test_the_study_of_two_files_reads_through_the_stacks(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    sagittal = write_nifti(
        tmp_path / "s.nii", rng.integers(0, 900, (6, 7, 8)).astype("u2"), to_lps(np.eye(3), (4, 1, 1))
    )
    axial = write_itk(tmp_path / "a.mha", rng.integers(0, 900, (6, 7, 8)).astype("i2"), to_lps(np.eye(3), (1, 1, 4)))
    study = read_file_study("case", [(sagittal, 3), (axial, 8)])
    assert [series.plane for series in study.series] == [Plane.SAGITTAL, Plane.AXIAL]
    assert [series.stacks[0].sources[0].file_number for series in study.series] == [3, 8]
    for series, path in zip(study.series, (sagittal, axial), strict=True):
        whole, part = read_file_volume(path), read_volume(series.stacks[0], slice(2, 5))
        np.testing.assert_array_equal(part.voxels, whole.voxels[2:5])
        np.testing.assert_allclose(part.to_points(np.zeros(3)), whole.to_points(np.array([0.0, 0, 2])))
        np.testing.assert_array_equal(read_volume(series.stacks[0]).voxels, whole.voxels)


@pytest.mark.parametrize(
    ("kind", "dtype"), [("u1", "uint16"), ("i1", "int16"), ("u2", "uint16"), ("i2", "int16"), ("i4", "uint16"),
                        ("f4", "float32"), ("f8", "float32")],
)  # fmt: skip
def test_voxels_keep_their_values(tmp_path: Path, kind: str, dtype: str) -> None:
    voxels = np.arange(60).reshape(3, 4, 5).astype(kind)
    if kind in ("i1", "i2"):
        voxels -= 20
    path = write_nifti(tmp_path / "a.nii", voxels, to_lps(np.eye(3), (4, 1, 1)))
    read = read_file_volume(path).voxels
    assert read.dtype == dtype
    assert sorted(read.ravel().tolist()) == sorted(voxels.ravel().tolist())


def test_the_scale_of_a_nifti_is_applied(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "a.nii", np.arange(60, dtype=np.int16).reshape(3, 4, 5), to_lps(np.eye(3), (4, 1, 1)))
    spoil_header(path, scl_slope=0.5, scl_inter=-3)
    np.testing.assert_allclose(sorted(read_file_volume(path).voxels.ravel()), np.arange(60) * 0.5 - 3)


def test_what_is_not_finite_becomes_the_least_value(tmp_path: Path) -> None:
    voxels = np.arange(60, dtype=np.float32).reshape(3, 4, 5) + 5
    voxels[0, 0, :3] = np.nan, np.inf, -np.inf
    path = write_nifti(tmp_path / "a.nii", voxels, to_lps(np.eye(3), (4, 1, 1)))
    read = read_file_volume(path).voxels
    assert np.isfinite(read).all()
    assert (read == 8).sum() == 4
    path = write_nifti(tmp_path / "b.nii", np.full((3, 4, 5), np.nan, np.float32), to_lps(np.eye(3), (4, 1, 1)))
    with pytest.raises(ImagingError, match="no voxel"):
        read_file_volume(path)


def test_a_qform_that_differs_is_a_remark_and_the_sform_holds(tmp_path: Path) -> None:
    lps = to_lps(np.eye(3), (4, 1, 1))
    other = lps.copy()
    other[0, 3] += 5
    path = write_nifti(tmp_path / "a.nii", np.zeros((3, 4, 5), np.uint8), lps, qform=other)
    assert read_file_stack(path).remarks == ("qform-sform-differ",)
    np.testing.assert_allclose(read_file_stack(path).affine[:3, 3], [7 + 2 * 4, -9, 34])
    same = write_nifti(tmp_path / "b.nii", np.zeros((3, 4, 5), np.uint8), lps)
    assert read_file_stack(same).remarks == ()


def spoil_header(path: Path, **fields: Any) -> Path:
    image = nibabel.load(path)
    for name, value in {"vox_offset": 352, **fields}.items():
        image.header[name] = value
    content = bytearray(path.read_bytes())
    content[: image.header.sizeof_hdr] = image.header.binaryblock
    path.write_bytes(content)
    return path


def bad_nifti(folder: Path, case: str) -> Path:
    path = folder / f"{SENTINEL}.nii"
    lps = to_lps(np.eye(3), (4, 1, 1))
    if case == "not-3d":
        return write_nifti(path, np.zeros((3, 4, 5, 2), np.uint8), lps)
    if case == "colour":
        rgb = np.zeros((3, 4, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")])
        return write_nifti(path, rgb, lps)
    if case == "mirrored":
        return write_nifti(path, np.zeros((3, 4, 5), np.uint8), lps, qform=to_lps(np.diag([-1.0, 1, 1]), (4, 1, 1)))
    write_nifti(path, np.zeros((3, 4, 5), np.uint8), lps)
    if case == "no-codes":
        return spoil_header(path, qform_code=0, sform_code=0)
    if case == "flat":
        return spoil_header(path, srow_z=[1, 0, 0, 0], qform_code=0)
    if case == "nan":
        return spoil_header(path, srow_z=[np.nan, 0, 0, 0], qform_code=0)
    if case == "metres":
        return spoil_header(path, xyzt_units=1)
    if case == "huge":
        return spoil_header(path, dim=[3, 30000, 30000, 30000, 1, 1, 1, 1])
    path.write_bytes({"cut": path.read_bytes()[:-30], "text": SENTINEL.encode() * 50, "empty": b""}[case])
    return path


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("not-3d", "not-3d"), ("colour", "bad-voxels"), ("mirrored", "affines-disagree"), ("no-codes", "no-affine"),
        ("flat", "no-affine"), ("nan", "no-affine"), ("metres", "not-millimetres"), ("huge", "volume-size"),
        ("cut", "damaged-volume-file"), ("text", "damaged-volume-file"), ("empty", "damaged-volume-file"),
    ],
)  # fmt: skip
def test_bad_nifti_is_refused_without_its_name(
    tmp_path: Path, case: str, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = bad_nifti(tmp_path, case)
    with pytest.raises(ImagingError) as caught:
        read_file_volume(path)
    assert caught.value.code == code
    assert SENTINEL not in str(caught.value) + "".join(capfd.readouterr())


def bad_itk(folder: Path, case: str) -> Path:
    path = folder / f"{SENTINEL}.{'nrrd' if case.startswith('nrrd') else 'mhd' if 'mhd' in case else 'mha'}"
    lps = to_lps(np.eye(3), (4, 1, 1))
    if case == "colour":
        image = sitk.GetImageFromArray(np.zeros((3, 4, 5, 3), np.uint8), isVector=True)
        sitk.WriteImage(image, str(path))
        return path
    write_itk(path, np.zeros((3, 4, 5), np.uint8), lps)
    content = path.read_bytes()
    elsewhere = b"ElementDataFile = ../" + SENTINEL.encode()
    absolute = b"ElementDataFile = /etc/" + SENTINEL.encode()
    path.write_bytes(
        {
            "cut": content[:-30],
            "text": SENTINEL.encode() * 50,
            "empty": b"",
            "no-direction": content.replace(b"TransformMatrix", b"TransformLatrix"),
            "no-spacing": content.replace(b"ElementSpacing", b"ElementStacing"),
            "mhd-elsewhere": content.replace(b"ElementDataFile = " + SENTINEL.encode(), elsewhere),
            "mhd-absolute": content.replace(b"ElementDataFile = " + SENTINEL.encode(), absolute),
            "mhd-missing": content.replace(b"ElementDataFile = ", b"ElementDataFile = x"),
            "nrrd-cut": content[:-30],
            "nrrd-no-space": content.replace(b"space: left-posterior-superior", b"space dimension: 3"),
            "nrrd-elsewhere": content.replace(b"encoding: raw", b"encoding: raw\ndata file: ../x.raw"),
        }[case]
    )
    return path


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("colour", "bad-voxels"), ("cut", "damaged-volume-file"), ("text", "no-affine"), ("empty", "no-affine"),
        ("no-direction", "no-affine"), ("no-spacing", "no-affine"), ("mhd-elsewhere", "outside-path"),
        ("mhd-absolute", "outside-path"), ("mhd-missing", "damaged-volume-file"), ("nrrd-cut", "damaged-volume-file"),
        ("nrrd-no-space", "no-affine"), ("nrrd-elsewhere", "outside-path"),
    ],
)  # fmt: skip
def test_bad_mha_and_nrrd_are_refused_without_their_name(
    tmp_path: Path, case: str, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = bad_itk(tmp_path, case)
    with pytest.raises(ImagingError) as caught:
        read_file_volume(path)
    assert caught.value.code == code
    assert SENTINEL not in str(caught.value) + "".join(capfd.readouterr())


def test_a_nrrd_in_right_anterior_superior_is_turned(tmp_path: Path) -> None:
    lps = to_lps(np.eye(3), (4, 1, 1))
    path = write_itk(tmp_path / "a.nrrd", np.arange(60, dtype=np.int16).reshape(3, 4, 5), lps)
    before = read_file_volume(path)
    path.write_bytes(path.read_bytes().replace(b"left-posterior-superior", b"right-anterior-superior"))
    after = read_file_volume(path)
    where = [v.to_points(np.argwhere(v.voxels == 17)[0][::-1].astype(float)) for v in (before, after)]
    np.testing.assert_allclose(where[1], where[0] * [-1, -1, 1], atol=1e-4)


@pytest.mark.parametrize(("name", "library"), [("a.nii.gz", "nibabel"), ("a.mha", "SimpleITK")])
def test_a_missing_library_is_named_with_its_extra(
    tmp_path: Path, name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_any(tmp_path / name, np.zeros((3, 4, 5), np.uint8), to_lps(np.eye(3), (4, 1, 1)))
    real = builtins.__import__

    def without(module: str, *args: Any) -> Any:
        if module.partition(".")[0] == library:
            raise ImportError(module)
        return real(module, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImagingError, match=rf"{library}: pip install 'lumbar\[files\]'"):
        read_file_volume(path)


def test_a_gz_that_holds_less_than_it_promises_is_refused(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "a.nii", np.zeros((30, 40, 50), np.uint8), to_lps(np.eye(3), (4, 1, 1)))
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(path.read_bytes())[:-20])
    with pytest.raises(ImagingError, match="cut off"):
        read_file_volume(tmp_path / "b.nii.gz")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the vertebra volumes are not here")
def test_real_volumes_are_sagittal_and_their_masks_lie_on_the_same_grid() -> None:
    for image in sorted(SHARED.glob("*_img.nii.gz"))[::4]:
        volume, mask = (read_file_volume(image.with_name(image.name.replace("_img", end))) for end in ("_img", "_seg"))
        assert volume.voxels.shape == mask.voxels.shape
        np.testing.assert_array_equal(volume.affine, mask.affine)
        np.testing.assert_allclose(volume.normal, [-1, 0, 0])
        assert volume.voxels[mask.voxels > 0].std() > 0
