# The gates under random faults.
.PHONY: chaos-gates

chaos-gates: setup system ## break the network, the clock and the processes of a gate for three minutes (LINK=mqtt: over a broker); check what came of it
	@$(if $(LINK),KAIMEN_LINK=$(LINK)) $(PY) -m benchmarks.chaos_gates
