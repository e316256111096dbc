"""Classic MR files: one slice a file, as the MR Image IOD (DICOM PS3.3 A.4) asks."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from imaging.phantom.acquisition import SliceImage
from imaging.phantom.dicom_header import add_pixels, SeriesHeader, to_number, to_numbers, to_series_dataset
from imaging.phantom.stored_pixels import StoredPixels, to_frame_bytes
from imaging.study import Weighting

MR_IMAGE = UID("1.2.840.10008.5.1.4.1.1.4")
PROTON_MHZ_PER_T = 42.577


def to_mr_series_dataset(header: SeriesHeader) -> Dataset:
    """The header that the classic files of a series share, with the MR image module's (PS3.3 C.8.3.1)."""
    dataset = to_series_dataset(header)
    planned, scanner = header.planned, header.scanner
    sequence = planned.sequence
    is_stir = sequence.weighting is Weighting.STIR
    dataset.SOPClassUID = MR_IMAGE
    dataset.ImageType = list(scanner.localizer_type if planned.is_localizer else scanner.image_type)
    dataset.ScanningSequence = "GR" if planned.is_localizer else ["SE", "IR"] if is_stir else "SE"
    dataset.SequenceVariant = "SK"
    dataset.ScanOptions = "FS" if sequence.fat_suppressed and not is_stir else ""
    dataset.MRAcquisitionType = "2D"
    dataset.RepetitionTime = to_number(sequence.repetition_ms)
    dataset.EchoTime = to_number(sequence.echo_ms)
    if sequence.inversion_ms is not None:
        dataset.InversionTime = to_number(sequence.inversion_ms)
    dataset.EchoTrainLength = sequence.echo_train
    dataset.EchoNumbers = 1
    dataset.NumberOfAverages = to_number(2)
    dataset.ImagingFrequency = to_number(PROTON_MHZ_PER_T * scanner.field_t)
    dataset.ImagedNucleus = "1H"
    dataset.FlipAngle = to_number(20 if planned.is_localizer else 150)
    dataset.PixelBandwidth = to_number(200)
    dataset.InPlanePhaseEncodingDirection = "COL"
    if sequence.contrast_agent:
        dataset.ContrastBolusAgent = "GADOLINIUM"
    return dataset


def to_slice_dataset(series: Dataset, image: SliceImage, stored: StoredPixels, uid: str, syntax: UID) -> Dataset:
    """The data set of one file; its elements of the series are shared with the other files', not copied."""
    dataset = Dataset(series)
    dataset.SOPInstanceUID = uid
    dataset.InstanceNumber = image.instance
    dataset.AcquisitionNumber = image.acquisition
    dataset.ImagePositionPatient = to_numbers(image.position)
    dataset.ImageOrientationPatient = to_numbers([*image.along_row, *image.along_column])
    dataset.PixelSpacing = to_numbers(image.pixel_mm)
    dataset.SliceThickness = to_number(image.thickness_mm)
    dataset.SpacingBetweenSlices = to_number(image.step_mm)
    dataset.SliceLocation = to_number(to_slice_location(image))
    if stored.slope is not None and stored.intercept is not None:
        dataset.RescaleSlope, dataset.RescaleIntercept = to_number(stored.slope), to_number(stored.intercept)
        dataset.RescaleType = "US"
    dataset.WindowCenter, dataset.WindowWidth = to_window(image)
    add_pixels(dataset, [stored], [to_frame_bytes(stored, syntax)], syntax)
    return dataset


def to_slice_location(image: SliceImage) -> float:
    """The position along the patient axis that the slices cross most, as makers write it."""
    normal = np.cross(image.along_row, image.along_column)
    return float(image.position[int(np.abs(normal).argmax())])


def to_window(image: SliceImage) -> tuple[str, str]:
    """WindowCenter and WindowWidth by the mean and the maximum."""
    return str(int(image.pixels.mean()) + 1), str(int(image.pixels.max()) + 1)
