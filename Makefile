# Every target sets up what it needs; `make help` lists them. Needs Python 3.11+, make and a C++ compiler.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
STAMPS := .stamps
STATIC := src/kymo/server/static
export PATH := $(abspath $(BIN)):$(PATH)

CXX_FILES = native/*/*.cpp native/*/*.h tests/stress/*.cpp
NATIVE := CMakeLists.txt pyproject.toml $(wildcard native/*/*.cpp native/*/*.h)
PAGE := $(wildcard frontend/*.json frontend/*.ts frontend/*.js frontend/*.html) $(shell find frontend/src frontend/public -type f 2>/dev/null)

# Names that are no text do not pass from one process of the tests to another, a signal may reach both; a crowd of pages
# that are told on time, and trainings that are held back on purpose, need both processors.
ALONE := tests/store/test_watch.py tests/server/test_crowd.py tests/insight/test_bottlenecks.py $(addprefix tests/train/test_,signals.py workers.py run_outcomes.py run_hardships.py)

.PHONY: help setup page demo test check format fuzz sanitize bench bottlenecks health screenshots api stubs wheel lock clean
.DEFAULT_GOAL := help

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMPS)/kymo page  ## Set up everything: environment, native core, dashboard

demo: setup  ## Train a small network on real data with the dashboard open
	$(BIN)/kymo demo

test: setup $(STAMPS)/chromium  ## Run every test, browser tests included
	cd frontend && npm test
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/browser $(addprefix --ignore=,$(ALONE))
	$(BIN)/python -m pytest $(ALONE)
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

check: setup  ## Lint and type-check everything
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)
	cd frontend && npm run lint && npm run check
	$(BIN)/python tools/check_generated.py
	$(BIN)/python tools/check_layers.py
	$(BIN)/python tools/check_sizes.py
	$(BIN)/python tools/check_architecture.py

format: setup  ## Rewrite the sources in the project's style
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)
	cd frontend && npm run format

page: $(STAMPS)/page  ## Build the dashboard's bundle

api: $(STAMPS)/kymo $(STAMPS)/npm  ## Generate the dashboard's types from the server's OpenAPI document
	$(BIN)/python tools/openapi.py > build/openapi.json
	cd frontend && npm run types -- ../build/openapi.json -o src/api/schema.ts

stubs: $(STAMPS)/kymo  ## Generate the native core's type stub
	$(BIN)/python -m nanobind.stubgen -m kymo._core -o src/kymo/_core.pyi

FUZZ_SECONDS ?= 60
FUZZ_TARGET ?=
fuzz: $(STAMPS)/python  ## Fuzz every parser (FUZZ_SECONDS=60 each, FUZZ_TARGET= for one of them)
	$(BIN)/python tools/fuzz.py --seconds $(FUZZ_SECONDS) --target "$(FUZZ_TARGET)"

sanitize: $(STAMPS)/kymo  ## Run the tests of core, store and writer under address, undefined-behaviour and thread sanitizers
	$(BIN)/python tools/sanitize.py

bench: setup $(STAMPS)/chromium $(STAMPS)/bench  ## Measure every claim beside its peers, in forty minutes; results go to benches/results and docs
	$(BENCH_VENV)/bin/python benches/run.py; status=$$?; \
	$(BENCH_VENV)/bin/python benches/plots.py && $(BIN)/python benches/documents.py && exit $$status

bottlenecks: setup  ## Train with every bottleneck that is known, and tell what the diagnosis makes of each, in fifteen minutes
	$(BIN)/python tools/bottlenecks.py

health: setup  ## Train small networks, healthy and broken on purpose, and tell what the diagnosis makes of each, in five minutes
	$(BIN)/python tools/health.py

screenshots: setup $(STAMPS)/chromium  ## Take the screenshots that the README shows
	$(BIN)/python tools/screenshots.py

wheel: setup  ## Build the sdist and the wheel into dist/
	$(BIN)/python -m build --no-isolation

lock:  ## Resolve the requirements into lock files, in a fresh environment
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install -r requirements/dev.in
	(echo '# Resolved from dev.in by `make lock`; do not edit.'; build/lock/bin/pip freeze | sed 's/+cpu$$//') > requirements/dev.lock
	build/lock/bin/pip install -r requirements/bench.in
	(echo '# Resolved from bench.in by `make lock`; do not edit.'; build/lock/bin/pip freeze | sed 's/+cpu$$//') > requirements/bench.lock

clean:  ## Remove everything that the targets made
	rm -rf $(VENV) $(BENCH_VENV) $(STAMPS) build dist $(STATIC) frontend/node_modules

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("kymo needs Python 3.11 or later, and %s is %s: make PYTHON=..." % (sys.executable, sys.version.split()[0]))'
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/python: requirements/dev.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements/dev.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/kymo: $(STAMPS)/python $(NATIVE)
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(STAMPS)/npm: $(STAMPS)/python frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

$(STAMPS)/page: $(STAMPS)/npm $(PAGE)
	cd frontend && npm run build
	@touch $@

$(STAMPS)/chromium: $(STAMPS)/python tools/chromium.py
	$(BIN)/python tools/chromium.py --install
	@touch $@

# The peers need older versions of what kymo is tested with: they have an environment of their own.
$(STAMPS)/bench: $(STAMPS)/kymo requirements/bench.lock
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet -r requirements/bench.lock
	$(BENCH_VENV)/bin/python -m pip install --quiet --no-build-isolation --no-deps -C build-dir=build/bench --editable .
	@touch $@
