"""The numbers a file holds for a slice: sign, bits, photometric interpretation, rescale; and their compressed form."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    ExplicitVRBigEndian,
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
    UID,
)

from imaging.phantom.scene import MAX_SIGNAL, Voxels

SIGN_SHIFT = 1024
PADDING_VALUE = 4095
"""Beyond what a padded image's signal reaches, as makers choose it."""

_GDCM_WRITES = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1)
LOSSY = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000)
ENCAPSULATED = (*_GDCM_WRITES, JPEGLSLossless, JPEGLSNearLossless, JPEG2000Lossless, JPEG2000, RLELossless)


@dataclass(frozen=True)
class PixelForm:
    """How values are stored.

    ``slope_per_slice``: each slice with its own RescaleSlope and RescaleIntercept. ``padding_columns``: that many
    columns at either side hold PixelPaddingValue.
    """

    monochrome1: bool = False
    signed: bool = False
    slope_per_slice: bool = False
    padding_columns: int = 0


PLAIN_PIXELS = PixelForm()


@dataclass(frozen=True)
class StoredPixels:
    """A slice's stored values, (row, column); value * ``slope`` + ``intercept`` is the signal where one is written."""

    values: npt.NDArray[np.integer]
    bits_stored: int
    photometric: str
    slope: float | None = None
    intercept: float | None = None
    padding: int | None = None

    @property
    def is_signed(self) -> bool:
        """Whether PixelRepresentation is 1."""
        return self.values.dtype.kind == "i"


def to_stored(pixels: Voxels, form: PixelForm, number: int, syntax: UID) -> StoredPixels:
    """What is stored of a slice's signal, 0 to MAX_SIGNAL; ``number`` is the slice's, for its own slope."""
    values = pixels.astype(np.float64)
    slope, intercept = (1.0 + 0.07 * (number % 7), 3.0 * (number % 5)) if form.slope_per_slice else (1.0, 0.0)
    if form.monochrome1:
        values = MAX_SIGNAL - values
    if form.signed:
        intercept += SIGN_SHIFT
    values = np.rint((values - intercept) / slope)
    if not form.signed:
        values = np.clip(values, 0, MAX_SIGNAL)
    if form.padding_columns:
        values = np.minimum(values, PADDING_VALUE - 1)
        values[:, : form.padding_columns] = values[:, -form.padding_columns :] = PADDING_VALUE
    is_scaled = form.slope_per_slice or form.signed
    stored = StoredPixels(
        values.astype(np.int16 if form.signed else np.uint16),
        bits_stored=16 if form.signed else 12,
        photometric="MONOCHROME1" if form.monochrome1 else "MONOCHROME2",
        slope=slope if is_scaled else None,
        intercept=intercept if is_scaled else None,
        padding=PADDING_VALUE if form.padding_columns else None,
    )
    return _to_8_bits(stored) if syntax == JPEGBaseline8Bit else stored


def _to_8_bits(stored: StoredPixels) -> StoredPixels:
    """The stored values as JPEG baseline can hold them."""
    values = (stored.values.astype(np.int64) >> 4).astype(np.uint8)
    return StoredPixels(values, 8, stored.photometric)


def to_frame_bytes(stored: StoredPixels, syntax: UID) -> bytes:
    """One frame as PixelData holds it under a transfer syntax; ValueError where no encoder writes it."""
    values = np.ascontiguousarray(stored.values)
    if syntax in _GDCM_WRITES:
        return _encode_by_gdcm(values, stored, syntax)
    if syntax not in ENCAPSULATED:
        is_big = syntax == ExplicitVRBigEndian
        return values.astype(values.dtype.newbyteorder(">" if is_big else "<")).tobytes()
    rows, columns = values.shape
    loss: dict[UID, dict[str, Any]] = {JPEGLSNearLossless: {"jls_error": 2}, JPEG2000: {"j2k_cr": [6.0]}}
    plugin = "pydicom" if syntax == RLELossless else ""
    return get_encoder(syntax).encode(
        values, encoding_plugin=plugin, rows=rows, columns=columns, samples_per_pixel=1, number_of_frames=1,
        bits_allocated=values.itemsize * 8, bits_stored=stored.bits_stored,
        pixel_representation=int(stored.is_signed), photometric_interpretation=stored.photometric,
        **loss.get(syntax, {}),
    )  # fmt: skip


def _encode_by_gdcm(values: npt.NDArray[np.integer], stored: StoredPixels, syntax: UID) -> bytes:
    """A JPEG frame by gdcm, of the extra ``codecs``."""
    import gdcm  # type: ignore[import-untyped]

    rows, columns = values.shape
    writer = gdcm.ImageWriter()  # owns the image: it must outlive it
    image = writer.GetImage()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    kind = gdcm.PhotometricInterpretation.GetPIType(stored.photometric)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ImplicitVRLittleEndian))
    bits = values.itemsize * 8
    image.SetPixelFormat(gdcm.PixelFormat(1, bits, stored.bits_stored, stored.bits_stored - 1, int(stored.is_signed)))
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetByteStringValue(values.tobytes())
    image.SetDataElement(element)
    converter = gdcm.ImageChangeTransferSyntax()
    converter.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    converter.SetInput(image)
    if not converter.Change():
        raise ValueError(f"gdcm does not encode {values.dtype} pixels for transfer syntax {syntax.name}")
    fragments = converter.GetOutput().GetDataElement().GetSequenceOfFragments()
    content: str = fragments.GetFragment(0).GetByteValue().GetBuffer()
    return content.encode("utf-8", "surrogateescape")
