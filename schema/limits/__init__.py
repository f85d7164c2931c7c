"""How much one operation may ask for, decided before it is executed."""

from schema.limits.bounds import Bounds
from schema.limits.checks import Checks
from schema.limits.guard import Guard, guard

__all__ = ["Bounds", "Checks", "Guard", "guard"]
