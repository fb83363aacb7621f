# The commands of the project. Each sets up what it needs; `make` alone lists them.
PORT ?= 8501
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup check run test lint bench build clean
help:
	@echo "make run    set up, then serve the app on http://localhost:$(PORT) (PORT=…)"
	@echo "make test   set up with test packages, then lint, types and the whole test suite"
	@echo "make setup  set up only: virtual environment, pinned packages, data pack checked"
	@echo "make bench  the benchmarks; figures also in var/bench.json"
	@echo "make check  every fault of a data pack: PACK=folder"
	@echo "make build  build the generated files of the data pack again"

check: $(VENV)/ready
	@$(BIN)/python -m geo check $(PACK)

setup: $(VENV)/ready
	@$(BIN)/python -m geo check

$(VENV)/ready: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -yq python3-venv; } || { echo "Python's venv module is needed: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of requirements.txt …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.txt
	@echo "Installing the packages of requirements-dev.txt …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: setup
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: setup $(VENV)/ready-dev
	@PATH="$$PATH:$$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')" sh tests/system_packages.sh
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n 3 --dist worksteal  # one more than cores: a good part of a run waits, for browsers and servers

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/ready-bench: $(VENV)/ready-dev requirements-bench.txt
	@echo "Installing the packages of requirements-bench.txt …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

bench: setup $(VENV)/ready-bench
	$(BIN)/python -m bench

build: setup
	$(BIN)/python data/build.py

clean:  # not var/: the store is there
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
