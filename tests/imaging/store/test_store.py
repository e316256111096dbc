import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from imaging.refusal import Refusal
from imaging.store import reader as reader_module
from imaging.store.reader import VolumeStore
from imaging.store.schema import INDEX_SCHEMA, StoreError, to_file
from imaging.store.study_file import write_study
from imaging.store.writer import find_study, open_for_writing, write_index, write_run
from lexicons.vocabulary import Level
from tests.imaging.store.crops_of_noise import assert_same_disc, some_discs

SETTINGS = {"margin": 0.1, "axial": {"samples": (8, 360, 360)}}
REFUSED = Refusal("2.16.1", "series 3", "no-position", "ImagePositionPatient (0020,0032)", "missing")


def make_store(path: Path, studies: int = 3) -> Path:
    open_for_writing(path, SETTINGS)
    for seed in range(studies):
        write_study(path, f"1.2.{seed}", f"digest {seed}", some_discs(seed, axial=seed), [])
    write_study(path, "2.16.1", "x", (), [REFUSED])
    write_index(path)
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = VolumeStore(make_store(tmp_path / "store"))
    assert len(store.discs) == 15
    for seed in range(3):
        for disc in some_discs(seed, axial=seed):
            assert_same_disc(store.read_disc(f"1.2.{seed}", disc.frame.level), disc)
    assert store.settings == json.loads(json.dumps(SETTINGS))


def test_voxels_are_views_of_the_mapped_file(tmp_path: Path) -> None:
    store = VolumeStore(make_store(tmp_path / "store"))
    voxels = store.read_disc("1.2.1", "L4-L5").sagittal[0].volume.voxels
    assert not voxels.flags.writeable
    assert not voxels.flags.owndata
    assert voxels.dtype == np.dtype("<u2")


def test_the_index_has_a_row_a_crop(tmp_path: Path) -> None:
    store = VolumeStore(make_store(tmp_path / "store"))
    index = store.index
    assert list(index.columns) == INDEX_SCHEMA.names
    assert len(index) == 5 * (1 + 2 + 3)
    first = index[index["study_id"] == "1.2.0"]
    assert first["level"].tolist() == ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
    assert set(first["remarks"]) == {"axial: missing; ambiguous-numbering"}
    assert index[index["study_id"] == "1.2.2"]["view"].tolist()[:3] == ["axial", "axial", "sagittal"]
    assert index["slice_offsets_mm"].notna().sum() == 5


def test_the_index_says_which_studies_are_of_phantoms(tmp_path: Path) -> None:
    said = {"1.1": True, "1.2": False, "1.3": None}
    open_for_writing(tmp_path, SETTINGS)
    for study_id, phantom in said.items():
        write_study(tmp_path, study_id, "", some_discs(0), [], phantom)
    write_index(tmp_path)
    index = VolumeStore(tmp_path).index
    assert dict(zip(index["study_id"], index["phantom"], strict=True)) == said


def test_a_store_made_before_phantoms_were_told_is_read(tmp_path: Path) -> None:
    path = make_store(tmp_path / "store") / "index.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["phantom"]), path)
    store = VolumeStore(tmp_path / "store")
    assert len(store.discs) == 15
    assert set(store.index["phantom"]) == {None}


def test_the_index_is_in_the_order_of_study_id_and_level(tmp_path: Path) -> None:
    store, names = tmp_path / "store", [f"1.{number}" for number in range(9, 0, -1)]
    open_for_writing(store, SETTINGS)
    for seed, study_id in enumerate(names):
        write_study(store, study_id, "", some_discs(seed)[::-1], [])
    write_index(store)
    discs = VolumeStore(store).discs
    assert list(dict.fromkeys(study_id for study_id, _ in discs)) == sorted(names)
    assert [level for _, level in discs[:5]] == list(Level)[1:]


