"""A file becomes a record a frame, or a refusal that says which tag is at fault and quotes no value."""

import pickle
import zipfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
    RLELossless,
)

from imaging.dicom.files import find_files
from imaging.dicom.headers import HeaderBatch, Headers, read_headers
from imaging.dicom.scan import scan_studies
from tests.imaging.dicom.dicom_files import AXIAL, make_dataset, make_enhanced, SAGITTAL, T2, to_bytes, write_files

pytestmark = pytest.mark.filterwarnings("error")
"""pydicom's warnings quote values."""


def read(folder: Path, keyword: str = "") -> Headers:
    return read_headers(HeaderBatch(find_files([folder]).files, keyword))


def read_bytes(folder: Path, content: bytes) -> Headers:
    (folder / "1.dcm").write_bytes(content)
    return read(folder)


def refused(headers: Headers) -> list[tuple[str, str]]:
    return [(refusal.source, refusal.code) for refusal in headers.refusals]


def test_a_classic_image_is_one_record(tmp_path: Path) -> None:
    write_files(tmp_path, [make_dataset(**T2, AccessionNumber="A7", InstanceNumber=3, SeriesNumber=2)])
    headers = read(tmp_path, "AccessionNumber")
    (frame,) = headers.frames
    assert not headers.refusals and frame.fault is None
    assert (frame.rows, frame.columns, frame.spacing_mm, frame.thickness_mm) == (8, 6, (30.0, 40.0), 4.0)
    assert frame.orientation == SAGITTAL and frame.position == (0.0, 0.0, 0.0)
    assert (frame.facts.echo_time_ms, frame.facts.repetition_time_ms) == (100.0, 3500.0)
    assert (frame.facts.study_key, frame.instance_number, frame.facts.series_number) == ("A7", 3, 2)
    assert (frame.source.frame, frame.source.file_number, frame.source.member) == (0, 1, None)


def test_records_are_picklable_and_share_their_facts(tmp_path: Path) -> None:
    write_files(tmp_path, [make_dataset(**T2, InstanceNumber=k) for k in range(3)])
    headers = read(tmp_path)
    assert pickle.loads(pickle.dumps(headers)) == headers
    assert len({id(frame.facts) for frame in headers.frames}) == 1


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        ExplicitVRBigEndian,
    ],
)
def test_every_encoding_of_headers_is_read(tmp_path: Path, syntax) -> None:
    dataset = make_dataset(**T2)
    dataset.file_meta.TransferSyntaxUID = syntax
    headers = read_bytes(tmp_path, to_bytes(dataset))
    assert not headers.refusals
    assert headers.frames[0].facts.echo_time_ms == 100.0


def test_a_deflated_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_dataset(Rows=512, Columns=512)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert not read_bytes(tmp_path, to_bytes(dataset)).refusals
    monkeypatch.setattr("imaging.dicom.deflated.LEAST_BYTES", 1 << 18)
    assert refused(read_bytes(tmp_path, to_bytes(dataset))) == [("file 1", "zip-bomb")]


def test_a_damaged_deflated_file_is_refused(tmp_path: Path) -> None:
    dataset = make_dataset()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = to_bytes(dataset)
    assert refused(read_bytes(tmp_path, content[:-40])) == [("file 1", "damaged")]


def test_zip_members_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/1", to_bytes(make_dataset()))
        archive.writestr("x/2", b"no image")
    headers = read(tmp_path)
    assert [frame.source.member for frame in headers.frames] == ["x/1"]
    assert refused(headers) == [("file 2", "not-dicom")]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("with_meta", [True, False])
def test_a_file_without_preamble_is_read(tmp_path: Path, syntax, with_meta: bool) -> None:
    dataset = make_dataset(**T2)
    dataset.file_meta.TransferSyntaxUID = syntax
    content = to_bytes(dataset)[132:]
    if not with_meta:
        length = int.from_bytes(content[8:12], "little")
        content = content[12 + length :]
    headers = read_bytes(tmp_path, content)
    assert not headers.refusals
    assert headers.frames[0].facts.echo_time_ms == 100.0


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"PATIENT;DOE\n" * 50,
        bytes(1000),
        b"\x08\x00",
        b"\x02\x00\x00\x00",
        b"\x08\x00\x05\x00\x02\x00\x00\x00ab" * 20,
    ],
)
def test_what_is_not_dicom_is_refused(tmp_path: Path, content: bytes) -> None:
    headers = read_bytes(tmp_path, content)
    assert refused(headers) == [("file 1", "not-dicom")] and not headers.frames


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert refused(read_bytes(tmp_path, b"")) == [("file 1", "empty-file")]


def test_a_zip_under_another_name_is_refused_as_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.dcm", "w") as archive:
        archive.writestr("1", b"x" * 200)
    assert refused(read(tmp_path)) == [("file 1", "zip-nested")]


