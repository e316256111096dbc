"""DICOM files to studies: headers to series and stacks, pixels to volumes."""
