# Kaimen. `make run` and `make test` are the two commands; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PY := .venv/bin/python
STAMP := .venv/.setup-stamp

.DEFAULT_GOAL := help
.PHONY: help setup run demo demo-links test check fmt types lint imports clean system

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

setup: $(STAMP) models/.complete ## set up: virtual environment, pinned packages, network files

$(STAMP): requirements-dev.txt requirements.txt
	@command -v python3.11 >/dev/null 2>&1 || python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Kaimen needs Python 3.11 (python3.11 on the PATH)."; exit 1; }
	@echo "[1/3] virtual environment"
	@test -x $(PY) || $$(command -v python3.11 || command -v python3) -m venv .venv
	@echo "[2/3] pinned packages (the first time takes a few minutes: TensorFlow is large)"
	@$(PY) -m pip install --disable-pip-version-check --progress-bar off --no-deps --require-hashes \
		-r requirements-dev.txt 2> .venv/pip-errors | awk '/^Collecting/ {printf "\r      %d packages", ++n; fflush()} \
		/^Installing/ {printf "\n      installing them\n"; fflush()}' || { grep -v '^WARNING' .venv/pip-errors; exit 1; }
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

models/.complete: biometrics/models.toml biometrics/fetch.py | $(STAMP)
	@echo "[3/3] network files, verified by SHA-256"
	@$(PY) -m biometrics.fetch models
	@$(PY) -m biometrics.fetch --with-pictures models
	@touch $@

run: setup ## start everything on embedded defaults: service, WeChat stand-in, simulated gate
	@$(PY) -m app.cli demo run

demo: setup ## play the whole story without hands and print each step; LINK=redis or mqtt for another link to the gate
	@$(PY) -m standins.story $(if $(LINK),--link $(LINK))

demo-links: setup system ## play the whole story three times: over the SQL outbox, over Redis streams, over MQTT
	@$(PY) -m standins.story --link outbox --link redis --link mqtt

system: ## Debian packages that tests use: PostgreSQL, mosquitto, SoftHSM2, Chromium, Chinese fonts
	@sh requirements/system.sh

test: setup system osdp-peer ## start what tests need on free ports and run every test
	@$(PY) -m pytest

check: setup lint types imports ## static checks: ruff, mypy --strict, import contracts

lint:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types:
	$(PY) -m mypy

imports:
	.venv/bin/lint-imports

fmt: ## format the code
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean: ## remove the demo's data; keeps the environment and the network files
	rm -rf var

-include make/*.mk
