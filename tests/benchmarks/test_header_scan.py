"""The benchmark's files are the studies they are said to be."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def header_scan(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module("header_scan")
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.mark.parametrize("write", ["write_folder", "write_zip"])
def test_studies_of_five_series_are_written_and_found(header_scan: ModuleType, tmp_path: Path, write: str) -> None:
    total = getattr(header_scan, write)(tmp_path, header_scan.make_files(110, 2000, 8))
    assert total > 110 * 2000
    found = header_scan.scan(tmp_path, 1)
    header_scan.check_complete(found, 110)
    assert [[series.images for series in study.series] for study in found.studies] == [[20] * 5, [10]]
    assert [f"{series.plane} {series.weighting}" for series in found.studies[0].series] == [
        "sagittal T2",
        "sagittal T1",
        "sagittal STIR",
        "axial T2",
        "axial T1",
    ]
