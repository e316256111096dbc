"""The demo: a phantom cohort with reports taken through every command, and the page that tells of it."""
