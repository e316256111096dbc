"""The parser as a spaCy pipe, ``lumbar_stenosis``: the findings of a report on its ``Doc``.

``doc._.lumbar_findings``: every Finding of the report. ``doc._.lumbar_remarks``: remarks on the report as a whole.
``doc.spans["lumbar_stenosis"]``: the deciding words, widened to whole tokens, a span for each place and task; its label
is the task. ``span._.lumbar_findings``: the findings that such a span decided, one for each level.

They live in ``doc.user_data``, so they go where it goes: through ``nlp.pipe(n_process=...)``,
``Doc.to_bytes``, and a ``DocBin(store_user_data=True)``. Reading them back without the pipe needs this module imported.
``nlp.to_disk`` keeps the config and not the words: ``lexicon`` is a path to a folder of phrase tables and must be there
when the pipeline is loaded.
"""

from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from lexicons.load import Lexicon, read_lexicon
from lexicons.vocabulary import Level, Task
from reportparse.finding import Finding, Scope, Section, Status
from reportparse.pipeline import ParsedReport, ReportParser
from reportparse.policy import Policy, to_policy

NAME = "lumbar_stenosis"


class StenosisPipe:
    """The pipe for one lexicon and one policy; its parser is made anew where it is unpickled."""

    def __init__(self, lexicon: Lexicon, policy: Policy) -> None:
        self.parser = ReportParser(lexicon, policy)

    def __call__(self, doc: Doc) -> Doc:
        """The same doc, with its findings."""
        parsed = self.parser.read(doc.text)
        doc.user_data[NAME] = _to_plain(parsed)
        spans = {_key(span): span for finding in parsed.findings if (span := _evidence(doc, finding)) is not None}
        doc.spans[NAME] = [spans[key] for key in sorted(spans)]
        return doc

    def __reduce__(self) -> tuple[type["StenosisPipe"], tuple[Lexicon, Policy]]:
        return StenosisPipe, (self.parser.lexicon, self.parser.policy)


@Language.factory(
    NAME,
    default_config={"policy": {}, "lexicon": None},
    assigns=["doc.spans", "doc._.lumbar_findings", "doc._.lumbar_remarks", "span._.lumbar_findings"],
)
def make_stenosis_pipe(nlp: Language, name: str, policy: dict[str, str], lexicon: str | None) -> StenosisPipe:
    """The pipe; ``policy`` has the keys of a policy file, ``lexicon`` a folder laid over the English phrase tables."""
    return StenosisPipe(read_lexicon(Path(lexicon) if lexicon else None), to_policy(dict(policy)))


def _evidence(doc: Doc, finding: Finding) -> Span | None:
    """The tokens of the deciding words; None where there are none."""
    return doc.char_span(finding.start, finding.end, label=finding.task.value, alignment_mode="expand")


def _key(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label_


def _to_plain(parsed: ParsedReport) -> dict[str, Any]:
    """What msgpack can hold; it gives enumerations back as bare strings."""
    return {"findings": [finding._asdict() for finding in parsed.findings], "remarks": list(parsed.remarks)}


def _findings_of_doc(doc: Doc) -> list[Finding]:
    return [_to_finding(row) for row in doc.user_data.get(NAME, {}).get("findings", [])]


def _to_finding(row: dict[str, Any]) -> Finding:
    return Finding(**row)._replace(
        level=Level(row["level"]),
        task=Task(row["task"]),
        status=Status(row["status"]),
        scope=Scope(row["scope"]),
        section=Section(row["section"]),
    )


def _remarks_of_doc(doc: Doc) -> tuple[str, ...]:
    return tuple(doc.user_data.get(NAME, {}).get("remarks", ()))


def _findings_of_span(span: Span) -> list[Finding]:
    evidence = ((finding, _evidence(span.doc, finding)) for finding in _findings_of_doc(span.doc))
    return [finding for finding, words in evidence if words is not None and _key(words) == _key(span)]


Doc.set_extension("lumbar_findings", getter=_findings_of_doc, force=True)
Doc.set_extension("lumbar_remarks", getter=_remarks_of_doc, force=True)
Span.set_extension("lumbar_findings", getter=_findings_of_span, force=True)
