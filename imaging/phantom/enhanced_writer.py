"""Multi-frame MR files: Enhanced MR Image (DICOM PS3.3 A.36.2) and Legacy Converted Enhanced MR Image (A.71)."""

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag
from pydicom.uid import UID

from imaging.phantom.acquisition import SliceImage
from imaging.phantom.dicom_header import add_pixels, ENHANCED_MR, SeriesHeader, to_series_dataset
from imaging.phantom.dicom_writer import to_mr_series_dataset
from imaging.phantom.functional_groups import (
    add_description,
    add_group,
    to_anatomy,
    to_enhanced_image_type,
    to_frame_content,
    to_frame_type,
    to_frame_voi,
    to_mr_averages,
    to_mr_echo,
    to_mr_modifier,
    to_mr_timing,
    to_pixel_measures,
    to_plane_orientation,
    to_plane_position,
    to_suppression,
    to_value_transformation,
)
from imaging.phantom.stored_pixels import StoredPixels, to_frame_bytes

LEGACY_CONVERTED_MR = UID("1.2.840.10008.5.1.4.1.1.4.4")

_CONVERTED_KEYWORDS = """ScanningSequence SequenceVariant ScanOptions MRAcquisitionType RepetitionTime EchoTime
    InversionTime EchoTrainLength EchoNumbers NumberOfAverages ImagedNucleus FlipAngle PixelBandwidth ProtocolName
    ContrastBolusAgent""".split()
"""What a converter does not know a functional group for, and keeps as it was."""


def to_enhanced_dataset(
    header: SeriesHeader,
    images: Sequence[SliceImage],
    stored: Sequence[StoredPixels],
    uid: str,
    syntax: UID,
    share_orientation: bool,
) -> Dataset:
    """An Enhanced MR image of the frames in the order given; all have one matrix and one pixel spacing or more."""
    dataset = to_series_dataset(header)
    dataset.SOPClassUID = ENHANCED_MR
    shared = Dataset()
    add_group(shared, "MRTimingAndRelatedParametersSequence", to_mr_timing(header))
    add_group(shared, "MREchoSequence", to_mr_echo(header))
    add_group(shared, "MRModifierSequence", to_mr_modifier(header))
    add_group(shared, "MRAveragesSequence", to_mr_averages())
    _add_pulse_sequence(dataset, header)
    _add_frames(dataset, shared, header, images, stored, share_orientation)
    _add_multiframe(dataset, header, uid, stored, syntax)
    return dataset


def to_legacy_converted_dataset(
    header: SeriesHeader,
    images: Sequence[SliceImage],
    stored: Sequence[StoredPixels],
    uid: str,
    source_uids: Sequence[str],
    syntax: UID,
) -> Dataset:
    """A Legacy Converted Enhanced MR image of classic slices whose SOPInstanceUIDs were ``source_uids``."""
    dataset = to_series_dataset(header)
    dataset.SOPClassUID = LEGACY_CONVERTED_MR
    classic = to_mr_series_dataset(header)
    shared = Dataset()
    unassigned = Dataset()
    for keyword in _CONVERTED_KEYWORDS:
        if keyword in classic:
            unassigned.add(classic[keyword])
    add_group(shared, "UnassignedSharedConvertedAttributesSequence", unassigned)
    _add_frames(dataset, shared, header, images, stored, share_orientation=True)
    for groups, image, source in zip(dataset.PerFrameFunctionalGroupsSequence, images, source_uids, strict=True):
        _add_conversion(groups, image, source, classic)
    _add_multiframe(dataset, header, uid, stored, syntax)
    return dataset


def _add_conversion(groups: Dataset, image: SliceImage, source_uid: str, classic: Dataset) -> None:
    source = Dataset()
    source.ReferencedSOPClassUID = classic.SOPClassUID
    source.ReferencedSOPInstanceUID = source_uid
    add_group(groups, "ConversionSourceAttributesSequence", source)
    unassigned = Dataset()
    unassigned.InstanceNumber = image.instance
    unassigned.AcquisitionNumber = image.acquisition
    add_group(groups, "UnassignedPerFrameConvertedAttributesSequence", unassigned)