def test_refusals_and_counts_stand_beside_the_index(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    early = Refusal("", "file 17", "not-dicom", "", "no DICOM")
    write_run(store, "a", [early])
    summary = write_index(store)
    assert summary == json.loads((store / "summary.json").read_text())
    assert (summary["studies"], summary["studies_refused"], summary["discs"]) == (3, 1, 15)
    assert (summary["discs_without_axial"], summary["crops"], summary["refusals"]) == (5, 30, 2)
    table = pd.read_csv(store / "refused.csv", dtype=str, keep_default_na=False)
    assert list(table.columns) == list(Refusal._fields)
    assert [tuple(row) for row in table.itertuples(index=False)] == [early, REFUSED]
    write_run(store, "a", [])
    assert write_index(store)["refusals"] == 1


def test_a_store_with_no_disc_can_be_read(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "store", SETTINGS)
    write_index(tmp_path / "store")
    store = VolumeStore(tmp_path / "store")
    assert (store.discs, len(store.index)) == ((), 0)
    with pytest.raises(KeyError, match=r"no disc L4-L5 of study 1\.2"):
        store.read_disc("1.2", Level.L4_L5)


def test_no_name_in_the_store_tells_a_study(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    names = [path.relative_to(store).as_posix() for path in store.rglob("*")]
    assert not [name for name in names if "1.2." in name or "2.16" in name]
    assert len({to_file(f"1.2.{n}") for n in range(1000)}) == 1000


def test_files_do_not_depend_on_the_order_of_writing(tmp_path: Path) -> None:
    make_store(tmp_path / "a")
    open_for_writing(tmp_path / "b", SETTINGS)
    write_study(tmp_path / "b", "2.16.1", "x", (), [REFUSED])
    for seed in (2, 0, 1):
        write_study(tmp_path / "b", f"1.2.{seed}", f"digest {seed}", some_discs(seed, axial=seed), [])
        write_index(tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def contents(store: Path) -> dict[str, bytes]:
    return {str(path.relative_to(store)): path.read_bytes() for path in store.rglob("*") if path.is_file()}


def test_a_finished_study_is_found(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    found = find_study(store, "1.2.1")
    assert found is not None
    assert (found.study_id, found.made_from, len(found.rows)) == ("1.2.1", "digest 1", 10)
    refused = find_study(store, "2.16.1")
    assert refused is not None
    assert (refused.rows, refused.refusals) == ((), (REFUSED,))
    assert find_study(store, "1.2.9") is None


@pytest.mark.parametrize("keep", [0, 10, 20, -1, -5, -21, -300])
def test_a_study_file_cut_short_is_not_finished(tmp_path: Path, keep: int) -> None:
    store = make_store(tmp_path / "store")
    path = store / to_file("1.2.1")
    path.write_bytes(path.read_bytes()[:keep])
    assert find_study(store, "1.2.1") is None
    path.write_bytes(b"")
    assert write_index(store)["studies"] == 2


def test_a_study_file_that_lost_voxels_is_not_finished(tmp_path: Path) -> None:
    path = make_store(tmp_path / "store") / to_file("1.2.1")
    path.write_bytes(path.read_bytes()[64:])
    assert find_study(tmp_path / "store", "1.2.1") is None


@pytest.mark.parametrize("at", [-1, -10, -16, -30, -200])
def test_a_record_that_was_changed_is_not_finished(tmp_path: Path, at: int) -> None:
    store = make_store(tmp_path / "store")
    flip(store / to_file("1.2.1"), at)
    assert find_study(store, "1.2.1") is None


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_changed_voxels_are_answered_with_both_checksums(tmp_path: Path) -> None:
    path = make_store(tmp_path / "store")
    flip(path / to_file("1.2.1"), 0)
    with pytest.raises(StoreError, match=r"study 1\.2\.1, L1-L2 axial 0: checksum [0-9a-f]{8}, the index says"):
        VolumeStore(path).read_disc("1.2.1", Level.L1_L2)
    VolumeStore(path).read_disc("1.2.1", Level.L4_L5)
    VolumeStore(path, verify=False).read_disc("1.2.1", Level.L1_L2)


def test_a_checksum_is_compared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_store(tmp_path / "store")
    store = VolumeStore(path)
    store.read_disc("1.2.1", Level.L4_L5)
    monkeypatch.setattr(reader_module, "zlib", None)
    store.read_disc("1.2.1", Level.L4_L5)


def test_a_file_that_is_cut_short_or_gone_is_answered(tmp_path: Path) -> None:
    path = make_store(tmp_path / "store")
    file = path / to_file("1.2.1")
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(StoreError, match=r"L5-S1 axial 0: its voxels end at byte \d+, the file has 300"):
        VolumeStore(path).read_disc("1.2.1", Level.L5_S1)
    for lose in (lambda: file.write_bytes(b""), file.unlink):
        lose()
        with pytest.raises(StoreError, match="missing or empty"):
            VolumeStore(path).read_disc("1.2.1", Level.L5_S1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no volume store here: store.json is missing"),
        ("{", "not JSON"),
        ("[]", "has format None"),
        ('{"format": "other"}', "has format 'other', expected 'lumbar volume store'"),
        ('{"format": "lumbar volume store", "version": 99}', "format version 99, this lumbar reads 1"),
    ],
)
def test_a_head_that_is_not_a_stores(tmp_path: Path, content: str | None, message: str) -> None:
    store = make_store(tmp_path / "store")
    (store / "store.json").unlink()
    if content is not None:
        (store / "store.json").write_text(content)
    with pytest.raises(StoreError, match=message):
        VolumeStore(store)


def test_a_store_that_is_not_finished_says_so(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "store", SETTINGS)
    with pytest.raises(StoreError, match=r"not finished: index\.parquet is missing"):
        VolumeStore(tmp_path / "store")


def test_an_index_that_is_not_a_stores(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    index = store / "index.parquet"
    table = pq.read_table(index)
    index.write_bytes(b"no parquet")
    with pytest.raises(StoreError, match="no Parquet"):
        VolumeStore(store)
    pq.write_table(table.drop_columns(["affine", "sup"]), index)
    with pytest.raises(StoreError, match="no column affine, sup"):
        VolumeStore(store)
    frame = table.to_pandas()
    pq.write_table(table.drop_columns(["affine"]).append_column("affine", table["study_id"]), index)
    with pytest.raises(StoreError, match="other types"):
        VolumeStore(store)
    for file in ("../outside.u16", "/etc/passwd"):
        frame.assign(file=file).to_parquet(index)
        with pytest.raises(StoreError, match="outside the store"):
            VolumeStore(store)
    frame.assign(dtype="<f4").to_parquet(index)
    with pytest.raises(StoreError, match="type <f4, expected <u2"):
        VolumeStore(store)


def test_an_index_written_by_another_program_is_read(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    VolumeStore(store).index.assign(note="mine").to_parquet(store / "index.parquet")
    for disc in some_discs(1, axial=1):
        assert_same_disc(VolumeStore(store).read_disc("1.2.1", disc.frame.level), disc)


def test_a_store_may_go_to_another_process(tmp_path: Path) -> None:
    store = VolumeStore(make_store(tmp_path / "store"))
    store.read_disc("1.2.1", "L4-L5")
    copy = pickle.loads(pickle.dumps(store))
    assert_same_disc(copy.read_disc("1.2.1", "L4-L5"), store.read_disc("1.2.1", "L4-L5"))


def test_few_files_are_open_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "OPEN_FILES", 2)
    store = VolumeStore(make_store(tmp_path / "store"))
    before = open_maps(tmp_path)
    kept = store.read_disc("1.2.0", "L4-L5")
    for _ in range(3):
        for study_id, level in store.discs:
            store.read_disc(study_id, level)
    assert open_maps(tmp_path) - before == 3  # two, and the one whose voxels are still held
    assert_same_disc(kept, some_discs(0, axial=0)[3])


def test_the_file_used_longest_ago_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    real = reader_module.mmap.mmap

    def counting(number: int, *arguments: object, **options: object) -> object:
        opened.append(number)
        return real(number, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(reader_module, "OPEN_FILES", 2)
    monkeypatch.setattr(reader_module.mmap, "mmap", counting)
    store = VolumeStore(make_store(tmp_path / "store"))
    for study in (0, 1, 0, 2, 0, 1):
        store.read_disc(f"1.2.{study}", "L4-L5")
    assert len(opened) == 4


def open_maps(folder: Path) -> int:
    return sum(str(folder) in line for line in Path("/proc/self/maps").read_text().splitlines())


def test_reading_needs_neither_torch_nor_pydicom(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    code = (
        "import sys\nfrom imaging.store.reader import VolumeStore\n"
        f"VolumeStore({str(store)!r}).read_disc('1.2.1', 'L4-L5')\n"
        "print(*sorted({'torch', 'pydicom', 'scipy', 'SimpleITK'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
