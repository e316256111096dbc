"""Radiology reports for phantom studies, and the truth of what they say: words of their own, not the parser's."""
