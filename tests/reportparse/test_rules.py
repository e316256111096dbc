"""Each rule that a finding can name, each status and scope, and what each choice of the policy changes."""

import pytest

from reportparse.finding import Finding, Scope, Section, Status
from reportparse.pipeline import parse_report, ReportParser
from reportparse.policy import Policy
from tests.reportparse.kinds import SENTENCES
from tests.reportparse.short_code import from_findings, to_labels

RULES: dict[str, list[tuple[str, str]]] = {
    "graded": [
        ("L4-5: Mild canal stenosis.", "L4-L5 SCS=1"),
        ("L4-5: Moderately severe left foraminal stenosis.", "L4-L5 LFS=2-3"),
    ],
    "normal": [
        ("L2-3: The canal is patent.", "L2-L3 SCS=0"),
        ("L2-3: Unremarkable.", "L2-L3 SCS=0 xFS=0"),
    ],
    "negated": [
        ("L3-4: No canal or foraminal stenosis.", "L3-L4 SCS=0 xFS=0"),
        ("L3-4: The left foramen is not narrowed.", "L3-L4 LFS=0"),
        ("L3-4: Canal: none.", "L3-L4 SCS=0"),
    ],
    "present": [
        ("L4-5: There is canal stenosis.", "L4-L5 SCS=P"),
        ("L4-5: Bulge encroaching on the right foramen.", "L4-L5 RFS=P"),
    ],
    "large": [
        ("L4-5: Bulge significantly compressing the thecal sac.", "L4-L5 SCS=2-3u"),
        ("L4-5: Bulge largely compressing the thecal sac.", "L4-L5 SCS=2-3u"),
    ],
    "complete": [
        ("L4-5: Complete effacement of the thecal sac.", "L4-L5 SCS=3"),
        ("L4-5: The left lateral recess is obliterated.", "L4-L5 LSS=3"),
    ],
    "contact": [
        ("L4-5: Bulge abuts the thecal sac.", "L4-L5 SCS=?"),
        ("L4-5: Bulge contacts the exiting left root.", "L4-L5 LFS=?"),
    ],
    "root": [("L4-5: Bulge compressing the left nerve root.", "L4-L5 LFS=? LSS=?")],
    "not-assessed": [("L4-5: The left foramen is obscured by artifact.", "L4-L5 LFS=?")],
    "negated-grade": [
        ("L4-5: No severe canal stenosis.", "L4-L5 SCS=0-2u"),
        ("L4-5: No moderate or severe canal stenosis.", "L4-L5 SCS=0-1u"),
        ("L4-5: Without high-grade left foraminal stenosis.", "L4-L5 LFS=0-2u"),
        ("L4-5: No mild stenosis of the canal.", "L4-L5 SCS=0"),
    ],
    "at-least": [("L4-5: At least moderate canal stenosis.", "L4-L5 SCS=2-3u")],
    "at-most": [("L4-5: At most mild canal stenosis.", "L4-L5 SCS=0-1u")],
    "borderline": [("L4-5: Borderline canal narrowing.", "L4-L5 SCS=0-1u")],
    "hedged": [
        ("L4-5: Possible severe canal stenosis.", "L4-L5 SCS=0-3u"),
        ("L4-5: There may be left foraminal stenosis.", "L4-L5 LFS=0-3u"),
    ],
    "same": [
        ("Severe canal stenosis at L3-4. Similar at L4-5.", "L3-L4 SCS=3; L4-L5 SCS=3"),
        ("L3-4: Mild left foraminal narrowing.\nL4-5: Same.", "L3-L4 LFS=1; L4-L5 LFS=1"),
    ],
    "respectively": [
        ("Mild and severe canal stenosis at L3-4 and L4-5 respectively.", "L3-L4 SCS=1; L4-L5 SCS=3"),
        ("L4-5: Mild and severe left and right foraminal stenosis respectively.", "L4-L5 LFS=1 RFS=3"),
    ],
    "normal-study": [("Normal MRI of the lumbar spine.", "ALL SCS=0 xFS=0")],
    "not-this-side": [],
}
"""Rule -> texts, all of whose findings it decides. The last one only moves what other rules said, below."""

