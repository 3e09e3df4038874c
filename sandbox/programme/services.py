"""Bring a version of the rules in, put it in force, throw it away."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.applications.queries import lock_application
from sandbox.authorities.queries import applied_codes
from sandbox.authorities.services import register_authorities
from sandbox.coordination.queries import share_authorities
from sandbox.domain.answers import priorities
from sandbox.domain.packs import ClockStart, PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.risk import tiering
from sandbox.domain.succession import is_kept
from sandbox.domain.trials import is_shown_sooner
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Stale
from sandbox.models import (
    Application,
    ApprovalTerm,
    InstalledVersion,
    PackFile,
    PackVersion,
    StartCondition,
    Trial,
    TrialStage,
)
from sandbox.models.programme import PackState
from sandbox.packs import active
from sandbox.packs.errors import PackUnusable
from sandbox.programme import notices, queries
from sandbox.programme.store import forget_choice
from sandbox.trials.services.opening import as_json, public_part


def upload(
    session: Session,
    actor: Actor,
    *,
    files: Mapping[str, bytes],
    pack: PolicyPack,
    note: str,
    now: datetime,
) -> PackVersion:
    """Keep a new version of the rules, which changes nothing until a second person activates it.

    Shape: `pack` is what the files were found to say; a pack with any fault comes never here.
    Raises: Denied; NotPossible(PACK_OTHER_PROGRAMME, PACK_OTHER_PLACE,
    PACK_OTHER_PAST, PACK_TAKEN, PACK_NOT_NEWER).
    """
    require(session, actor, P.PACK_UPLOAD)
    if actor.person_id is None:
        raise NotPossible(Why.NOT_ACCEPTED)
    rows = queries.lock_versions(session, pack.code)
    _require_same_programme(pack)
    _require_same_past(session, pack)
    kept = canonical(files)
    is_newer = active.is_newer(pack.version, queries.version_in_force(session))
    if any(row.semver == pack.version for row in rows):
        raise NotPossible(Why.PACK_TAKEN)
    # What came with the platform may be proposed as it is, while it could still follow.
    if _is_installed(pack) and not (is_newer and _is_the_installed(pack, kept)):
        raise NotPossible(Why.PACK_TAKEN)
    if not is_newer:
        raise NotPossible(Why.PACK_NOT_NEWER)
    row = PackVersion(
        code=pack.code,
        semver=pack.version,
        sha256=active.digest_of(kept),
        note=note.strip(),
        state=PackState.UPLOADED.value,
        uploaded_by_id=actor.person_id,
        uploaded_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        # Of the first version ever there is no row yet at which two who send it could meet.
        raise NotPossible(Why.PACK_TAKEN) from error
    for name, content in kept.items():
        session.add(PackFile(pack_version_id=row.id, name=name, content=content.decode()))
    record(
        session, actor, Deed.PACK_UPLOADED, row, now=now, rules=row.semver, fingerprint=row.sha256
    )
    notices.ask_to_activate(session, row, now)
    return row


def activate(
    session: Session,
    actor: Actor,
    row: PackVersion,
    *,
    expected_version: int | None,
    seen: str,
    now: datetime,
) -> None:
    """Put an uploaded version in force: from now on new cases begin under it.

    Shape: `seen` is the version that was in force on the page on which the person decided.
    Raises: NotPossible(FOUR_EYES) for whoever uploaded it, Denied, Stale,
    NotPossible(PACK_NOT_WAITING, PACK_NOT_NEWER, PACK_OTHER_PAST), PackUnusable where it is no
    longer sound.
    """
    rows = queries.lock_versions(session, row.code)
    require_activation(session, actor, row)
    before = queries.version_in_force(session)
    if before != seen or (expected_version is not None and row.version != expected_version):
        raise Stale
    pack = queries.judge(session, row).pack
    if pack is None:
        raise PackUnusable(code=row.code, version=row.semver)
    # A succession may have been applied since the version was uploaded.
    _require_same_past(session, pack)
    for former in rows:
        if former.state == PackState.ACTIVE:
            former.state, former.retired_at = PackState.RETIRED.value, now
            record(session, actor, Deed.PACK_RETIRED, former, now=now, rules=former.semver)
    # One version is in force at a time, which the database itself watches.
    session.flush()
    row.state = PackState.ACTIVE.value
    row.activated_by_id, row.activated_at = actor.person_id, now
    # An authority that the new rules bring can be asked from now on.
    register_authorities(session, actor, pack, now=now)
    record(
        session,
        actor,
        Deed.PACK_ACTIVATED,
        row,
        now=now,
        rules=row.semver,
        before=before,
        fingerprint=row.sha256,
    )
    forget_choice(session)
    notices.tell_in_force(session, row, actor, now)


def require_activation(session: Session, actor: Actor, row: PackVersion) -> None:
    """Make sure that this person may put the version in force now.

    Raises: NotPossible(FOUR_EYES, PACK_NOT_WAITING, PACK_NOT_NEWER), Denied.
    """
    if actor.person_id == row.uploaded_by_id:
        raise NotPossible(Why.FOUR_EYES)
    require(session, actor, P.PACK_ACTIVATE, row)
    if row.state != PackState.UPLOADED:
        raise NotPossible(Why.PACK_NOT_WAITING)
    _require_newer(session, row.semver)


def discard(session: Session, actor: Actor, row: PackVersion, *, now: datetime) -> None:
    """Throw an uploaded version away; its number is used up.

    Raises: Denied, NotPossible(PACK_NOT_WAITING).
    """
    require(session, actor, P.PACK_DISCARD, row)
    queries.lock_versions(session, row.code)
    if row.state != PackState.UPLOADED:
        raise NotPossible(Why.PACK_NOT_WAITING)
    row.state = PackState.DISCARDED.value
    row.discarded_by_id, row.discarded_at = actor.person_id, now
    record(session, actor, Deed.PACK_DISCARDED, row, now=now, rules=row.semver)


def move_case(
    session: Session, actor: Actor, application: Application, *, to: str, reason: str, now: datetime
) -> None:
    """Move a case that runs to the rules in force, with a reason that its people read.

    Shape: `to` is the version that the person was shown.
    Raises: Denied; Stale where other rules came into force since; NotPossible(PACK_NOT_ACTIVE,
    REASON_MISSING), NotPossible(CASE_CANNOT_MOVE) with what the rules do not know; PackUnusable.
    """
    require(session, actor, P.CASE_MOVE, application)
    application = lock_application(session, application.id)
    move = queries.get_move(session, application, now)
    if move.new.version != to:
        raise Stale
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    if move.obstacles:
        raise NotPossible(Why.CASE_CANNOT_MOVE, obstacles=move.obstacles)
    tier_before = application.tier
    application.pack_version = move.new.version
    answers = move.submission.content["answers"]
    application.tier = tiering(move.new, answers).tier
    application.priority_codes = [each.code for each in priorities(move.new, answers)]
    application.changed_at = now
    starts = move.new.decision_clock.starts
    if application.clock_started_on is None and starts is ClockStart.SUBMITTED:
        # Nobody was told of a term before; it is whole from today.
        application.clock_started_on = local_day(now, move.new.calendar.timezone)
    if move.trial is not None:
        _move_trial(session, move.trial, move, now)
    record(
        session,
        actor,
        Deed.APPLICATION_MOVED,
        application,
        now=now,
        also=(move.trial,) if move.trial else (),
        before=move.old.version,
        rules=move.new.version,
        tier_before=tier_before,
        tier=application.tier,
        reason=reason.strip(),
    )
    notices.tell_moved(session, application, move.new.version, reason.strip(), now)


def _move_trial(session: Session, trial: Trial, move: queries.Move, now: datetime) -> None:
    """Keep the test's rules those of its application, with what they compute and what they add."""
    pack, content = move.new, move.submission.content
    found = tiering(pack, content["answers"])
    conditions = {each.key for each in pack.tier(found.tier).start_conditions}
    for key in sorted(conditions - queries.start_conditions_of(session, trial)):
        session.add(StartCondition(trial_id=trial.id, key=key))
    # What was asked and granted under the former rules is asked anew; passed gates keep a trace.
    entered = select(TrialStage.key).where(TrialStage.trial_id == trial.id)
    session.execute(
        delete(ApprovalTerm).where(
            ApprovalTerm.trial_id == trial.id, ApprovalTerm.stage.not_in(entered)
        )
    )
    trial.pack_version = pack.version
    trial.tier = found.tier
    trial.tiering = as_json(found)
    public = public_part(pack, content["answers"], content.get("confidential", ()))
    # Whoever answered was told what would be public then: a move hides answers, and shows none.
    # One that the former rules show later than these is hidden altogether, as if it were new.
    trial.public_summary = {
        key: public[key]
        for key in trial.public_summary
        if key in public and not is_shown_sooner(move.old, pack, key)
    }
    trial.changed_at = now


