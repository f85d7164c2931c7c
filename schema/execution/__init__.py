"""Executes queries breadth-first: one call a field a level, not one a value. See docs/why/execution.md."""

from schema.execution.engine import Engine
from schema.execution.short import Short

__all__ = ["Engine", "Short"]
