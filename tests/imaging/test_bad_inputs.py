"""Every bad input is refused by its code and tag, says nothing of the patient, and leaves the others alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imaging.dicom.pixels import read_volume
from imaging.dicom.scan import scan_studies
from imaging.refusal import ImagingError, Refusal
from imaging.selection import select_series
from imaging.study import Study
from tests.imaging.bad_inputs import BAD_INPUTS, BadInput, SENTINELS, write_study


def find_refusals(path: Path) -> list[Refusal]:
    """All that scan, selection and the reading of the chosen stacks refuse."""
    scan = scan_studies([path])
    return [*scan.refusals, *(refusal for study in scan.studies for refusal in refuse_study(study))]


def refuse_study(study: Study) -> list[Refusal]:
    selection = select_series(study)
    chosen = [selection.sagittal, *selection.axial] if selection.sagittal else []
    refusals = list(selection.refusals)
    for series in chosen:
        for stack in series.stacks:
            try:
                read_volume(stack)
            except ImagingError as error:
                refusals.append(Refusal(study.study_id, f"series {series.number}", error.code, error.tag, str(error)))
    return refusals


@pytest.mark.parametrize("write", BAD_INPUTS, ids=lambda write: write.__name__)
def test_bad_input_is_refused_with_its_reason(tmp_path: Path, write: Callable[[Path], BadInput]) -> None:
    bad = write(tmp_path)
    refusals = find_refusals(bad.path)
    if not bad.code:
        assert refusals == []
        return
    assert bad.code in {refusal.code for refusal in refusals}
    assert bad.tag in {refusal.tag for refusal in refusals if refusal.code == bad.code}
    assert all(refusal.reason for refusal in refusals)
    said = repr(refusals)
    assert not [word for word in (*SENTINELS, str(tmp_path)) if word in said]


def test_a_good_study_beside_bad_ones_is_read(tmp_path: Path) -> None:
    write_study(tmp_path)
    for number, write in enumerate(BAD_INPUTS):
        if write.__name__ in ("text_file", "empty_file", "zip_bomb", "damaged_zip", "structured_report", "png_file"):
            (tmp_path / str(number)).mkdir()
            write(tmp_path / str(number))
    scan = scan_studies([tmp_path])
    good = [study for study in scan.studies if select_series(study).sagittal is not None]
    assert len(good) == 1 and len(select_series(good[0]).axial) == 1
    assert {refusal.code for refusal in scan.refusals} == {"not-dicom", "empty-file", "zip-bomb", "zip-damaged"}
