"""The voxels of a stack, whatever kind of file it lies in."""

from imaging.dicom.pixels import read_volume, to_part
from imaging.foreign_files import is_volume_file
from imaging.study import Stack
from imaging.volume import Volume
from imaging.volume_files import read_file_voxels


def read_voxels(stack: Stack, slices: slice) -> Volume:
    """Neighbouring slices of a stack of DICOM or of a volume file; ImagingError where they cannot be read."""
    path = stack.sources[0].path
    if not is_volume_file(path):
        return read_volume(stack, slices)
    return to_part(stack, slices.start, slices.stop, read_file_voxels(path)[slices])
