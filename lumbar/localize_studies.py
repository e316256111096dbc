"""The landmarks of studies by the trained localizer, on all workers."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import cast

from imaging.dicom.scan import ScanSettings
from imaging.pipeline import Localize
from imaging.refusal import ImagingError, Refusal
from imaging.selection import select_series
from imaging.study import Study
from lumbar.console import progress
from lumbar.errors import to_line
from lumbar.localizer import make_localize
from lumbar.located import Located
from lumbar.studies import read_studies
from lumbar.work import map_ordered


def locate_studies(
    inputs: Sequence[Path], study_id_from: str, jobs: int | None, weights: Path | None
) -> Iterator[Located]:
    """Every study of the inputs, in the order of study_id, and first what could not be read.

    ``weights``: a localizer's file; None is the one that comes along.
    """
    scan = read_studies(inputs, ScanSettings(study_id_from=study_id_from), jobs, None)
    if scan.refusals:
        yield Located(None, scan.refusals)
    with progress(len(scan.studies), "studies") as bar:
        jobs = jobs if len(scan.studies) > 1 else 1
        found = cast(Generator[Located], map_ordered(partial(make_locator, weights), scan.studies, jobs))
        with closing(found):
            for located in found:
                bar.advance()
                yield located


def make_locator(weights: Path | None) -> Callable[[Study], Located]:
    """A worker's function from a study to its landmarks; the localizer is loaded once."""
    return partial(locate_study, make_localize(weights))


def locate_study(localize: Localize, study: Study) -> Located:
    """The landmarks of a study; a fault that nothing foresaw refuses the study, and the run goes on."""
    try:
        selection = select_series(study)
        if selection.sagittal is None:
            return Located(None, selection.refusals)
        return Located(localize(study, selection), ())
    except ImagingError as error:
        refusal = Refusal(study.study_id, "landmarks", error.code or "not-located", error.tag, str(error))
        return Located(None, (refusal,))
    except Exception as error:
        return Located(None, (Refusal(study.study_id, "study", "fault", "", to_line(error)),))
