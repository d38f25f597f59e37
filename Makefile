# Needs only Python 3.11+ and a package index. `make help` lists the targets.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
TEST_VENV := .venv-test
FRAMEWORK_VENVS := .venv-integrations
# Frameworks, by the name of their extra in pyproject.toml; tests/test_NAME.py are their tests.
FRAMEWORKS := scrapy datatrove langchain ray spark datasets
BIN := $(VENV)/bin
SOURCES := $(shell find src fixtures/rules -type f -not -name '*.pyc' 2>/dev/null)
PAGE := fixtures/pages/magazine--newsletter-wrapper-mid-body/source.html
TEXT := fixtures/pages/text--magazine-box-and-teasers/source.txt
PYTEST_ARGS ?= -n auto
TEST_EXTRAS ?= all,dev
EVAL_ARGS ?=
BENCH_ARGS ?=
TRAIN_ARGS ?=
COMPARE_ARGS ?=
REF ?= main
TRUTH ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test integrations soak check eval compare bench accept picture rules quality train calibrate clean
.DELETE_ON_ERROR:

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The working environment: the package from src/, every extra, the tools. Made again when pyproject.toml changes.
$(VENV)/stamp: pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 2; }
	@echo "setting up $(VENV)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --editable '.[all,bench,dev]'
	@touch $@

# The test environment: the built wheel alone, so that a data file the wheel lacks fails a test.
$(TEST_VENV)/stamp: pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 2; }
	@echo "setting up $(TEST_VENV)"
	@rm -rf $(TEST_VENV)
	@$(PYTHON) -m venv $(TEST_VENV)
	@touch $@

dist/stamp: $(TEST_VENV)/stamp $(SOURCES) README.md LICENSE NOTICE
	@rm -rf dist
	$(TEST_VENV)/bin/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@touch $@

$(TEST_VENV)/installed: dist/stamp
	@echo "installing the wheel into $(TEST_VENV)"
	@wheel=$$(ls dist/*.whl) && \
	$(TEST_VENV)/bin/python -m pip install --quiet "$$wheel[$(TEST_EXTRAS)]" && \
	$(TEST_VENV)/bin/python -m pip install --quiet --force-reinstall --no-deps "$$wheel"
	@touch $@

# An environment for each framework, as their pins may collide: the built wheel with that extra.
$(FRAMEWORKS:%=$(FRAMEWORK_VENVS)/%/stamp): pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 2; }
	@echo "setting up $(@D)"
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@touch $@

$(FRAMEWORKS:%=$(FRAMEWORK_VENVS)/%/installed): %/installed: %/stamp dist/stamp
	@echo "installing the wheel into $(@D)"
	@wheel=$$(ls dist/*.whl) && \
	$(@D)/bin/python -m pip install --quiet "$$wheel[$(notdir $(@D))]" 'pytest>=8.2' && \
	$(@D)/bin/python -m pip install --quiet --force-reinstall --no-deps "$$wheel"
	@touch $@

# Prints the command, then what it prints; the commands keep the terminal, and so their colours.
define show
@printf '\n$$ bodycopy %s\n' '$(1)'
@$(BIN)/bodycopy $(1)
endef

demo: $(VENV)/stamp  ## clean a fixture page and a fixture text, every cut named
	$(call show,clean $(PAGE))
	$(call show,explain $(PAGE))
	$(call show,clean --via trafilatura --summary $(PAGE))
	$(call show,clean $(TEXT))
	$(call show,explain $(TEXT))

test: $(TEST_VENV)/installed  ## the tests, against the built and installed wheel
	$(TEST_VENV)/bin/pytest $(PYTEST_ARGS)

integrations: $(FRAMEWORKS:%=$(FRAMEWORK_VENVS)/%/installed)  ## the tests of each framework's integration, in an environment of its own
	@for name in $(FRAMEWORKS); do \
		echo "$$name"; \
		BODYCOPY_ALL_INTEGRATIONS=1 $(FRAMEWORK_VENVS)/$$name/bin/pytest tests/test_$$name.py || exit 1; \
	done

# Twenty kills are part of `make test`.
soak: $(TEST_VENV)/installed  ## `bodycopy run` killed two hundred times, the power cut at every step
	BODYCOPY_KILLS=200 $(TEST_VENV)/bin/pytest $(PYTEST_ARGS) tests/test_run_kills.py tests/test_run_power.py
	$(TEST_VENV)/bin/python bench/scale.py

check: $(VENV)/stamp  ## ruff, mypy --strict, the shape of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/pytest -q tests/test_shape.py

eval: $(VENV)/stamp  ## quality on the bench pages, against the floors (EVAL_ARGS='--worst 20')
	$(BIN)/python bench/evaluate.py $(EVAL_ARGS)

compare: $(VENV)/stamp  ## which open bench pages change from REF to what is here (COMPARE_ARGS='--show ID')
	$(BIN)/python bench/compare.py $(REF) $(COMPARE_ARGS)

bench: $(VENV)/stamp  ## speed beside trafilatura, of whole corpora, of checks, and page by page
	$(BIN)/python bench/throughput.py
	$(BIN)/python bench/checking.py
	$(BIN)/python bench/speed.py $(BENCH_ARGS)

accept: $(VENV)/stamp  ## record the present results as expected, for review (TRUTH='fixture ...' drafts its truth too)
	$(BIN)/python tests/accept.py $(TRUTH)
	$(BIN)/python tests/accept_sessions.py
	$(BIN)/python tests/accept_settings.py
	$(BIN)/python docs/picture.py
	$(BIN)/python docs/rules.py

picture: $(VENV)/stamp  ## draw the picture of the README from a fixture page
	$(BIN)/python docs/picture.py

rules: $(VENV)/stamp  ## docs/rules.md, from the docstrings and the fixtures of the rules
	$(BIN)/python docs/rules.py

quality: $(VENV)/stamp  ## the tables and pictures of docs/quality.md, from what eval and calibrate measured
	$(BIN)/python docs/quality.py

# The trainer is large, and only this target needs it; the tests of training are skipped without it.
$(VENV)/trainer: $(VENV)/stamp
	@$(BIN)/python -m pip install --quiet --editable '.[train]'
	@touch $@

train: $(VENV)/trainer  ## fit the rules' weights and train the model on the open bench pages
	$(BIN)/python bench/fit.py $(TRAIN_ARGS)
	$(BIN)/python bench/calibrate.py

calibrate: $(VENV)/stamp  ## measure what the numbers of the strictness dial mean (train does it too)
	$(BIN)/python bench/calibrate.py

clean:  ## remove what the targets made
	rm -rf $(VENV) $(TEST_VENV) $(FRAMEWORK_VENVS) dist bench/build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
