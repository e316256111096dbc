# make demo: phantom patients through every command.   make test: the tests.   make check: format, lint, types.
# The first of them to run creates .venv from constraints.txt. It needs Python 3.11 or newer and nothing else;
# name another interpreter with `make PYTHON=/path/to/python3 ...`.

BIN := .venv/bin
STAMP := .venv/.installed
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

.PHONY: demo test check

demo: $(STAMP)
	$(BIN)/lumbar demo

test: $(STAMP)
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "lumbar needs Python 3.11 or newer; found none on PATH (python3 is $$(python3 --version 2>&1))." >&2; exit 1; }
	@echo "Installing into .venv (only the first time, and when pyproject.toml or constraints.txt changes) ..."
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv || \
		{ echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt setuptools
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $(STAMP)
