"""Write structured logs: one line a request, without what people typed and without their names."""

import logging
import re
import sys
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("request")

# PostgreSQL repeats in the detail of an error the values of the row that it refuses.
DETAIL = re.compile(
    r"\bDETAIL: .*?(?=\n(?:HINT|CONTEXT|QUERY|LOCATION): |\n\[SQL|\n\n(?:The above|During)|\Z)",
    re.DOTALL,
)


def configure_logs(*, as_json: bool) -> None:
    """Send every log line to standard error, as JSON or for reading."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_values,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Standard output belongs to what commands answer. Asked for anew each time, since whoever
        # runs the platform may turn it elsewhere later.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def without_values(
    _logger: object, _method: str, entry: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Take out of a fault what the database says of the values that it was given."""
    if "exception" in entry:
        entry["exception"] = DETAIL.sub("DETAIL: (left out)", entry["exception"])
    return entry


def log_requests(app: Flask) -> None:
    """Log each request by its route, never by its full address, which may hold a token."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint in ("static", "health"):
            return response
        rule = request.url_rule.rule if request.url_rule else "(no route)"
        elapsed = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
        log.info(
            "request",
            method=request.method,
            route=rule,
            status=response.status_code,
            ms=elapsed,
        )
        return response
