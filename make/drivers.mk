# Parts of other authors beside our drivers.
.PHONY: osdp-peer
PEER := .venv/osdp-peer

osdp-peer: $(PEER)/.complete ## a control panel of another author for the OSDP tests, in an environment of its own

$(PEER)/.complete: requirements/osdp-peer.txt | $(STAMP)
	@echo "environment of the other OSDP panel"
	@$(PY) -m venv --clear $(PEER)
	@$(PEER)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $< 2> $(PEER)/pip-errors \
		|| { grep -v '^WARNING' $(PEER)/pip-errors; exit 1; }
	@touch $@

.PHONY: fuzz
SECONDS_EACH ?= 60
.venv/.fuzz-stamp: requirements/fuzz.txt | $(STAMP)
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

fuzz: setup .venv/.fuzz-stamp ## look for inputs that break a parser, SECONDS_EACH=60 for each; new ones are kept
	@$(PY) -m tests.fuzz --seconds $(SECONDS_EACH)
