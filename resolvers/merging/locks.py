"""What a merge keeps others from meanwhile, taken in this order, after the tenant's lock of imports.

1. Scores: no run lets its own stand. 2. Segments: nobody changes the members of any. 3. People: no event is
saved of which the customer was looked up before. Each is held until the transaction ends, the last for as
long as it takes to move a customer's orders; the feed's lock comes after all of them.
"""

from kit.db import Statement, Work

_SCORES = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('cdp.scores:' || %(tenant_id)s::text, 0)) IS NULL",
    True,
    {},
)
_SEGMENTS = Statement(
    "SELECT id FROM segment WHERE tenant_id = %(tenant_id)s AND builtin IS NULL ORDER BY id FOR UPDATE",
    True,
    {},
)
_PEOPLE = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('cdp.people:' || %(tenant_id)s::text, 0)) IS NULL",
    True,
    {},
)
_PEOPLE_STAY = Statement(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('cdp.people:' || %(tenant_id)s::text, 0)) IS NULL",
    True,
    {},
)


def lock_scores(work: Work) -> None:
    """Keep runs from letting their scores stand, and merges from taking any away."""
    work.run(_SCORES)


def lock_segments(work: Work) -> None:
    """Keep others from changing who is in the tenant's own segments."""
    work.run(_SEGMENTS)


def lock_people(work: Work) -> None:
    """Wait until what was looked up of customers is saved, and keep others from looking up."""
    work.run(_PEOPLE)


def keep_people(work: Work) -> None:
    """Have the customers who are looked up from now on be there until the transaction ends."""
    work.run(_PEOPLE_STAY)
