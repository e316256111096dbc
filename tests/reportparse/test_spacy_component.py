import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from lexicons.vocabulary import Level, Task
from reportparse.finding import Finding
from reportparse.pipeline import ReportParser
from reportparse.policy import PolicyError

REPORT = "L4-5: Moderate canal stenosis. Mild left foraminal narrowing."
TWO_LEVELS = "L2-3 and L3-4: Mild canal stenosis."


def pipeline(**config: Any) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("lumbar_stenosis", config=config)
    return nlp


def findings(item: Doc | Span) -> list[Finding]:
    found = item._.lumbar_findings
    assert isinstance(found, list)
    return found


def spans(doc: Doc) -> list[tuple[str, str]]:
    return [(span.text, span.label_) for span in doc.spans["lumbar_stenosis"]]


def test_the_doc_has_the_findings_of_the_parser() -> None:
    doc = pipeline()(REPORT)
    assert findings(doc) == ReportParser().read(REPORT).findings
    assert doc._.lumbar_remarks == ()


def test_the_deciding_words_are_spans_labelled_by_task() -> None:
    doc = pipeline()(REPORT)
    assert spans(doc) == [("Moderate canal stenosis", "SCS"), ("Mild left foraminal narrowing", "LFS")]
    canal, foramen = doc.spans["lumbar_stenosis"]
    assert findings(canal) + findings(foramen) == findings(doc)
    assert [(f.level, f.task, f.grade) for f in findings(foramen)] == [(Level.L4_L5, Task.LFS, 1)]


def test_words_that_decide_two_levels_are_one_span() -> None:
    doc = pipeline()(TWO_LEVELS)
    assert spans(doc) == [("Mild canal stenosis", "SCS")]
    assert [f.level for f in findings(doc.spans["lumbar_stenosis"][0])] == [Level.L2_L3, Level.L3_L4]


def test_words_that_decide_two_tasks_are_two_spans() -> None:
    doc = pipeline()("L4-5: Mild bilateral foraminal narrowing.")
    assert [label for _, label in spans(doc)] == ["LFS", "RFS"]
    assert len({text for text, _ in spans(doc)}) == 1


def test_spans_are_widened_to_whole_tokens() -> None:
    text = "L4-5:Moderate canal stenosis"
    words = Doc(spacy.blank("en").vocab, words=["L4-5:Moderate", "canal", "stenosis"], spaces=[True, True, False])
    doc = pipeline()(words)
    assert doc.text == text
    assert spans(doc) == [(text, "SCS")]
    assert findings(doc.spans["lumbar_stenosis"][0]) == findings(doc)


def test_other_spans_decide_nothing() -> None:
    doc = pipeline()(REPORT)
    canal = doc.spans["lumbar_stenosis"][0]
    assert findings(Span(doc, canal.start, canal.end, label="LFS")) == []
    assert findings(doc[:2]) == []


@pytest.mark.parametrize("text", ["", "Lungs are clear."])
def test_a_report_without_a_statement_has_remarks_and_no_spans(text: str) -> None:
    doc = pipeline()(text)
    assert (findings(doc), spans(doc)) == ([], [])
    assert doc._.lumbar_remarks == ReportParser().read(text).remarks != ()


def test_a_doc_that_was_not_piped_has_none() -> None:
    doc = spacy.blank("en")(REPORT)
    assert (findings(doc), doc._.lumbar_remarks) == ([], ())


def test_the_policy_is_config() -> None:
    (finding,) = findings(pipeline(policy={"minimal": "normal"})("L4-5: Minimal canal stenosis."))
    assert finding.grade == 0
    with pytest.raises(PolicyError, match="did you mean 'minimal'"):
        pipeline(policy={"minimum": "normal"})


@pytest.fixture
def site_words(tmp_path: Path) -> str:
    (tmp_path / "site.tsv").write_text("phrase\tconcept\tvalue\texample\nhumongous\tgrade\t3-3-3\t\n", encoding="utf-8")
    return str(tmp_path)


def test_the_lexicon_is_config(site_words: str) -> None:
    (finding,) = findings(pipeline(lexicon=site_words)("L4-5: Humongous canal stenosis."))
    assert finding.grade == 3


def test_several_processes_give_the_same(site_words: str) -> None:
    nlp = pipeline(policy={"minimal": "normal"}, lexicon=site_words)
    texts = [REPORT, TWO_LEVELS, "", "L1-2: Minimal canal stenosis. L5-S1: Humongous canal stenosis."] * 3
    alone, together = list(nlp.pipe(texts)), list(nlp.pipe(texts, n_process=2, batch_size=2))
    assert [findings(doc) for doc in together] == [findings(doc) for doc in alone]
    assert [doc._.lumbar_remarks for doc in together] == [doc._.lumbar_remarks for doc in alone]
    assert [spans(doc) for doc in together] == [spans(doc) for doc in alone]


def test_the_pipe_is_pickled_for_processes_that_are_spawned(site_words: str) -> None:
    nlp = pipeline(policy={"minimal": "normal"}, lexicon=site_words)
    pickled = pickle.dumps(nlp.get_pipe("lumbar_stenosis"))
    nlp(REPORT)
    assert pickle.dumps(nlp.get_pipe("lumbar_stenosis")) == pickled
    again = pickle.loads(pickled)
    doc = again(spacy.blank("en")("L1-2: Minimal canal stenosis. L5-S1: Humongous canal stenosis."))
    assert [f.grade for f in findings(doc)] == [0, 3]


def from_box(doc: Doc) -> Doc:
    box = DocBin().from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes())
    return next(iter(box.get_docs(doc.vocab)))


@pytest.mark.parametrize("through", [lambda doc: Doc(doc.vocab).from_bytes(doc.to_bytes()), from_box, Doc.copy])
def test_docs_survive_serialisation_with_their_types(through: Callable[[Doc], Doc]) -> None:
    doc = pipeline()(f"{REPORT} {TWO_LEVELS}")
    again = through(doc)
    assert findings(again) == findings(doc)
    assert [list(map(type, f)) for f in findings(again)] == [list(map(type, f)) for f in findings(doc)]
    groups = [each.spans["lumbar_stenosis"] for each in (again, doc)]
    assert spans(again) == spans(doc)
    assert [findings(span) for span in groups[0]] == [findings(span) for span in groups[1]]


def test_the_findings_are_of_the_parsers_types() -> None:
    expected = ReportParser().read(REPORT).findings
    assert [list(map(type, f)) for f in findings(pipeline()(REPORT))] == [list(map(type, f)) for f in expected]


def test_a_pipeline_is_saved_as_its_config(tmp_path: Path, site_words: str) -> None:
    nlp = pipeline(policy={"minimal": "normal"}, lexicon=site_words)
    nlp.to_disk(tmp_path / "model")
    text = "L1-2: Minimal canal stenosis. L5-S1: Humongous canal stenosis."
    assert findings(spacy.load(tmp_path / "model")(text)) == findings(nlp(text))
    assert findings(pipeline()(text)) != findings(nlp(text))


def test_the_pipe_is_found_without_an_import(tmp_path: Path) -> None:
    code = (
        f"import spacy; nlp = spacy.blank('en'); nlp.add_pipe('lumbar_stenosis'); doc = nlp({REPORT!r}); "
        "print(*[span.label_ for span in doc.spans['lumbar_stenosis']])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout == "SCS LFS\n"
