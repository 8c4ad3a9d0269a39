# Every target does its own set-up: nothing is needed but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An environment from elsewhere must not choose the packages of this one.
UV := env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv
# Left out of `make test`: see `make test-all`.
LOURDS := navigateur or etranger or charge

.PHONY: setup demo test test-all check bench lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(UV) sync --quiet --locked --compile-bytecode --python $(BIN)/python
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q sandbox
	@touch $@

demo: setup
	$(BIN)/sne-sandbox demo --out build/demo

test: setup
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "not ($(LOURDS))" tests
	@echo "Left out: what is marked '$(LOURDS)' (load and crash runs, clients in other languages): make test-all"

test-all: setup
	$(BIN)/pytest -q -m "$(LOURDS)" tests

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python tests/benchmarks/run.py

lock: setup
	$(UV) lock

clean:
	rm -rf $(VENV) build dist
