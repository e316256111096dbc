"""Phantom studies: a parametric lumbar spine, imaged into DICOM, with its truth."""
