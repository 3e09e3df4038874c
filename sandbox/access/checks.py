"""Ask the policy: of one object, of a list, of a page's buttons, of a route."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, false, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from sandbox.access.permissions import P
from sandbox.access.policy import POLICY, Grant
from sandbox.access.rules import Rule, Verdict
from sandbox.domain.refusals import Refusal
from sandbox.kernel.actors import Actor


class Denied(Refusal):
    """Refuse what the policy does not grant on a subject that the actor may otherwise see."""

    code = "denied"


class NotFound(Refusal):
    """Say that something does not exist, or not for this actor; nobody can tell which."""

    code = "not-found"


def verdict(actor: Actor, permission: P) -> Verdict:
    """Return the policy's rule for this actor: a plain truth, or a condition on the subject."""
    if actor.system is not None:
        return permission.value in actor.grants
    grant = POLICY[permission]
    return _tested(grant.rule, actor, grant.subject)


@lru_cache(maxsize=4096)
def _tested(rule: Rule, actor: Actor, model: type) -> Verdict:
    """Keep what a rule says of an actor: it hangs on nothing else, and each page asks twenty."""
    return rule.test(actor, model)


def conceivable(actor: Actor, permission: P) -> bool:
    """Tell, without a query, whether there could be a subject on which this is granted."""
    return verdict(actor, permission) is not False


def scope(actor: Actor, permission: P) -> ColumnElement[bool]:
    """Return the condition that filters a list down to what is granted."""
    return _sql(verdict(actor, permission))


def require(session: Session, actor: Actor, permission: P, subject: Any = None) -> None:
    """Make sure that this is granted. Raises: Denied."""
    if permission not in grants(session, actor, (permission,), subject):
        raise Denied(permission=permission.value)


def grants(
    session: Session, actor: Actor, permissions: Iterable[P], subject: Any = None
) -> frozenset[P]:
    """Return those of `permissions` that are granted on `subject`, with at most one query."""
    plain: set[P] = set()
    asked: list[P] = []
    for permission in permissions:
        found = verdict(actor, permission)
        if isinstance(found, bool):
            if found:
                plain.add(permission)
            continue
        model = POLICY[permission].subject
        if not isinstance(subject, model):
            raise TypeError(f"{permission} is a permission on {model.__name__}.")
        asked.append(permission)
    if asked:
        question = _question(actor, tuple(POLICY[permission] for permission in asked))
        row = session.execute(question, {"subject": subject.id}).one_or_none()
        if row is not None:
            plain.update(permission for permission, yes in zip(asked, row, strict=True) if yes)
    return frozenset(plain)


class GrantColumns:
    """Say of each row of a list what is granted on it, within the statement that reads the list.

    Permissions that share a rule share a column.
    """

    def __init__(self, actor: Actor, permissions: Iterable[P]) -> None:
        found = {permission: verdict(actor, permission) for permission in permissions}
        self._plain = frozenset(each for each, known in found.items() if known is True)
        asked = {each: known for each, known in found.items() if not isinstance(known, bool)}
        labels = {id(known): f"grant_{n}" for n, known in enumerate(asked.values())}
        self._labels = {each: labels[id(known)] for each, known in asked.items()}
        self.columns = [
            known.label(label) for known in asked.values() if (label := labels.pop(id(known), None))
        ]

    def of(self, row: Any) -> frozenset[P]:
        """Return what is granted on the subject of a row that was read with these columns."""
        asked = self._labels.items()
        return self._plain | {each for each, label in asked if getattr(row, label)}


@lru_cache(maxsize=256)
def _question(actor: Actor, asked: tuple[Grant, ...]) -> Any:
    """Ask for what hangs on the subject. Kept: to build the statement takes longer than to run it.

    Those of a whole page take some 150 KiB each, so that few are kept, for whoever is at work.
    Shape: one column for each grant; it is run with the id of the `subject`.
    """
    model: Any = asked[0].subject
    conditions = [_sql(_tested(grant.rule, actor, grant.subject)) for grant in asked]
    columns = [condition.label(f"p{n}") for n, condition in enumerate(conditions)]
    return select(*columns).where(model.id == bindparam("subject"))


def _sql(found: Verdict) -> ColumnElement[bool]:
    if isinstance(found, bool):
        return true() if found else false()
    return found


__all__ = [
    "Denied",
    "GrantColumns",
    "NotFound",
    "conceivable",
    "grants",
    "require",
    "scope",
    "verdict",
]
