"""Secrets at rest encrypted anew with the first key, so that older ones can be taken away."""

from dataclasses import dataclass, field
from typing import NamedTuple

from kit.db import Statement, Work, connect_for_work
from kit.errors import ConfigurationError
from kit.secrets import Vault
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work

_CHUNK = 500
_TENANTS = Statement("SELECT id FROM tenant ORDER BY id", False, {})


class _Kept(NamedTuple):
    """Where secrets are kept: how they are read and written."""

    read: Statement
    write: Statement


_KEPT = (
    _Kept(
        Statement(
            "SELECT id, credentials FROM integration WHERE tenant_id = %(tenant_id)s AND id > %(after)s "
            "ORDER BY id LIMIT %(chunk)s FOR UPDATE",
            True,
            {},
        ),
        Statement(
            "UPDATE integration SET credentials = %(sealed)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s",
            True,
            {},
        ),
    ),
    _Kept(
        Statement(
            "SELECT integration_id, secret FROM integration_hook WHERE tenant_id = %(tenant_id)s "
            "AND integration_id > %(after)s ORDER BY integration_id LIMIT %(chunk)s FOR UPDATE",
            True,
            {},
        ),
        Statement(
            "UPDATE integration_hook SET secret = %(sealed)s WHERE tenant_id = %(tenant_id)s "
            "AND integration_id = %(id)s",
            True,
            {},
        ),
    ),
)


@dataclass(slots=True)
class Rotated:
    """How many credentials were encrypted anew, and how many were already.

    `unreadable`: tenant and number of the integrations whose credentials no key reads.
    """

    renewed: int = 0
    current: int = 0
    unreadable: list[tuple[int, int]] = field(default_factory=list)


def rotate(url: str, vault: Vault) -> Rotated:
    """Encrypt the credentials of all tenants with the vault's first key, a transaction for each 500.

    Whoever is interrupted begins anew: what is done is passed over. Raises ConfigurationError without a key.
    """
    found = Rotated()
    with connect_for_work(url) as work:
        for (tenant,) in work.run(_TENANTS):
            for kept in _KEPT:
                after: int | None = 0
                while after is not None:
                    after = _renew_chunk(work, vault, kept, tenant, after, found)
    return found


def _renew_chunk(
    work: Work, vault: Vault, kept: _Kept, tenant: int, after: int, found: Rotated
) -> int | None:
    """Renew the next ones of a tenant; the number of the last, None where there are no more."""
    with work.transaction(tenant):
        rows = work.run(kept.read, {"after": after, "chunk": _CHUNK})
        before = found.renewed
        for number, sealed in rows:
            try:
                renewed = vault.renew(bytes(sealed))
            except ConfigurationError:
                if not vault.is_open:
                    raise
                found.unreadable.append((tenant, number))
                continue
            if renewed is None:
                found.current += 1
            else:
                work.count(kept.write, {"id": number, "sealed": renewed})
                found.renewed += 1
        renewed_here = found.renewed - before
        done = Change("secretsRotate", tenant, "Integration", counts={"renewed": renewed_here})
        done.happened = renewed_here > 0
        record_work(work, Author.of_command(), done)
    return rows[-1][0] if len(rows) == _CHUNK else None