def adopt(
    session: Session, actor: Actor, noted: InstalledVersion, *, reason: str, now: datetime
) -> None:
    """Take the files on disk of a version for those under which its cases began.

    A release that changes files under a number that is in use stops their cases; whoever runs the
    platform and has compared the two answers for it here. What is the same already stays as it is.
    Raises: Denied; NotFound where that version is not installed; NotPossible(RULES_UNFIT) with the
    `cases` that have on record what these files do not know.
    """
    require(session, actor, P.PACK_UPLOAD)
    fingerprint = active.fingerprint(noted.code, noted.semver)
    if fingerprint is None:
        raise NotFound
    if fingerprint == noted.sha256:
        return
    unfit = queries.list_unfit(session, active.installed().get(noted.code, noted.semver))
    if unfit:
        raise NotPossible(Why.RULES_UNFIT, cases=unfit)
    before, noted.sha256 = noted.sha256, fingerprint
    record(
        session,
        actor,
        Deed.PACK_ADOPTED,
        noted,
        now=now,
        rules=noted.semver,
        reason=reason.strip(),
        before=before,
        fingerprint=fingerprint,
    )
    forget_choice(session)


def canonical(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files as they are kept: by name, with the line ends of this platform."""
    return {name: files[name].replace(b"\r\n", b"\n") for name in sorted(files)}


def _require_same_programme(pack: PolicyPack) -> None:
    """Refuse the rules of another programme, or of this one in another place.

    Whatever is stored already was written in the currency, the zone and the languages of the
    rules so far; a form or letter under the new ones would read it wrongly.
    """
    if pack.code != active.code():
        raise NotPossible(Why.PACK_OTHER_PROGRAMME)
    now, place = active.current(), pack.calendar
    kept = (now.calendar.country, now.calendar.timezone, now.currency, set(now.languages))
    if (place.country, place.timezone, pack.currency, set(pack.languages)) != kept:
        raise NotPossible(Why.PACK_OTHER_PLACE)


def _require_same_past(session: Session, pack: PolicyPack) -> None:
    """Refuse a version that tells a succession otherwise than it was applied.

    Old letters and the history of cases say who follows whom; the rules in force answer for it.
    Whoever applies one now is waited for, and whoever begins to later finds the rules changed.
    """
    now = active.current()
    share_authorities(session, [each.authority for each in (*now.successions, *pack.successions)])
    if not all(is_kept(now, pack, code) for code in applied_codes(session)):
        raise NotPossible(Why.PACK_OTHER_PAST)


def _require_newer(session: Session, version: str) -> None:
    """Refuse a version that does not come after the one in force."""
    if not active.is_newer(version, queries.version_in_force(session)):
        raise NotPossible(Why.PACK_NOT_NEWER)


def _is_installed(pack: PolicyPack) -> bool:
    return pack.version in active.installed().versions(pack.code)


def _is_the_installed(pack: PolicyPack, files: Mapping[str, bytes]) -> bool:
    """Tell whether these are the very files that are installed under this number."""
    found = canonical(active.installed_files(pack.code, pack.version))
    return active.digest_of(found) == active.digest_of(files)
