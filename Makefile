# Two commands matter: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
MINUTES ?= 10
ARGS ?=
BIN = .venv/bin
SETUP = $(PYTHON) scripts/setup.py

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench bench-large chaos messages lock format

help:  ## list these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## install everything into .venv; afterwards .venv/bin/dialer works
	@$(SETUP)

run: setup  ## start the demo (PORT=, SIM_PORT=, SPEED= are honoured); Ctrl-C stops it
	@$(BIN)/dialer demo

test:  ## install what the tests need and run them all (ARGS= goes to pytest)
	@$(SETUP) --for test
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check:  ## format, lint, types, imports, configuration, translations, licences, locks
	@$(SETUP) --for check
	@$(BIN)/python -m scripts.check

bench:  ## measure on this machine, at most 20 minutes
	@$(SETUP) --for bench
	@$(BIN)/python -m pytest -m bench tests/bench $(ARGS)

bench-large:  ## measure with a million tasks and more
	@$(SETUP) --for bench
	@BENCH_SIZE=large $(BIN)/python -m pytest -m bench tests/bench $(ARGS)

chaos:  ## break things for MINUTES=10, from where the last run stopped, and count the rings
	@$(SETUP) --for check
	@$(BIN)/python -m scripts.chaos --minutes $(MINUTES) $(ARGS)

messages:  ## collect the pages' sentences into the translators' files
	@$(SETUP) --for check
	@$(BIN)/python -m scripts.translations collect

lock:  ## write the lock files anew from requirements/*.in and package.json
	@$(SETUP) --for check
	@$(BIN)/python -m scripts.lock $(ARGS)

format:  ## lay out the Python files as make check wants them
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet .
