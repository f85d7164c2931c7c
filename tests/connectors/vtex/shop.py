"""A shop at the VTEX of our own: orders in full, its buyers in CL, and the truth about them."""

import hashlib
import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.connectors.vtex.detail import detail

REVENUE = ("payment-approved", "ready-for-handling", "handling", "invoiced", "invoiced", "invoiced")
NO_REVENUE = ("canceled", "payment-pending", "waiting-for-seller-confirmation", "order-created", "replaced")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Person:
    """One buyer: the profiles VTEX gave them, and their own address."""

    email: str
    profiles: list[str]
    in_cl: bool
    orders: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Truth:
    """What a faithful copy must come to."""

    orders: int
    paid: int
    net_cents: int
    buyers: int


class Shop:
    """A seeded shop. `persons` buyers, some without a document in CL, `twins` of them with two profiles."""

    def __init__(
        self,
        *,
        seed: int = 1,
        persons: int = 20,
        orders: int = 60,
        days: int = 300,
        twins: int = 0,
        now: datetime = NOW,
    ) -> None:
        self._random = random.Random(seed)
        self.details: dict[str, dict[str, Any]] = {}
        self.documents: list[dict[str, Any]] = []
        self.persons = [self._person(n, twin=n < twins) for n in range(persons)]
        for _ in range(orders):
            age = timedelta(seconds=self._random.uniform(3600, days * 86_400))
            self.sell(self._random.choice(self.persons), now - age)

    def sell(self, person: Person, at: datetime, **changes: Any) -> str:
        """A new order of a person; its id."""
        number = f"v{len(self.details) + 1}shop-01"
        profile = self._random.choice(person.profiles)
        status = self._random.choice(REVENUE if self._random.random() < 0.8 else NO_REVENUE)
        value = self._random.randint(100, 90_000)
        found = detail(
            number,
            at=at,
            status=status,
            value=value,
            profile=profile,
            email=self._address(number, person),
            quantity=self._random.randint(1, 4),
        )
        if status in ("invoiced", "canceled") and self._random.random() < 0.3:
            give_back(found, self._random.choice([value, value // 3 or 1]), at + timedelta(days=2))
        if person.in_cl and len(person.profiles) == 1 and self._random.random() < 0.1:
            found["clientProfileData"] |= {"userProfileId": None, "email": person.email}
        found |= changes
        self.details[number] = found
        person.orders.append(number)
        return number

    @property
    def truth(self) -> Truth:
        """Summed up from the orders as they are now, by whom the shop itself knows."""
        paid = [each for each in self.details.values() if each["status"] in REVENUE]
        return Truth(
            orders=len(self.details),
            paid=len(paid),
            net_cents=sum(each["value"] - given_back(each) for each in paid),
            buyers=sum(bool(each.orders) for each in self.persons),
        )

    def _person(self, number: int, *, twin: bool) -> Person:
        profiles = [str(uuid.UUID(int=self._random.getrandbits(128))) for _ in range(2 if twin else 1)]
        person = Person(f"buyer{number}@example.com", profiles, twin or self._random.random() < 0.8)
        if person.in_cl:
            self.documents += [document(each, person.email, number) for each in profiles]
        return person

    def _address(self, number: str, person: Person) -> str:
        tag = hashlib.sha256(number.encode()).hexdigest()[:20]
        name = person.email.partition("@")[0]
        aliases = (f"{tag}@ct.vtex.com.br", f"{name}-{tag[:6]}b@ct.vtex.com.br", f"{tag}@mail.ct.shop.com")
        return person.email if self._random.random() < 0.1 else self._random.choice(aliases)


def document(profile: str, email: str | None, number: int = 0) -> dict[str, Any]:
    """A buyer's document in CL."""
    return {
        "id": hashlib.sha256(profile.encode()).hexdigest()[:36],
        "userId": profile,
        "email": email,
        "firstName": f"First{number}",
        "lastName": f"Last{number}",
        "homePhone": "+5561992227222",
        "createdIn": "2024-01-05T10:00:00.0000000Z",
        "accountName": "chelseaio",
        "dataEntityId": "CL",
    }


def give_back(order: dict[str, Any], value: int, at: datetime) -> None:
    """A package that came back, with money for it."""
    packages = order["packageAttachment"]["packages"]
    packages.append(
        {
            "items": [],
            "courier": None,
            "invoiceNumber": f"R{len(packages) + 1}",
            "invoiceValue": value,
            "issuanceDate": at.isoformat(),
            "type": "Input",
            "restitutions": {"Refund": {"value": value, "giftCardData": None, "items": []}},
        }
    )


def given_back(order: dict[str, Any]) -> int:
    """Cents that went back."""
    packages = order["packageAttachment"]["packages"]
    return sum(each.get("restitutions", {}).get("Refund", {}).get("value", 0) for each in packages)
