"""Why a series is no MR image of the spine that could be used: the first reason that holds."""

import re
from collections.abc import Mapping

from pydicom.config import IGNORE
from pydicom.uid import (
    EnhancedMRImageStorage,
    LegacyConvertedEnhancedMRImageStorage,
    MRImageStorage,
    UID,
)

from imaging.dicom.fault import Fault
from imaging.dicom.record import SeriesFacts
from imaging.dicom.values import to_label
from imaging.geometry import Plane

MR_CLASSES = (MRImageStorage, EnhancedMRImageStorage, LegacyConvertedEnhancedMRImageStorage)

REFUSED = ("secondary-capture", "colour", "burned-in")
"""Codes of pictures that may hide an image a person expected to be used; the others belong to any study."""

_DIXON_TYPES = {"DIXON", "WATER", "W", "FAT", "F", "IN_PHASE", "IP", "OPP_PHASE", "OUT_PHASE", "OP"}
_PARTS = ("P", "R", "I", "PHASE MAP", "REAL", "IMAGINARY")

LOCALIZER_SLICES = 5
"""A series in three planes with at most so many slices in each is a localizer."""

_SCOUT_WORDS = r"\b(loc|localizer|localiser|scout|survey|topogram|pilot|3 ?plane|three plane|calib\w*|shim)\b"
_MADE_WORDS = r"\b(sub|subtraction|subtracted|mpr|mip|reformat\w*|composed?|stitch\w*|fused|fusion)\b"
_OTHER_REGION = r"cerv|thor|dors|\bc ?spine|\bt ?spine|\bneck\b|\bhead\b|brain|\bhip|pelvi|knee"
_LUMBAR = r"lumb|\bl ?spine|\bls ?spine|\blss\b"
_MADE_TYPES = (
    "MPR", "REFORMATTED", "PROJECTION IMAGE", "MIP", "MIN_IP", "SUBTRACT", "SUBTRACTION", "ADC", "FA", "TRACE", "FUSED",
    "CSA MPR", "CSAPARALLEL", "SCREEN SAVE", "COMPOSED", "COMP_SP", "COMP_AD", "COMP_DIF", "MOSAIC",
)  # fmt: skip


def find_exclusion(facts: SeriesFacts) -> Fault | None:
    """Why a series with these headers is left out, or None; geometry is looked at in ``is_localizer``."""
    return _check_class(facts) or _check_picture(facts) or _check_making(facts)


def is_localizer(slices_by_plane: Mapping[Plane, int]) -> bool:
    """Whether a series with so many slices in each plane is a localizer: three planes, few slices in each."""
    return len(slices_by_plane) >= 3 and max(slices_by_plane.values()) <= LOCALIZER_SLICES


def _check_class(facts: SeriesFacts) -> Fault | None:
    tag = to_label("SOPClassUID")
    name = UID(facts.sop_class, validation_mode=IGNORE).name  # it would quote a damaged one
    if "Secondary Capture" in name:
        return Fault("secondary-capture", tag, f"{tag} is {name}: a picture of a screen or paper")
    if facts.sop_class and facts.sop_class not in MR_CLASSES:
        return Fault("not-mr", tag, f"{tag} is {name if name != facts.sop_class else 'a private class'}, not MR")
    if facts.modality not in ("", "MR"):
        return Fault("not-mr", to_label("Modality"), f"{to_label('Modality')} is not MR")
    return None


def _check_picture(facts: SeriesFacts) -> Fault | None:
    if facts.samples > 1:
        tag = to_label("SamplesPerPixel")
        return Fault("colour", tag, f"{tag} is {facts.samples}: a colour picture, not an MR image")
    if facts.burned_in:
        tag = to_label("BurnedInAnnotation")
        return Fault("burned-in", tag, f"{tag} is YES: writing in the image")
    return None


def _check_making(facts: SeriesFacts) -> Fault | None:
    tag = to_label("ImageType")
    types = facts.image_type
    words = re.sub(r"[^a-z0-9]+", " ", facts.description.lower())
    if "LOCALIZER" in types:
        return Fault("localizer", tag, f"{tag} has LOCALIZER")
    if re.search(_SCOUT_WORDS, words):
        return Fault("localizer", "", "the description names a localizer")
    made = next((value for value in _MADE_TYPES if value in types), None)
    if made:
        return Fault("derived", tag, f"{tag} has {made}: made from other images")
    if types[:1] == ("DERIVED",) and not is_only_compressed(facts) and not _is_dixon(facts):
        return Fault("derived", tag, f"{tag} begins with DERIVED: made from other images")
    if re.search(_MADE_WORDS, words):
        return Fault("derived", "", "the description names a reformatted, composed or subtracted series")
    part = next((value for value in _PARTS if value in types[2:4]), None)
    if part:
        return Fault("phase", tag, f"{tag} has {part}: a phase image, or one part of a complex one")
    return None


def is_only_compressed(facts: SeriesFacts) -> bool:
    """Whether DERIVED says no more than that the image was compressed with loss, as the standard asks."""
    return facts.lossy and facts.image_type[:2] == ("DERIVED", "PRIMARY")


def _is_dixon(facts: SeriesFacts) -> bool:
    """Whether DERIVED says that water, fat or phase images were computed from the echoes of one acquisition."""
    return facts.image_type[:2] == ("DERIVED", "PRIMARY") and bool(_DIXON_TYPES & set(facts.image_type[2:]))


def names_other_region(facts: SeriesFacts) -> bool:
    """Whether description and body part name the neck, chest or head and not the lumbar spine."""
    words = re.sub(r"[^a-z0-9]+", " ", f"{facts.description} {facts.body_part}".lower())
    return bool(re.search(_OTHER_REGION, words)) and not re.search(_LUMBAR, words)
