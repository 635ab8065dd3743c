# Everything a developer types. Each target sets up what it needs in .venv; only Python 3.11+ is assumed.
# Windows has the same in the README.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock pyproject.toml

# Modules are compiled once and kept: the tests start hundreds of processes, and each would compile them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all test-long lint types contract docs kill-matrix kills tolerated fuzz bench bench-documents bench-population bench-campaign soak campaigns-repeat campaigns-drivers report-picture check clean

demo: $(VENV)/.runtime
	$(BIN)/banc demo $(ARGS)

# The interoperability tests want node with npm (they fetch the package soap into the user's cache) and php-cli php-soap
# php-xml; without them they are skipped, in CI they fail.
test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto -m "not slow" $(ARGS)

# What takes long: foreign stacks, whole campaigns, the kill matrix, big populations, schemathesis.
test-long: $(VENV)/.test
	$(BIN)/python -m pytest -n auto -m slow $(ARGS)

test-all: test test-long

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

contract: $(VENV)/.test
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.test
	$(BIN)/python -m simulator.pages.contract > docs/contract.md
	$(BIN)/python -m simulator.pages.chaos > docs/chaos.md
	$(BIN)/python -m simulator.pages.scenario_reference > docs/scenario-reference.md
	$(BIN)/banc rules pages docs/rules
	$(BIN)/python -m conformance.commands.verb_map

# Every injectable defect against its rules, under five seeds: an hour or two. ARGS=--continue goes on where it was stopped.
kill-matrix: $(VENV)/.test
	-$(BIN)/python -m conformance.matrix --output .kill-matrix.ndjson $(ARGS)
	$(BIN)/python -m conformance.matrix --docs docs .kill-matrix.ndjson

# Every injectable defect once, against the check that is known to catch it and only then the others: minutes.
kills: $(VENV)/.test
	$(BIN)/python -m conformance.matrix --seeds 1 --known docs/kill-matrix.csv $(ARGS)

# Correct software of other manners, several at once, against all the rules: hours; ARGS="--output FILE --continue" goes on.
tolerated: $(VENV)/.test
	$(BIN)/python -m conformance.matrix.tolerated $(ARGS)

check: lint types contract test

# Mutated messages through the teleservice; mutants of scenario files, documents of the control API, journal segments and
# driver answers; documents; then coverage-guided fuzzing of the reader (atheris, where it can be installed).
fuzz: $(VENV)/.fuzz
	$(BIN)/python tests/fuzz/fuzz.py $(ARGS)
	$(BIN)/python tests/fuzz/coverage_guided.py

bench: $(VENV)/.test
	$(BIN)/python tests/benchmarks/run.py --competitors --page $(ARGS)

# ARGS="--sizes 10000,1000000" without the ten million; ARGS="--postgres postgresql://…" with a shared registry.
bench-population: $(VENV)/.test
	$(BIN)/python tests/benchmarks/population.py --page $(ARGS)

# Beside other libraries where they are installed: pip install pypdf hl7apy
bench-documents: $(VENV)/.test
	$(BIN)/python tests/benchmarks/documents.py --page $(ARGS)

# What a campaign asks and costs, process by process; ARGS="--rule STA-03" for a part of it.
bench-campaign: $(VENV)/.test
	$(BIN)/python tests/benchmarks/campaign_cost.py $(ARGS)

# Everything at once for twenty minutes; memory, descriptors and threads must stay flat. ARGS="--minutes 2" for a shorter one.
soak: $(VENV)/.test
	$(BIN)/python tests/soak/soak.py --page $(ARGS)

# The picture of the report in the README, from a whole campaign; needs a browser of the Chromium family.
report-picture: demo
	$(BIN)/python tests/pictures/report.py banc-report docs/report.png

# Whole campaigns in a row: do verdicts depend on order or seed (repeat), on the driver (drivers)? Minutes each.
campaigns-repeat campaigns-drivers: $(VENV)/.test
	$(BIN)/python tests/soak/campaigns.py $(@:campaigns-%=%) $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info banc-report

# Nothing is installed that has not the hash that the lock gives; the lock has three sections, see .ci/lock, which writes it.
# The project itself, editable, cannot have a hash: it comes last, with nothing fetched for it.
PIP := $(BIN)/python -m pip install --quiet
PROJECT := --no-deps --no-build-isolation --editable .

$(VENV)/.runtime: $(LOCK) | $(VENV)/bin/python
	@sed '/^# Section 2/,$$d' requirements.lock > $(VENV)/locked.txt
	$(PIP) --require-hashes --requirement $(VENV)/locked.txt
	$(PIP) $(PROJECT)
	@touch $@

$(VENV)/.test: $(LOCK) | $(VENV)/bin/python
	@sed '/^# Section 3/,$$d' requirements.lock > $(VENV)/locked.txt
	$(PIP) --require-hashes --requirement $(VENV)/locked.txt
	$(PIP) $(PROJECT)
	@touch $@ $(VENV)/.runtime

$(VENV)/.fuzz: $(VENV)/.test
	-$(PIP) --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "banc-insi needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
