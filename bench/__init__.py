"""Benchmarks: each prints a table, the ratio to its limit and, where there is one, to its peer in the same run."""
