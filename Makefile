# Every target does its own set-up: nothing is needed but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The uv of the lock makes the environment, as it makes the image.
UV_DU_VERROU := uv==$(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"/\1/p;}' uv.lock)
# An environment from elsewhere must not choose the packages of this one.
UV := env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv
# pytest keeps what it has made of the tests: an environment that forbids it has them all made anew, by each worker.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q
# Left out of `make test`: see `make test-all`. TIRES=1, as in CI: without the rest of what a commit draws.
SANS := navigateur or etranger or charge$(if $(PAQUET),, or reste)
TIRE := $(if $(TIRES), and not reste)
# PAQUET=sne_conformite: the tests of that package alone, and all of them.
ESSAIS := $(if $(PAQUET),tests/$(PAQUET),--ignore tests/browser tests)
# Those of load and of other languages, in their files: a worker takes a fifth of what it takes to collect all tests.
# The rest of what a push draws is everywhere.
LOURDS = $(if $(TIRES),$(sort $(shell grep -rlE 'mark\.(etranger|charge)\b' --include='test_*.py' tests)),--ignore tests/browser tests)
# COUT=1: what each folder, file and test takes of a processor, and the memory that a file leaves.
COUT_DIT := $(if $(COUT),--cout)

# REPRISE=1, for test-all in CI: what failed is tried once more, with nothing beside it, and fails for good if it
# fails again. Both are printed. Only failed tests are (exit 1): a run that broke off has broken off.
ifdef REPRISE
ENCORE := || { test $$? = 1 && echo "Once more, alone:" && $(PYTEST) --lf --lfnf=none tests; }
endif

AXE := tests/browser/node_modules/.package-lock.json

.PHONY: setup demo test test-all campagne matrice captures docs check bench wheel release image epingler lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV_DU_VERROU)
	$(UV) sync --quiet --locked --compile-bytecode --python $(BIN)/python
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q sandbox
	@touch $@

demo: setup
	$(BIN)/sne-sandbox demo --out build/demo

test: setup
	$(PYTEST) --avancement $(COUT_DIT) -n 3 --dist worksteal -m "not ($(SANS) or campagne)" $(ESSAIS)
	@echo "Left out: $(if $(PAQUET),the tests of the other packages: make test; )what is marked '$(SANS)' (browser, clients in other languages, load and crash runs, the rest of what a push draws: planted defects, seeds, examples): make test-all"

# Less than two hours: the whole plan for each planted defect, and for two hundred seeds; both again, twenty runs at
# once; a server killed a hundred times. What each defect turned red is in build/fautes.md; `make matrice` publishes it.
CHARGE := tests/conformance/test_machine_lente.py
campagne: setup
	$(PYTEST) --avancement -n 4 -m campagne --ignore tests/browser --ignore $(CHARGE) tests
	$(PYTEST) --avancement -m campagne $(CHARGE)
	MISES_A_MORT=50 $(PYTEST) -k kill_9 tests/integration/test_charge.py

matrice: setup
	PYTHONPATH=tests $(BIN)/python tests/conformance/constat_de_faute.py

# The browser by itself: a network that another test makes is, to Chromium, a network that changed.
test-all: setup $(AXE)
	$(PYTEST) --avancement $(COUT_DIT) -n 2 --dist worksteal -m "navigateur$(TIRE)" tests/browser $(ENCORE)
	$(PYTEST) --avancement $(COUT_DIT) -n 3 --dist worksteal -m "(etranger or charge$(if $(TIRES),, or reste))$(TIRE)" $(LOURDS) $(ENCORE)

$(AXE): tests/browser/package-lock.json
	npm ci --silent --prefix tests/browser
	@touch $@

# The pictures of docs/, made again by the tests that hold them to the pages.
captures: setup
	CAPTURES=1 $(PYTEST) tests/browser/test_captures.py

# What docs/ takes from the code: commands, settings, API, requirements, pannes, protocol…
docs: setup
	$(BIN)/python tests/documentation.py

check: setup
	$(BIN)/python tests/mesures.py
	$(BIN)/ruff check .
	# Every text says its encoding: that of Windows is another.
	$(BIN)/ruff check --preview --select PLW1514 .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/securite.py

bench: setup
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python tests/benchmarks/run.py --page docs/performances.md
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python tests/benchmarks/durabilite.py --page docs/performances.md

# The wheel, and the lock that an installation takes with it: every package, its version, its hashes. What writes them
# is in the environment, when there is one, else in one of its own.
ROUE = $(patsubst %/uv,%,$(firstword $(wildcard $(BIN)/uv) build/roue/bin/uv))
wheel:
	@test -x $(ROUE)/uv || { $(PYTHON) -m venv build/roue \
	&& $(ROUE)/pip install --quiet --disable-pip-version-check hatchling $(UV_DU_VERROU); } || { rm -rf build/roue; \
	echo "make wheel: uv and hatchling could not be installed: without a network, PIP_FIND_LINKS=FOLDER of their wheels"; exit 1; }
	$(ROUE)/python -m hatchling build -t wheel -d dist
	env -u VIRTUAL_ENV $(ROUE)/uv export --quiet --locked --no-dev --no-emit-project --no-header --no-annotate -o dist/sne-sandbox.lock

# What a version is handed out as, in dist/: wheel, sdist, lock, SBOM (CycloneDX), SHA256SUMS.
release: setup
	$(BIN)/python tests/publication.py release

# The base of the image, by its digest of now: to be committed.
epingler: setup
	$(BIN)/python tests/publication.py epingler

image: setup
	grep -q '^ARG BASE=.*@sha256:' Dockerfile || $(BIN)/python tests/publication.py epingler
	docker build --build-arg VERSION=$$($(BIN)/python tests/publication.py version) -t sne-sandbox .

# Not after `setup`, which refuses a lock that is behind pyproject.toml.
lock:
	test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet $(UV_DU_VERROU); }
	$(UV) lock

clean:
	rm -rf $(VENV) build dist
