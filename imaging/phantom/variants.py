"""The variants by name: every way of acquiring and storing a study that is worth a test of its own."""

from dataclasses import replace

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from imaging.phantom.acquisition import Acquisition
from imaging.phantom.dicom_header import FileForm, HeaderStyle
from imaging.phantom.stored_pixels import PixelForm
from imaging.phantom.variant import Container, Division, Storage, Variant

ENHANCED = Storage(Container.ENHANCED)
RSNA2024 = Variant(
    storage=Storage(transfer_syntax=RLELossless, header=HeaderStyle(rsna2024=True)),
    frame_per_series=True,
    repeated_uids=True,
    axial=Acquisition(reverse_order=True),
    shuffle_names=True,
)
"""What the files of the RSNA 2024 lumbar spine set look like."""


def to_both(acquisition: Acquisition) -> Variant:
    """A study whose sagittal and axial series are both acquired so."""
    return Variant(sagittal=acquisition, axial=acquisition)


ORDERS: dict[str, Variant] = {
    "right to left": Variant(sagittal=Acquisition(reverse_order=True)),
    "reversed numbers": to_both(Acquisition(reverse_numbers=True)),
    "interleaved": to_both(Acquisition(interleave=True)),
    "axial feet to head": Variant(axial=Acquisition(reverse_stacks=True)),
    "axial slices head to feet": Variant(axial=Acquisition(reverse_order=True)),
    "shuffled names": Variant(shuffle_names=True),
}

DIRECTIONS: dict[str, Variant] = {
    "flipped columns": to_both(Acquisition(flip_columns=True)),
    "flipped rows": to_both(Acquisition(flip_rows=True)),
    "half turn": to_both(Acquisition(flip_columns=True, flip_rows=True)),
    "transposed": to_both(Acquisition(transpose=True)),
    "transposed and flipped": to_both(Acquisition(transpose=True, flip_columns=True)),
    "axial flipped": Variant(axial=Acquisition(flip_columns=True)),
    "feet first": Variant(patient_position="FFS"),
    "prone": Variant(patient_position="HFP"),
    "turned about z": Variant(turn_deg=(0.0, 0.0, 14.0)),
    "turned about all axes": Variant(turn_deg=(6.0, -8.0, 10.0)),
    "turned and flipped": replace(to_both(Acquisition(flip_columns=True)), turn_deg=(0.0, 8.0, -12.0)),
}

STACKS: dict[str, Variant] = {
    "sheared": Variant(sagittal=Acquisition(shear_deg=6.0), axial=Acquisition(shear_deg=10.0)),
    "uneven": to_both(Acquisition(uneven_mm=0.6)),
    "missing slice": Variant(sagittal=Acquisition(missing=(2,))),
    "resent": to_both(Acquisition(resent=(0, 1))),
    "copied": to_both(Acquisition(copied=(0, 1))),
    "rescanned": to_both(Acquisition(rescanned=(1,))),
    "mixed matrix": Variant(sagittal=Acquisition(coarse=2)),
    "one slice half turned": Variant(sagittal=Acquisition(half_turned=(2,))),
    "series per stack": Variant(axial_division=Division.SERIES_PER_STACK),
    "sagittal halves": Variant(sagittal_division=Division.HALVES),
    "sagittal alternate": Variant(sagittal_division=Division.ALTERNATE),
}

FILES: dict[str, Variant] = {
    "enhanced": Variant(storage=ENHANCED),
    "enhanced, nothing shared": Variant(storage=replace(ENHANCED, shared_orientation=False)),
    "enhanced, frames in no order": Variant(storage=replace(ENHANCED, shuffle_frames=True)),
    "enhanced, file per stack": Variant(storage=replace(ENHANCED, file_per_stack=True)),
    "enhanced, compressed": Variant(storage=replace(ENHANCED, transfer_syntax=JPEG2000Lossless)),
    "enhanced, mixed matrix": Variant(storage=ENHANCED, sagittal=Acquisition(coarse=2)),
    "enhanced, flipped": replace(to_both(Acquisition(flip_rows=True)), storage=replace(ENHANCED, shuffle_frames=True)),
    "legacy converted": Variant(storage=Storage(Container.LEGACY_CONVERTED)),
    "implicit": Variant(storage=Storage(transfer_syntax=ImplicitVRLittleEndian)),
    "big endian": Variant(storage=Storage(transfer_syntax=ExplicitVRBigEndian)),
    "deflated": Variant(storage=Storage(transfer_syntax=DeflatedExplicitVRLittleEndian)),
    "rle": Variant(storage=Storage(transfer_syntax=RLELossless)),
    "jpeg 8 bits": Variant(storage=Storage(transfer_syntax=JPEGBaseline8Bit)),
    "jpeg lossless": Variant(storage=Storage(transfer_syntax=JPEGLossless)),
    "jpeg lossless sv1": Variant(storage=Storage(transfer_syntax=JPEGLosslessSV1)),
    "jpeg-ls": Variant(storage=Storage(transfer_syntax=JPEGLSLossless)),
    "jpeg-ls near lossless": Variant(storage=Storage(transfer_syntax=JPEGLSNearLossless)),
    "jpeg 2000": Variant(storage=Storage(transfer_syntax=JPEG2000)),
    "jpeg 2000 lossless": Variant(storage=Storage(transfer_syntax=JPEG2000Lossless)),
    "no preamble": Variant(storage=Storage(header=HeaderStyle(FileForm.NO_PREAMBLE))),
    "bare": Variant(storage=Storage(transfer_syntax=ImplicitVRLittleEndian, header=HeaderStyle(FileForm.BARE))),
}

PIXELS: dict[str, Variant] = {
    "monochrome1": Variant(storage=Storage(pixel_form=PixelForm(monochrome1=True))),
    "signed": Variant(storage=Storage(pixel_form=PixelForm(signed=True))),
    "slope per slice": Variant(storage=Storage(pixel_form=PixelForm(slope_per_slice=True))),
    "padding": Variant(storage=Storage(pixel_form=PixelForm(padding_columns=3))),
    "enhanced, slope per frame": Variant(storage=replace(ENHANCED, pixel_form=PixelForm(slope_per_slice=True))),
    "enhanced, monochrome1, signed": Variant(storage=replace(ENHANCED, pixel_form=PixelForm(True, True))),
}

HEADERS: dict[str, Variant] = {
    "frame of reference per series": Variant(frame_per_series=True),
    "repeated instance uids": Variant(repeated_uids=True),
    "no frame of reference": Variant(storage=Storage(header=HeaderStyle(dropped=("FrameOfReferenceUID",)))),
    "no instance numbers": Variant(
        storage=Storage(header=HeaderStyle(dropped=("InstanceNumber", "AcquisitionNumber")))
    ),
    "rsna 2024": RSNA2024,
}

VARIANTS: dict[str, Variant] = {
    "plain": Variant(),
    **ORDERS,
    **DIRECTIONS,
    **STACKS,
    **FILES,
    **PIXELS,
    **HEADERS,
}
"""Every variant by its name; any of their fields can be combined in a ``Variant`` of one's own."""