OTHERWISE = {"same": "graded"}
"""What else decides in the texts of a rule."""


def only(text: str, policy: Policy = Policy()) -> Finding:
    (finding,) = ReportParser(policy=policy).parse(text)
    return finding


def labels(text: str, **choices: str) -> dict[str, dict[str, str]]:
    return from_findings(ReportParser(policy=Policy(**choices)).parse(text))  # type: ignore[arg-type]


@pytest.mark.parametrize(("rule", "text", "code"), [(r, *case) for r, cases in RULES.items() for case in cases])
def test_a_rule_decides(rule: str, text: str, code: str) -> None:
    findings = parse_report(text)
    assert from_findings(findings) == to_labels(code)
    assert {f.rule for f in findings} - {OTHERWISE.get(rule)} == {rule}


def test_every_rule_met_has_its_test() -> None:
    assert {f.rule for text in SENTENCES for f in parse_report(text)} <= RULES.keys()


def test_an_addendum_moves_a_grade_to_the_other_side() -> None:
    text = (
        "FINDINGS:\nL4-5: {} foraminal stenosis.\n\nADDENDUM: The foraminal stenosis at L4-5 is on the {}, not the {}."
    )
    moved = from_findings(parse_report(text.format("Severe left", "right", "left")))
    assert moved == {"L4-L5": {"RFS": "3"}}
    moved = from_findings(parse_report(text.format("Severe right", "left", "right")))
    assert moved == {"L4-L5": {"LFS": "3"}}


@pytest.mark.parametrize(
    ("text", "status", "interval"),
    [
        ("L4-5: Mild to moderate canal stenosis.", Status.GRADED, (2, 1, 2)),
        ("L4-5: Canal stenosis.", Status.UNGRADED, (None, 1, 3)),
        ("L4-5: No severe canal stenosis.", Status.BOUNDED, (None, 0, 2)),
        ("L4-5: Possible mild canal stenosis.", Status.UNCERTAIN, (None, 0, 1)),
        ("L4-5: Bulge touches the thecal sac.", Status.OPEN, (None, None, None)),
    ],
)
def test_a_status_says_how_much_is_known(text: str, status: Status, interval: tuple[int | None, ...]) -> None:
    finding = only(text)
    assert (finding.status, finding[2:5]) == (status, interval)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("L4-5: Mild canal stenosis.", Scope.STATED),
        ("Mild canal stenosis at L4-5.", Scope.STATED),
        ("L4-5\nMild canal stenosis.", Scope.CARRIED),
        ("L4-5: Disc bulge. Mild canal stenosis.", Scope.CARRIED),
        ("The canal is patent.", Scope.STUDY),
        ("No canal stenosis at any level.", Scope.STUDY),
    ],
)
def test_a_scope_says_how_the_level_is_known(text: str, scope: Scope) -> None:
    assert {f.scope for f in parse_report(text)} == {scope}


def test_the_remaining_levels_are_a_scope() -> None:
    found = {f.level: f.scope for f in parse_report("L4-5: Mild canal stenosis. The canal is patent at other levels.")}
    assert found.pop("L4-L5") == Scope.STATED  # type: ignore[call-overload]
    assert list(found.values()) == [Scope.REMAINING] * 5


@pytest.mark.parametrize(
    ("before", "section"),
    [
        ("", Section.BODY), ("FINDINGS:\n", Section.FINDINGS), ("Impression: ", Section.IMPRESSION),
        ("CONCLUSION\n", Section.IMPRESSION), ("ADDENDUM: ", Section.ADDENDUM),
    ],
)  # fmt: skip
def test_a_finding_names_its_section(before: str, section: Section) -> None:
    assert only(f"{before}L4-5: Mild canal stenosis.").section == section


TWO_SECTIONS = "FINDINGS:\nL4-5: {} canal stenosis.\n\nIMPRESSION:\n1. {} canal stenosis at L4-5."


