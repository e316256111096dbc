"""Tables, structure lists and labels before colons: what stands in a row or under a head."""

import pytest

from reportparse.pipeline import parse_report
from tests.reportparse.short_code import from_findings, to_labels

GRID = [["Level", "Canal", "Left foramen", "Right foramen"], ["L3-4", "none", "mild", "--"],
        ["L4-5", "moderate", "", "severe"]]  # fmt: skip
LABELS = to_labels("L3-L4 SCS=0 LFS=1; L4-L5 SCS=2 RFS=3")


def piped(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def test_a_piped_table_is_read() -> None:
    assert from_findings(parse_report(piped(GRID))) == LABELS


def test_a_ruled_table_is_read() -> None:
    assert from_findings(parse_report(piped([GRID[0], ["---"] * 4, *GRID[1:]]))) == LABELS


def test_a_table_with_levels_as_columns_is_read() -> None:
    turned = [list(column) for column in zip(*GRID, strict=True)]
    assert from_findings(parse_report(piped(turned))) == LABELS


def test_a_tabbed_table_is_read() -> None:
    assert from_findings(parse_report("\n".join("\t".join(row) for row in GRID))) == LABELS


def test_a_table_in_columns_is_read() -> None:
    text = "\n".join("".join(f"{cell or '-':18}" for cell in row).rstrip() for row in GRID)
    assert from_findings(parse_report(text)) == LABELS


def test_the_columns_of_a_table_may_change_places() -> None:
    mixed = [[row[0], row[3], row[1], row[2]] for row in GRID]
    assert from_findings(parse_report(piped(mixed))) == LABELS


def test_evidence_of_a_table_is_its_cell() -> None:
    text = piped(GRID)
    assert {text[f.start : f.end] for f in parse_report(text)} == {"none", "mild", "moderate", "severe"}


def test_a_table_stands_in_its_section() -> None:
    text = f"INDICATION: Pain.\n\nIMPRESSION:\n{piped(GRID)}\n\nADDENDUM:\nL4-5: Mild canal stenosis."
    found = parse_report(text)
    assert {f.section for f in found} == {"impression", "addendum"}
    assert from_findings(found)["L4-L5"] == {"SCS": "1", "RFS": "3"}


@pytest.mark.parametrize(("cell", "value"), [("0", "0"), ("1", "1"), ("2", "2"), ("3", "3"), ("mild-moderate", "1-2")])
def test_grades_may_be_digits_in_a_cell(cell: str, value: str) -> None:
    rows = [GRID[0], ["L4-5", cell, "--", "--"], ["L5-S1", "none", "--", "--"]]
    assert from_findings(parse_report(piped(rows)))["L4-L5"] == {"SCS": value}


@pytest.mark.parametrize("cell", ["--", "-", "", "n/a", "not stated", "x", "."])
def test_an_empty_cell_is_silence(cell: str) -> None:
    rows = [GRID[0], ["L4-5", "mild", cell, cell], ["L5-S1", "none", cell, cell]]
    assert from_findings(parse_report(piped(rows))) == to_labels("L4-L5 SCS=1; L5-S1 SCS=0")


def test_a_table_of_other_things_gives_no_label() -> None:
    text = piped(
        [
            ["Level", "Disc height", "Facets", "Modic"],
            ["L4-5", "moderate", "severe", "2"],
            ["L5-S1", "mild", "mild", "1"],
        ]
    )
    assert parse_report(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("L4-5: Canal: mild. Foramina: moderate left, severe right.", "L4-L5 SCS=1 LFS=2 RFS=3"),
        (
            "L4-L5\nCanal: Moderate stenosis\nLeft foramen: Patent\nRight foramen: Mild narrowing",
            "L4-L5 SCS=2 LFS=0 RFS=1",
        ),
        ("Canal:\nL3-4: mild\nL4-5: severe\n\nNeural foramina:\nL4-5: moderate left", "L3-L4 SCS=1; L4-L5 SCS=3 LFS=2"),
        ("L4-5: Disc: severe desiccation. Facets: moderate arthropathy. Canal: patent.", "L4-L5 SCS=0"),
        ("L4-5 - Lateral recesses: moderate bilaterally - Canal: normal", "L4-L5 xSS=2 SCS=0"),
    ],
)
def test_a_label_before_a_colon_names_the_place(text: str, code: str) -> None:
    assert from_findings(parse_report(text)) == to_labels(code)


def test_the_evidence_of_a_mark_is_the_mark() -> None:
    text = "          CANAL   FORAMEN-R  FORAMEN-L\nL4-L5      2        3          0\nL5-S1      0        1          1"
    findings = parse_report(text)
    assert [(f.grade, text[f.start : f.end]) for f in findings] == [
        (2, "2"), (0, "0"), (3, "3"), (0, "0"), (1, "1"), (1, "1"),
    ]  # fmt: skip
