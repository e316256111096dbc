"""One report: what it says of each level, and the words that decided it."""

from reportparse import parse_report

REPORT = """
FINDINGS:
L3-L4: No canal stenosis.
L4-L5: Moderate canal stenosis. Mild left foraminal narrowing.
L5-S1: Severe bilateral foraminal narrowing.
"""

for finding in parse_report(REPORT):
    words = REPORT[finding.start : finding.end]
    print(finding.level, finding.task, finding.grade, repr(words))
