"""Syncs: what is in an account of another system is fetched, and kept as it is there."""
