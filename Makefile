# On a machine with Python 3.10 or newer, pip and make, two commands do everything: `make quickstart` and `make test`.
# Every target makes the environment that it needs under .make/ and uses it again; nothing is installed elsewhere.

PYTHON ?= python3
DEV = .make/dev/bin/python

# Where the quickstart saves its chart.
CHARTS = samples-output/01_quickstart

# What points a client at a service; the quickstart runs without any of it, on the embedded service.
SERVICE_VARIABLES = PROJECT_CONNECTION_STRING AZURE_AI_PROJECTS_CONNECTION_STRING PROJECT_ENDPOINT \
  AZURE_AI_PROJECT_ENDPOINT AZURE_OPENAI_ENDPOINT AZURE_OPENAI_API_KEY AGENTKIT_LOCAL_KEY

# An environment sees neither the shell's other Python nor its packages.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export MPLCONFIGDIR = $(CURDIR)/.make/matplotlib

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL = help
.PHONY: quickstart test test-lowest test-highest check full fix generate compat docs bench faults fuzz clean help python dev

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

python:
	@command -v "$(PYTHON)" >/dev/null || \
	  { echo "'$(PYTHON)' is not here: install Python 3.10 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "agentkit needs Python 3.10 or newer; '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1). Name a newer one: make PYTHON=python3.12" >&2; exit 1; }

dev: python
	@"$(PYTHON)" .ci/environment.py dev '.[dev]'

quickstart: python ## run the main example on the embedded service: an agent draws a bar chart
	@"$(PYTHON)" .ci/environment.py quickstart '.[local]'
	@rm -f $(CHARTS)/*.png
	@unset $(SERVICE_VARIABLES); .make/quickstart/bin/python samples/01_quickstart.py
	@chart=$$(ls $(CHARTS)/*.png 2>/dev/null | grep -v _image_file.png | head -n 1); \
	  test -n "$$chart" || { echo "the quickstart left no chart in $(CHARTS)/" >&2; exit 1; }; \
	  echo "The chart is here: $(CURDIR)/$$chart"

test: dev ## run every test
	@$(DEV) -m pytest -q -n 4 --dist loadfile

check: dev ## lint, types, generated code, tests, samples, docs and the wheel: what a change has to pass
	@$(DEV) .ci/check.py

full: dev ## check, and also the published clients, other Pythons, the lowest and the newest versions and the benchmarks
	@$(DEV) .ci/check.py --full

test-lowest: dev ## run every test with the lowest versions of what agentkit needs, on the oldest Python that is here
	@$(DEV) .ci/check.py --only 'lowest versions'

test-highest: dev ## run every test with the newest versions, in an environment that is made anew
	@$(DEV) .ci/check.py --only 'highest versions'

fix: dev ## mend what the linter can mend, and format
	@$(DEV) -m ruff check --fix .
	@$(DEV) -m ruff format .

generate: dev ## write the generated code
	@$(DEV) -m codegen
	@$(DEV) -m codegen.names
	@$(DEV) -m codegen.pages

compat: dev ## run the published clients, unmodified, against the local service
	@$(DEV) .ci/check.py --only compat

docs: python ## build the documentation site in .make/site
	@"$(PYTHON)" .ci/environment.py docs '.[docs]'
	@.make/docs/bin/python .ci/documentation.py

bench: dev ## measure
	@$(DEV) .ci/check.py --only bench

faults: dev ## run every operation under every fault, and print what came of each
	@$(DEV) tests/faults/run.py

fuzz: dev ## feed every parser, and the local service, hostile input
	@$(DEV) .ci/check.py --only fuzz

clean: ## remove the environments and everything else that was made
	rm -rf .make samples-output build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
