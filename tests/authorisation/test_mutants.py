"""The matrix notices when a rule is weakened: each mutant of the policy is caught by some probe.

A mutant takes one condition out of one rule, takes the scope out of a module's queries, or opens a
door. What cannot be told from the policy as it is stands in IMPLIED or SHADOWED with its reason.
"""

import contextlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, true

import sandbox
from sandbox.access import checks, rules
from sandbox.access.permissions import P
from sandbox.access.policy import POLICY, Grant
from sandbox.access.rules import Rule
from sandbox.accounts.queries import load_actor
from sandbox.kernel.actors import VISITOR, Actor, StaffRole
from sandbox.kernel.db import db
from tests.authorisation.probing import WRITES, Expectation, Prober, read_expectations

EXPECTATIONS = read_expectations()

LEAVES: dict[str, Rule] = {
    name: rule for name, rule in vars(rules).items() if isinstance(rule, Rule) and name != "nobody"
}
DENIALS = frozenset({"recused", "drafted_by_self"})
"""Conditions that rules deny: dropping one means that it never holds."""
ROLES_WITHOUT_COMPANIES = frozenset(
    {"officer", "caseworker", "publisher", "administrator", "auditor"}
)

# Those who would gain by a mutant, the likeliest first.
SUSPECTS = (
    "recused_officer",
    "recused_head",
    "recused_caseworker",
    "foreign_owner",
    "outside_officer",
    "undeclared",
    "colleague",
    "associate_head",
    "associate_officer",
    "lead_head",
    "outside_head",
    "lead_officer",
    "drafter",
    "member",
    "owner",
    "caseworker",
    "publisher",
    "administrator",
    "auditor",
    "newcomer",
    "visitor",
)

# Permissions that services behind these doors ask for, whatever the door itself declares.
ALSO_ASKED: dict[P, tuple[str, ...]] = {
    P.APPLICATION_START: ("POST /applications/new",),
    P.TRIAL_PLAN_EDIT: ("POST /trials/<uuid:trial_id>/plan",),
    P.MONITORING_REPORT_JUDGE: ("POST /trials/<uuid:trial_id>/reports/<uuid:report_id>",),
    P.ORGANISATION_INVITE: ("POST /organisations/<uuid:organisation_id>/members",),
}
# Only jobs and loaders of the platform itself ask for these.
WITHOUT_DOOR = frozenset(
    {
        P.FAST_ANSWER_WATCH,
        P.APPLICATION_LAPSE,
        P.PRELIMINARY_CLOSE,
        P.TRIAL_OPEN,
        P.ROUND_TABLE_REGISTER,
    }
)

# Conditions that say nothing which another one of the same rule does not say too.
_OFFICER = "whoever works for an assigned authority is an officer"
_DECLARED = "one declaration a person: whoever has declared to have no conflict is not recused"
_LEADING = "only an authority that has accepted leads"
_OPENED = "a trial opens when every authority has accepted or declined"
_UPLOADED = "only caseworkers and administrators upload, and administrators discard anyway"
_HEAD = "whoever heads an assigned authority is a head"
IMPLIED: dict[tuple[P, str], str] = {
    (P.PACK_DISCARD, "caseworker"): _UPLOADED,
    **{
        (permission, "officer"): _OFFICER
        for permission in P
        if permission not in {P.ORGANISATION_CREATE, P.PACK_READ, P.RELIEF_LIST}
    },
    **{
        (permission, "recused"): _DECLARED
        for permission in (
            P.APPLICATION_REVIEW,
            P.QUESTION_SUGGEST,
            P.NOTE_KEEP,
            P.POSITION_TAKE,
            P.APPLICATION_DECIDE,
            P.APPLICATION_REQUEST_INFORMATION,
            P.TRIAL_PLAN_AGREE,
            P.RELIEF_DRAFT,
            P.RELIEF_GRANT,
            P.REQUIREMENT_WAIVE,
            P.STAGE_ENTER,
            P.MONITORING_REPORT_JUDGE,
            P.INCIDENT_OPEN,
            P.INCIDENT_REACT,
            P.INCIDENT_CLOSE,
            P.TRIAL_RESUME,
            P.TRIAL_COMPLETE,
        )
    },
    **{
        (permission, "accepted"): _LEADING
        for permission in (
            P.APPLICATION_DECIDE,
            P.APPLICATION_REQUEST_INFORMATION,
            P.START_CONDITION_SET,
            P.REQUIREMENT_WAIVE,
            P.STAGE_ENTER,
            P.MONITORING_REPORT_JUDGE,
            P.INCIDENT_REACT,
            P.INCIDENT_CLOSE,
            P.TRIAL_COMPLETE,
        )
    },
    (P.TRIAL_PLAN_AGREE, "accepted"): _OPENED,
    (P.REQUIREMENT_DOCUMENT, "accepted"): _OPENED,
    (P.RELIEF_GRANT, "accepted"): _OPENED,
    (P.ASSIGNMENT_ANSWER, "head"): _HEAD,
    (P.OFFICER_NAME, "head"): _HEAD,
    (P.LEAD_OFFER, "head"): _HEAD,
    (P.LEAD_ANSWER, "head"): _HEAD,
    (P.OFFICER_NAME, "assigned_as_head"): "nobody heads one authority and is an officer of another",
}
# Conditions whose loss changes a right, while the page asks for something else before it.
_READ = "the page asks first whether the actor may read the case, the trial or the report"
SHADOWED: dict[tuple[P, str], str] = {
    (P.CONFLICT_DECLARE, "assigned"): _READ,
    (P.CONFLICT_DECLARE, "recused"): _READ,
    (P.MONITORING_REPORT_JUDGE, "declared"): _READ,
    (P.OUTCOME_PUBLISH, "recused"): _READ,
    (P.APPLICATION_READ_ANSWERS, "not_draft"): "a draft has no submission that could be read",
}


