"""Person: names, addresses and telephone numbers, all made up."""

from typing import NamedTuple

import numpy as np

from demo.arrays import Flags

_FIRST_NAMES = (
    "Agustina Agustín Alejandro Ana Andrea Ángela Antonio Belén Benjamín Bruno Camila Candela Carla "
    "Carlos Carolina Catalina Cecilia Clara Claudia Cristian Daniel Daniela Diego Elena Emilia Esteban "
    "Eugenia Facundo Federico Felipe Florencia Franco Gabriel Gabriela Gonzalo Guadalupe Guillermo "
    "Hernán Ignacio Inés Isabel Javier Joaquín Jorge José Juan Julia Julián Julieta Laura Leandro "
    "Leticia Lucas Lucía Luis Luz Magdalena Malena Manuel Marcela Marcos María Mariana Martín Mateo "
    "Matías Mercedes Micaela Miguel Milagros Natalia Nicolás Norma Olivia Pablo Patricia Paula Pedro "
    "Pilar Ramiro Renata Ricardo Rocío Rodrigo Romina Rosa Santiago Sebastián Silvia Sofía Susana Tomás "
    "Valentina Valeria Verónica Victoria Violeta Ximena"
)

_SURNAMES = (
    "Acosta Aguirre Álvarez Arias Ávila Benítez Blanco Bravo Bustos Cabrera Cáceres Campos Cardozo "
    "Carrizo Castillo Castro Chávez Correa Coronel Díaz Domínguez Duarte Escobar Espinosa Fernández "
    "Ferreyra Figueroa Flores Franco Fuentes Gallardo García Giménez Godoy Gómez González Guerrero "
    "Gutiérrez Guzmán Hernández Herrera Ibáñez Juárez Ledesma Leiva López Luna Maidana Maldonado "
    "Mansilla Martínez Medina Méndez Miranda Molina Morales Moreno Moyano Muñoz Navarro Núñez Ojeda "
    "Olivera Ortiz Páez Paz Peralta Pereyra Pérez Ponce Quiroga Ramírez Ramos Ríos Rivero Robles "
    "Rodríguez Rojas Roldán Romero Ruiz Sánchez Silva Soria Sosa Suárez Toledo Torres Valdez Vargas "
    "Vázquez Vega Velázquez Vera Villalba Vizcarra Zárate"
)

FIRST_NAMES = _FIRST_NAMES.split()
SURNAMES = _SURNAMES.split()

DOMAINS = ("example.com", "example.org", "example.net")
"""Reserved by RFC 2606: no message sent there reaches anybody."""

ASCII = str.maketrans("áéíóúüñ", "aeiouun")


class People(NamedTuple):
    """One entry a customer; an e-mail address or a telephone number that is not known is empty."""

    first_names: list[str]
    last_names: list[str]
    emails: list[str]
    phones: list[str]
    reachable: Flags
    """Who has an e-mail address."""


def people(count: int, rng: np.random.Generator) -> People:
    """Draw `count` people: 6 % without e-mail, 3 % in upper case, a third without telephone number."""
    first = [FIRST_NAMES[i] for i in rng.integers(0, len(FIRST_NAMES), count).tolist()]
    last = [SURNAMES[i] for i in rng.integers(0, len(SURNAMES), count).tolist()]
    domain = [DOMAINS[i] for i in np.searchsorted((0.6, 0.85), rng.random(count)).tolist()]
    kind = rng.random(count)
    lines = np.where(rng.random(count) < 0.65, rng.integers(0, 10_000, count), -1).tolist()
    return People(
        first_names=first,
        last_names=last,
        emails=[
            address(*person)
            for person in zip(first, last, range(1, count + 1), domain, kind.tolist(), strict=True)
        ],
        phones=[f"+54 11 5555-{line:04d}" if line >= 0 else "" for line in lines],
        reachable=kind >= 0.06,
    )


def address(first: str, last: str, number: int, domain: str, kind: float) -> str:
    """An address no other customer has; `kind` (0..1) decides whether it is missing or in upper case."""
    if kind < 0.06:
        return ""
    email = f"{first}.{last}{number}@{domain}".lower().translate(ASCII)
    return email.upper() if kind < 0.09 else email
