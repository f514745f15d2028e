# Measurements. Each prints a table and writes benchmarks/out/NAME.json; a goal not held is shown, not hidden.
.PHONY: bench-decide bench-gate

bench-decide: setup ## measure QR decisions through gunicorn with 10,000 residents
	@$(PY) -m benchmarks.decide

bench-gate: setup ## measure presentation to relay at the simulated gate, QR and face
	@$(PY) -m benchmarks.gate

.PHONY: screenshots
screenshots: setup system ## take the README's pictures from the running demo
	@$(PY) -m standins.story.screenshots
