"""Keep a refusal as plain values, so that it can be read later in either language."""

from collections.abc import Mapping
from typing import Any

from sandbox.access.checks import Denied, NotFound
from sandbox.domain.applications import LIFECYCLE, ApplicationAction, ApplicationStatus
from sandbox.domain.refusals import NotPossible, Refusal, TransitionRefused, Why
from sandbox.kernel.db import Stale
from sandbox.packs.errors import PackUnusable

_PLAIN: Mapping[str, type[Refusal]] = {
    each.code: each for each in (Denied, NotFound, PackUnusable, Stale)
}


def written(refusal: Refusal) -> dict[str, Any]:
    """Return what the sentence of a refusal needs, and nothing that JSON cannot hold."""
    details = {
        name: value
        for name, value in refusal.details.items()
        if isinstance(value, str | int) and name != "reason"
    }
    if isinstance(refusal, NotPossible):
        return {"code": refusal.code, "reason": refusal.reason.value, "details": details}
    return {"code": refusal.code, "details": details}


def read(record: Mapping[str, Any]) -> Refusal:
    """Return the refusal that was written down; one whose words are gone is a plain refusal."""
    try:
        return _read(record["code"], record)
    except ValueError:
        # A later release may know some reason or status no more, and the page must not fail on it.
        return Refusal(**record["details"])


def _read(code: str, record: Mapping[str, Any]) -> Refusal:
    details = record["details"]
    if code == NotPossible.code:
        return NotPossible(Why(record["reason"]), **details)
    if code == TransitionRefused.code:
        status = ApplicationStatus(details["status"])
        action = ApplicationAction(details["action"])
        return TransitionRefused(status, action, LIFECYCLE.possible(status))
    return _PLAIN.get(code, Refusal)(**details)
