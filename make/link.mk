# The gates' link, measured.
.PHONY: bench-link

bench-link: setup ## measure 2,000 gates on one link process: memory, push times, how fast a revocation arrives
	@$(PY) -m benchmarks.link
