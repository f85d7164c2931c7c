"""Imports: files of orders, customers, events and exchange rates into a tenant, a file a transaction.

Nothing is imported here: what takes records from callers shares the statements, and not the readers of files.
"""
