"""Customers who were found to be one: merged, taken apart again, and known by all that they were known by."""
