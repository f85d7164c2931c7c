"""Work that a worker process does: tasks on procrastinate's queue in PostgreSQL."""

from jobs.queue import JobQueue, make_queue, run_worker

__all__ = ["JobQueue", "make_queue", "run_worker"]
