"""A picture of the screen, as workstations send it into a study: secondary capture, in colour, with writing in it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, UID

from imaging.phantom.acquisition import SliceImage
from imaging.phantom.dicom_header import FULL_HEADER, SeriesHeader, to_series_dataset, write_file
from imaging.phantom.study_key import StudyKey

SECONDARY_CAPTURE = UID("1.2.840.10008.5.1.4.1.1.7")

_MR_ONLY = ("FrameOfReferenceUID", "PositionReferenceIndicator", "PatientPosition", "MagneticFieldStrength")


def write_screenshot(path: Path, header: SeriesHeader, slices: Sequence[SliceImage], key: StudyKey) -> None:
    """One file: the middle slice in grey levels of RGB, with a white box where writing would be."""
    dataset = to_screenshot(header, slices[len(slices) // 2], key.to_uid("screenshot", header.number))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, dataset, ExplicitVRLittleEndian, FULL_HEADER)


def to_screenshot(header: SeriesHeader, image: SliceImage, uid: str) -> Dataset:
    """The data set of a Secondary Capture Image (DICOM PS3.3 A.8.1)."""
    dataset = to_series_dataset(header)
    for keyword in _MR_ONLY:
        del dataset[keyword]
    grey = (image.pixels / max(int(image.pixels.max()), 1) * 255).astype(np.uint8)
    pixels = np.repeat(grey[..., np.newaxis], 3, axis=-1)  # (row, column, colour)
    pixels[: grey.shape[0] // 10, : grey.shape[1] // 3] = 255
    dataset.SOPClassUID = SECONDARY_CAPTURE
    dataset.SOPInstanceUID = uid
    dataset.SeriesDescription = "Screen save"
    dataset.ConversionType = "WSD"
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.BurnedInAnnotation = "YES"
    dataset.InstanceNumber = 1
    dataset.SamplesPerPixel = 3
    dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = "RGB"
    dataset.Rows, dataset.Columns = grey.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    data = pixels.tobytes()
    dataset.add_new("PixelData", "OW", data + b"\0" * (len(data) % 2))
    return dataset
