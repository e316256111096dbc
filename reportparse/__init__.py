"""Free-text lumbar MRI reports to per-level stenosis labels, with the evidence of each label."""

from reportparse.finding import Finding
from reportparse.parallel import parse_reports
from reportparse.pipeline import parse_report
from reportparse.policy import Policy, read_policy

__all__ = ["Finding", "Policy", "parse_report", "parse_reports", "read_policy"]
