"""DICOM studies of the lumbar spine to disc-aligned volumes, and phantom studies to test with.

`imaging.pipeline` is the story in order: read a study, choose its series, take landmarks, fit the spine curve, lay a
frame on each disc, cut the native crops that hold its volumes. Coordinates are DICOM patient axes throughout: LPS
(x to the patient's left, y to posterior, z to superior), in millimetres. Arrays are ``(slice, row, column)``; an index
triple ``(i, j, k)`` is column, row, slice. Nothing here prints, and no message names a patient, a date or a path.
"""
