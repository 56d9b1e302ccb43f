# Farback's commands: `make help` lists them. A machine needs only make and Python 3.11 or newer.

# Plain assignments: given on the command line (make run PORT=9000). They are not taken from the environment,
# where HOST and PORT often mean something else. Left empty, the defaults of backend/farback/config.py hold.
HOST =
PORT =
DATA =
ARGS =

# Where pip finds torch, for a CPU or CUDA build of one's choice: make run TORCH_INDEX=<address of that index>
TORCH_INDEX ?=

# The first Python that is new enough. Each is started, because a name on the PATH may be an empty shim.
FITS = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	"$$name" -c '$(FITS)' 2>/dev/null && echo "$$name" && break; done)

VENV := .venv
RUN := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# pip itself is pinned, since older ones know no dependency groups.
PIP := 26.3
INSTALL := $(RUN) -m pip install --quiet
TORCH := $(shell sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' pyproject.toml)

# A stamp's name carries the checksum of what it stands for: only a change of content installs anew.
KEY := $(shell cksum < pyproject.toml | cut -d ' ' -f 1)
VENV_READY := $(VENV)/.pip-$(PIP)
RUNTIME := $(VENV)/.runtime-$(KEY)
DEV := $(VENV)/.dev-$(KEY)
NODE := node_modules/.ready-$(shell cksum < package-lock.json | cut -d ' ' -f 1)

.PHONY: help run test test-python test-in-browser test-beside-browser test-frontend check check-python check-frontend format bench memory clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME) ## install what is missing and serve (HOST=, PORT=, DATA=, TORCH_INDEX=)
	@$(RUN) -m farback serve $(if $(HOST),--host "$(HOST)") $(if $(PORT),--port "$(PORT)") $(if $(DATA),--data-dir "$(DATA)")

test: test-frontend test-python ## install what is missing and run every test (ARGS= goes to pytest)

# Tests in the browser mostly wait, so the others run beside them: half the time. Each half keeps its order.
test-python: $(DEV)
	@$(RUN) tools/chromium.py
ifeq ($(strip $(ARGS)),)
	@$(MAKE) --no-print-directory --jobs 2 --keep-going test-in-browser test-beside-browser
else
	@$(RUN) -m pytest $(ARGS)
endif

test-in-browser:
	@$(RUN) -m pytest tests/browser

test-beside-browser:
	@$(RUN) -m pytest --ignore tests/browser

test-frontend: $(DEV)
	@node --test --test-reporter=dot "tests/frontend/**/*.test.js"

check: check-python check-frontend ## format, lint and types, of Python and of the page

check-python: $(DEV)
	@$(RUN) -m ruff format --quiet --check
	@$(RUN) -m ruff check --quiet
	@$(RUN) -m mypy --no-error-summary

check-frontend: $(NODE)
	@node_modules/.bin/biome check --error-on-warnings
	@node_modules/.bin/tsc --project .
	@node_modules/.bin/tsc --project tests/frontend

format: $(DEV) $(NODE) ## format, and fix what can be fixed
	@$(RUN) -m ruff format --quiet
	@$(RUN) -m ruff check --quiet --fix
	@node_modules/.bin/biome check --write

bench: $(DEV) ## measure speed on this machine, the page in Chromium included
	@$(RUN) tools/chromium.py
	@$(RUN) tools/bench.py

memory: $(DEV) ## train every task with every model (an hour; goes on where it was broken off) and write docs/memory.md
	@$(RUN) -m farback memory backend/farback/memory/measured.jsonl > docs/.memory.md
	@mv docs/.memory.md docs/memory.md

clean: ## remove what was installed and cached (runs in data/ stay)
	@rm -rf $(VENV) node_modules dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find backend tests tools -name __pycache__ -prune -exec rm -rf {} +

$(VENV_READY):
	@"$(PYTHON)" -c '$(FITS)' 2>/dev/null || { \
		echo 'Farback needs Python 3.11 or newer with its venv module (on Debian and Ubuntu: apt-get install python3-venv).' >&2; \
		echo 'None was found; name one with: make run PYTHON=/path/to/python3' >&2; exit 1; }
	@$(RUN) -c '$(FITS)' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	@$(INSTALL) --upgrade pip==$(PIP)
	@touch $@

# torch is named exactly, alone and first: beside other requirements pip may fetch gigabytes of another build.
$(RUNTIME): | $(VENV_READY)
	@echo "Installing into $(VENV); PyTorch is large, so the first time takes some minutes."
	@$(INSTALL) $(if $(TORCH_INDEX),--index-url "$(TORCH_INDEX)") $(TORCH)
	@$(INSTALL) --editable .
	@rm -f $(VENV)/.runtime-* $(VENV)/.dev-* && touch $@

$(DEV): | $(RUNTIME)
	@$(INSTALL) --group dev
	@touch $@

$(NODE): | $(DEV)
	@npm ci --silent
	@touch $@
