import codecs
import gzip
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportparse.archive import encoding
from reportparse.archive.encoding import decode, sniff_codec, text_blocks, utf8_blocks
from reportparse.archive.lines import Lines, MAX_LINE_BYTES
from reportparse.archive.record import FileFault

TEXT = "id,text\nS1,narrowing ≥ moderate – L4/5\nS2,naïve\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_unicode_file_is_read_with_and_without_its_mark(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(codec))
    assert b"".join(utf8_blocks(path)).decode() == TEXT
    assert "".join(Lines(path)) == "".join(text_blocks(path)) == TEXT


def test_windows_1252_is_read_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("plain\n5 mm – mild\nplain\n".encode("cp1252"))
    lines = Lines(path)
    assert list(lines) == ["plain\n", "5 mm – mild\n", "plain\n"]
    assert lines.recoded == 1


def test_one_wrong_byte_leaves_the_utf_8_beside_it() -> None:
    assert decode("≥ 3 mm \x96 mild".encode().replace(b"\xc2\x96", b"\x96")) == ("≥ 3 mm – mild", True)


def test_a_byte_that_windows_1252_lacks_is_replaced() -> None:
    assert decode(b"a\x81b") == ("a\ufffdb", True)


@given(st.binary(max_size=200))
def test_any_bytes_decode(data: bytes) -> None:
    text, recoded = decode(data)
    assert text.isascii() or isinstance(text.encode("utf-8"), bytes)
    assert recoded or text.encode("utf-8") == data


@given(st.lists(st.text(alphabet="ab \r\n\x0b\x0c\x85\u2028é", max_size=8), max_size=8), st.integers(1, 5))
def test_lines_joined_are_the_file_whatever_the_blocks(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], size: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    path.write_bytes("".join(parts).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "BLOCK_BYTES", size)
        lines = list(Lines(path))
    assert "".join(lines) == "".join(parts)
    assert [line.encode() for line in lines] == "".join(parts).encode().splitlines(keepends=True)


def test_a_line_without_end_is_cut_and_the_next_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"first\n" + b"x" * (2 * MAX_LINE_BYTES) + b"\nlast\n")
    assert [len(line) for line in Lines(path)] == [6, MAX_LINE_BYTES + 1, 5]


def test_gzip_of_several_members_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n") + b"\0\0")
    assert list(Lines(path)) == ["a\n", "b\n"]


def test_a_cut_gzip_gives_what_was_readable_then_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    rows = [random.Random(i).randbytes(20).hex() + "\n" for i in range(5000)]
    path.write_bytes(gzip.compress("".join(rows).encode())[:-40000])
    lines, read = iter(Lines(path)), list[str]()
    with pytest.raises(FileFault, match="cut off"):
        while True:
            read.append(next(lines))
    assert len(read) > 1000
    assert read == rows[: len(read)]


def test_a_gzip_bomb_is_unpacked_blockwise(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(bytes(50_000_000)))
    assert max(len(block) for block in utf8_blocks(path)) <= encoding.BLOCK_BYTES


def test_a_few_nuls_do_not_make_a_file_utf_16() -> None:
    assert sniff_codec(b"L4-5:\0 severe\0 stenosis of the canal") == "utf-8"
    assert sniff_codec(codecs.BOM_UTF16_BE) == "utf-16"
    assert sniff_codec(b"") == "utf-8"
