"""Spans of OpenTelemetry, where it is installed and asked for: of requests, operations and statements."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from kit.errors import ConfigurationError
from kit.trace import CURRENT, Trace

_OFF = nullcontext()
_MISSING = "CDP_OTEL_ENDPOINT needs OpenTelemetry: install cdp-api[otel]."
_NAME = 60


class _Spans:
    """Whether spans are made, and what makes them."""

    tracer: Any = None


@contextmanager
def exported(endpoint: str | None) -> Iterator[None]:
    """Have spans sent to an address of OTLP over HTTP as long as this is open; None sends none.

    Raises ConfigurationError where OpenTelemetry is not installed.
    """
    if endpoint is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError(_MISSING) from None
    with processed(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint))):
        yield


@contextmanager
def processed(processor: Any) -> Iterator[None]:
    """Have spans given to a processor of OpenTelemetry's SDK as long as this is open."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": "cdp"}), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    before, _Spans.tracer = _Spans.tracer, provider.get_tracer("cdp")
    try:
        yield
    finally:
        _Spans.tracer = before
        provider.shutdown()


def is_on() -> bool:
    """Whether spans are made at all."""
    return _Spans.tracer is not None


@contextmanager
def request(trace: Trace, method: str) -> Iterator[None]:
    """A request: named by its operation, with its id, its face and its tenant."""
    with _Spans.tracer.start_as_current_span(f"{method} {trace.face}", record_exception=False) as span:
        try:
            yield
        finally:
            span.update_name(f"{method} {trace.operation}")
            _tell(span, trace)


def operation() -> AbstractContextManager[None]:
    """An operation of the graph, named as its caller named it."""
    return _OFF if _Spans.tracer is None else _operation()


@contextmanager
def _operation() -> Iterator[None]:
    with _Spans.tracer.start_as_current_span("graphql", record_exception=False) as span:
        try:
            yield
        finally:
            trace = CURRENT.get()
            if trace is not None:
                span.update_name(f"graphql {trace.operation}")


def statement(text: str) -> AbstractContextManager[Any]:
    """A statement, named by how it begins. Its values are not in its text, and are not told."""
    if _Spans.tracer is None:
        return _OFF
    name = " ".join(text[: 4 * _NAME].split())[:_NAME]
    # A caller may be told too much by a message of the database.
    started: AbstractContextManager[Any] = _Spans.tracer.start_as_current_span(
        name,
        attributes={"db.system.name": "postgresql"},
        record_exception=False,
        set_status_on_exception=False,
    )
    return started


def _tell(span: Any, trace: Trace) -> None:
    span.set_attribute("cdp.request_id", trace.number)
    span.set_attribute("cdp.face", trace.face)
    if trace.tenant is not None:
        span.set_attribute("cdp.tenant", trace.tenant)
