# The agent at a gate.
.PHONY: bench-agent

bench-agent: setup ## measure the agent at a gate: memory and offline decisions with 50,000 cards
	@$(PY) -m benchmarks.agent
