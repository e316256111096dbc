"""Bytes of a file, plain or gzip, to text in UTF-8, UTF-16, UTF-32 or Windows-1252."""

import codecs
import zlib
from collections.abc import Iterator
from pathlib import Path

from reportparse.archive.record import FileFault

BLOCK_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def utf8_blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a text file, blockwise, without byte order mark; UTF-16 and UTF-32 are brought to UTF-8.

    FileFault, after all that could be read, where a gzip stream is cut off.
    """
    decoder: codecs.IncrementalDecoder | None = None
    for number, block in enumerate(_unzipped_blocks(path)):
        if number == 0:
            codec = sniff_codec(block)
            if codec == "utf-8-sig":
                block = block[len(codecs.BOM_UTF8) :]
            elif codec != "utf-8":
                decoder = codecs.getincrementaldecoder(codec)(errors="replace")
        yield block if decoder is None else decoder.decode(block).encode("utf-8", "replace")
    if decoder is not None:
        yield decoder.decode(b"", True).encode("utf-8", "replace")


def sniff_codec(head: bytes) -> str:
    """The codec of a text by its first bytes: by its mark, else UTF-16 by its NULs, else UTF-8."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    sample = head[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * len(sample[1::2]) and even < 0.1 * odd:
        return "utf-16-le"
    if even > 0.4 * len(sample[::2]) and odd < 0.1 * even:
        return "utf-16-be"
    return "utf-8"


def decode(data: bytes) -> tuple[str, bool]:
    """The text of bytes meant as UTF-8, and whether some of them were not and were read as Windows-1252."""
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("utf-8", _WINDOWS_1252), True


def text_blocks(path: Path) -> Iterator[str]:
    """The text of a file, blockwise, for readers that need no lines."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors=_WINDOWS_1252)
    for block in utf8_blocks(path):
        yield decoder.decode(block)
    yield decoder.decode(b"", True)


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """The first bytes of a file, unzipped."""
    try:
        return next(_unzipped_blocks(path), b"")[:count]
    except FileFault:
        return b""


def _unzipped_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(BLOCK_BYTES)
        blocks = iter(lambda: file.read(BLOCK_BYTES), b"")
        if head.startswith(_GZIP):
            yield from _inflate(head, blocks)
        elif head:
            yield head
            yield from blocks


def _inflate(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a gzip stream of one or several members, no block above BLOCK_BYTES however well it packs."""
    stream, data = zlib.decompressobj(wbits=31), head
    while True:
        try:
            block = stream.decompress(data, BLOCK_BYTES)
        except zlib.error:
            raise FileFault("the gzip stream is damaged here; what came before it was kept") from None
        if block:
            yield block
        if stream.eof:
            data = stream.unused_data.lstrip(b"\0") or next(blocks, b"").lstrip(b"\0")
            if not data:
                return
            stream = zlib.decompressobj(wbits=31)
        else:
            data = stream.unconsumed_tail or next(blocks, b"")
            if not data and not block:
                raise FileFault("the gzip stream is cut off here; what came before it was kept")


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Handler for single bytes that are no UTF-8; the five that Windows-1252 lacks become U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_WINDOWS_1252 = "reportparse.windows_1252"
codecs.register_error(_WINDOWS_1252, _as_windows_1252)
