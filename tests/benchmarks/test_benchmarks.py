"""The benchmarks' inputs are what they are said to be."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """The benchmarks are scripts beside each other, not a package."""
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_reports_are_the_same_for_the_same_seed_and_differ_otherwise(load) -> None:
    writer: ModuleType = load("report_writer")
    texts = list(writer.write_reports(20, seed=1))
    assert texts == list(writer.write_reports(20, seed=1))
    assert texts[5:] == list(writer.write_reports(15, seed=1, start=5))
    assert len(set(texts + list(writer.write_reports(20, seed=2)))) == 40


@pytest.mark.parametrize("novelty", [0.1, 1.0])
def test_reports_are_about_as_long_as_asked(load, novelty: float) -> None:
    lengths = [len(text) for text in load("report_writer").write_reports(200, novelty=novelty)]
    assert 1500 < sum(lengths) / len(lengths) < 1750
    assert min(lengths) > 1000 and max(lengths) < 2600


def test_novelty_makes_every_sentence_distinct_and_its_absence_does_not(load) -> None:
    writer, repetition = load("report_writer"), load("repetition")
    assert repetition.measure_repetition(writer.write_reports(300, novelty=1)).distinct > 0.999
    assert repetition.measure_repetition(writer.write_reports(300, novelty=0)).distinct < 0.6


def test_every_slot_of_the_phrases_can_be_filled_and_no_name_means_two_things(load) -> None:
    phrases, writer, cases = load("phrases"), load("report_writer"), load("cases")
    assert not phrases.SENTENCES.keys() & phrases.WORDS.keys()
    facts = dict.fromkeys(("level", "grade", "gradely", "other_grade", "other_gradely", "canal_grade"), "x")
    writing = writer.Writing(0, 0, 0.0)
    for name, options in phrases.SENTENCES.items():
        assert writing.sentence(name, facts), name
        for option in (*options, *phrases.QUALIFIERS):
            filled = writing._fill(option, {**cases.incidental_facts(writing.rng), **facts}, writing._any)
            assert "{" not in filled


def test_hostile_texts_have_the_length_asked_for(load) -> None:
    texts = load("hostile_texts")
    for name, make in {**texts.hostile_texts(), **texts.random_texts(20, 0)}.items():
        assert 0.8 * 3000 <= len(make(3000)) <= 3001, name


@pytest.mark.parametrize(("power", "expected"), [(1, 1.0), (2, 2.0)])
def test_the_exponent_of_growth(load, power: int, expected: float) -> None:
    lengths = [1000, 2000, 4000, 8000]
    assert load("hostile").fit_exponent(lengths, [1e-6 * n**power for n in lengths]) == pytest.approx(expected)


def test_the_worker_reads_and_answers(load) -> None:
    engines = load("engines")
    with engines.Engine("reportparse") as engine:
        assert engine.read(["L4-L5: Moderate canal stenosis."]).found == 1
        with pytest.raises(engines.TooSlow):
            engine.read([f"L4-L5: Mild canal stenosis {n}." for n in range(100_000)], limit=0.05)


def test_the_memory_of_a_process_is_seen(load, tmp_path: Path) -> None:
    memory = load("archive_memory")
    archive = tmp_path / "reports.csv"
    assert memory.write_archive(archive, 30, 0, 0.1) > 30 * 1000
    seconds, code, sample, largest = memory.run_parse(archive, tmp_path / "labels.csv", 1, tmp_path / "log")
    memory.check_complete(tmp_path / "labels.csv", code, 30, tmp_path / "log")
    assert seconds > 0 and sample.samples > 0 and 10 * 2**20 < largest < 4 * 2**30
    with pytest.raises(Exception, match="30 of 31"):
        memory.check_complete(tmp_path / "labels.csv", code, 31, tmp_path / "log")
