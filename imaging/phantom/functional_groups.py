"""Items of functional groups: what a multi-frame file says of its frames (DICOM PS3.3 C.7.6.16 and C.8.13)."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.phantom.acquisition import SliceImage
from imaging.phantom.dicom_header import SeriesHeader, to_number, to_numbers
from imaging.phantom.stored_pixels import StoredPixels
from imaging.study import Weighting


def add_group(groups: Dataset, keyword: str, item: Dataset) -> None:
    """The functional group under its keyword, a sequence of one item."""
    setattr(groups, keyword, Sequence([item]))


def to_pixel_measures(image: SliceImage) -> Dataset:
    """PixelMeasuresSequence."""
    item = Dataset()
    item.PixelSpacing = to_numbers(image.pixel_mm)
    item.SliceThickness = to_number(image.thickness_mm)
    item.SpacingBetweenSlices = to_number(image.step_mm)
    return item


def to_plane_position(image: SliceImage) -> Dataset:
    """PlanePositionSequence."""
    item = Dataset()
    item.ImagePositionPatient = to_numbers(image.position)
    return item


def to_plane_orientation(image: SliceImage) -> Dataset:
    """PlaneOrientationSequence."""
    item = Dataset()
    item.ImageOrientationPatient = to_numbers([*image.along_row, *image.along_column])
    return item


def to_frame_content(image: SliceImage, header: SeriesHeader) -> Dataset:
    """FrameContentSequence: the stack, and the place in it."""
    item = Dataset()
    item.StackID = str(image.stack)
    item.InStackPositionNumber = image.place
    item.DimensionIndexValues = [image.stack, image.place]
    item.FrameAcquisitionNumber = image.acquisition
    time = header.identity.study_date + "090000"
    item.FrameReferenceDateTime = item.FrameAcquisitionDateTime = time
    item.FrameAcquisitionDuration = 100.0
    return item


def to_value_transformation(stored: StoredPixels) -> Dataset:
    """PixelValueTransformationSequence."""
    item = Dataset()
    item.RescaleIntercept = to_number(stored.intercept or 0.0)
    item.RescaleSlope = to_number(stored.slope or 1.0)
    item.RescaleType = "US"
    return item


def to_frame_voi(image: SliceImage) -> Dataset:
    """FrameVOILUTSequence: a window over the frame's values."""
    item = Dataset()
    item.WindowCenter = str(int(np.mean(image.pixels)) + 1)
    item.WindowWidth = str(int(np.max(image.pixels)) + 1)
    return item


def to_frame_type(header: SeriesHeader) -> Dataset:
    """MRImageFrameTypeSequence."""
    item = Dataset()
    item.FrameType = to_enhanced_image_type(header)
    add_description(item, header)
    return item


def to_enhanced_image_type(header: SeriesHeader) -> list[str]:
    """ImageType of an enhanced image, four values."""
    return ["ORIGINAL", "PRIMARY", "LOCALIZER" if header.planned.is_localizer else "VOLUME", "NONE"]


def add_description(item: Dataset, header: SeriesHeader) -> None:
    """The MR image description macro (C.8.13.3.1)."""
    weighting = header.planned.sequence.weighting
    item.PixelPresentation = "MONOCHROME"
    item.VolumetricProperties = "VOLUME"
    item.VolumeBasedCalculationTechnique = "NONE"
    item.ComplexImageComponent = "MAGNITUDE"
    item.AcquisitionContrast = (
        weighting.value if weighting in (Weighting.T1, Weighting.T2, Weighting.STIR) else "UNKNOWN"
    )


def to_mr_timing(header: SeriesHeader) -> Dataset:
    """MRTimingAndRelatedParametersSequence."""
    sequence = header.planned.sequence
    item = Dataset()
    item.RepetitionTime = to_number(sequence.repetition_ms)
    item.FlipAngle = to_number(20 if header.planned.is_localizer else 150)
    item.EchoTrainLength = sequence.echo_train
    item.RFEchoTrainLength = sequence.echo_train
    item.GradientEchoTrainLength = 0
    item.GradientOutputType = "DB_DT"
    item.GradientOutput = 0.0
    item.SpecificAbsorptionRateDefinition = "IEC_WHOLE_BODY"
    item.SpecificAbsorptionRateValue = 1.0
    item.OperatingModeSequence = Sequence([])
    return item


def to_mr_echo(header: SeriesHeader) -> Dataset:
    """MREchoSequence."""
    item = Dataset()
    item.EffectiveEchoTime = header.planned.sequence.echo_ms
    return item


def to_mr_modifier(header: SeriesHeader) -> Dataset:
    """MRModifierSequence: inversion, suppression."""
    sequence = header.planned.sequence
    item = Dataset()
    item.InversionRecovery = "NO" if sequence.inversion_ms is None else "YES"
    if sequence.inversion_ms is not None:
        item.InversionTimes = [sequence.inversion_ms]
    item.SpectrallySelectedSuppression = to_suppression(header)
    item.FlowCompensation = "NONE"
    item.Spoiling = "NONE"
    item.T2Preparation = "NO"
    item.SpectrallySelectedExcitation = "NONE"
    item.SpatialPresaturation = "NONE"
    item.PartialFourier = "NO"
    item.ParallelAcquisition = "NO"
    return item


def to_suppression(header: SeriesHeader) -> str:
    """SpectrallySelectedSuppression: an inversion suppresses fat by its time, not by its frequency."""
    sequence = header.planned.sequence
    return "FAT" if sequence.fat_suppressed and sequence.inversion_ms is None else "NONE"


def to_mr_averages() -> Dataset:
    """MRAveragesSequence."""
    item = Dataset()
    item.NumberOfAverages = to_number(2)
    return item


def to_anatomy() -> Dataset:
    """FrameAnatomySequence: the lumbar spine, unpaired."""
    region = Dataset()
    region.CodeValue = "122496007"
    region.CodingSchemeDesignator = "SCT"
    region.CodeMeaning = "Lumbar spine"
    item = Dataset()
    item.FrameLaterality = "U"
    item.AnatomicRegionSequence = Sequence([region])
    return item
