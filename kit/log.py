"""Logs: one line of JSON an event where they are collected, readable ones in a terminal."""

import logging
import sys

import structlog

from kit.trace import CURRENT, NONE


def configure(level: str, *, form: str = "auto", production: bool = False) -> None:
    """Send our events and the libraries' to standard error from `level` on.

    `form`: json, text, or auto, which is text in a terminal in development and json everywhere else.
    """
    number = getattr(logging, level.upper())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        of_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    readable = form == "text" or (form == "auto" and not production and sys.stderr.isatty())
    last: list[structlog.types.Processor] = (
        [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if readable
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _libraries(max(number, logging.WARNING), [*shared], last)


def _libraries(
    level: int, shared: list[structlog.types.Processor], last: list[structlog.types.Processor]
) -> None:
    """Have the libraries' events written as ours are."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    for each in [each for each in root.handlers if getattr(each, "of_cdp", False)]:
        root.removeHandler(each)
    if not root.handlers:
        handler.of_cdp = True  # type: ignore[attr-defined]
        root.addHandler(handler)
        root.setLevel(level)


def of_request(logger: object, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Say which request an event belongs to, of what operation and tenant."""
    trace = CURRENT.get()
    if trace is not None:
        event.setdefault("request_id", trace.number)
        if trace.operation != NONE:
            event.setdefault("operation", trace.operation)
        if trace.tenant is not None:
            event.setdefault("tenant", trace.tenant)
    return event
