# The promise made provable: every row of the law with the tests that show it, and what erasure and audit cost.
.PHONY: compliance bench-erase

compliance: setup system ## run the tests behind every row of the law; write docs/compliance.md
	@$(PY) -m tests.compliance.report

bench-erase: setup ## measure withdrawal with 1,000 gates, audit append and verification of 1,000,000 rows
	@$(PY) -m benchmarks.erase
	@$(PY) -m benchmarks.audit