def test_an_unreadable_file_is_refused_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write_files(tmp_path, [make_dataset(InstanceNumber=k) for k in range(2)])
    plain_open = Path.open

    def refuse_first(path: Path, *args, **options):
        if path == paths[0]:
            raise PermissionError(13, "Permission denied", str(path))
        return plain_open(path, *args, **options)

    monkeypatch.setattr(Path, "open", refuse_first)
    headers = read(tmp_path)
    assert refused(headers) == [("file 1", "unreadable")] and len(headers.frames) == 1
    assert str(tmp_path) not in repr(headers.refusals)


def test_dicomdir_under_another_name_is_passed_over(tmp_path: Path) -> None:
    dataset = make_dataset(SOPClassUID=MediaStorageDirectoryStorage)
    assert read_bytes(tmp_path, to_bytes(dataset)) == Headers([], [])


def test_pixels_cut_off_are_noticed_with_how_much_is_missing(tmp_path: Path) -> None:
    headers = read_bytes(tmp_path, to_bytes(make_dataset())[:-10])
    assert refused(headers) == [("file 1", "truncated")]
    assert "(7FE0,0010)" in headers.refusals[0].tag and "10 bytes" in headers.refusals[0].reason


def test_a_length_that_reads_as_letters_is_a_length(tmp_path: Path) -> None:
    dataset = make_dataset(Rows=50, Columns=170, PixelData=b"\xff" * 50 * 170 * 2)
    assert (50 * 170 * 2).to_bytes(4, "little")[:2].isalpha()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    assert not read_bytes(tmp_path, to_bytes(dataset)).refusals


def test_a_header_cut_off_is_noticed_at_every_length(tmp_path: Path) -> None:
    content = to_bytes(make_dataset(**T2))
    for length in range(150, len(content), 37):
        headers = read_bytes(tmp_path, content[:length])
        assert not headers.frames
        assert headers.refusals[0].code in ("truncated", "damaged", "missing-uid"), length


def test_compressed_pixels_are_left_to_the_decoder(tmp_path: Path) -> None:
    dataset = make_dataset()
    dataset.compress(RLELossless)
    assert not read_bytes(tmp_path, to_bytes(dataset)).refusals


FAULTS = [
    ({"ImagePositionPatient": None}, "missing-position", "ImagePositionPatient (0020,0032)"),
    ({"ImageOrientationPatient": None}, "missing-orientation", "ImageOrientationPatient (0020,0037)"),
    ({"PixelSpacing": None}, "missing-spacing", "PixelSpacing (0028,0030)"),
    ({"PixelSpacing": None, "ImagerPixelSpacing": [1.0, 1.0]}, "missing-spacing", "PixelSpacing (0028,0030)"),
    ({"PixelSpacing": [0.0, 1.0]}, "bad-spacing", "PixelSpacing (0028,0030)"),
    ({"PixelSpacing": [1.0]}, "bad-spacing", "PixelSpacing (0028,0030)"),
    ({"ImagePositionPatient": [0.0, 1.0]}, "bad-position", "ImagePositionPatient (0020,0032)"),
    (
        {"ImageOrientationPatient": [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]},
        "bad-orientation",
        "ImageOrientationPatient (0020,0037)",
    ),
    (
        {"ImageOrientationPatient": [0.9, 0.0, 0.0, 0.0, 1.0, 0.0]},
        "bad-orientation",
        "ImageOrientationPatient (0020,0037)",
    ),
    ({"Rows": None}, "missing-matrix", "Rows (0028,0010)"),
    ({"Rows": 65535, "Columns": 65535, "PixelData": bytes(96)}, "matrix-size", "Rows (0028,0010)"),
    ({"NumberOfFrames": 3, "PixelData": bytes(288)}, "missing-position", "(5200,9230)"),
]


@pytest.mark.parametrize(("elements", "code", "tag"), FAULTS)
def test_a_frame_that_cannot_be_placed_says_why(tmp_path: Path, elements: dict, code: str, tag: str) -> None:
    write_files(tmp_path, [make_dataset(**elements)])
    (frame,) = read(tmp_path).frames
    assert frame.fault is not None
    assert frame.fault.code == code and tag in frame.fault.tag and tag in frame.fault.reason
    assert ("ImagerPixelSpacing" in frame.fault.reason) == ("ImagerPixelSpacing" in elements)


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID"])
def test_a_missing_uid_is_refused(tmp_path: Path, keyword: str) -> None:
    write_files(tmp_path, [make_dataset(**{keyword: None})])
    headers = read(tmp_path)
    assert refused(headers) == [("file 1", "missing-uid")] and keyword in headers.refusals[0].tag


def test_values_that_are_no_numbers_are_quoted_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    dataset = make_dataset(SliceThickness="1.2345", PatientName="DOE^JANE", PatientBirthDate="19440101")
    content = to_bytes(dataset).replace(b"1.2345", b"DOE^JN").replace(b"19440101", b"JANEDOE ")
    headers = read_bytes(tmp_path, content)
    assert headers.frames[0].thickness_mm is None
    written = "".join(capfd.readouterr()) + repr(headers)
    assert "DOE" not in written and "JANE" not in written


