# Everything a fresh machine needs is Python 3.11 or newer, make, and the package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export UV_NO_PROGRESS := 1

.PHONY: help setup demo test slow lengthy torture superset soak lint bench clean

help:
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## */\1	/' | expand -t 10

setup: $(READY) ## make .venv and install what requirements.lock says

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Sifang needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 setup" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $(READY)

demo: $(READY) ## simulate 15 months, run 60 nights, write the brief
	$(BIN)/sifang demo

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2

test: lint ## lint, types, and every test but the slow ones, on SQLite and PostgreSQL
	$(BIN)/pytest -n 3 --dist loadfile -m "not slow and not lengthy"

slow: $(READY) ## what takes long: kills at every point, two writers, a real schedule, planted identities; CI adds this
	$(BIN)/pytest -n 2 --dist loadfile -m "slow and not lengthy"

lengthy: $(READY) ## backtests and thirty nights on real data, 20,000 mutations of files: minutes each
	$(BIN)/pytest -n 2 --dist loadfile -m lengthy

torture: $(READY) ## break homes at random for MINUTES (3) or ROUNDS; SEED begins with the round of that seed
	$(BIN)/python -m tests.torture.machine $(if $(ROUNDS),--rounds $(ROUNDS),--minutes $(or $(MINUTES),3)) $(if $(SEED),--seed $(SEED))

soak: $(READY) ## NIGHTS (400) of two homes, one of them killed, without its server, on a full disk: they must end the same
	$(BIN)/python -m tests.torture.soak --nights $(or $(NIGHTS),400) $(if $(SEED),--seed $(SEED))

superset: $(READY) ## install Superset into .superset, import the dashboards there, find the views' numbers in every tab
	test -x .superset/bin/python || $(PYTHON) -m venv .superset
	$(BIN)/uv pip install --quiet --python .superset/bin/python apache-superset==6.1.0 'flask-caching<2.4' cachetools rich psycopg2-binary
	$(BIN)/pytest -n 0 -m "" tests/infra/superset

bench: $(READY) ## benchmarks; each compares two ways in one run
	$(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-columns=min,median,max,rounds -p no:xdist -m ""

clean: ## remove the environment and everything the demo wrote
	rm -rf $(VENV) var
