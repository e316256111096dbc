"""Whole inputs to studies: nothing depends on names or order, bad files cost a row each, and no value leaks."""

import os
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, Phase, settings
from hypothesis import strategies as st

from imaging.dicom.scan import Scan, scan_studies, ScanSettings
from imaging.geometry import Plane
from imaging.refusal import ImagingError
from imaging.study import Series, SliceSource, Stack, Study, Weighting
from tests.imaging.dicom.dicom_files import (
    AXIAL,
    FRAME,
    make_dataset,
    make_enhanced,
    make_stack,
    make_study,
    SAGITTAL,
    STUDY,
    T2,
    to_bytes,
    to_uid,
    write_files,
)

pytestmark = pytest.mark.filterwarnings("error")
"""pydicom's warnings quote values."""


def to_plain(study: Study) -> list[object]:
    """What a study says besides where its files lie."""
    return [to_plain_series(series) for series in study.series]


def to_plain_series(series: Series) -> tuple[object, ...]:
    return replace(series, stacks=()), [to_plain_stack(stack) for stack in series.stacks]


def to_plain_stack(stack: Stack) -> tuple[object, ...]:
    offsets = None if stack.slice_offsets_mm is None else stack.slice_offsets_mm.tolist()
    return stack.shape, stack.affine.tolist(), stack.thickness_mm, offsets, stack.remarks


def to_contents(study: Study) -> list[tuple[bytes, int]]:
    """The bytes behind each slice, in order."""

    def read(source: SliceSource) -> bytes:
        return source.path.read_bytes()

    sources = [source for series in study.series for stack in series.stacks for source in stack.sources]
    return [(read(source), source.frame) for source in sources]


def test_a_study_is_three_series(tmp_path: Path) -> None:
    write_files(tmp_path, make_study())
    found = scan_studies([tmp_path])
    (study,) = found.studies
    assert not found.refusals and study.study_id == STUDY
    assert sorted((s.plane, s.weighting, len(s.stacks), s.images) for s in study.series) == [
        (Plane.AXIAL, Weighting.T2, 2, 10),
        (Plane.SAGITTAL, Weighting.T1, 1, 15),
        (Plane.SAGITTAL, Weighting.T2, 1, 15),
    ]
    assert [series.number for series in study.series] == [1, 2, 3]
    assert len({series.frame_of_reference for series in study.series}) == 1
    assert {len(series.digest) for series in study.series} == {16}


def test_series_are_numbered_by_series_number(tmp_path: Path) -> None:
    datasets = [
        *make_stack(SAGITTAL, (0, 0, 0), 3, name="x", SeriesNumber=10, **T2),
        *make_stack(AXIAL, (0, 0, 0), 3, name="y", SeriesNumber=9, **T2),
        *make_stack(SAGITTAL, (0, 0, 0), 3, name="z", **T2),
    ]
    write_files(tmp_path, datasets)
    (study,) = scan_studies([tmp_path]).studies
    assert [series.plane for series in study.series] == [Plane.AXIAL, Plane.SAGITTAL, Plane.SAGITTAL]


def make_hard_study() -> list:
    """Duplicates, two echoes, an enhanced file, a localizer, a gap, and images without a place."""
    return [
        *make_study(),
        *make_stack(SAGITTAL, (0, 0, 0), 2, name="t2", EchoTime=20.0),
        *make_stack(SAGITTAL, (30, -100, 120), 1, name="t2", InstanceNumber=99, **T2),
        make_enhanced([(AXIAL, (0, 0, 0), 3), (AXIAL, (0, 0, 40), 3)], SeriesInstanceUID=to_uid("enhanced")),
        *make_stack(AXIAL, (0, 0, 0), 2, name="loc", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]),
        *make_stack(AXIAL, (0, 0, 0), 2, name="lost", ImagePositionPatient=None),
    ]


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 2**32))
def test_names_folders_and_order_of_files_change_nothing(tmp_path_factory, seed: int) -> None:
    random = Random(seed)
    datasets = make_hard_study()
    plain = tmp_path_factory.mktemp("plain")
    write_files(plain, datasets)
    expected = scan_studies([plain])
    names = [f"{random.choice('abc')}/{random.choice('xy')}{k}{random.choice(['', '.dcm', '.IMA'])}" for k in range(99)]
    random.shuffle(names)
    other = tmp_path_factory.mktemp("other")
    paths = write_files(other, datasets, names)
    random.shuffle(paths)
    found = scan_studies(paths, ScanSettings(batch_files=random.randint(1, 40)))
    assert [to_plain(study) for study in found.studies] == [to_plain(study) for study in expected.studies]
    assert [to_contents(study) for study in found.studies] == [to_contents(study) for study in expected.studies]
    assert [(r.study_id, r.source, r.code) for r in found.refusals] == [
        (r.study_id, r.source, r.code) for r in expected.refusals
    ]


