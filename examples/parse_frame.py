"""A data frame of reports: a label table of them, by two processes, under a policy of one's own."""

import pandas as pd

from reportparse import parse_reports, Policy
from reportparse.label_table import to_label_table


def main() -> None:
    """Print the table; a function, for worker processes import this file."""
    reports = pd.DataFrame(
        {
            "study_id": ["a1", "a2"],
            "text": ["L4-L5: Moderate canal stenosis.", "L5-S1: Minimal left foraminal narrowing."],
        }
    )
    policy = Policy(minimal="normal")
    parsed = parse_reports(zip(reports["study_id"], reports["text"], strict=True), jobs=2, policy=policy)
    table = to_label_table((study_id, report.findings) for study_id, report in parsed)
    print(table[["study_id", "level", "task", "grade", "rule"]].to_string(index=False))


if __name__ == "__main__":
    main()