# --- mutants of rules ----------------------------------------------------------------------------


@contextlib.contextmanager
def answering(leaf: Rule, test: Callable[[Actor, Any], Any]) -> Iterator[None]:
    """Let a condition give another answer, wherever it is used."""
    before = leaf.test
    object.__setattr__(leaf, "test", test)
    try:
        yield
    finally:
        object.__setattr__(leaf, "test", before)


def leaves_of(permission: P) -> list[str]:
    """Name the conditions that a rule consists of, by watching which it asks for."""
    one = frozenset({uuid4()})
    company = Actor(person_id=uuid4(), owner_of=one, member_of=one)
    head = Actor(person_id=uuid4(), head_of=one, officer_of=one)
    staff = [Actor(person_id=uuid4(), staff=frozenset({role})) for role in StaffRole]
    asked: set[str] = set()

    def watching(name: str, test: Callable[[Actor, Any], Any]) -> Callable[[Actor, Any], Any]:
        def watch(actor: Actor, model: Any) -> Any:
            asked.add(name)
            return test(actor, model)

        return watch

    grant = POLICY[permission]
    with contextlib.ExitStack() as stack:
        for name, leaf in LEAVES.items():
            stack.enter_context(answering(leaf, watching(name, leaf.test)))
        for actor in (VISITOR, company, head, *staff):
            grant.rule.test(actor, grant.subject)
    return sorted(asked)


def without(permission: P, name: str) -> Grant:
    """Return the grant of a permission with one condition taken out."""
    grant, leaf = POLICY[permission], LEAVES[name]
    is_denial = name in DENIALS or (
        permission is P.ORGANISATION_CREATE and name in ROLES_WITHOUT_COMPANIES
    )

    def weaker(actor: Actor, model: Any) -> Any:
        with answering(leaf, lambda _actor, _model: not is_denial):
            return grant.rule.test(actor, model)

    return Grant(grant.subject, Rule(weaker))


def rights(prober: Prober, grant: Grant) -> dict[str, Any]:
    """Return on which rows, or whether at all, each actor has a right in this world."""
    found: dict[str, Any] = {}
    with prober.app.app_context():
        session = db.session()
        for name in SUSPECTS:
            person_id = prober.world.ids.get(name)
            actor = VISITOR if person_id is None else load_actor(session, person_id)
            verdict = grant.rule.test(actor, grant.subject)
            if not isinstance(verdict, bool):
                verdict = set(session.scalars(select(grant.subject.id).where(verdict)))
            elif grant.subject is not None:
                verdict = set(session.scalars(select(grant.subject.id))) if verdict else set()
            found[name] = verdict
    return found


def lines_for(prober: Prober, permission: P) -> list[Expectation]:
    """Return the lines whose doors ask for a permission."""
    views = prober.app.view_functions
    also = ALSO_ASKED.get(permission, ())
    return [
        each
        for each in EXPECTATIONS
        if getattr(views[prober.endpoint(each)], "_needs", None) is permission
        or any(f"{each.method} {each.rule}".startswith(door) for door in also)
    ]


