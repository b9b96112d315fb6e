# Everything a person or a machine runs here. Needs Python >= 3.11 and make, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTED := src plugins tests
# Side by side, a file stays with one worker (tests/support/abreast.py); `make test ABREAST=` runs one by one.
ABREAST ?= -n auto --dist loadfile --no-loadscope-reorder
export PORT ?= 8080
export DATA ?= ./.data

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint format packages bench quality train docs clean

help:  ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/ready  ## Run the product with a stand-in helpdesk on 127.0.0.1:$(PORT)
	@exec $(BIN)/complaint-gift demo

test: packages $(VENV)/ready-to-test lint  ## Run everything that is checked
	@if [ "$$(id -u)" = 0 ]; then export CG_NO_SKIPS=1; fi; $(BIN)/python -m pytest $(ABREAST)

test-fast: $(VENV)/ready-to-test  ## Run the tests that take a second or two each
	@$(BIN)/python -m pytest $(ABREAST) -m "not slow"

lint: $(VENV)/ready-to-test  ## Check format, style, types and the direction of imports
	@$(BIN)/ruff format --check $(TESTED)
	@$(BIN)/ruff check --no-cache $(TESTED)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/ready-to-test  ## Put the code into shape
	@$(BIN)/ruff format $(TESTED)
	@$(BIN)/ruff check --fix $(TESTED)

packages:
	@sh tests/support/packages.sh

bench: packages $(VENV)/ready-to-test  ## Measure speed, side by side with peers and limits
	@$(PIP) install --group bench
	@$(BIN)/python tests/bench/run.py

docs: $(VENV)/ready-to-test  ## Write the pages about rules and the README's tables again
	@$(BIN)/python tests/support/tables.py

quality: $(VENV)/ready-to-test  ## Measure what the playbook catches and where it cries wolf
	@$(BIN)/python tests/quality/measure.py

train:  ## Train the learned layer again (its own environment; minutes with a GPU, a night without)
	@sh src/complaint_gift/training/train.sh

clean:  ## Remove environments, caches and the demo's data
	rm -rf $(VENV) .venv-train .mypy_cache .pytest_cache .ruff_cache .import_linter_cache artefacts $(DATA)

$(VENV)/bin/python:
	@sh tests/support/venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/ready: pyproject.toml deploy/constraints.txt | $(VENV)/bin/python
	@echo "Installing Complaint Gift into $(VENV) (a minute or two, once) ..."
	@$(PIP) install --upgrade pip
	@$(PIP) install --constraint deploy/constraints.txt --editable .
	@touch $@

$(VENV)/ready-to-test: pyproject.toml deploy/constraints.txt | $(VENV)/ready
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install --constraint deploy/constraints.txt --editable . --group dev
	@touch $@
