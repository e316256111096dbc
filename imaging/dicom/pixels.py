"""The voxels of a stack: each file opened once, only the frames that are needed decoded, in the stack's order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from imaging.dicom.codestream import find_size
from imaging.dicom.quiet import quiet_pydicom
from imaging.dicom.sources import Open, open_sources
from imaging.dicom.values import to_label
from imaging.foreign_files import is_volume_file
from imaging.refusal import ImagingError
from imaging.study import SliceSource, Stack
from imaging.volume import Volume
from imaging.volume_files import read_file_voxels

Array = npt.NDArray[np.generic]
IntArray = npt.NDArray[np.integer[Any]]

_PIXEL_DATA = "PixelData (7FE0,0010)"

_TAGS = [
    "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns", "PlanarConfiguration",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit",
    "RescaleSlope", "RescaleIntercept", "ModalityLUTSequence", "PixelValueTransformationSequence",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths", "PixelData",
]  # fmt: skip


_NEEDED = ("SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "PixelRepresentation")


@dataclass(frozen=True)
class _Slice:
    """A decoded slice, (row, column) as stored, and what its header says of the values.

    ``padded``: where there is no image. ``bounds``: the least and greatest value of the image after the rescale that
    the header leaves room for. ``is_inverted``: MONOCHROME1.
    """

    stored: IntArray
    padded: npt.NDArray[np.bool_] | None
    bounds: tuple[float, float]
    slope: float
    intercept: float
    is_inverted: bool


def read_volume(stack: Stack, slices: slice | None = None) -> Volume:
    """The voxels of a stack, or of its slices ``slices`` (neighbours, step 1), with the affine that belongs to them.

    Also of the stack of a NIfTI, MHA, MHD or NRRD file; the rest is said of DICOM.

    RescaleSlope and RescaleIntercept are applied slice by slice, and then MONOCHROME1 is inverted within the range
    that can be stored, so that a part of a stack reads as the whole does. Voxels are uint16, int16 or int32 where the
    slope is 1 and the intercept whole, else float32. PixelPaddingValue becomes the least of the other voxels read.
    ImagingError, which says the tag, where the file is gone, cut off, in colour, or in a transfer syntax without
    a decoder.
    """
    start, stop, step = (slices or slice(None)).indices(len(stack.sources))
    if step != 1 or stop <= start:
        raise ImagingError(f"slices {slices} of a stack of {len(stack.sources)}: expected neighbours, one or more")
    if is_volume_file(stack.sources[start].path):
        return to_part(stack, start, stop, read_file_voxels(stack.sources[start].path)[start:stop])
    decoded = _read_slices(stack.sources[start:stop], stack.shape[1:])
    return to_part(stack, start, stop, _to_voxels(decoded))


def to_part(stack: Stack, start: int, stop: int, voxels: Array) -> Volume:
    """The volume of slices ``start`` to ``stop`` of a stack, with these voxels."""
    affine = stack.affine.copy()
    offsets = stack.slice_offsets_mm
    affine[:3, 3] += affine[:3, 2] * (start if offsets is None else offsets[start])
    if offsets is not None:
        part = offsets[start:stop] - offsets[start]
        if stop - start == 1:  # no steps are left that could differ
            near = offsets[start - 1 : start + 1] if start else offsets[:2]
            affine[:3, 2] *= near[1] - near[0]
        offsets = part if stop - start > 1 else None
    return Volume(voxels, affine, stack.thickness_mm, offsets)


def _read_slices(sources: tuple[SliceSource, ...], shape: tuple[int, int]) -> list[_Slice]:
    """The slices in the order of their sources; a file that holds several is opened once."""
    wanted: dict[tuple[str, str | None], list[int]] = {}
    for index, source in enumerate(sources):
        wanted.setdefault((str(source.path), source.member), []).append(index)
    decoded: dict[int, _Slice] = {}
    with quiet_pydicom(), open_sources() as open_one:
        for indices in wanted.values():
            dataset = _read_dataset(sources[indices[0]], open_one)
            frames = [sources[index].frame for index in indices]
            try:
                decoded.update(zip(indices, _decode(dataset, frames, shape), strict=True))
            except ImagingError:
                raise
            except Exception:  # an element read only now; pydicom quotes what it finds
                raise ImagingError("an element of the DICOM header is damaged", "damaged-header") from None
    return [decoded[index] for index in range(len(sources))]


def _decode(dataset: Any, frames: list[int], shape: tuple[int, int]) -> Iterator[_Slice]:
    from pydicom.pixels.utils import iter_pixels

    _check_image(dataset, shape)
    _check_decoder(dataset)
    try:
        arrays = list(iter_pixels(dataset, indices=frames, raw=True)) if _fit(dataset, frames, shape) else []
    except Exception:  # messages of pydicom and of its decoders may quote values
        arrays = []
    if len(arrays) != len(frames):
        raise ImagingError(
            f"{_PIXEL_DATA} is cut off or damaged: not every frame of {shape[0]} x {shape[1]} voxels could be decoded",
            "damaged-pixels",
            _PIXEL_DATA,
        )
    return (_to_slice(dataset, frame, array) for frame, array in zip(frames, arrays, strict=True))


def _fit(dataset: Any, frames: list[int], shape: tuple[int, int]) -> bool:
    """Whether no compressed frame says of itself that it is larger or smaller than the header does."""
    from pydicom.encaps import get_frame
    from pydicom.uid import RLELossless

    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_encapsulated or syntax == RLELossless:  # any bytes may stand in run lengths
        return True
    count = int(dataset.get("NumberOfFrames") or 1)
    offsets = (dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths"))
    extended = offsets if all(offsets) else None
    sizes = (
        find_size(get_frame(dataset.PixelData, frame, extended_offsets=extended, number_of_frames=count))
        for frame in frames
    )
    return all(size in (None, shape) for size in sizes)


def _read_dataset(source: SliceSource, open_one: Open) -> Any:
    import pydicom

    try:
        with open_one(source.path, source.member) as file:
            dataset = pydicom.dcmread(file, specific_tags=_TAGS, force=True)
    except OSError:
        raise ImagingError("the file can no longer be read", "unreadable") from None
    except Exception:  # also what zipfile raises on a damaged member
        raise ImagingError("the DICOM file is cut off or damaged", "damaged-file") from None
    if "TransferSyntaxUID" not in dataset.file_meta:  # a file without preamble: pydicom has seen which of three it is
        dataset.file_meta.TransferSyntaxUID = _guess_syntax(*dataset.original_encoding)
    return dataset


def _guess_syntax(is_implicit: bool, is_little_endian: bool) -> Any:
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    if is_implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if is_little_endian else ExplicitVRBigEndian


def _check_image(dataset: Any, shape: tuple[int, int]) -> None:
    """ImagingError where there is no grey image of this shape."""
    if "PixelData" not in dataset:
        raise _refuse("is missing: the file holds no image, or is cut off", "no-pixels", _PIXEL_DATA)
    for keyword in _NEEDED:
        if dataset.get(keyword) in (None, ""):
            raise _refuse("is missing: the voxels cannot be told", "missing-element", to_label(keyword))
    if dataset.SamplesPerPixel != 1:
        raise _refuse("is not 1: the image is in colour", "colour", "SamplesPerPixel (0028,0002)")
    if dataset.get("PhotometricInterpretation") not in ("MONOCHROME1", "MONOCHROME2"):
        raise _refuse("is neither MONOCHROME1 nor MONOCHROME2", "colour", "PhotometricInterpretation (0028,0004)")
    if (dataset.get("Rows"), dataset.get("Columns")) != shape:
        raise _refuse("are not those of the stack", "other-matrix", "Rows (0028,0010) and Columns (0028,0011)")
    if "ModalityLUTSequence" in dataset:
        raise _refuse("is not supported in an MR image", "lookup-table", "ModalityLUTSequence (0028,3000)")


def _check_decoder(dataset: Any) -> None:
    """ImagingError where the transfer syntax is none of an image, or its decoder is not installed."""
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import AllTransferSyntaxes, JPEGExtended12Bit

    syntax = dataset.file_meta.TransferSyntaxUID
    tag = "TransferSyntaxUID (0002,0010)"
    if syntax not in AllTransferSyntaxes:
        raise _refuse("is none of the standard's", "unknown-transfer-syntax", tag)
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise _refuse(f"{syntax.name} is none that lumbar reads", "unknown-transfer-syntax", tag) from None
    if not decoder.is_available:
        raise _refuse(f"{syntax.name} needs a decoder: pip install 'lumbar[codecs]'", "no-decoder", tag)
    is_wide = syntax == JPEGExtended12Bit and dataset.get("BitsStored") != 8
    if is_wide and "pylibjpeg" not in decoder.available_plugins:
        what = f"{syntax.name} of 12 bits needs a decoder beside lumbar[codecs]: pip install pylibjpeg-libjpeg (GPL)"
        raise _refuse(what, "no-decoder", tag)


def _refuse(what: str, code: str, tag: str) -> ImagingError:
    return ImagingError(f"{tag} {what}", code, tag)


def _to_slice(dataset: Any, frame: int, stored: IntArray) -> _Slice:
    slope, intercept = _to_rescale(dataset, frame)
    bits, is_signed = int(dataset.BitsStored), bool(dataset.PixelRepresentation)
    least, greatest = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if is_signed else (0, (1 << bits) - 1)
    # BitsStored may be too low for what a compressed frame holds
    ends = (min(least, int(stored.min())) * slope, max(greatest, int(stored.max())) * slope)
    return _Slice(
        stored=stored,
        padded=_find_padding(dataset, bits, stored),
        bounds=(min(ends) + intercept, max(ends) + intercept),
        slope=slope,
        intercept=intercept,
        is_inverted=dataset.PhotometricInterpretation == "MONOCHROME1",
    )


def _to_voxels(slices: list[_Slice]) -> Array:
    """The slices rescaled, then inverted where that is asked for, then without padding: (slice, row, column)."""
    top = max(one.bounds[1] for one in slices)
    voxels = np.empty((len(slices), *slices[0].stored.shape), _choose_dtype(slices, top))
    is_whole = voxels.dtype != np.float32
    for plane, one in zip(voxels, slices, strict=True):
        wide = one.stored.astype(np.int64) + int(one.intercept) if is_whole else one.stored * one.slope + one.intercept
        plane[...] = (int(top) if is_whole else top) - wide if one.is_inverted else wide
    _fill_padding(voxels, slices)
    return voxels


def _choose_dtype(slices: list[_Slice], top: float) -> npt.DTypeLike:
    """The narrowest of uint16, int16 and int32 for every value the headers leave room for; float32 for fractions."""
    if any(one.slope != 1 or one.intercept != round(one.intercept) for one in slices):
        return np.float32
    ends = [end for one in slices for end in (*one.bounds, *(top - end for end in one.bounds if one.is_inverted))]
    for dtype in (np.uint16, np.int16, np.int32):
        if np.iinfo(dtype).min <= min(ends) and max(ends) <= np.iinfo(dtype).max:
            return dtype
    return np.float32


def _fill_padding(voxels: Array, slices: list[_Slice]) -> None:
    """Give padding the least value of the other voxels: it is dark, as air is, and stretches no range of values."""
    if all(one.padded is None for one in slices):
        return
    padded = np.stack([np.zeros(one.stored.shape, bool) if one.padded is None else one.padded for one in slices])
    voxels[padded] = voxels[~padded].min() if not padded.all() else 0


def _to_rescale(dataset: Any, frame: int) -> tuple[float, float]:
    """RescaleSlope and RescaleIntercept of a frame: its own, else those of all frames, else the data set's, else 1, 0.

    Source: PS3.3 C.7.6.16.2.9 (Pixel Value Transformation), C.11.1 (Modality LUT).
    """
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    groups = [*per_frame[frame : frame + 1], *(dataset.get("SharedFunctionalGroupsSequence") or [])]
    found = [group.PixelValueTransformationSequence for group in groups if "PixelValueTransformationSequence" in group]
    holder = found[0][0] if found and found[0] else dataset
    try:
        slope, intercept = (
            float(value) if (value := holder.get(keyword)) not in (None, "") else default
            for keyword, default in (("RescaleSlope", 1.0), ("RescaleIntercept", 0.0))
        )
    except (TypeError, ValueError):
        slope = intercept = np.nan
    if not (np.isfinite(slope) and np.isfinite(intercept) and slope):
        what = "and RescaleIntercept (0028,1052) are no numbers that can be applied"
        raise _refuse(what, "bad-rescale", "RescaleSlope (0028,1053)")
    return slope, intercept


def _find_padding(dataset: Any, bits: int, stored: IntArray) -> npt.NDArray[np.bool_] | None:
    """Where voxels are padding, PixelPaddingValue up to PixelPaddingRangeLimit; None where there is no such value."""
    first = dataset.get("PixelPaddingValue")
    if not isinstance(first, int):
        return None
    last = dataset.get("PixelPaddingRangeLimit", first)
    # the tag's own sign is often wrong: compare the bits
    low, high = (int(np.int64(value) & ((1 << bits) - 1)) for value in (first, last))
    raw = stored.astype(np.int64) & ((1 << bits) - 1)
    padded: npt.NDArray[np.bool_] = (raw >= min(low, high)) & (raw <= max(low, high))
    return padded if padded.any() else None
