"""Inputs of every kind are found once, in one order, and what may harm is refused."""

import os
import zipfile
from pathlib import Path

import pytest

from imaging.dicom import sources
from imaging.dicom.files import find_files
from imaging.dicom.sources import MemberTooLarge, open_sources
from imaging.dicom.zip_members import ZipLimits


def write(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_zip(path: Path, members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def names(found) -> list[str]:
    return [file.member or file.path.name for file in found.files]


def codes(found) -> list[str]:
    return [refusal.code for refusal in found.refusals]


def test_a_tree_is_walked_in_one_order_and_numbered_from_one(tmp_path: Path) -> None:
    for name in ("b/2.dcm", "b/1", "a/x/3.dcm", "0.dcm"):
        write(tmp_path / name)
    found = find_files([tmp_path])
    assert [str(file.path.relative_to(tmp_path)) for file in found.files] == ["0.dcm", "a/x/3.dcm", "b/1", "b/2.dcm"]
    assert [file.number for file in found.files] == [1, 2, 3, 4]
    assert not found.refusals


def test_the_order_of_inputs_changes_nothing_and_a_file_is_read_once(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a" / name) for name in ("1", "2", "3")]
    expected = find_files([tmp_path / "a"])
    assert find_files([tmp_path / "a", *paths[::-1], tmp_path / "a"]) == expected
    one_by_one = find_files(paths[::-1])
    assert [file.path for file in one_by_one.files] == [file.path for file in expected.files]


@pytest.mark.parametrize(
    ("name", "folder"), [("study/series/1.dcm", "study"), ("study/1.dcm", "study"), ("1.dcm", "top")]
)
def test_the_folder_is_the_topmost_below_the_input(tmp_path: Path, name: str, folder: str) -> None:
    write(tmp_path / "top" / name)
    file = find_files([tmp_path / "top"]).files[0]
    assert (file.folder, file.input_folder) == (folder, "top")


def test_hidden_files_and_dicomdir_are_passed_over(tmp_path: Path) -> None:
    for name in (".DS_Store", "a/._1.dcm", "DICOMDIR", "__MACOSX/1.dcm", "a/1.dcm"):
        write(tmp_path / name)
    assert names(find_files([tmp_path])) == ["1.dcm"]


def test_an_input_that_does_not_exist_is_refused_by_its_place(tmp_path: Path) -> None:
    found = find_files([write(tmp_path / "1"), tmp_path / "JOHN_DOE"])
    assert [(refusal.source, refusal.code) for refusal in found.refusals] == [("input 2", "no-such-input")]
    assert len(found.files) == 1 and "DOE" not in repr(found.refusals)


def test_loops_of_links_end_and_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.dcm")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "z").symlink_to(tmp_path / "gone")
    found = find_files([tmp_path])
    assert names(found) == ["1.dcm"]
    assert [(refusal.source, refusal.code) for refusal in found.refusals] == [("file 1", "unreadable")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
@pytest.mark.parametrize("as_input", [True, False])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, as_input: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert codes(find_files([tmp_path / "pipe" if as_input else tmp_path])) == ["unreadable"]


def test_a_folder_that_cannot_be_listed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a" / "1.dcm")
    write(tmp_path / "b" / "2.dcm")
    scandir = os.scandir

    def refuse_a(path):
        if Path(path).name == "a":
            raise PermissionError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse_a)
    found = find_files([tmp_path])
    assert names(found) == ["2.dcm"] and codes(found) == ["unreadable"]
    assert str(tmp_path) not in repr(found.refusals)


def test_a_zip_counts_as_its_members_and_is_a_folder_of_its_name(tmp_path: Path) -> None:
    write_zip(tmp_path / "b.zip", {"s/2.dcm": b"2", "s/1": b"1", "s/": b"", ".hidden": b"", "DICOMDIR": b""})
    write(tmp_path / "a.dcm")
    found = find_files([tmp_path])
    assert [(file.member, file.number, file.folder) for file in found.files] == [
        (None, 1, tmp_path.name),
        ("s/1", 2, "b"),
        ("s/2.dcm", 3, "b"),
    ]
    alone = find_files([tmp_path / "b.zip"])
    assert {(file.folder, file.input_folder) for file in alone.files} == {("s", "b")}


def test_members_are_read_in_memory(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"1": b"one", "2": b"two"})
    with open_sources() as open_one:
        assert [open_one(path, name).read() for name in "12"] == [b"one", b"two"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_member_above_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "a.zip", {"1": b"x" * 100})
    monkeypatch.setattr(sources, "MAX_MEMBER_BYTES", 99)
    with open_sources() as open_one, pytest.raises(MemberTooLarge):
        open_one(path, "1")


@pytest.mark.parametrize("name", ["../1.dcm", "a/../../1.dcm", "/etc/1.dcm", "..\\1.dcm", "C:\\1.dcm"])
def test_a_path_that_leaves_the_zip_is_refused_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    path = write_zip(tmp_path / "a.zip", {name: b"x", "ok.dcm": b"x"})
    found = find_files([path])
    assert names(found) == ["ok.dcm"] and codes(found) == ["zip-path"]
    assert found.refusals[0].source == f"file {3 - found.files[0].number}"


BOMBS = {
    "ratio": ({"1": bytes(1 << 20)}, ZipLimits()),
    "members": ({str(k): b"x" for k in range(5)}, ZipLimits(members=4)),
    "total": ({"1": os.urandom(1000), "2": os.urandom(1000)}, ZipLimits(total_bytes=1999)),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_zip_bomb_is_refused_unread(tmp_path: Path, kind: str) -> None:
    members, limits = BOMBS[kind]
    path = write_zip(tmp_path / "a.zip", members)
    found = find_files([path], limits)
    assert not found.files
    assert [(refusal.source, refusal.code) for refusal in found.refusals] == [("file 1", "zip-bomb")]


def test_a_member_said_to_be_huge_is_a_bomb(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"1": b"x" * 50}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 20 : at + 28] = (0xF0000000).to_bytes(4, "little") * 2
    path.write_bytes(content)
    assert codes(find_files([path])) == ["zip-bomb"]


def test_members_that_overlap_are_a_bomb(tmp_path: Path) -> None:
    """Many directory entries that point at one packed file: the sum of the packed sizes is above the zip file's."""
    path = write_zip(tmp_path / "a.zip", {"1": os.urandom(5000)}, zipfile.ZIP_STORED)
    content = path.read_bytes()
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry = content[at:end]
    entries = b"".join(entry[:-1] + bytes([49 + k]) for k in range(4))
    tail = bytearray(content[end:])
    tail[8:12] = (4).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    path.write_bytes(content[:at] + entries + bytes(tail))
    assert codes(find_files([path])) == ["zip-bomb"]


def test_encrypted_nested_and_damaged_zips_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"1.dcm": b"x", "inner.zip": b"PK"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    write(tmp_path / "b.zip", b"PK\x03\x04 nothing else")
    write(tmp_path / "c.zip", b"")
    assert codes(find_files([tmp_path])) == ["zip-encrypted", "zip-nested", "zip-damaged", "zip-damaged"]


def test_an_unreadable_zip_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "a.zip", {"1": b"x"})

    def refuse(*_):
        raise PermissionError("a.zip")

    monkeypatch.setattr("imaging.dicom.zip_members.ZipFile", refuse)
    assert codes(find_files([path])) == ["unreadable"]
