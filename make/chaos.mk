# The gates under random faults.
.PHONY: chaos-gates

chaos-gates: setup ## break the network, the clock and the processes of a gate for three minutes; check what came of it
	@$(PY) -m benchmarks.chaos_gates
