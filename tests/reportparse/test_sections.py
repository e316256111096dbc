"""Headers: which part of the report and of the spine begins, and what is passed over."""

import pytest

from reportparse.finding import Section
from reportparse.pipeline import parse_report, ReportParser
from tests.reportparse.short_code import from_findings, to_labels

FINDING = "L4-5: Moderate canal stenosis."


@pytest.mark.parametrize(
    ("header", "section"),
    [
        ("FINDINGS:", Section.FINDINGS), ("Findings", Section.FINDINGS), ("** FINDINGS **:", Section.FINDINGS),
        ("LEVEL BY LEVEL:", Section.FINDINGS), ("DISC LEVELS", Section.FINDINGS), ("REPORT:", Section.FINDINGS),
        ("IMPRESSION:", Section.IMPRESSION), ("Impression", Section.IMPRESSION), ("CONCLUSION:", Section.IMPRESSION),
        ("OPINION:", Section.IMPRESSION), ("SUMMARY:", Section.IMPRESSION), ("ASSESSMENT:", Section.IMPRESSION),
        ("IMPRESSIO:", Section.IMPRESSION), ("PRESSION:", Section.IMPRESSION), ("ADDENDUM:", Section.ADDENDUM),
        ("ADDENDUM #1 (2 May):", Section.ADDENDUM), ("# Impression", Section.IMPRESSION),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["\n", "\n\n", " "])
def test_a_header_names_the_section(header: str, section: Section, gap: str) -> None:
    if gap == " " and not header.endswith(":"):
        return
    (finding,) = parse_report(f"{header}{gap}{FINDING}")
    assert finding.section == section


@pytest.mark.parametrize(
    "header",
    ["INDICATION:", "CLINICAL HISTORY:", "History:", "TECHNIQUE:", "COMPARISON:", "REASON FOR EXAM:", "Hx:",
     "CLINICAL INFORMATION:", "PROCEDURE:", "RECOMMENDATION:", "Symptoms:", "PRIOR STUDIES:"],
)  # fmt: skip
def test_a_passed_over_section_gives_no_label(header: str) -> None:
    assert parse_report(f"{header} Severe canal stenosis at L4-5.\n\nFINDINGS:\nL5-S1: Disc bulge.") == []
    assert len(parse_report(f"{header} Severe canal stenosis at L3-4.\n\nFINDINGS:\n{FINDING}")) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Findings are consistent with moderate canal stenosis at L4-5.", "L4-L5 SCS=2"),
        ("L4-5: Mild canal stenosis.\n\nPRIOR REPORT:\nFINDINGS:\nL4-5: Severe canal stenosis.", "L4-L5 SCS=1"),
        (
            "GRADING: mild < 1/3, moderate, severe > 2/3 stenosis of the canal.\nL4-5: Mild canal stenosis.",
            "L4-L5 SCS=1",
        ),
        ("FINDINGS: L4-5: Mild canal stenosis. IMPRESSION: Mild canal stenosis at L4-5.", "L4-L5 SCS=1"),
        ("HISTORY: Pain.\nL4-5: Mild canal stenosis.", "L4-L5 SCS=1"),
    ],
)
def test_headers_are_told_from_sentences(text: str, code: str) -> None:
    assert from_findings(parse_report(text)) == to_labels(code)


@pytest.mark.parametrize(
    "text",
    ["MRI CERVICAL SPINE\n\nNo canal stenosis. Foramina are patent.", "MRI BRAIN\n\nNormal study.",
     "MRI THORACIC SPINE: The canal is patent.", "CERVICAL SPINE:\nC5-6: Severe canal stenosis. No other stenosis.",
     "MRI of the knee. The joint is normal."],
)  # fmt: skip
def test_a_report_of_another_region_has_no_labels(text: str) -> None:
    read = ReportParser().read(text)
    assert (read.findings, read.remarks) == ([], ("no lumbar spine",))


def test_a_lumbar_report_that_says_nothing_is_remarked() -> None:
    assert ReportParser().read("MRI LUMBAR SPINE\n\nDisc desiccation.").remarks == ("no statement",)
    assert ReportParser().read(FINDING).remarks == ()


def test_regions_follow_one_another() -> None:
    text = (
        "MRI CERVICAL AND LUMBAR SPINE\n\nCERVICAL SPINE:\nC4-5: Severe canal stenosis. Foramina are patent.\n\n"
        "LUMBAR SPINE:\nL4-5: Mild canal stenosis.\n\nTHORACIC SPINE:\nT8-9: Moderate canal stenosis."
    )
    assert from_findings(parse_report(text)) == {"L4-L5": {"SCS": "1"}}
