"""Mixed sources: each has its share of every batch, each of its rows its turn, the same from the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.mixture import Mixture
from training.sampling import Batches

FEW, MANY, ONE = (0, 1, 2), tuple(range(3, 43)), (43,)
MIXTURE = Mixture((FEW, MANY, ONE), (1.0, 1.0, 1.0), size=60, stride=44)


def to_sources(rows: list[int], mixture: Mixture) -> list[int]:
    """How many rows of each source."""
    own = [row % mixture.stride for row in rows]
    return [sum(row in source for row in own) for source in mixture.sources]


def test_every_batch_has_two_of_each_source() -> None:
    batches = Batches(MIXTURE, 6, 1, 0, 1, seed=0)
    assert len(list(batches)) == len(batches) == 10
    for batch in batches:
        assert to_sources([row for _, row in batch], MIXTURE) == [2, 2, 2]
        assert {epoch for epoch, _ in batch} == {0}


def test_a_row_has_no_second_turn_before_all_of_its_source_had_one() -> None:
    rows = MIXTURE.draw(np.random.default_rng(0))
    for source in MIXTURE.sources:
        own = [row for row in rows if row % 44 in source]
        for first in range(0, len(own), len(source)):
            turn = own[first : first + len(source)]
            assert {row // 44 for row in turn} == {first // len(source)}
            assert len({row % 44 for row in turn}) == len(turn)
    assert len(set(rows.tolist())) == 60  # what comes again is another row, and so is varied anew


def test_seed_and_epoch_decide_the_order() -> None:
    batches, same, other = (Batches(MIXTURE, 6, 1, 0, 1, seed) for seed in (0, 0, 1))
    assert list(batches) == list(same) != list(other)
    first = list(batches)
    batches.epoch = 1
    second = list(batches)
    assert [row for batch in first for _, row in batch] != [row for batch in second for _, row in batch]
    batches.start = 7
    assert list(batches) == second[7:]


def test_ranks_share_a_mixed_epoch() -> None:
    ranks = [list(Batches(MIXTURE, 3, 2, rank, 2, seed=0)) for rank in range(2)]
    whole = [row for batch in Batches(MIXTURE, 6, 1, 0, 1, seed=0) for row in batch]
    assert [row for pair in zip(*ranks, strict=True) for batch in pair for row in batch] == whole


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.floats(0.1, 5.0)), min_size=1, max_size=4),
    st.integers(1, 80),
    st.integers(0, 9),
)
def test_any_beginning_of_an_epoch_has_the_shares(sources: list[tuple[int, float]], size: int, seed: int) -> None:
    ends = np.cumsum([count for count, _ in sources]).tolist()
    rows = tuple(tuple(range(end - count, end)) for end, (count, _) in zip(ends, sources, strict=True))
    mixture = Mixture(rows, tuple(share for _, share in sources), size, stride=ends[-1])
    drawn = mixture.draw(np.random.default_rng(seed)).tolist()
    assert len(drawn) == len(mixture) == size
    wanted = np.array(mixture.shares) / sum(mixture.shares)
    for length in range(1, size + 1):
        counts = to_sources(drawn[:length], mixture)
        assert np.abs(np.array(counts) - wanted * length).max() < len(sources)


def test_rows_that_are_not_mixed_are_shuffled_as_ever() -> None:
    keys = [key for batch in Batches([5, 7, 9, 11], 3, 1, 0, 1, seed=4) for key in batch]
    expected = np.resize(np.random.default_rng([4, 0]).permutation([5, 7, 9, 11]), 6)
    assert keys == [(0, int(row)) for row in expected]


@pytest.mark.parametrize("size", [1, 2])
def test_a_source_may_have_no_turn_in_a_short_epoch(size: int) -> None:
    assert len(Mixture((FEW, ONE), (1.0, 9.0), size, 44).draw(np.random.default_rng(0))) == size