@pytest.mark.parametrize(
    ("first", "second", "choice", "grade", "conflict"),
    [
        ("Mild", "Severe", "findings_first", 1, True),
        ("Mild", "Severe", "impression_first", 3, True),
        ("Mild", "Severe", "higher", 3, True),
        ("Severe", "Mild", "higher", 3, True),
        ("Severe", "Mild", "impression_first", 1, True),
        ("Mild", "Mild", "findings_first", 1, False),
        ("There is", "Mild", "findings_first", 1, False),
        ("Mild", "There is", "impression_first", 1, False),
    ],
)
def test_policy_section_settles_two_sections(first: str, second: str, choice: str, grade: int, conflict: bool) -> None:
    finding = only(TWO_SECTIONS.format(first, second), Policy(section=choice))  # type: ignore[arg-type]
    assert (finding.grade, finding.conflict) == (grade, conflict)


def test_an_addendum_beats_both() -> None:
    finding = only(TWO_SECTIONS.format("Mild", "Severe") + "\n\nADDENDUM:\nL4-5: Moderate canal stenosis.")
    assert (finding.grade, finding.section) == (2, Section.ADDENDUM)


@pytest.mark.parametrize(("choice", "value"), [("mild", "1"), ("normal", "0")])
@pytest.mark.parametrize("word", ["Minimal", "Slight", "Trace"])
def test_policy_minimal_says_what_minimal_means(choice: str, value: str, word: str) -> None:
    assert labels(f"L4-5: {word} canal stenosis.", minimal=choice) == {"L4-L5": {"SCS": value}}


def test_policy_minimal_leaves_mild_alone() -> None:
    assert labels("L4-5: Mild canal stenosis.", minimal="normal") == {"L4-L5": {"SCS": "1"}}


@pytest.mark.parametrize(("choice", "grade", "conflict"), [("higher", 3, True), ("latest", 1, True)])
def test_policy_within_section_settles_two_grades(choice: str, grade: int, conflict: bool) -> None:
    text = "L4-5: Severe canal stenosis. Mild canal stenosis."
    finding = only(text, Policy(within_section=choice))  # type: ignore[arg-type]
    assert (finding.grade, finding.conflict) == (grade, conflict)


def test_one_grade_said_twice_is_no_conflict() -> None:
    assert not only("L4-5: Severe canal stenosis. Severe canal stenosis.").conflict


@pytest.mark.parametrize(
    ("text", "read"),
    [("L4-5: Schizas C.", "3"), ("L4-5: Schizas grade B canal stenosis.", "2")],
)
def test_policy_schemes_reads_scores_or_leaves_them(text: str, read: str) -> None:
    assert labels(text, schemes="read") == {"L4-L5": {"SCS": read}}
    assert "2" not in str(labels(text, schemes="ignore")) and "'3'" not in str(labels(text, schemes="ignore"))


def test_policy_schemes_leaves_a_word_beside_a_score() -> None:
    text = "L4-5: Moderate canal stenosis (Schizas D)."
    assert labels(text, schemes="read") == labels(text, schemes="ignore") == {"L4-L5": {"SCS": "2"}}


def test_policy_unsided_foramina_takes_both_sides_or_none() -> None:
    text = "L4-5: Moderate foraminal stenosis. Mild canal stenosis."
    assert labels(text, unsided_foramina="both") == {"L4-L5": {"SCS": "1", "LFS": "2", "RFS": "2"}}
    assert labels(text, unsided_foramina="open") == {"L4-L5": {"SCS": "1"}}


@pytest.mark.parametrize(
    "text",
    ["L4-5: Moderate left foraminal stenosis.", "L4-5: Moderate bilateral foraminal stenosis.",
     "L4-5: Both foramina are mildly narrowed.", "L4-5: Right lateral recess stenosis."],
)  # fmt: skip
def test_policy_unsided_foramina_leaves_named_sides(text: str) -> None:
    assert labels(text, unsided_foramina="open") == labels(text)
