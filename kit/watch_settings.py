"""Settings of what is seen from outside: the log and the measures."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

SHORTEST_TOKEN = 16


class WatchSettings(BaseSettings):
    """How the service is watched."""

    log_format: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="json, a line of JSON an event; text, readable; auto: text in a terminal in development, "
        "else json",
    )
    access_log: Literal["off", "failures", "all"] = Field(
        default="failures",
        description="Which requests get a line in the log: none; those answered with 5xx; all",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Token with which /metrics may be read, of 16 bytes or more; default: everyone where "
        "CDP_AUTH is open, else callers with the scope admin for all tenants",
    )
    otel_endpoint: str | None = Field(
        default=None,
        description="Address that takes OpenTelemetry's traces (OTLP over HTTP), such as "
        "http://collector:4318/v1/traces; needs cdp-api[otel]; default: no traces",
    )
    worker_metrics: str = Field(
        default="",
        description="Address (HOST:PORT) at which `cdp worker` serves its metrics; default: none",
    )

    @field_validator("metrics_token")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < SHORTEST_TOKEN:
            raise ValueError(f"must have at least {SHORTEST_TOKEN} bytes")
        return value

    @field_validator("otel_endpoint")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is not None:
            found = urlsplit(value)
            if found.scheme not in ("http", "https") or not found.hostname or found.username:
                raise ValueError("must be an http or https address without a user")
        return value

    @field_validator("worker_metrics")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value:
            _place(value)
        return value

    @property
    def worker_metrics_place(self) -> tuple[str, int] | None:
        """The host and the port of the worker's metrics."""
        return _place(self.worker_metrics) if self.worker_metrics else None


def _place(text: str) -> tuple[str, int]:
    try:
        found = urlsplit(f"//{text}")
        host, port = found.hostname, found.port
    except ValueError:
        host, port = None, None
    if not host or not port or found.path or found.query or found.username:
        raise ValueError("must be an address and a port such as 127.0.0.1:9100")
    return host, port
