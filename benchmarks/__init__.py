"""Benchmarks: each prints ratios against a peer or a limit measured in the same run.

`python -m benchmarks` runs all; `python -m benchmarks.processing` one. They start a database of their own.
"""
