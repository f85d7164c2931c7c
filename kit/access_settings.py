"""Settings of who may call the API."""

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

SHORTEST_SECRET = 32
"""Bytes: HS256 asks for a key as long as its hash."""


class AccessSettings(BaseSettings):
    """How callers prove who they are."""

    auth: Literal["open", "jwt", "keys"] = Field(
        default="open",
        description="Who may call: open, everyone on this machine; jwt, who has a token or an API key; keys, "
        "who has an API key",
    )
    jwt_secret: SecretStr | None = Field(
        default=None, description="The secret of tokens signed with HS256, of 32 bytes or more"
    )
    jwt_jwks: str | None = Field(
        default=None,
        description="The public keys (JWKS) of tokens signed with RS256, ES256 or EdDSA: a file, or an https "
        "address",
    )
    jwt_issuer: str | None = Field(default=None, description="The issuer (`iss`) that tokens must name")
    jwt_audience: str | None = Field(default=None, description="The audience (`aud`) that tokens must name")
    jwt_leeway_seconds: Annotated[float, Field(ge=0, le=600)] = Field(
        default=30.0, description="How far the clocks of the issuer and of this machine may differ"
    )
    jwt_tenants_claim: Annotated[str, Field(min_length=1)] = Field(
        default="tenants", description='The claim that lists the tenants\' numbers, or is "*" for all'
    )
    jwt_scope_claim: Annotated[str, Field(min_length=1)] = Field(
        default="scope", description="The claim that lists the scopes: read, write, admin"
    )

    @field_validator("jwt_secret")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < SHORTEST_SECRET:
            raise ValueError(f"must have at least {SHORTEST_SECRET} bytes")
        return value

    @field_validator("jwt_jwks")
    @classmethod
    def _is_place(cls, value: str | None) -> str | None:
        if value is None or "://" not in value:
            return value
        found = urlsplit(value)
        if not found.hostname or found.username or found.password or found.fragment:
            raise ValueError("must be a file, or an address such as https://id.example.com/jwks.json")
        if found.scheme != "https" and not (found.scheme == "http" and _is_this_machine(found.hostname)):
            raise ValueError("must be an https address; http is accepted of this machine only")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> "AccessSettings":
        if self.auth == "jwt" and (self.jwt_secret is None) == (self.jwt_jwks is None):
            raise ValueError("CDP_AUTH=jwt needs either CDP_JWT_SECRET or CDP_JWT_JWKS")
        return self


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
