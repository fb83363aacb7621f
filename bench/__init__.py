"""Benchmarks: ``python -m bench`` runs them all, prints what they measure and writes var/bench.json."""
