"""Where the demo's files lie."""

from pathlib import Path
from typing import NamedTuple

RECORD = "demo.json"


class Places(NamedTuple):
    """The files and folders below the demo's folder."""

    out: Path

    @property
    def cohort(self) -> Path:
        """What ``imaging.phantom.cohort.make_cohort`` writes."""
        return self.out / "cohort"

    @property
    def studies(self) -> Path:
        """A folder of DICOM files for each study."""
        return self.cohort / "studies"

    @property
    def true_landmarks(self) -> Path:
        """The cohort's own centroids."""
        return self.cohort / "landmarks.csv"

    @property
    def grades(self) -> Path:
        """The cohort's own grades."""
        return self.cohort / "grades.csv"

    @property
    def reports(self) -> Path:
        """The archive of reports."""
        return self.out / "reports.csv"

    @property
    def gold(self) -> Path:
        """What the reports say."""
        return self.out / "gold.jsonl"

    @property
    def labels(self) -> Path:
        """The label table."""
        return self.out / "labels.csv"

    @property
    def audit(self) -> Path:
        """The folder of the audit."""
        return self.out / "audit"

    @property
    def explained(self) -> Path:
        """The page of one report."""
        return self.out / "report.html"

    @property
    def landmarks(self) -> Path:
        """The landmarks table."""
        return self.out / "landmarks.csv"

    @property
    def volumes(self) -> Path:
        """The volume store."""
        return self.out / "volumes"

    @property
    def sheets(self) -> Path:
        """The contact sheets."""
        return self.out / "sheets"

    @property
    def run(self) -> Path:
        """The run folder."""
        return self.out / "run"

    @property
    def truth(self) -> Path:
        """The folder of the evaluation by the phantom's own grades."""
        return self.out / "truth"

    @property
    def graded(self) -> Path:
        """The folder of the graded study."""
        return self.out / "graded"

    @property
    def page(self) -> Path:
        """The page of the whole story."""
        return self.out / "index.html"
