"""Scoring a tenant: read its orders, analyse them, swap the scores in.

Nothing is imported here, so that the API can take a `Request` without loading numpy and scipy.
"""
