"""Benchmarks: what is claimed, measured anew. Run from the top of the repository, as `python -m bench.NAME`."""
