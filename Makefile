# Set-up happens once, by itself, when a target needs it.
PYTHON ?= python3
BIN := .venv/bin
Q ?=
COMPILE := uv pip compile --quiet --no-emit-index-url --python-version 3.11 --no-header \
	--extra weights --extra dev pyproject.toml
LOWEST := .venv-lowest

.PHONY: help setup ask man test test-all test-lowest lint types lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready  ## make .venv with everything in it; nothing the second time

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make setup: Python 3.11 or newer is needed; name one with PYTHON=python3.12" >&2; exit 2; }
	@echo "Setting up .venv (once; a few minutes, about 1 GB)" >&2
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . >&2
	@touch $@

# Tests start many processes; none of them is to compile the package anew.
test test-all test-lowest: export PYTHONDONTWRITEBYTECODE :=

# As it was typed: a question may hold dollar signs and quotation marks.
unexport Q
ask: .venv/.ready  ## answer a question: make ask Q="How can reward overoptimization be mitigated?"
	@$(BIN)/assistant ask '$(subst ','\'',$(value Q))'

man: .venv/.ready  ## write the manual page to build/assistant.1
	@mkdir -p build
	@$(BIN)/assistant help --man > build/assistant.1

test: lint types  ## lint, strict types and tests
	@$(BIN)/python -m pytest

test-all: lint types  ## the same with all tests, slow ones too: 25 kills of a writer for 5
	@$(BIN)/python -m pytest -m "slow or not slow"

test-lowest: $(LOWEST)/.ready  ## the tests with the lowest versions that pyproject names (needs uv)
	@PYTHONPATH=. $(LOWEST)/bin/python -m pytest

# What pyproject does not name is as new as can be: its lowest versions are not ours to say.
$(LOWEST)/.ready: pyproject.toml
	@uv venv --quiet --clear --seed --python 3.11 $(LOWEST)
	@$(COMPILE) --resolution lowest-direct -o $(LOWEST)/requirements.txt
	@uv pip install --quiet --python $(LOWEST)/bin/python --no-deps -r $(LOWEST)/requirements.txt
	@uv pip install --quiet --python $(LOWEST)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

lint: .venv/.ready  ## look for faults of style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/.ready  ## check the types, strictly
	@$(BIN)/mypy

lock:  ## compile requirements.lock anew (needs uv)
	$(COMPILE) --universal --generate-hashes -o requirements.lock

clean:  ## remove .venv and caches; no library is touched
	rm -rf .venv $(LOWEST) .mypy_cache .ruff_cache build dist
