# `make demo` plays a game day on this machine; `make test` checks everything. Both set up what they need in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: setup demo test test-long soak simulate planted crashtest bench bench-cost lint lock clean

setup: $(VENV)/.installed

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "warroom needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python requirements.lock pyproject.toml
	@echo "Setting up .venv (half a minute, once) ..."
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed requirements-dev.lock
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup
	$(BIN)/warroom demo

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The tests start a hundred processes; without compiled files each would compile all of warroom again.
test test-long: export PYTHONDONTWRITEBYTECODE =

test: lint
	$(BIN)/python -m pytest

# What make test has no time for: every corner of the page in a browser, many more random walks, and every law with three times
# as many examples (twenty minutes).
test-long: $(VENV)/.developing
	$(BIN)/python -m pytest -m "long or hypothesis" --hypothesis-profile=thorough

# Real processes on both databases, killed about a thousand times while Slack and the database misbehave (about seven minutes; nine on a slow
# machine, and longer only when a lane does not come to rest).
crashtest: export PYTHONDONTWRITEBYTECODE =
crashtest: $(VENV)/.developing
	$(BIN)/python -m tests.crash --json var/crash.json

# Whether what is claimed still holds, measured anew (bench/README.md); some minutes.
bench: setup
	$(BIN)/python -m bench.murphy
	$(BIN)/python -m bench.game_day

# What the bot costs, beside floors of the same run; writes docs/performance.md. A quarter of an hour on a machine of its own.
bench-cost: $(VENV)/.developing
	$(BIN)/python -m bench.cost --json var/cost.json

# What takes long and prints its seeds: ten thousand game days played by chance (ten minutes), and the bot ended by every
# signal at every point of a fault's life (five minutes).
soak: $(VENV)/.developing
	$(BIN)/python -m tests.rehearsal.soak
	$(BIN)/python -m tests.faults.matrix

# Ten thousand game days on a virtual clock, with crashes and faults (docs/reliability.md). DAYS and SEED may be given.
simulate: $(VENV)/.developing
	$(BIN)/python -m tests.simulation --days $(or $(DAYS),10000) $(if $(SEED),--seed $(SEED)) --json var/simulation.json

# Mistakes put into copies of the product, each of which must be found (docs/reliability.md); ten minutes. SEED may be given.
planted: export PYTHONDONTWRITEBYTECODE =
planted: $(VENV)/.developing
	$(BIN)/python -m tests.planted $(if $(SEED),--seed $(SEED)) --json var/planted.json

# Needs uv. A lock names packages and hashes, never an index.
lock:
	uv pip compile pyproject.toml --group build --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements.lock
	uv pip compile pyproject.toml --group dev --extra postgres --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
