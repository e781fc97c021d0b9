# Set-up happens once, by itself, when a target needs it.
PYTHON ?= python3
BIN := .venv/bin
Q ?=
# What only torch would need: out of the lock altogether.
NEVER := sentence-transformers torch transformers scikit-learn sympy mpmath threadpoolctl narwhals

.PHONY: help setup ask test lint types wheel lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready  ## make .venv with everything in it; nothing the second time

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make setup: Python 3.11 or newer is needed; name one with PYTHON=python3.12" >&2; exit 2; }
	@echo "Setting up .venv (once; a few minutes, about 1 GB)" >&2
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . >&2
	@touch $@

# As it was typed: a question may hold dollar signs and quotation marks.
unexport Q
ask: .venv/.ready  ## answer a question: make ask Q="How can reward overoptimization be mitigated?"
	@$(BIN)/assistant ask '$(subst ','\'',$(value Q))'

test: lint types  ## lint, strict types and tests
	@$(BIN)/python -m pytest

lint: .venv/.ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/.ready
	@$(BIN)/mypy

lock:  ## compile requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header \
		--extra weights --extra eval --extra dev $(addprefix --no-emit-package ,$(NEVER)) pyproject.toml -o requirements.lock

clean:  ## remove .venv and caches; no library is touched
	rm -rf .venv .mypy_cache .ruff_cache build dist
