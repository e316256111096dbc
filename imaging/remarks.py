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
    "joined-series": "one stack that was sent under several SeriesInstanceUIDs",
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
    "beyond-numbering": "structures beyond T11 or S1 have no name and are left out",
    "too-small": "too few voxels to be a vertebra or a disc; left out",
    "endplate-unseen": "an endplate cannot be told in the mask; the curve gives the disc's plane",
    "vertebra-not-seen": "the vertebrae above a gap are left out: their numbers would be a guess",
    "ambiguous-numbering": "the vertebrae may be numbered one off: nothing tells the first from the others for sure",
    "uneven-curve": "a centroid lies far off the curve through the others",
    "bends-backward": "the lumbar spine bends backwards: is it so, or are the landmarks in other axes than LPS?",
    "steep-disc": "the disc's plane is steeper than a spine's usually is",
    "sharp-bend": "neighbouring discs' planes differ by more than a spine usually bends",
}


def to_sentence(remark: str) -> str:
    """The words for a remark: a code, behind ``geometry: `` or a view or before the structures that it is about.

    Of an unknown code its own words, without hyphens.
    """
    remark = remark.removeprefix("geometry: ")
    if remark in REMARKS:
        return REMARKS[remark]
    view, _, code = remark.rpartition(": ")
    if code in REMARKS:
        return f"{view}: {REMARKS[code]}"
    code, _, structures = remark.partition(" ")
    if code in REMARKS:
        return f"{structures}: {REMARKS[code]}"
    return remark.replace("-", " ")
