"""Free-text lumbar MRI reports to per-level stenosis labels, with the evidence of each label."""
