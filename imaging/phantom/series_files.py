"""The slices of a series as data sets, one a file: classic, enhanced or legacy-converted."""

from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset
from pydicom.uid import UID

from imaging.phantom.acquisition import SliceImage
from imaging.phantom.dicom_header import SeriesHeader
from imaging.phantom.dicom_writer import to_mr_series_dataset, to_slice_dataset
from imaging.phantom.enhanced_writer import to_enhanced_dataset, to_legacy_converted_dataset
from imaging.phantom.stored_pixels import to_stored
from imaging.phantom.study_key import StudyKey
from imaging.phantom.variant import Container, Division, Storage

_FRAME_ORDER = 1000


def divide(slices: Sequence[SliceImage], division: Division) -> list[list[SliceImage]]:
    """The slices of each SeriesInstanceUID."""
    if division is Division.SERIES_PER_STACK:
        stacks = dict.fromkeys(image.stack for image in slices)
        return [[image for image in slices if image.stack == stack] for stack in stacks]
    if division is Division.HALVES:
        middle = (len(slices) + 1) // 2
        return [list(slices[:middle]), list(slices[middle:])]
    if division is Division.ALTERNATE:
        return [list(slices[::2]), list(slices[1::2])]
    return [list(slices)]


def to_datasets(
    header: SeriesHeader, slices: Sequence[SliceImage], key: StudyKey, storage: Storage, uid_series: int
) -> Iterator[Dataset]:
    """The data sets of a series in the order of sending; ``uid_series`` tells its SOPInstanceUIDs from another's."""
    uids = [str(key.to_uid("instance", uid_series, image.stack, image.place, image.copy)) for image in slices]
    if storage.container is Container.CLASSIC:
        return _to_classic(header, slices, uids, storage)
    return _to_multiframe(header, slices, uids, key, storage, uid_series)


def _to_classic(
    header: SeriesHeader, slices: Sequence[SliceImage], uids: Sequence[str], storage: Storage
) -> Iterator[Dataset]:
    syntax = UID(storage.transfer_syntax)
    series = to_mr_series_dataset(header)
    for image, uid in zip(slices, uids, strict=True):
        stored = to_stored(image.pixels, storage.pixel_form, image.place, syntax)
        yield to_slice_dataset(series, image, stored, uid, syntax)


def _to_multiframe(
    header: SeriesHeader,
    slices: Sequence[SliceImage],
    uids: Sequence[str],
    key: StudyKey,
    storage: Storage,
    uid_series: int,
) -> Iterator[Dataset]:
    """A file for all frames of one matrix, or for each stack; where slices were sent twice, each file comes twice."""
    frames = [(image, uid) for image, uid in zip(slices, uids, strict=True) if not image.is_resent]
    if storage.shuffle_frames:
        order = key.to_generator(_FRAME_ORDER, header.number).permutation(len(frames))
        frames = [frames[number] for number in order]
    files: dict[tuple[int, ...], list[tuple[SliceImage, str]]] = {}
    for image, uid in frames:
        stack = image.stack if storage.file_per_stack else 0
        files.setdefault((*image.pixels.shape, stack), []).append((image, uid))
    sendings = 2 if len(frames) < len(slices) else 1
    for _ in range(sendings):
        for number, members in enumerate(files.values(), start=1):
            dataset = _to_one_file(header, members, key.to_uid("file", uid_series, number), storage)
            dataset.InstanceNumber = number
            yield dataset


def _to_one_file(
    header: SeriesHeader, members: Sequence[tuple[SliceImage, str]], uid: str, storage: Storage
) -> Dataset:
    images = [image for image, _ in members]
    syntax = UID(storage.transfer_syntax)
    # one PixelRepresentation and one padding a file, but each frame may have its own slope
    stored = [to_stored(image.pixels, storage.pixel_form, image.place, syntax) for image in images]
    if storage.container is Container.ENHANCED:
        return to_enhanced_dataset(header, images, stored, uid, syntax, storage.shared_orientation)
    return to_legacy_converted_dataset(header, images, stored, uid, [uid for _, uid in members], syntax)
