# Measurements. Each prints a table and writes benchmarks/out/NAME.json; a goal not held is shown, not hidden.
.PHONY: bench-decide bench-gate

bench-decide: setup ## measure QR decisions through gunicorn with 10,000 residents
	@$(PY) -m benchmarks.decide

bench-gate: setup ## measure presentation to relay at the simulated gate, QR and face
	@$(PY) -m benchmarks.gate
