# Everything a person or a CI machine does with this repository. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: anew
.PHONY: help venv lint types test faults bench run reference lock format clean

# The first Python on the PATH that is new enough; `make PYTHON=/path/to/python3.12 test` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
unexport PYTHONHOME PYTHONPATH
HOUSES := $(patsubst %/__init__.py,%,$(wildcard $(addsuffix /__init__.py,cases projections replay api tests)))

# A scratch directory of its own for one run: every temporary file lands in it, and it goes with the run.
# 0711, because the embedded server of a root run belongs to an unprivileged user who must get through.
SCRATCH = scratch=$$(mktemp -d "$${TMPDIR:-/tmp}/cl.XXXXXX"); chmod 0711 "$$scratch"; \
	trap 'rm -rf "$$scratch"' EXIT; export TMPDIR="$$scratch" CASELEDGER_SCRATCH="$$scratch"

# Two processes share the test files, each with a database server of its own; tests/conftest.py says in which order.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder

help: ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do \
		printf '  make %-9s %s\n' "$$name" "$$text"; done

run: .venv/run.stamp ## install if needed, then serve API, docs and the SLA board at http://127.0.0.1:8000
	@exec $(BIN)/caseledger run

test: venv ## lint, types and all tests (under 12 minutes); leaves nothing behind
	@$(SCRATCH); failed=0; \
	$(MAKE) --no-print-directory lint || failed=1; \
	$(MAKE) --no-print-directory types || failed=1; \
	$(BIN)/python -m pytest $(SHARED) --basetemp="$$scratch/pytest" || failed=1; \
	exit $$failed

lint: venv ## ruff: rules and format
	@$(BIN)/python -m ruff check $(HOUSES)
	@$(BIN)/python -m ruff format --check --quiet $(HOUSES) || { echo "run: make format"; exit 1; }

types: venv ## mypy --strict on sources and tests
	@$(BIN)/python -m mypy $(HOUSES)

format: venv ## let ruff put every file in the one format
	@$(BIN)/python -m ruff check --fix-only --quiet $(HOUSES)
	@$(BIN)/python -m ruff format --quiet $(HOUSES)

reference: venv ## write docs/reference and docs/coverage.md from the code
	@$(BIN)/python -m tests.reference
	@$(BIN)/python -m tests.coverage

faults: venv .venv/oracle.stamp ## the fault tests at full counts (long)
	@$(SCRATCH); CASELEDGER_FAULTS=full $(BIN)/python -m pytest tests -m faults $(SHARED) --timeout=3600 \
		--basetemp="$$scratch/pytest"

# make bench SCALE=1m FIGURES=figures.md asks a firm of a million cases and writes the table to a file;
# FIRM=folder keeps the firm for the next run.
SCALE ?= 100k
bench: venv ## the benchmarks, as one table of what was to be reached (SCALE=1m: a million cases)
	@$(SCRATCH); $(BIN)/python -m pytest tests/bench -m bench -s --timeout=14400 --basetemp="$$scratch/pytest" \
		--scale $(SCALE) $(if $(FIGURES),--figures $(FIGURES)) $(if $(FIRM),--firm $(FIRM))

venv: .venv/dev.stamp ## make .venv with everything for development

# The stamps are newer than the lock they were installed from; a changed lock installs again.
# Hashes are checked; setuptools comes from the lock too, so that nothing unpinned is ever fetched.
.venv/run.stamp: requirements.lock pyproject.toml .venv/pyvenv.cfg
	@echo "installing (requirements.lock)"
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml .venv/pyvenv.cfg
	@echo "installing for development (requirements-dev.lock)"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch .venv/run.stamp $@

# What tests/faults asks another program's opinion of; it has packages of its own, which ours never meet.
.venv/oracle.stamp: tests/faults/oracle.lock .venv/pyvenv.cfg
	@echo "installing the oracle of the fault tests (tests/faults/oracle.lock)"
	@rm -rf .venv/oracle; $(BIN)/python -m venv .venv/oracle
	@.venv/oracle/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes \
		-r tests/faults/oracle.lock
	@touch $@

# Made anew where there is none, and where its Python is gone.
.venv/pyvenv.cfg: $(if $(shell $(BIN)/python -c 'print(1)' 2>/dev/null),,anew)
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed; name one with PYTHON=..."; exit 1; }
	@rm -rf .venv; $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

lock: ## resolve the dependencies of pyproject.toml again and write the lock files
	@$(SCRATCH); $(PYTHON) -m venv "$$scratch/uv"; "$$scratch/uv/bin/python" -m pip install --quiet uv; \
	compile=("$$scratch/uv/bin/uv" pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
		--custom-compile-command "make lock" $(LOCKFLAGS)); \
	"$${compile[@]}" pyproject.toml --group build -o requirements.lock; \
	"$${compile[@]}" pyproject.toml --all-extras --group build --group dev -c requirements.lock -o requirements-dev.lock; \
	"$${compile[@]}" --group oracle -o tests/faults/oracle.lock

clean: ## remove .venv and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
