"""Written forms of levels, one by one and in a sentence."""

import pytest

from lexicons.vocabulary import LEVELS
from reportparse.levels import above, ALL_LEVELS, below, parse_level, span_mask, to_mask
from reportparse.pipeline import parse_report

T12_L1, L1_L2, L2_L3, L3_L4, L4_L5, L5_S1 = (1 << bit for bit in range(6))


@pytest.mark.parametrize(
    ("words", "masks"),
    [
        ("l4-5", (L4_L5,)), ("l4/5", (L4_L5,)), ("l4/l5", (L4_L5,)), ("l4-l5", (L4_L5,)), ("l45", (L4_L5,)),
        ("l4 - l5", (L4_L5,)), ("l 4-5", (L4_L5,)), ("l4 on l5", (L4_L5,)), ("lumbar 4-5", (L4_L5,)),
        ("l5-s1", (L5_S1,)), ("l5/1", (L5_S1,)), ("l5-1", (L5_S1,)), ("ls1", (L5_S1,)), ("l51", (L5_S1,)),
        ("l5-s", (L5_S1,)), ("l5s1", (L5_S1,)), ("l5-si", (L5_S1,)),
        ("d12-l1", (T12_L1,)), ("t12/l1", (T12_L1,)), ("th12-l1", (T12_L1,)), ("t12-1", (T12_L1,)),
        ("l1-3", (L1_L2, L2_L3)), ("l3-l4-l5", (L3_L4, L4_L5)), ("t12-l3", (T12_L1, L1_L2, L2_L3)),
        ("l3-s1", (L3_L4, L4_L5, L5_S1)), ("4-5", (L4_L5,)), ("5-1", (L5_S1,)),
    ],
)  # fmt: skip
def test_a_written_level_names_discs(words: str, masks: tuple[int, ...]) -> None:
    assert parse_level(words).masks == masks


@pytest.mark.parametrize("words", ["c4-5", "t11-12", "l5-6", "l6-s1", "s1-2", "t8-9"])
def test_a_level_outside_the_grid_names_none(words: str) -> None:
    assert parse_level(words).masks == ()
    assert parse_level(words).kind == "outside"


@pytest.mark.parametrize(("words", "rung"), [("l4", 16), ("t12", 12), ("s1", 18)])
def test_a_vertebra_is_no_level(words: str, rung: int) -> None:
    assert parse_level(words)[:3] == ("vertebra", (), rung)


def test_above_and_below_a_set_of_levels() -> None:
    assert above(L3_L4 | L4_L5) == T12_L1 | L1_L2 | L2_L3
    assert below(L2_L3 | L3_L4) == L4_L5 | L5_S1
    assert (above(T12_L1), below(L5_S1), above(0), below(0)) == (0, 0, 0, 0)


def test_masks_of_names_and_of_spans() -> None:
    assert to_mask("L4-L5,L5-S1") == span_mask(16, 18) == L4_L5 | L5_S1
    assert span_mask(12, 18) == ALL_LEVELS
    assert span_mask(5, 12) == 0


READ_AS = {
    "L4-5": "L4-L5", "L4/5": "L4-L5", "L4/L5": "L4-L5", "L4-L5": "L4-L5", "L45": "L4-L5", "L4 - L5": "L4-L5",
    "L 4-5": "L4-L5", "L4–5": "L4-L5", "L4—L5": "L4-L5", "L4‑5": "L4-L5", "l4-l5": "L4-L5", "L4\u22125": "L4-L5",
    "L4\u20445": "L4-L5", "D12-L1": "T12-L1", "T12-L1": "T12-L1", "T12/L1": "T12-L1", "L5-S1": "L5-S1",
    "L5/S1": "L5-S1", "LS1": "L5-S1", "L5 S1": "L5-S1", "the L3-4 interspace": "L3-L4", "the L1-L2 disc level": "L1-L2",
    "the lumbosacral junction": "L5-S1", "the level of the L2-3 disc": "L2-L3", "L three four": "L3-L4",
    "lumbar two three": "L2-L3", "L five S one": "L5-S1", "level 3-4": "L3-L4",
}  # fmt: skip


@pytest.mark.parametrize(("written", "level"), READ_AS.items())
def test_a_written_level_is_read_in_a_sentence(written: str, level: str) -> None:
    (finding,) = parse_report(f"Moderate canal stenosis at {written}.")
    assert (finding.level, finding.grade) == (level, 2)


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("L2-3, L3-4 and L4-5", "L2-L3 L3-L4 L4-L5"), ("L2-L3 through L4-L5", "L2-L3 L3-L4 L4-L5"),
        ("L1-L4", "L1-L2 L2-L3 L3-L4"), ("L3/4 & L5/S1", "L3-L4 L5-S1"), ("L2-3, 3-4", "L2-L3 L3-L4"),
        ("L3-4 to L5-S1", "L3-L4 L4-L5 L5-S1"), ("T12 to L2", "T12-L1 L1-L2"), ("L3 - L4 - L5", "L3-L4 L4-L5"),
        ("all levels", " ".join(LEVELS)), ("every lumbar level", " ".join(LEVELS)),
        ("the lower two lumbar levels", "L4-L5 L5-S1"), ("the upper lumbar levels", "L1-L2 L2-L3"),
        ("L3-4 and above", "T12-L1 L1-L2 L2-L3 L3-L4"), ("L4-5 and below", "L4-L5 L5-S1"),
    ],
)  # fmt: skip
def test_lists_and_ranges_count_for_each(written: str, levels: str) -> None:
    found = [str(f.level) for f in parse_report(f"Moderate canal stenosis at {written}.")]
    assert found == levels.split()


@pytest.mark.parametrize("written", ["C4-5", "T8-9", "S1-2", "L5-6", "L6-S1", "T11-T12", "behind the body of L4"])
def test_levels_outside_the_grid_get_no_label(written: str) -> None:
    assert parse_report(f"Moderate canal stenosis at {written}.") == []


@pytest.mark.parametrize(
    "text",
    ["L2 compression fracture.", "T2 signal is normal.", "Conus ends at L1-2.",
     "Grade 1 anterolisthesis of L4 on L5.", "Slice 4/5, series 3-4."],
)  # fmt: skip
def test_what_looks_like_a_level_is_no_label(text: str) -> None:
    assert parse_report(text) == []
