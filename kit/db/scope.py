"""The tenant's scope: the one place that tells PostgreSQL whose rows the next statement may see."""

MOST = 2**63 - 1


def scope(tenant: int | None) -> bytes:
    """`SET LOCAL app.tenant_id` as text, to go in front of a statement in the same round trip.

    The literal is a checked integer, never a parameter: `set_config()` does not reach a cluster's workers.
    None closes the scope: row-level security then shows no tenant's rows at all. Raises ValueError for
    anything but an integer in bigint's range.
    """
    if tenant is None:
        return b"SET LOCAL app.tenant_id = ''"
    if type(tenant) is not int or not -MOST - 1 <= tenant <= MOST:
        raise ValueError(f"not a tenant id: {tenant!r}")
    return b"SET LOCAL app.tenant_id = %d" % tenant
