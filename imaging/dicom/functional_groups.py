"""Where a frame's values stand: in the dataset itself, or in the functional groups of a multi-frame file."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

PER_FRAME = "PerFrameFunctionalGroupsSequence"
SHARED = "SharedFunctionalGroupsSequence"

_MACROS = (
    "PlanePositionSequence",
    "PlaneOrientationSequence",
    "PixelMeasuresSequence",
    "FrameContentSequence",
    "MRImageFrameTypeSequence",
    "MREchoSequence",
    "MRTimingAndRelatedParametersSequence",
    "MRModifierSequence",
    "MRDiffusionSequence",
    "UnassignedPerFrameConvertedAttributesSequence",
    "UnassignedSharedConvertedAttributesSequence",
)
"""The macros of Enhanced and Legacy Converted Enhanced MR that matter here (PS3.3 C.7.6.16, C.8.13.5)."""


def has_functional_groups(dataset: Dataset) -> bool:
    """Whether frames have values of their own; the SOP class does not tell, it is wrong in real archives."""
    return bool(_items(dataset, PER_FRAME))


def split_frames(dataset: Dataset) -> Iterator[tuple[Dataset, ...]]:
    """For each frame the datasets to look a value up in, in this order: its own, the shared ones, the file's."""
    shared = [macro for item in _items(dataset, SHARED)[:1] for macro in _macros(item)]
    for frame in _items(dataset, PER_FRAME):
        yield (*_macros(frame), *shared, dataset)


def _macros(item: Dataset) -> list[Dataset]:
    return [macro for name in _MACROS for macro in _items(item, name)[:1]]


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    if keyword not in dataset:
        return []
    return list(dataset[keyword].value or [])
