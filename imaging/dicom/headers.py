"""The header pass: a file to one slim record a frame, without its pixels."""

import struct
from typing import BinaryIO, NamedTuple

from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian, MediaStorageDirectoryStorage

from imaging.dicom.deflated import check_deflated
from imaging.dicom.exclusion import MR_CLASSES
from imaging.dicom.fault import Fault
from imaging.dicom.files import InputFile, UNREADABLE
from imaging.dicom.quiet import quiet_pydicom
from imaging.dicom.record import FrameHeader, SeriesFacts
from imaging.dicom.records import KEYWORDS, to_records
from imaging.dicom.sniff import check_dicom
from imaging.dicom.sources import Open, open_sources
from imaging.dicom.values import to_label
from imaging.dicom.zip_members import ZIP_ERRORS
from imaging.refusal import Refusal

_PIXEL_VRS = (b"OB", b"OW", b"OF", b"OD", b"UN")
_PIXELS = (b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10", b"\xe0\x7f\x08\x00", b"\xe0\x7f\x09\x00")


class HeaderBatch(NamedTuple):
    """Files to read together, and the keyword of the study id, which is read along."""

    files: tuple[InputFile, ...]
    study_id_keyword: str


class Headers(NamedTuple):
    """What was read of a batch; both in the order of the files."""

    frames: list[FrameHeader]
    refusals: list[Refusal]


def read_headers(batch: HeaderBatch) -> Headers:
    """The records of every frame of these files; a file that cannot be read is refused and the next one is read."""
    headers = Headers([], [])
    memo: dict[SeriesFacts, SeriesFacts] = {}
    with quiet_pydicom(), open_sources() as open_one:
        for file in batch.files:
            read = _read_file(file, batch.study_id_keyword, open_one, memo)
            if isinstance(read, Fault):
                headers.refusals.append(Refusal("", f"file {file.number}", *read))
            else:
                headers.frames.extend(read)
    return headers


def _read_file(
    file: InputFile, keyword: str, open_one: Open, memo: dict[SeriesFacts, SeriesFacts]
) -> list[FrameHeader] | Fault:
    try:
        stream = open_one(file.path, file.member)
    except OSError:
        return UNREADABLE
    except ZIP_ERRORS:
        return Fault("zip-damaged", "", "a file in a zip is damaged or packed in an unknown way")
    with stream:
        try:
            dataset = _read_dataset(stream, keyword)
            if isinstance(dataset, Fault):
                return dataset
            is_directory = dataset.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage
            return [] if is_directory else to_records(dataset, file, keyword, memo)
        except Exception:  # pydicom raises nearly anything on a damaged file, and quotes it
            return Fault("damaged", "", "the DICOM header cannot be read; the file is damaged")


def _read_dataset(stream: BinaryIO, keyword: str) -> FileDataset | Fault:
    if fault := check_dicom(stream) or check_deflated(stream):
        return fault
    keywords = [*KEYWORDS, keyword] if keyword else KEYWORDS
    dataset = dcmread(stream, stop_before_pixels=True, specific_tags=[Tag(k) for k in keywords], force=True)
    return _check_complete(stream, dataset) or dataset


def _check_complete(stream: BinaryIO, dataset: FileDataset) -> Fault | None:
    """Refuse an image whose file ends before its pixels do: uncompressed, their length stands in their header."""
    is_image = "Rows" in dataset or dataset.file_meta.get("MediaStorageSOPClassUID") in MR_CLASSES
    if not is_image or dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        return None
    start = stream.tell()
    element = stream.read(12)
    size = stream.seek(0, 2)
    if element[:4] not in _PIXELS:
        return Fault("truncated", to_label("PixelData"), f"the file ends before {to_label('PixelData')}")
    order = ">" if element[:1] == b"\x7f" else "<"
    has_vr = element[4:6] in _PIXEL_VRS  # as the low half of a length these are odd, which no length is
    length = struct.unpack_from(f"{order}I", element, 8 if has_vr else 4)[0]
    missing = start + (12 if has_vr else 8) + length - size
    if length == 0xFFFFFFFF or missing <= 0:
        return None
    reason = f"{to_label('PixelData')} has {length} bytes by its length, but the file ends {missing} bytes before"
    return Fault("truncated", to_label("PixelData"), reason)