def _add_frames(
    dataset: Dataset,
    shared: Dataset,
    header: SeriesHeader,
    images: Sequence[SliceImage],
    stored: Sequence[StoredPixels],
    share_orientation: bool,
) -> None:
    """The shared and per-frame groups that say where frames lie and what their values mean."""
    add_group(shared, "MRImageFrameTypeSequence", to_frame_type(header))
    add_group(shared, "FrameAnatomySequence", to_anatomy())
    is_one_stack = all(np.array_equal(image.along_row, images[0].along_row)
                       and np.array_equal(image.along_column, images[0].along_column) for image in images)  # fmt: skip
    shares = share_orientation and is_one_stack
    if shares:
        _add_plane(shared, images[0])
    frames = []
    for image, pixels in zip(images, stored, strict=True):
        groups = Dataset()
        if not shares:
            _add_plane(groups, image)
        add_group(groups, "FrameContentSequence", to_frame_content(image, header))
        add_group(groups, "PlanePositionSequence", to_plane_position(image))
        add_group(groups, "PixelValueTransformationSequence", to_value_transformation(pixels))
        add_group(groups, "FrameVOILUTSequence", to_frame_voi(image))
        frames.append(groups)
    dataset.SharedFunctionalGroupsSequence = Items([shared])
    dataset.PerFrameFunctionalGroupsSequence = Items(frames)


def _add_plane(groups: Dataset, image: SliceImage) -> None:
    add_group(groups, "PixelMeasuresSequence", to_pixel_measures(image))
    add_group(groups, "PlaneOrientationSequence", to_plane_orientation(image))


def _add_pulse_sequence(dataset: Dataset, header: SeriesHeader) -> None:
    """The MR pulse sequence module (C.8.13.4)."""
    dataset.PulseSequenceName = "gre" if header.planned.is_localizer else "tse"
    dataset.EchoPulseSequence = "GRADIENT" if header.planned.is_localizer else "SPIN"
    dataset.MRAcquisitionType = "2D"
    dataset.MultipleSpinEcho = "NO"
    dataset.MultiPlanarExcitation = "NO"
    dataset.PhaseContrast = "NO"
    dataset.TimeOfFlightContrast = "NO"
    dataset.SteadyStatePulseSequence = "NONE"
    dataset.EchoPlanarPulseSequence = "NO"
    dataset.SaturationRecovery = "NO"
    dataset.SpectrallySelectedSuppression = to_suppression(header)
    dataset.GeometryOfKSpaceTraversal = "RECTILINEAR"
    dataset.RectilinearPhaseEncodeReordering = "LINEAR"
    dataset.SegmentedKSpaceTraversal = "SINGLE"
    dataset.NumberOfKSpaceTrajectories = 1
    dataset.CoverageOfKSpace = "FULL"


def _add_multiframe(
    dataset: Dataset, header: SeriesHeader, uid: str, stored: Sequence[StoredPixels], syntax: UID
) -> None:
    """The multi-frame, dimension, enhanced MR image and image pixel modules."""
    dataset.SOPInstanceUID = uid
    dataset.NumberOfFrames = len(stored)
    dataset.ImageType = to_enhanced_image_type(header)
    add_description(dataset, header)
    dataset.AcquisitionDateTime = header.identity.study_date + "090000"
    dataset.AcquisitionDuration = 100.0
    dataset.ResonantNucleus = "1H"
    dataset.KSpaceFiltering = "NONE"
    dataset.ApplicableSafetyStandardAgency = "IEC"
    dataset.ContentQualification = "RESEARCH"
    dataset.PresentationLUTShape = "INVERSE" if stored[0].photometric == "MONOCHROME1" else "IDENTITY"
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"
    dataset.AcquisitionContextSequence = Items([])
    _add_dimensions(dataset, uid)
    if header.planned.sequence.contrast_agent:
        dataset.ContrastBolusAgentSequence = Items([_to_agent()])
    add_pixels(dataset, stored, [to_frame_bytes(frame, syntax) for frame in stored], syntax)


def _to_agent() -> Dataset:
    agent = Dataset()
    agent.ContrastBolusAgentNumber = 1
    agent.CodeValue = "420687005"
    agent.CodingSchemeDesignator = "SCT"
    agent.CodeMeaning = "Gadolinium compound"
    return agent


def _add_dimensions(dataset: Dataset, uid: str) -> None:
    """Frames are indexed by their stack and by their place in it."""
    organisation = Dataset()
    organisation.DimensionOrganizationUID = f"{uid[:58]}.1"
    dataset.DimensionOrganizationSequence = Items([organisation])
    items = []
    for pointer in ("StackID", "InStackPositionNumber"):
        item = Dataset()
        item.DimensionOrganizationUID = organisation.DimensionOrganizationUID
        item.DimensionIndexPointer = Tag(pointer)
        item.FunctionalGroupPointer = Tag("FrameContentSequence")
        items.append(item)
    dataset.DimensionIndexSequence = Items(items)
