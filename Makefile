# Ripeline. `make demo` and `make test` work from a fresh clone; everything they need is set up under .venv.
PYTHON ?= python3.11
ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif
BIN := .venv/bin
RUN := $(BIN)/python -m ripeline
PYTHON_CLIENT := tests/collect/segment_python
NODE_CLIENT := tests/collect/segment_node
CLIENTS := $(PYTHON_CLIENT)/.venv/.done $(NODE_CLIENT)/node_modules/.done

.DEFAULT_GOAL := help
.PHONY: help demo serve test audit bench browsercost scale faults mutations variants fmt lint lock messages tracker browser php strace to-test

help: ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: .venv/run ## a made-up shop with a history, on http://127.0.0.1:8080 (shop on :8081); LANGUAGE=fr: in French, RESET=1: begun anew
	$(RUN) demo $(if $(RESET),--reset)

serve: .venv/run ## the server on ./ripeline-data
	$(RUN) serve --data ripeline-data

test: ## every check CI runs
	@$(MAKE) --no-print-directory --jobs 4 --output-sync=line to-test
	$(BIN)/python -m pytest -n auto --dist loadfile

# What `make test` needs, fetched side by side.
to-test: .venv/dev tracker/node_modules/.done $(CLIENTS) browser php lint

lint: .venv/dev ## ruff, mypy, the rules of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

fmt: .venv/dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev $(if $(PEER),.venv/peer-$(PEER)/.done) ## the benchmarks of docs/benchmarks.md, one JSON line a figure (PEER=runlight: a rival in the same run)
	$(BIN)/python -m benchmarks $(if $(PEER),--peer $(PEER))

LEADS ?= 1000000
EVENTS ?= 20000000
scale: .venv/dev ## pages, memory, disk, jobs at LEADS=1000000 and EVENTS=20000000 (FOLDER=… is kept and used again), a line a figure
	$(BIN)/python -m benchmarks.scale --leads $(LEADS) --events $(EVENTS) $(if $(FOLDER),--folder $(FOLDER))

browsercost: .venv/dev browser ## what browsers pay: the tag on a page, and our pages, measured by Chromium itself
	$(BIN)/python -m benchmarks.browser

ROWS ?= tests
faults: .venv/dev strace browser ## the whole catalogue of faults: killed, cut off, starved, flooded; a line a row (ROWS=tests/…: only those)
	RIPELINE_FAULTS=1 $(BIN)/python -m pytest -m "fault or row" -n0 $(ROWS)

mutations: .venv/dev ## break the product in eight known ways: each must turn a test red
	$(BIN)/python -m tests.faults.mutations

# Asks the databases of known holes, so it needs a network; what they do not know, or when they do not answer, is a failure.
audit: .venv/audit/.done tracker/node_modules/.done $(NODE_CLIENT)/node_modules/.done ## known holes in what is pinned (needs a network)
	.venv/audit/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement requirements.lock \
	  --requirement requirements-dev.lock --requirement $(PYTHON_CLIENT)/requirements.lock
	cd tracker && npm audit
	cd $(NODE_CLIENT) && npm audit

variants: .venv/dev browser ## the pages in both languages, both colour schemes, 390 and 1280 px: all eight, where `make test` takes two; stories in both languages
	RIPELINE_EVERY_VARIANT=1 $(BIN)/pytest tests/browser -k "axe or keep_nobody_out or accepted_list or saved_rules_and_back"

COMPILE := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-header --no-emit-index-url \
  --no-emit-trusted-host --no-emit-find-links --no-emit-options

lock: .venv/dev ## pin the newest versions of all that is needed
	$(COMPILE) --upgrade --output-file requirements.lock pyproject.toml
	$(COMPILE) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --upgrade --output-file $(PYTHON_CLIENT)/requirements.lock $(PYTHON_CLIENT)/requirements.in
	$(COMPILE) --upgrade --output-file requirements-audit.lock requirements-audit.in

messages: .venv/dev ## extract the texts of the pages, compile the French ones
	$(BIN)/pybabel -q extract -F babel.cfg --no-location --no-wrap --omit-header -o admin/locale/messages.pot .
	$(BIN)/pybabel -q update -i admin/locale/messages.pot -d admin/locale --no-fuzzy-matching --ignore-obsolete --no-wrap
	$(BIN)/pybabel -q compile -d admin/locale

tracker: tracker/node_modules/.done ## minify the tag's script
	cd tracker && npm run --silent build

# What the server needs, and nothing else.
.venv/run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	@touch $@

# A rival to be measured beside, in an environment of its own.
.venv/peer-%/.done: benchmarks/peer-%.txt .venv/run
	test -x .venv/peer-$*/bin/python || $(PYTHON) -m venv .venv/peer-$*
	.venv/peer-$*/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/audit/.done: requirements-audit.lock .venv/run
	test -x .venv/audit/bin/python || $(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

tracker/node_modules/.done: tracker/package-lock.json
	cd tracker && npm ci --silent --no-fund --no-audit
	@touch $@

# Segment's own clients, to send events with.
$(NODE_CLIENT)/node_modules/.done: $(NODE_CLIENT)/package-lock.json
	cd $(NODE_CLIENT) && npm ci --silent --no-fund --no-audit
	@touch $@

$(PYTHON_CLIENT)/.venv/.done: $(PYTHON_CLIENT)/requirements.lock
	test -x $(PYTHON_CLIENT)/.venv/bin/python || $(PYTHON) -m venv $(PYTHON_CLIENT)/.venv
	$(PYTHON_CLIENT)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# A browser for the tests, from the distribution when there is none.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { echo "No Chromium here: installing the distribution's"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }
	@command -v chromium-headless-shell >/dev/null || { echo "Installing the distribution's Chromium without windows, which is quicker"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null; } || \
	  echo "There is none: the whole Chromium does all"

# PHP runs the WordPress plugin in the tests; they go without where there is none to be had.
php: browser # one apt at a time
	@command -v php >/dev/null || { echo "No PHP here: installing the distribution's"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends php-cli >/dev/null; } || \
	  echo "No PHP to be had: the WordPress plugin is not tried"

# What makes a disk fail in the tests of faults.
strace:
	@command -v strace >/dev/null || { echo "No strace here: installing the distribution's"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends strace >/dev/null; }