@pytest.mark.filterwarnings("always")
def test_what_pydicom_says_of_a_wrong_value_is_not_heard(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    content = to_bytes(make_dataset(SeriesInstanceUID="1.2.3456789")).replace(b"1.2.3456789", b"1.2.DOEJANE")
    with caplog.at_level("DEBUG"):
        headers = read_bytes(tmp_path, content)
    assert len(headers.frames) == 1
    assert "DOE" not in caplog.text and not [warning for warning in recwarn if "DOE" in str(warning.message)]
    with pytest.warns(UserWarning, match="DOE"), caplog.at_level("DEBUG"):
        _ = dcmread(tmp_path / "1.dcm").SeriesInstanceUID  # it would have been heard
    assert "DOE" in caplog.text


def test_an_enhanced_file_is_a_record_a_frame(tmp_path: Path) -> None:
    write_files(tmp_path, [make_enhanced([(SAGITTAL, (0, 0, 0), 3), (AXIAL, (0, 0, 50), 2)])])
    frames = read(tmp_path).frames
    assert [frame.source.frame for frame in frames] == [0, 1, 2, 3, 4]
    assert sorted(frame.position for frame in frames) == [(-8, 0, 0), (-4, 0, 0), (0, 0, 0), (0, 0, 50), (0, 0, 54)]
    assert {frame.orientation for frame in frames} == {SAGITTAL, AXIAL}
    assert {(frame.spacing_mm, frame.thickness_mm, frame.rows) for frame in frames} == {((30.0, 40.0), 4.0, 8)}
    assert {frame.facts.echo_time_ms for frame in frames} == {100.0}
    assert {frame.facts.repetition_time_ms for frame in frames} == {3500.0}
    assert {frame.facts.scanning_sequence for frame in frames} == {("SE",)}


def test_a_frames_own_value_goes_before_the_shared_one(tmp_path: Path) -> None:
    dataset = make_enhanced([(SAGITTAL, (0, 0, 0), 3)])
    shared = dataset.SharedFunctionalGroupsSequence[0]
    shared.MREchoSequence = [Dataset()]
    shared.MREchoSequence[0].EffectiveEchoTime = 20.0
    del dataset.PerFrameFunctionalGroupsSequence[2].MREchoSequence
    write_files(tmp_path, [dataset])
    assert [frame.facts.echo_time_ms for frame in read(tmp_path).frames] == [100.0, 100.0, 20.0]


def test_an_enhanced_frame_without_a_position_has_a_fault_of_its_own(tmp_path: Path) -> None:
    dataset = make_enhanced([(SAGITTAL, (0, 0, 0), 3)])
    del dataset.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence
    write_files(tmp_path, [dataset])
    assert [frame.fault is None for frame in read(tmp_path).frames] == [True, False, True]


def test_a_classic_image_with_the_class_of_an_enhanced_one_is_read_as_classic(tmp_path: Path) -> None:
    write_files(tmp_path, [make_dataset(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", Modality=None, ImageType=None)])
    (frame,) = read(tmp_path).frames
    assert frame.fault is None and frame.source.frame == 0


@pytest.mark.parametrize(("agents", "given"), [([], False), ([Dataset()], True)])
def test_the_contrast_agents_of_enhanced_files_are_seen(tmp_path: Path, agents: list[Dataset], given: bool) -> None:
    write_files(tmp_path, [make_enhanced([(SAGITTAL, (0, 0, 0), 2)], ContrastBolusAgentSequence=agents)])
    assert bool(read(tmp_path).frames[0].facts.contrast_agent) is given


def test_fat_suppression_and_inversion_of_enhanced_files_are_read(tmp_path: Path) -> None:
    dataset = make_enhanced([(SAGITTAL, (0, 0, 0), 2)])
    modifier = Dataset()
    modifier.SpectrallySelectedSuppression = "FAT"
    modifier.InversionRecovery = "YES"
    modifier.InversionTimes = [160.0]
    dataset.SharedFunctionalGroupsSequence[0].MRModifierSequence = [modifier]
    write_files(tmp_path, [dataset])
    facts = read(tmp_path).frames[0].facts
    assert (facts.scan_options, facts.scanning_sequence, facts.inversion_time_ms) == (("FS",), ("SE", "IR"), 160.0)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["classic", "enhanced"]), st.integers(0, 2**32))
def test_a_damaged_file_is_a_refusal_or_a_record_never_an_error(tmp_path_factory, kind: str, seed: int) -> None:
    dataset = make_dataset(**T2) if kind == "classic" else make_enhanced([(SAGITTAL, (0, 0, 0), 3)])
    content = bytearray(to_bytes(dataset))
    random = Random(seed)
    for _ in range(random.randint(1, 40)):
        content[random.randrange(132, len(content))] = random.randrange(256)
    folder = tmp_path_factory.mktemp("damaged")
    headers = read_bytes(folder, bytes(content))
    assert len(headers.refusals) <= 1
    scan_studies([folder])
