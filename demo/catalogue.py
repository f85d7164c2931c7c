"""Catalogue: the products and pages that events speak of, and the mailings of the year, as JSON texts."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from demo.season import DAY, Season

PRODUCTS = {
    "calzado": ("zapatillas-urbanas", "botas-de-cuero", "sandalias", "alpargatas", "mocasines", "ojotas"),
    "ropa": (
        "remera-lisa",
        "campera-de-jean",
        "vestido-largo",
        "pantalon-cargo",
        "buzo-canguro",
        "camisa-lino",
    ),
    "hogar": (
        "mate-de-madera",
        "termo-acero",
        "juego-de-sabanas",
        "lampara-de-pie",
        "set-de-copas",
        "cuchillo",
    ),
    "deporte": ("pelota", "colchoneta", "mancuernas", "bicicleta-fija", "botella", "mochila-trekking"),
    "belleza": ("crema-facial", "perfume", "secador-de-pelo", "kit-de-unas", "protector-solar", "balsamo"),
}
REFERRERS = ("google.com", "instagram.com", "facebook.com", "")
MAILINGS = (
    *("Rebajas de verano", "Vuelta al cole", "Otoño", "Pascuas", "Hot Sale", "Día del Padre"),
    *("Vacaciones de invierno", "Día del Niño", "Primavera", "Día de la Madre", "Cyber Monday", "Navidad"),
)
"""The campaign of each month, January first."""


class Campaign(NamedTuple):
    """A mailing: its name with the year, and when it went out (wall-clock seconds since the start)."""

    name: str
    sent: int


def campaigns(season: Season) -> list[Campaign]:
    """The mailings of the window: one a month, on the tenth at ten in the morning."""
    dates = [(day, season.start + timedelta(days=day)) for day in range(season.days)]
    return [
        Campaign(f"{MAILINGS[on.month - 1]} {on.year}", day * DAY + 36_000)
        for day, on in dates
        if on.day == 10
    ]


def text(properties: Mapping[str, str | int]) -> str:
    """Properties as compact JSON."""
    return json.dumps(properties, ensure_ascii=False, separators=(",", ":"))


def _pages() -> list[str]:
    products = [f"/productos/{name}" for names in PRODUCTS.values() for name in names]
    addresses = ["/", *products, *(f"/categorias/{category}" for category in PRODUCTS), "/ofertas"]
    return [
        text({"page": page, "referrer": referrer} if referrer else {"page": page})
        for page in addresses
        for referrer in REFERRERS
    ]


PAGES = _pages()
"""Properties of each page and referrer."""

CARTS = [
    text({"product": name, "quantity": n}) for names in PRODUCTS.values() for name in names for n in (1, 2)
]
"""Properties of each product and quantity."""
