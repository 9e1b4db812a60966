# Each target is a command that a person could type. `make start` for trainees, `make test` for everyone who changes something.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS_USE := trainer
EXTRAS_TEST := author,trainer,machines,hub,test
# Without compiled modules every start of Jupyter costs seconds more.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help install install-test start build check lint types test test-fast test-postgres test-baseline test-notebooks test-browser bench bench-grading lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /: /'

# Installs this checkout with the exact versions of requirements.lock; uses uv where it is there, else pip.
define install_with
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This course needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make $@ PYTHON=python3.12"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV); \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python -c requirements.lock -e ".[$(1)]"; \
	else \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install --quiet -c requirements.lock -e ".[$(1)]"; \
	fi
	@touch $@
endef

$(VENV)/installed-use: pyproject.toml requirements.lock
	$(call install_with,$(EXTRAS_USE))

$(VENV)/installed-test: pyproject.toml requirements.lock
	$(call install_with,$(EXTRAS_TEST))

# Learners' programs are marked inside a box of bubblewrap; without it marking announces a weaker level.
define bring_box
	@command -v bwrap >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	       && apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq bubblewrap >/dev/null 2>&1; } \
	  || echo "For trainers: bubblewrap is missing, so marking is less safe (Debian: apt-get install bubblewrap)."
endef

# The gradebook in PostgreSQL is tested on Debian's own server, on a port of its own.
define bring_postgres
	@command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	       && apt-get update -qq >/dev/null 2>&1 \
	       && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null 2>&1; } \
	  || echo "PostgreSQL's server is missing: its tests are skipped (Debian: apt-get install postgresql)."
endef

install: $(VENV)/installed-use ## Make the environment in .venv, nothing more
	$(bring_box)
	@echo "Ready. Next: make start"

install-test: $(VENV)/installed-test ## The environment with everything that authors and tests need
	$(bring_box)

start: $(VENV)/installed-use ## Open JupyterLab on the course home
	@$(BIN)/cluster-course start

build: install-test ## Rebuild modules/, solutions/ and exercises/ from course/sources/
	$(BIN)/cluster-course build

check: install-test ## Name every derived file that is out of date
	$(BIN)/cluster-course build --check

lint: install-test ## Style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-test ## Types of the library
	$(BIN)/mypy

test-fast: install-test ## Library, build, content and grading tests
	$(bring_postgres)
	$(BIN)/pytest -n 2 --dist loadfile --ignore=tests/browser

test-postgres: install-test ## The gradebook on a real PostgreSQL server, which is killed under four graders
	$(bring_postgres)
	$(BIN)/pytest -v tests/test_cohort_postgresql.py tests/test_ledger_postgresql.py tests/test_postgres_outage.py

test-baseline: install-test ## What every attack of the corpus does to nbgrader as it comes (minutes; not part of the gate)
	CLUSTER_BASELINE=1 $(BIN)/pytest -v tests/hostile/test_plain_nbgrader.py

test-notebooks: install-test ## Run every lesson and every solution
	CLUSTER_PORTFOLIO="$$(mktemp -d)" $(BIN)/pytest -n 2 --dist loadfile --nbval-lax --nbval-cell-timeout=120 -q modules solutions

test-browser: install-test ## Click through the course in Chromium
	$(BIN)/pytest tests/browser

test: lint types check test-fast test-notebooks test-browser ## Everything, as the gate runs it

bench: install-test ## Speed of the methods (not part of the gate)
	$(BIN)/pytest tests/benchmarks --benchmark-enable --benchmark-only

bench-grading: install-test ## Speed of marking beside plain nbgrader (half an hour; not part of the gate)
	$(BIN)/python tests/benchmarks/grading_speed.py --ours 10 30 100 300 --plain 10 30 --all

lock: ## Choose newest versions again and write requirements.lock (needs uv)
	uv pip compile --universal --upgrade --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	  --all-extras pyproject.toml -o requirements.lock

clean: ## Remove the environment and caches (never your work)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
