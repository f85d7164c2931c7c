"""Measures in Prometheus's form, of one process or, in a shared directory, of all that serve together."""
