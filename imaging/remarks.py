"""What is odd or was repaired, in words: a sentence for each code that a series, a stack or a volume carries."""

REMARKS: dict[str, str] = {
    # a study and its choice of series
    "frame-of-reference-differs": "FrameOfReferenceUID differs between series whose coordinates agree",
    "unregistered": "an axial series is left out: its coordinates do not agree with the sagittal series",
    "elsewhere": "an axial series shows another part of the body than the sagittal series",
    "sagittal-only": "no axial T2 series: volumes are sagittal only",
    "axial: missing": "no axial image shows this disc",
    "sagittal: partial": "the sagittal images show less than half of this disc's volume",
    "stir-sagittal": "the sagittal series is STIR, for want of T2",
    "fat-suppressed-sagittal": "the sagittal series is fat suppressed",
    # a series
    "other-region": "the description names another part of the body",
    "several-frames-of-reference": "FrameOfReferenceUID differs within the series",
    "split-series": "one SeriesInstanceUID holds images of different kinds; each kind is a series here",
    "slices-refused": "some images could not be placed and are left out",
    "same-instance-twice": "a file is there twice; one copy is kept",
    "repeated-instance-uid": "different images share a SOPInstanceUID; all are kept",
    "weighting-disagrees": "the times and the description name different weightings; the times count",
    "contrast-disagrees": "a contrast agent is named, but the description says there is none",
    "weighting-assumed": "the file does not say what it is weighted for; T2 is assumed",
    "single-shot": "a single-shot or heavily T2-weighted sequence, as for myelograms",
    "lossy": "lossy compression: fine detail may be gone",
    # a stack
    "duplicate-slice": "a slice is there twice with the same voxels; one is kept",
    "duplicate-slice-differs": "several different slices lie in one place; the latest is kept",
    "missing-slice": "a slice is missing; the slices keep their true places",
    "uneven-steps": "the steps between slices differ; the slices keep their true places",
    "sheared": "the slices are shifted against each other; the affine follows the shift",
    "single-slice": "a single slice",
    "thickness-from-step": "SliceThickness is missing; the step between slices stands for it",
    "qform-sform-differ": "the NIfTI header holds two different affines; the sform counts",
    # voxels
    "blank-slice": "a slice holds one value only",
    "repeated-slice": "neighbouring slices hold the same voxels",
    "noise-slice": "a slice holds noise and no anatomy",
    "overflow": "voxels jump between the ends of the range, as when bright values overflow",
    # landmarks and frames
    "ambiguous-numbering": "the vertebrae may be numbered one off: nothing tells the first from the others for sure",
    "uneven-curve": "a centroid lies far off the curve through the others",
}


def to_sentence(code: str) -> str:
    """The words for a code; of an unknown one its own, without hyphens."""
    return REMARKS.get(code, code.replace("-", " "))