def test_a_tree_a_zip_and_single_files_are_the_same_study(tmp_path: Path) -> None:
    paths = write_files(tmp_path / "tree", make_study())
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, f"x/{path.name}")
    expected = to_plain(scan_studies([tmp_path / "tree"]).studies[0])
    assert to_plain(scan_studies(paths[::-1]).studies[0]) == expected
    (zipped,) = scan_studies([tmp_path / "a.zip"]).studies
    assert to_plain(zipped) == expected
    assert {source.member is None for series in zipped.series for k in series.stacks for source in k.sources} == {False}


def test_processes_give_what_one_gives(tmp_path: Path) -> None:
    write_files(tmp_path, make_study())
    expected = scan_studies([tmp_path])
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = scan_studies([tmp_path], ScanSettings(batch_files=10), pool.map)
    assert [to_plain(study) for study in found.studies] == [to_plain(study) for study in expected.studies]


def test_many_studies_at_once_also_with_images_of_the_same_uid(tmp_path: Path) -> None:
    for k in (2, 1, 3):
        write_files(tmp_path / f"s{k}", make_study(StudyInstanceUID=f"1.2.{k}"))
    found = scan_studies([tmp_path])
    assert [study.study_id for study in found.studies] == ["1.2.1", "1.2.2", "1.2.3"]
    assert {len(study.series) for study in found.studies} == {3} and not found.refusals


def test_one_instance_uid_in_two_series_is_no_duplicate(tmp_path: Path) -> None:
    datasets = [
        image
        for name in ("a", "b")
        for k, image in enumerate(make_stack(SAGITTAL, (0, 0, 0), 4, name=name))
        if not setattr(image, "SOPInstanceUID", f"1.2.{k}")
    ]
    write_files(tmp_path, datasets)
    (study,) = scan_studies([tmp_path]).studies
    assert [(series.images, series.remarks) for series in study.series] == [(4, ()), (4, ())]


def test_ids_from_folders_as_rsna_has_them(tmp_path: Path) -> None:
    for k in (1, 2):
        write_files(tmp_path / "train" / f"s{k}" / "a", make_study(StudyInstanceUID=f"1.2.{k}")[::2])
        write_files(tmp_path / "train" / f"s{k}" / "b", make_study(StudyInstanceUID=f"1.2.{k}")[1::2])
    by_folder = ScanSettings("folder")
    assert [study.study_id for study in scan_studies([tmp_path / "train"], by_folder).studies] == ["s1", "s2"]
    assert [study.study_id for study in scan_studies([tmp_path / "train" / "s1"], by_folder).studies] == ["s1"]


@pytest.mark.parametrize("name", [b"M\xfcller", b"a\nb", b"a\x1b[31m"])
def test_a_folder_whose_name_no_table_can_hold_is_no_id(tmp_path: Path, name: bytes) -> None:
    write_files(tmp_path / "in" / os.fsdecode(name), make_study())
    write_files(tmp_path / "in" / "M\u00fcller", make_study(StudyInstanceUID="1.2.4"))
    found = scan_studies([tmp_path / "in"], ScanSettings("folder"))
    assert [study.study_id for study in found.studies] == ["M\u00fcller"]
    ((study_id, source, code, _, reason),) = found.refusals
    assert (study_id, source[:5], code) == ("", "file ", "study-id-unwritable")
    assert reason.isprintable() and "ller" not in reason


def test_ids_from_a_dicom_attribute(tmp_path: Path) -> None:
    write_files(tmp_path, make_study(AccessionNumber=" A17 "))
    assert scan_studies([tmp_path], ScanSettings("AccessionNumber")).studies[0].study_id == "A17"


def test_a_study_without_an_id_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, make_study())
    found = scan_studies([tmp_path], ScanSettings("AccessionNumber"))
    assert not found.studies
    assert [(r.source, r.code, r.tag) for r in found.refusals] == [
        ("file 1 to 40", "study-id-missing", "AccessionNumber (0008,0050)")
    ]


def test_a_study_with_two_ids_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path / "a", make_study(AccessionNumber="A1"))
    write_files(tmp_path / "b", make_stack(AXIAL, (0, 0, 0), 3, AccessionNumber="A2"))
    found = scan_studies([tmp_path], ScanSettings("AccessionNumber"))
    assert not found.studies and [r.code for r in found.refusals] == ["study-id-differs"]
    assert "A1" not in repr(found.refusals)


def test_a_study_of_two_patients_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path / "a", make_study(PatientID="QX7"))
    write_files(tmp_path / "b", make_stack(AXIAL, (0, 0, 0), 3, PatientID="QX8"))
    write_files(tmp_path / "c", make_study(PatientID="QX9", StudyInstanceUID="1.2.4"))
    write_files(tmp_path / "d", make_stack(AXIAL, (0, 0, 0), 3, StudyInstanceUID="1.2.4"))
    found = scan_studies([tmp_path])
    assert [study.study_id for study in found.studies] == ["1.2.4"]
    assert [(r.study_id, r.code, r.tag) for r in found.refusals] == [
        (STUDY, "several-patients", "PatientID (0010,0020)")
    ]
    assert "QX" not in repr(found)