def is_caught(
    prober: Prober, lines: Iterable[Expectation], suspects: Sequence[str] = SUSPECTS
) -> bool:
    """Ask until somebody gets another answer than expected, or sees what is not theirs."""
    for each in lines:
        asked = prober.values(each.subject)
        for actor in suspects:
            finding = prober.ask(actor, each)
            if each.method in WRITES and prober.was_changed():
                prober.restore()
            if finding.verdict != each.verdicts[actor] or prober.leaks(actor, finding, asked):
                return True
    return False


def test_no_probe_fails_while_nothing_is_mutated(prober: Prober) -> None:
    some = [each for each in EXPECTATIONS if each.subject == "rio_assigned"]
    assert not is_caught(prober, some, SUSPECTS[:8])


@pytest.mark.parametrize("permission", sorted(set(P) - WITHOUT_DOOR))
def test_rule_without_one_of_its_conditions_is_caught(
    prober: Prober, monkeypatch: pytest.MonkeyPatch, permission: P
) -> None:
    lines = lines_for(prober, permission)
    assert lines, f"No door asks for {permission}."
    before = rights(prober, POLICY[permission])
    missed, idle = [], []
    for name in leaves_of(permission):
        mutant = without(permission, name)
        after = rights(prober, mutant)
        gained = [actor for actor in SUSPECTS if after[actor] != before[actor]]
        if (permission, name) in IMPLIED:
            idle += [name] * bool(gained)
        elif (permission, name) not in SHADOWED:
            with monkeypatch.context() as patch:
                patch.setitem(POLICY, permission, mutant)
                missed += [name] * (not is_caught(prober, lines, gained))
    assert missed == [], f"Without these conditions of {permission} no probe fails."
    assert idle == [], f"These conditions of {permission} say more than IMPLIED thinks."


# --- mutants of queries --------------------------------------------------------------------------


def scoped_modules() -> list[str]:
    """Name the modules that filter what they read by what is granted."""
    found = []
    for each in pkgutil.walk_packages(sandbox.__path__, "sandbox."):
        if each.name.startswith("sandbox.access") or ".web." in each.name:
            continue
        module = importlib.import_module(each.name)
        if getattr(module, "scope", None) is checks.scope:
            found.append(each.name)
    return found


def doors_of_slice(prober: Prober, module: str) -> list[Expectation]:
    """Return the pages, those of a module's slice first, since most of them show what it reads."""
    name = module.split(".")[1]
    tasks = ("/my-tasks",) if module.endswith("waiting") else ()
    return sorted(
        (each for each in EXPECTATIONS if each.method == "GET"),
        key=lambda each: (
            each.rule not in tasks,
            prober.endpoint(each).partition(".")[0] != name,
        ),
    )


# Of what these read, each row is asked about once more in the same statement (`GrantColumns`), so
# that without their scope nobody sees more; it only keeps others' rows from being read at all.
ASKED_ANEW = frozenset({"sandbox.trials.queries.urgency"})


@pytest.mark.parametrize("name", sorted({*scoped_modules()} - ASKED_ANEW))
def test_queries_without_their_scope_are_caught(
    prober: Prober, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module = importlib.import_module(name)
    monkeypatch.setattr(module, "scope", lambda _actor, _permission: true())
    assert is_caught(prober, doors_of_slice(prober, name), SUSPECTS[:8])


# --- mutants of doors ----------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["public", "for anybody signed in"])
def test_door_that_was_opened_is_caught(
    prober: Prober, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    missed, tried = set(), 0
    for endpoint, view in prober.app.view_functions.items():
        needed = getattr(view, "_needs", None)
        if needed is None or (needed in OPEN_TO_PEOPLE and change != "public"):
            continue
        tried += 1
        lines = [each for each in EXPECTATIONS if prober.endpoint(each) == endpoint]
        with monkeypatch.context() as patch:
            if change == "public":
                patch.delattr(view, "_needs")
                patch.setattr(view, "_public", True, raising=False)
            else:
                patch.setattr(view, "_needs", P.HOME_READ)
            if not is_caught(prober, lines, ("visitor", "newcomer", "auditor")):
                missed.add(endpoint)
    assert missed == GUARDED_TWICE[change]
    assert tried > 40


# Doors behind which something else refuses in the same way.
GUARDED_TWICE = {
    "public": {"security.change_password"},
    "for anybody signed in": {
        "accounts.people",
        "accounts.person",
        "accounts.grant_role",
        "accounts.end_role",
        "accounts.join_authority",
        "accounts.leave_authority",
        "programme.activate",
        "programme.discard",
        "programme.propose",
        "successions.apply",
    },
}
OPEN_TO_PEOPLE = frozenset({P.HOME_READ, P.INBOX_READ, P.PROFILE_EDIT})
