"""Settings: from the environment (CDP_*) or a `.env` file; a wrong one stops the start with a sentence."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from kit.access_settings import AccessSettings
from kit.embedded import default_data_dir
from kit.errors import ConfigurationError
from kit.page import MOST
from kit.rate_limit.rate import DEVELOPMENT, MEMORY, PRODUCTION, Rate, rate_of
from kit.watch_settings import WatchSettings

_STORES = ("redis", "rediss", "valkey", "valkeys")
_SOCKETS = ("redis+unix", "valkey+unix")


class Settings(AccessSettings, WatchSettings):
    """Every setting of the product. `cdp config` prints them with where they stand."""

    model_config = SettingsConfigDict(
        env_prefix="CDP_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Literal["development", "production"] = Field(
        default="development",
        description="development, or production, which is stricter: a lower rate limit, and never off; "
        "secrets that are missing or known refused",
    )
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL 16 to 18 to use instead of the embedded one (postgresql://...)"
    )
    owner_url: SecretStr | None = Field(
        default=None,
        description="URL of the role that owns the tables, all that `cdp migrate` and `cdp key` need; "
        "default: the database URL",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the embedded database keeps its data"
    )
    pg_bin: Path | None = Field(
        default=None, description="Directory with other PostgreSQL binaries for the embedded database"
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address `cdp serve` binds; loopback only where CDP_AUTH is open",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="Port `cdp serve` binds")
    workers: Annotated[int, Field(ge=1, le=256)] = Field(
        default=1, description="API processes of `cdp serve`"
    )
    pool_size: Annotated[int, Field(ge=1, le=200)] = Field(
        default=8,
        description="Database connections of one API process, beside half as many for lists of records",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are "
        "believed, separated by commas; default: none",
    )
    cors_origins: str = Field(
        default="",
        description="Origins whose pages may call the API, such as https://app.example.com, separated by "
        "commas; default: none",
    )
    rate_limit: str | None = Field(
        default=None,
        description="Requests one address may make, such as 1000/15minutes; off in development only; "
        "default: 1000/15minutes in production, 10000/15minutes in development",
    )
    rate_limit_storage: SecretStr = Field(
        default=SecretStr(MEMORY),
        description="Where requests are counted: memory:// of each process, or a Redis or Valkey for all "
        "of them (redis://..., rediss://..., valkey://...)",
    )
    process_wait_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=60.0, description="How long POST .../process waits for its run before it answers 202"
    )
    query_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        default=10.0, description="How long a search, a filtered list or a segment's preview may take"
    )
    max_body_bytes: Annotated[int, Field(ge=1_024, le=1_073_741_824)] = Field(
        default=1_048_576, description="Bytes a body, or a message over a WebSocket, may have"
    )
    stream_patience_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=30.0, description="How long a subscriber may take for one delivery before it is let go"
    )
    stream_heartbeat_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=15.0, description="Time after which a silent stream of server-sent events shows it is alive"
    )
    event_queue: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=20_000,
        description="Events of 512 bytes that may wait to be saved in an API process; more are answered 429",
    )
    stale_after_hours: Annotated[int, Field(ge=1, le=8760)] = Field(
        default=24, description="Age in hours from which scores are called stale"
    )
    graphql_max_tokens: Annotated[int, Field(ge=100, le=100_000)] = Field(
        default=5_000, description="Tokens a GraphQL document may have"
    )
    graphql_max_depth: Annotated[int, Field(ge=3, le=100)] = Field(
        default=15, description="Fields within fields a GraphQL document may nest"
    )
    graphql_max_aliases: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=100, description="Aliases and repeated fields a GraphQL document may have"
    )
    graphql_max_directives: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=50, description="Directives a GraphQL document may have"
    )
    graphql_max_cost: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        default=20_000, description="Cost a GraphQL operation may have"
    )
    graphql_max_page: Annotated[int, Field(ge=1, le=MOST)] = Field(
        default=MOST, description="Rows a page of a GraphQL list may have"
    )
    graphql_introspection: bool = Field(
        default=True, description="Whether the GraphQL schema may be asked for over the API"
    )
    trusted_documents: Literal["off", "allow", "only"] = Field(
        default="off",
        description="Persisted GraphQL documents: off; allow them by their hashes; only them and no others",
    )
    trusted_documents_file: Path | None = Field(
        default=None, description="Manifest of the persisted documents, as graphql-codegen writes it"
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Keys that credentials of integrations are encrypted with: 32 bytes in URL-safe base64 "
        "each, the newest first, separated by commas; default: one kept beside the embedded database",
    )
    vtex_base_url: str = Field(
        default="https://{account}.{environment}.com.br",
        description="Address of VTEX; {account} and {environment} are replaced by an integration's own",
    )
    vtex_requests_per_minute: Annotated[float, Field(gt=0, le=1_000_000)] = Field(
        default=5_000, description="Requests a minute that one process sends to VTEX for one account"
    )
    private_peers: str = Field(
        default="",
        description="Hosts, addresses or networks that are not public and yet asked for VTEX or JWKS, "
        "separated by commas; default: none, but for an address that stands in their own settings",
    )
    hsts_seconds: Annotated[int, Field(ge=0, le=63_072_000)] = Field(
        default=0,
        description="How long browsers are told to come by https alone (Strict-Transport-Security); 0: not "
        "told, as nothing says that https is offered",
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")

    @field_validator("database_url", "owner_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must start with postgresql://")
        return value and SecretStr(value.get_secret_value().replace("postgres://", "postgresql://", 1))

    @field_validator("vtex_base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value.replace("{account}", "a").replace("{environment}", "e"))
        odd = (
            parts.username
            or parts.password
            or parts.query
            or parts.fragment
            or set("{}") & set(parts.geturl())
        )
        if parts.scheme not in ("http", "https") or not parts.hostname or odd:
            raise ValueError(
                "must be an http or https address, in which {account} and {environment} may stand"
            )
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, value: str) -> str:
        if value.lower() not in {"debug", "info", "warning", "error"}:
            raise ValueError("must be debug, info, warning or error")
        return value.lower()

    @field_validator("rate_limit")
    @classmethod
    def _is_rate(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and rate_of(value) is None and info.data.get("environment") == "production":
            raise ValueError("may be off in development only (CDP_ENVIRONMENT)")
        return value

    @field_validator("rate_limit_storage")
    @classmethod
    def _is_store(cls, value: SecretStr) -> SecretStr:
        if not _is_store(value.get_secret_value()):
            raise ValueError("must be memory://, redis://HOST:PORT/NUMBER or valkey://HOST:PORT/NUMBER")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        for each in _listed(value):
            try:
                if ipaddress.ip_network(each).prefixlen > 0:
                    continue
            except ValueError:
                pass
            raise ValueError(f"{each[:60]!r} is not an address or a network such as 10.0.0.0/8")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for each in _listed(value):
            found = urlsplit(each)
            origin = f"{found.scheme}://{found.netloc.lower()}"
            if found.scheme not in ("http", "https") or not found.netloc or each != origin:
                raise ValueError(f"{each[:60]!r} is not an origin such as https://app.example.com")
        return value

    @property
    def rate(self) -> Rate | None:
        """Requests one address may make; None for as many as it likes."""
        if self.rate_limit is not None:
            return rate_of(self.rate_limit)
        return PRODUCTION if self.environment == "production" else DEVELOPMENT

    @property
    def proxies(self) -> list[str]:
        return _listed(self.trusted_proxies)

    @property
    def peers(self) -> list[str]:
        return _listed(self.private_peers)

    @property
    def origins(self) -> list[str]:
        return _listed(self.cors_origins)


def _is_store(url: str) -> bool:
    try:
        found = urlsplit(url)
        there = bool(found.path if found.scheme in _SOCKETS else found.hostname and found.port != 0)
    except ValueError:
        return False
    return url == MEMORY or (there and found.scheme in (*_SOCKETS, *_STORES))


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def load() -> Settings:
    """Read the settings. Raises ConfigurationError that names each wrong one, without its value."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"CDP_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}" if each["loc"] else each["msg"]
            for each in error.errors(include_input=False, include_url=False)
        )
        raise ConfigurationError(f"The settings are wrong. {wrong}.") from None