def test_studies_that_share_an_id_are_refused(tmp_path: Path) -> None:
    for k in (1, 2, 3):
        accession = "A1" if k < 3 else "A3"
        write_files(tmp_path / str(k), make_study(StudyInstanceUID=f"1.2.{k}", AccessionNumber=accession))
    found = scan_studies([tmp_path], ScanSettings("AccessionNumber"))
    assert [study.study_id for study in found.studies] == ["A3"]
    assert [(r.study_id, r.source, r.code) for r in found.refusals] == [("A1", "study", "study-id-repeated")] * 2


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("AcessionNumber", "AccessionNumber"),
        ("PatientID", "(0010,0020)"),
        ("PatientName", "(0010,0010)"),
        ("StudyDate", "(0008,0020)"),
        ("SeriesDescription", "(0008,103E)"),
        ("ProtocolName", "(0018,1030)"),
        ("ReferringPhysicianName", "(0008,0090)"),
    ],
)
def test_ids_do_not_come_from_the_patient_or_a_date(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(ImagingError, match="study ids from") as error:
        scan_studies([tmp_path], ScanSettings(name))
    assert word in str(error.value)


def test_a_bad_file_costs_a_row_and_the_rest_is_read(tmp_path: Path) -> None:
    write_files(tmp_path / "good", make_study())
    bad = {
        "empty": b"",
        "letter.txt": b"Dear Dr Doe",
        "cut.dcm": to_bytes(make_dataset(StudyInstanceUID="1.9"))[:-20],
        "header.dcm": to_bytes(make_dataset(StudyInstanceUID="1.9"))[:400],
        "broken.zip": b"PK\x03\x04",
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    found = scan_studies([tmp_path])
    assert len(found.studies) == 1 and len(found.studies[0].series) == 3
    assert Counter(r.code for r in found.refusals) == Counter(
        ["empty-file", "not-dicom", "truncated", "truncated", "zip-damaged"]
    )
    assert sorted(r.source for r in found.refusals) == [f"file {k}" for k in range(1, 6)]


def test_no_input_at_all_is_an_empty_scan(tmp_path: Path) -> None:
    assert scan_studies([tmp_path]) == Scan((), ())


SENTINELS = ("DOE", "JANE", "19440213", "MRN-777", "SECRETPLACE", "20240503")


def test_no_name_number_date_or_path_is_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    person = {
        "PatientName": "DOE^JANE",
        "PatientID": "MRN-777",
        "PatientBirthDate": "19440213",
        "StudyDate": "20240503",
        "SeriesDescription": "T2 DOE JANE",
        "InstitutionName": "SECRETPLACE",
        "ContrastBolusAgent": "DOE",
    }
    folder = tmp_path / "DOE_JANE"
    sagittal = make_stack(SAGITTAL, (0, 0, 0), 4, name="20240503", **T2, **person)
    for dataset in sagittal:
        dataset.SeriesInstanceUID = "1.2.20240503"
        dataset.FrameOfReferenceUID = "1.3.20240503"
    lost = make_stack(AXIAL, (0, 0, 0), 3, name="lost", **(person | {"ImagePositionPatient": None}))
    picture = make_dataset(SamplesPerPixel=3, SeriesInstanceUID=to_uid("picture"), **person)
    spoilt = to_bytes(make_dataset(**person, SliceThickness="1.2345")).replace(b"1.2345", b"DOE^JN")
    write_files(folder, [*sagittal, *lost, picture])
    (folder / "MRN-777.dcm").write_bytes(spoilt[:-8])
    (folder / "DOE.zip").write_bytes(b"PK")
    found = scan_studies([folder])
    assert len(found.refusals) == 4
    shown = [to_plain(study) for study in found.studies]
    written = repr(shown) + repr(found.refusals) + "".join(capfd.readouterr())
    assert not [word for word in SENTINELS if word in written]
    assert "2024" not in repr([series.digest for series in found.studies[0].series]) or FRAME not in written


def test_positions_are_plain_numbers(tmp_path: Path) -> None:
    write_files(tmp_path, make_study())
    stack = scan_studies([tmp_path]).studies[0].series[0].stacks[0]
    assert stack.affine.dtype == np.float64 and stack.affine.shape == (4, 4)
    assert isinstance(stack.thickness_mm, float)


@pytest.mark.parametrize(
    ("said", "found"),
    [((None, None), None), (("NO", "NO"), False), (("NO", None), False), (("YES", None), True), (("NO", "YES"), True),
     (("MAYBE", ""), None)],
)  # fmt: skip
def test_a_study_says_whether_it_is_of_a_phantom(
    tmp_path: Path, said: tuple[str | None, str | None], found: bool | None
) -> None:
    files = [
        dataset
        for name, value in zip(("one", "other"), said, strict=True)
        for dataset in make_stack(SAGITTAL, (0.0, 0.0, 0.0), 3, name=name, QualityControlSubject=value, **T2)
    ]
    write_files(tmp_path, files)
    (study,) = scan_studies([tmp_path]).studies
    assert study.phantom is found
