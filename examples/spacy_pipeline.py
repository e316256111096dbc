"""A spaCy pipeline with the parser in it: the deciding words as spans, and the findings on each."""

import spacy

nlp = spacy.blank("en")
nlp.add_pipe("lumbar_stenosis", config={"policy": {"minimal": "normal"}})

REPORTS = [
    "L4-L5: Moderate canal stenosis. Minimal left foraminal narrowing.",
    "L2-L3 and L3-L4: No canal stenosis.",
]

for doc in nlp.pipe(REPORTS):
    for span in doc.spans["lumbar_stenosis"]:
        for finding in span._.lumbar_findings:
            print(finding.level, span.label_, finding.grade, repr(span.text))
