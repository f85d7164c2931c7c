"""Work that a worker process does: the queue the API leaves it in, and the worker that does it.

Nothing is imported here: the API needs the queue alone, and not what scoring loads.
"""
