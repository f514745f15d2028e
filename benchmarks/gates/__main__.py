"""`make bench-gates`: every figure of the gates in one run: link, revocation, and the agent at a gate."""

from __future__ import annotations

from benchmarks import agent, link
from benchmarks.report import write


def main() -> None:
    """The agent first: its latencies are the smallest and want the quietest machine."""
    write("gates", [*agent.measured(), *link.both()])


if __name__ == "__main__":
    main()
