"""An account at VTEX: its name, its environment, and the key and token that get in."""

import re
from dataclasses import dataclass, field

from kit.errors import InvalidInputError

USUAL_ENVIRONMENT = "vtexcommercestable"
ENVIRONMENTS = (USUAL_ENVIRONMENT, "vtexcommercebeta")
"""VTEX's own. Only these are accepted: an environment is part of the host that gets the credentials."""

NAME = "[a-z0-9]+(-[a-z0-9]+)*"
LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class Account:
    """Whom to ask for. `repr` does not show the credentials."""

    name: str
    environment: str
    app_key: str = field(repr=False)
    app_token: str = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        check_environment(self.environment)

    def base_url(self, template: str) -> str:
        """The address of the account, from a template with {account} and {environment}."""
        return template.replace("{account}", self.name).replace("{environment}", self.environment)

    def headers(self) -> dict[str, str]:
        """The credentials, as VTEX takes them."""
        return {"X-VTEX-API-AppKey": self.app_key, "X-VTEX-API-AppToken": self.app_token}


def check_name(name: str) -> None:
    """Raises InvalidInputError for a name that could lead to another host than the account's."""
    if len(name) > LONGEST_NAME or not re.fullmatch(NAME, name):
        raise InvalidInputError(
            "account_name",
            f"'{name[:60]}' is no account_name; small letters, digits and single hyphens are accepted.",
        )


def check_environment(name: str) -> None:
    """Raises InvalidInputError for what is not one of VTEX's environments."""
    if name not in ENVIRONMENTS:
        raise InvalidInputError(
            "environment", f"'{name[:60]}' is no environment; accepted are {', '.join(ENVIRONMENTS)}."
        )
