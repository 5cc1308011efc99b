"""Measurements made by hand, one module each: ``python -m tests.benchmarks.NAME`` from the project's folder."""
