"""Which process speaks, and writes the record, on one node and on several."""

import click
import pytest

import lumbar.ranks
from lumbar.ranks import check_nodes, first_speaks, OF_NODE, Ranks, read_ranks


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "LOCAL_RANK", "SLURM_PROCID", "TORCHELASTIC_RUN_ID", *OF_NODE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(lumbar.ranks, "SECONDS_TO_SPEAK", 0.0)


@pytest.mark.parametrize(
    ("variables", "first"),
    [
        ({}, True),
        ({"NODE_RANK": "0"}, True),
        ({"NODE_RANK": "1"}, False),
        ({"GROUP_RANK": "1"}, False),
        ({"NODE_RANK": "1", "LOCAL_RANK": "0"}, False),
        ({"NODE_RANK": "0", "LOCAL_RANK": "1"}, False),
        ({"RANK": "0", "LOCAL_RANK": "0", "GROUP_RANK": "0"}, True),
        ({"RANK": "2", "LOCAL_RANK": "0", "GROUP_RANK": "1"}, False),
        ({"SLURM_PROCID": "3"}, False),
    ],
)
def test_one_process_of_all_nodes_is_the_first(
    variables: dict[str, str], first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (read_ranks().rank == 0) == first


def test_several_nodes_must_be_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    check_nodes(1)
    with pytest.raises(click.UsageError, match=r"run\.nodes is 2, and nothing says which node this is"):
        check_nodes(2)
    monkeypatch.setenv("NODE_RANK", "0")
    check_nodes(2)


def test_what_only_some_processes_meet_is_not_kept_to_oneself() -> None:
    later = Ranks(1, None, None)
    with pytest.raises(click.exceptions.Exit), first_speaks(later, KeyError):
        raise KeyError
    with pytest.raises(OSError), first_speaks(later, KeyError):
        raise OSError
    with pytest.raises(KeyError), first_speaks(Ranks(0, None, None), KeyError):
        raise KeyError
