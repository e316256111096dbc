"""Contact sheets: what was located and cut in a study, drawn for a radiologist to check at a glance."""
