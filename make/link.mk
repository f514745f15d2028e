# The gates' link, measured.
.PHONY: bench-gates bench-link

bench-link: setup ## measure 2,000 gates on one link process: memory, push times, how fast a revocation arrives
	@$(PY) -m benchmarks.link

bench-gates: setup system ## measure everything of the gates: link over streams and over mosquitto, revocation, the agent
	@$(PY) -m benchmarks.gates

.PHONY: quote-figures
quote-figures: setup ## put the figures of benchmarks/out into the documents that quote them
	@$(PY) -m benchmarks.quote
