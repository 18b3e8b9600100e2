# One line each: every rule calls a command that can be run by hand.
PYTHON ?= python3
FLASK = .venv/bin/flask --app wsgi

.PHONY: help run test lint bench lock

help: ; @echo "make run    the studio with its demo, on http://127.0.0.1:8000"; echo "make test   lint, format, import contracts, types and tests"; echo "make bench  speed and weight, as ratios taken in one run"; echo "make lint   everything of 'make test' but the tests"; echo "make lock   pin the dependencies anew"

.venv/run: requirements.txt ; $(PYTHON) -m venv .venv && .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt && touch $@

.venv/dev: .venv/run requirements-dev.txt ; .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt && touch $@

run: .venv/run ; $(FLASK) serve --demo

lint: .venv/dev ; .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports && .venv/bin/mypy

test: lint ; .venv/bin/pytest -n 2 --dist worksteal

bench: .venv/dev ; .venv/bin/python -m tests.bench

lock: .venv/dev ; .venv/bin/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --no-header -o requirements.txt pyproject.toml && .venv/bin/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --no-header --allow-unsafe --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml
