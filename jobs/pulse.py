"""How a worker shows that it is alive, how long it may take to end, and how often a job is tried."""

from dataclasses import dataclass

from resolvers.waiting import DEAD_AFTER

MOST_ATTEMPTS = 5
"""Times that a job is begun. One that takes its worker down with it each time must end some day."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Seconds: between a worker's signs of life, of silence after which it is taken for dead, and to end in.

    A worker that is asked to end finishes its job in `ending`, or hands it back at the job's next step.
    """

    beat: float = 5.0
    dead_after: float = DEAD_AFTER
    ending: float = 6.0
