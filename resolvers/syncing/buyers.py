"""Buyers: which customer each order is of, so that one who bought is one, whatever orders call them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from connectors.vtex import Buyer, Order, Profile
from kit.db import Statement, Work
from resolvers.merging.survivors import Survivors
from resolvers.privacy.erased import Erased
from resolvers.syncing.statements import statement

_PROFILES = Statement(
    "SELECT profile, buyer, email, first_name, last_name, phone, created_at FROM integration_profile "
    "WHERE tenant_id = %(tenant_id)s AND profile = ANY (%(profiles)s)",
    True,
    {},
)
_UNKNOWN = Statement(
    "SELECT asked FROM unnest(%(profiles)s::text[]) AS asked WHERE NOT EXISTS (SELECT "
    "FROM integration_profile WHERE tenant_id = %(tenant_id)s AND profile = asked "
    "AND (email IS NOT NULL OR looked_at > now() - interval '1 day'))",
    True,
    {},
)
_BY_EMAIL = Statement(
    "SELECT DISTINCT ON (email_norm) email_norm, external_id FROM customer "
    "WHERE tenant_id = %(tenant_id)s AND email_norm = ANY (%(emails)s) ORDER BY email_norm, id",
    True,
    {},
)


class _Known(NamedTuple):
    """What is known of a profile."""

    buyer: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    created_at: datetime | None = None


class Buyers:
    """The buyers of some orders, within a transaction in their tenant's scope.

    A profile is one customer for good. A new profile, or an order without one, is whoever has the same e-mail
    of their own: as Master Data tells it, else as the order does; else a customer of its own. Who was erased
    is nobody.
    """

    def __init__(self, work: Work, orders: Sequence[Order]) -> None:
        self._work = work
        buyers = [each.buyer for each in orders if each.buyer is not None]
        profiles = sorted({each.profile for each in buyers if each.profile is not None})
        rows = work.run(_PROFILES, {"profiles": profiles}) if profiles else []
        self._known = {row[0]: _Known(*row[1:]) for row in rows}
        emails = sorted({email for each in buyers if (email := self._email(each)) is not None})
        self._by_email, self._merged = _known_by(work, emails, [each.key for each in buyers])
        erased = Erased(work)
        self._gone = {
            "customer": erased.among("customer", [each.key for each in buyers]),
            "email": erased.among("email", emails),
            "profile": erased.among("profile", profiles),
        }
        self._of_profile: dict[str, str] = {}
        self._rows: dict[str, dict[str, Any]] = {}

    def key(self, order: Order) -> str | None:
        """The external id of the customer who bought; None where the order does not tell of anybody."""
        buyer = order.buyer
        if buyer is None or self._is_gone(buyer):
            return None
        email = self._email(buyer)
        known = self._of(buyer)
        key = self._of_profile.get(buyer.profile or "") or known.buyer
        if key is None:
            key = self._by_email.get(email or "") or self._merged.get(buyer.key, buyer.key)
        if email is not None:
            self._by_email.setdefault(email, key)
        if buyer.profile is not None:
            self._of_profile[buyer.profile] = key
        self._note(key, email, buyer, known)
        return key

    def _is_gone(self, buyer: Buyer) -> bool:
        named = {"customer": buyer.key, "email": self._email(buyer), "profile": buyer.profile}
        return any(named[kind] in names for kind, names in self._gone.items())

    def store(self, integration: int) -> bool:
        """Store the customers of all orders that were asked for; whether that changed any."""
        if not self._rows:
            return False
        changed = bool(self._work.run(statement("buyers"), {"buyers": Jsonb(list(self._rows.values()))}))
        told = [{"profile": name, "buyer": key} for name, key in self._of_profile.items()]
        if told:
            self._work.count(statement("profiles_own"), {"buyers": Jsonb(told), "integration": integration})
        return changed

    def _of(self, buyer: Buyer) -> _Known:
        return self._known.get(buyer.profile or "", _Known())

    def _email(self, buyer: Buyer) -> str | None:
        return self._of(buyer).email or buyer.email

    def _note(self, key: str, email: str | None, buyer: Buyer, known: _Known) -> None:
        """Keep what is told of a customer: by Master Data before the order, by a later order before this."""
        row = self._rows.setdefault(key, {"key": key})
        told = {
            "email": email,
            "first_name": known.first_name or buyer.first_name,
            "last_name": known.last_name or buyer.last_name,
            "phone": known.phone or buyer.phone,
            "created_at": None if known.created_at is None else known.created_at.isoformat(),
        }
        row |= {name: value for name, value in told.items() if value is not None}


def _known_by(work: Work, emails: list[str], keys: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """External ids of customers by their e-mails, and of who has what was a merged one's by its keys."""
    by_email: dict[str, str] = dict(work.run(_BY_EMAIL, {"emails": emails})) if emails else {}
    survivors = Survivors(work)
    merged = survivors.by_email([each for each in emails if each not in by_email])
    by_email |= {email: each.external_id for email, each in merged.items()}
    return by_email, {key: each.external_id for key, each in survivors.by_external_id(keys).items()}


def unknown_profiles(work: Work, orders: Iterable[Order]) -> list[str]:
    """The profiles of orders that have not been looked for lately, within a transaction."""
    named = {each.buyer.profile for each in orders if each.buyer is not None and each.buyer.profile}
    if not named:
        return []
    named -= Erased(work).among("profile", sorted(named))
    return [row[0] for row in work.run(_UNKNOWN, {"profiles": sorted(named)})]


def store_profiles(
    work: Work, integration: int, profiles: Iterable[Profile], asked: Iterable[str] = ()
) -> None:
    """Store profiles that were found, and that those `asked` for which were not are none.

    Those of erased customers are left out.
    """
    erased, listed = Erased(work), [*profiles]
    gone = erased.among("profile", [each.id for each in listed])
    emails = erased.among("email", [each.email for each in listed if each.email is not None])
    rows: dict[str, dict[str, Any]] = {name: {"profile": name} for name in asked}
    for each in listed:
        if each.id in gone or each.email in emails:
            rows.pop(each.id, None)
            continue
        rows[each.id] = {
            "profile": each.id,
            "email": each.email,
            "first_name": each.first_name,
            "last_name": each.last_name,
            "phone": each.phone,
            "created_at": None if each.created_at is None else each.created_at.isoformat(),
        }
    if rows:
        values = {"profiles": Jsonb(list(rows.values())), "integration": integration}
        work.count(statement("profiles"), values)
