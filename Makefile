# What a developer or an operator does. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
.DEFAULT_GOAL := help
.PHONY: help run setup chat test test-slow test-all test-fast bench lint format lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## Start Robbie (the first time sets everything up)
	@exec $(BIN)/robbie run

setup: $(VENV)/.installed ## Make the environment; leaves .venv/bin/robbie

chat: setup ## Talk to Robbie in this terminal
	@exec $(BIN)/robbie chat

test: $(VENV)/.installed-dev ## Run every test but the slow ones, on a real PostgreSQL and a real Valkey
	@$(BIN)/python -m pytest -m "not slow" -n 2 --dist worksteal $(ARGS)

test-slow: $(VENV)/.installed-dev ## Run the slow tests; those with many processes and much traffic one after the other
	@$(BIN)/python -m pytest -m "slow and not alone" -n 3 --dist worksteal $(ARGS)
	@$(BIN)/python -m pytest -m "slow and alone" $(ARGS)

test-all: test test-slow ## Run every test

test-fast: $(VENV)/.installed-dev ## Run the unit tests
	@$(BIN)/python -m pytest tests/unit $(ARGS)

bench: $(VENV)/.installed-dev ## Measure Robbie beside a plain bot (about 20 minutes; nothing else should run)
	@$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/.installed-dev ## Check style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## Format the code
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

lock: $(VENV)/.installed-dev ## Pin the newest versions of what requirements*.in name
	@$(BIN)/python tools/lock.py

clean: ## Remove the environment and the caches (var/ stays: it holds the data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Robbie needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "This Python has no venv; on Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "· Installing what Robbie is built from (about a minute, once) …"
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "· Installing what the tests need …"
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
