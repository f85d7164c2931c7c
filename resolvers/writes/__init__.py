"""Use cases that take in records from a caller: all of a bounded list in one transaction, an outcome each.

They follow the rules of the imports and share their statements: a file and a list of the same records leave
the same tables.
"""
