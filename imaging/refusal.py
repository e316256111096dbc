"""What could not be used, and why: a row for each."""

from typing import NamedTuple


class ImagingError(ValueError):
    """An input that cannot be used; the message says what was found and expected, and names no patient and no path.

    ``code`` and ``tag`` are those of the Refusal that may be made of it, empty where nobody gave them.
    """

    def __init__(self, message: str, code: str = "", tag: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.tag = tag


class Refusal(NamedTuple):
    """One row of a refusals table.

    ``study_id`` is empty where it is not known. ``source`` says what was refused without a path: ``file 17`` (its
    number in the order of the scan, from 1), ``series 3``, ``study``, or a level. ``tag`` is the DICOM keyword and
    number at fault, else empty. ``reason`` is a sentence for a person; ``code`` the same for a program, such as
    ``not-dicom``.
    """

    study_id: str
    source: str
    code: str
    tag: str
    reason: str
