"""Small DICOM files with known voxels, in every transfer syntax, and stacks over them."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, generate_uid, MRImageStorage

from imaging.geometry import to_affine
from imaging.study import SliceSource, Stack

SHAPE = (36, 32)

# made with OpenJPH: the voxels of to_wave(), and the same less 2000 as int16
HTJ2K_UNSIGNED = b64decode(
    "/0//UQApQAAAAAAgAAAAJAAAAAAAAAAAAAAAIAAAACQAAAAAAAAAAAABDwEB/1AACAACAAAACv9SAAwAAgABAAUEBEAB/1wAEyCIkJCQkJCQkJCQ"
    "kJCQiIiI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAAM0AAf+TwAAqAMH9m+0FC3QAwAATwAASgJCE5AKLdAD5AMd0AMAAFVAABMBI"
    "kCD5AIIyAnYAYfgAA1QAwAAVkAAFSCIiIiIisGI6cYJ3AOMY48AAAey2AMAAFpQAAWoADofD4XA4HI7n4EI6enpxAnoAHj169OjRo0eP/sAMYG/e"
    "MYG+uwDAAC2YAAW+3nvvvffee++99975/wp6enp6enp6cAJ+AH7f933f933f933f9/95YEIHv2EIHv2EIHv2EIHsswH/2Q=="
)
HTJ2K_SIGNED = b64decode(
    "/0//UQApQAAAAAAgAAAAJAAAAAAAAAAAAAAAIAAAACQAAAAAAAAAAAABjwEB/1AACAACAAAACv9SAAwAAgABAAUEBEAB/1wAEyCIkJCQkJCQkJCQ"
    "kJCQiIiI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAAMsAAf+TwAAnYRXWAwN0AMAAE8AAEoCQhOQCi3QA+QDHdADAABVQAATASJAg"
    "+QCCMgJ2AGH4AANUAMAAFZAABUgiIiIiIrBiOnGCdwDjGOPAAAHstgDAABaUAAFqAA6Hw+FwOByO5+BCOnp6cQJ6AB49evTo0aNHj/7ADGBv3jGB"
    "vrsAwAAtmAAFvt5777333nvvvffe+f8Kenp6enp6enACfgB+3/d93/d93/d93/f/eWBCB79hCB79hCB79hCB7LMB/9k="
)


def to_wave(offset: int = 0) -> np.ndarray:
    """Twelve-bit voxels without symmetry, SHAPE, int64."""
    j, i = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return 64 * j + 32 * i + 11 * offset


def to_dataset(voxels: np.ndarray, **elements: Any) -> Dataset:
    """An MR image, Enhanced where the voxels are (frame, row, column); ``elements`` are set last."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = EnhancedMRImageStorage if voxels.ndim == 3 else MRImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = voxels.shape[-2:]
    if voxels.ndim == 3:
        dataset.NumberOfFrames = len(voxels)
    dataset.BitsAllocated = 8 * voxels.dtype.itemsize
    dataset.BitsStored = 12 if voxels.dtype.itemsize == 2 else dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(voxels.dtype.kind == "i")
    dataset.PixelData = voxels.tobytes()
    dataset["PixelData"].VR = "OW"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def write(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    """The data set in a file; it has been encoded as ``syntax`` already, byte order apart."""
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path, enforce_file_format=True)
    return path


def encapsulated(dataset: Dataset, frames: list[bytes]) -> Dataset:
    """The data set with these code streams as its pixel data."""
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def to_stack(sources: list[tuple[Path, int]], shape: tuple[int, int] = SHAPE, member: str | None = None) -> Stack:
    """An axial stack, 2 mm apart, of these files and frames."""
    axes = (np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    return Stack(
        shape=(len(sources), *shape),
        affine=to_affine(axes, (0.7, 0.5), np.array([0, 0, 2.0]), np.array([-3.0, -4, 5])),
        thickness_mm=2.0,
        slice_offsets_mm=None,
        sources=tuple(SliceSource(path, member, frame, number) for number, (path, frame) in enumerate(sources, 1)),
    )


def value_transformation(slope: float, intercept: float) -> Dataset:
    """An item of a functional group that holds a rescale."""
    item, values = Dataset(), Dataset()
    values.RescaleSlope, values.RescaleIntercept, values.RescaleType = str(slope), str(intercept), "US"
    item.PixelValueTransformationSequence = Sequence([values])
    return item
