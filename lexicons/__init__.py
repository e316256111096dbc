"""The words: shared vocabulary, phrase tables per language, their loading and linting."""
