"""Which id a study has in the label table: its UID, the name of its folder, or another DICOM attribute."""

import difflib
import unicodedata
from collections.abc import Sequence

from pydicom.datadict import dictionary_VR, keyword_dict, tag_for_keyword

from imaging.dicom.fault import Fault
from imaging.dicom.record import FrameHeader
from imaging.dicom.values import to_label
from imaging.refusal import ImagingError

STUDY_UID = "StudyInstanceUID"
FOLDER = "folder"

_TEXT_VRS = ("CS", "IS", "LO", "SH", "UI")
_PATIENT_GROUP = 0x0010
_FREE_TEXT = ("Name", "Description", "Comments")


def check_study_id_from(name: str) -> None:
    """ImagingError unless study ids may come from there: no attribute of the patient, no date, no free text."""
    if name in (STUDY_UID, FOLDER):
        return
    tag = tag_for_keyword(name)
    if tag is None:
        near = difflib.get_close_matches(name, [FOLDER, *keyword_dict], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ImagingError(f"study ids from {name!r}: no DICOM keyword{hint}")
    if tag >> 16 == _PATIENT_GROUP or dictionary_VR(tag) not in _TEXT_VRS or name.endswith(_FREE_TEXT):
        raise ImagingError(f"study ids from {to_label(name)}: it may name the patient or hold a date; use another one")


def to_keyword(name: str) -> str:
    """The DICOM keyword that has to be read for the study id; empty where none has."""
    return "" if name in (STUDY_UID, FOLDER) else name


def find_study_id(frames: Sequence[FrameHeader], name: str) -> str | Fault:
    """The id of the study that has these frames; a Fault where there is none, or more than one."""
    if name == STUDY_UID:
        return check_plain(frames[0].facts.study_uid, to_label(name)) or frames[0].facts.study_uid
    found = _find_folders(frames) if name == FOLDER else {frame.facts.study_key for frame in frames}
    tag = "" if name == FOLDER else to_label(name)
    found.discard("")
    if len(found) == 1:
        study_id = found.pop()
        return check_plain(study_id, tag) or study_id
    what = tag or "the folder"
    if found:
        return Fault("study-id-differs", tag, f"{what} has {len(found)} values in one study")
    return Fault("study-id-missing", tag, f"{what} is missing, and study ids are to come from it")


def check_plain(study_id: str, tag: str) -> Fault | None:
    """A fault where no table can hold the id: bytes that are no UTF-8, as in names of old archives, or controls."""
    if not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in study_id):
        return None
    what = tag or "the name that study ids are to come from"
    return Fault("study-id-unwritable", tag, f"{what} holds bytes that are no UTF-8 text, or control characters")


def _find_folders(frames: Sequence[FrameHeader]) -> set[str]:
    """The topmost folder below the input; where the study fills several of them, the input is the study's folder."""
    folders = {frame.facts.folder for frame in frames}
    return folders if len(folders) == 1 else {frame.facts.input_folder for frame in frames}
