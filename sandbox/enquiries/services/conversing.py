"""Let an organisation and the secretariat write to each other, and an application come of it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications import services as applications
from sandbox.applications.queries import lock_organisation
from sandbox.applications.services.pinning import note_rules
from sandbox.applications.services.shared import person_of
from sandbox.domain.applications import reference
from sandbox.domain.enquiries import (
    ENQUIRY_PREFIX,
    LIFECYCLE,
    EnquiryAction,
    EnquiryKind,
    EnquiryStatus,
)
from sandbox.domain.refusals import NotPossible, Why
from sandbox.enquiries import notices, queries
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Application, Enquiry, EnquiryCounter, EnquiryMessage, Organisation
from sandbox.models.enquiries import Side
from sandbox.packs import active


def write_enquiry(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    kind: EnquiryKind,
    subject: str,
    text: str,
    activity: str,
    start_key: str,
    now: datetime,
    competences: Collection[str] = (),
) -> Enquiry:
    """Ask the secretariat something before applying; the same key asks once.

    Raises: Denied; NotPossible where the rules in force know no fast answer.
    """
    require(session, actor, P.ENQUIRY_WRITE, organisation)
    person_id = person_of(actor)
    # Somebody else's key must never lead to their enquiry.
    key = f"{person_id}:{start_key}"
    lock_organisation(session, organisation.id)
    written = queries.find_written(session, key)
    if written is not None:
        return written
    pack = active.in_force()
    if kind is EnquiryKind.FAST_ANSWER and pack.fast_answer is None:
        raise NotPossible(Why.NO_FAST_ANSWER)
    year = local_day(now, pack.calendar.timezone).year
    enquiry = Enquiry(
        reference=reference(
            ENQUIRY_PREFIX, year, applications.next_number(session, year, EnquiryCounter)
        ),
        organisation_id=organisation.id,
        pack_code=pack.code,
        pack_version=pack.version,
        kind=kind.value,
        status=EnquiryStatus.OPEN.value,
        subject=" ".join(subject.split()),
        text=text.strip(),
        activity=activity.strip(),
        competences=[each.code for each in pack.competences if each.code in competences],
        start_key=key,
        written_by_id=person_id,
        written_at=now,
        changed_at=now,
        waits_since=now,
    )
    session.add(enquiry)
    # The mapper knows of no relation to what is recorded, so the row goes first by hand.
    session.flush()
    note_rules(session, organisation, pack, now=now)
    record(
        session,
        actor,
        Deed.ENQUIRY_WRITTEN,
        enquiry,
        now=now,
        reference=enquiry.reference,
        kind=kind,
    )
    notices.written(session, enquiry, now=now)
    return enquiry


def continue_enquiry(
    session: Session, actor: Actor, enquiry: Enquiry, *, text: str, now: datetime
) -> None:
    """Add a message of the organisation, which waits for the secretariat then.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.ENQUIRY_CONTINUE, enquiry)
    enquiry = queries.lock_enquiry(session, enquiry.id)
    status = advance(enquiry, EnquiryAction.WRITE)
    if not _say(session, actor, enquiry, Side.COMPANY, text, now=now):
        return
    enquiry.status, enquiry.changed_at = status, now
    enquiry.waits_since = enquiry.waits_since or now
    record(session, actor, Deed.ENQUIRY_CONTINUED, enquiry, now=now)
    notices.continued(session, enquiry, now=now)


def answer_enquiry(
    session: Session,
    actor: Actor,
    enquiry: Enquiry,
    *,
    text: str,
    now: datetime,
    invites: bool = False,
    closes: bool = False,
) -> None:
    """Answer for the secretariat, and with it invite the organisation to apply, or close.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.ENQUIRY_HANDLE, enquiry)
    enquiry = queries.lock_enquiry(session, enquiry.id)
    status = advance(enquiry, EnquiryAction.ANSWER)
    if closes:
        status = LIFECYCLE.advance(status, EnquiryAction.CLOSE)
    if not _say(session, actor, enquiry, Side.SECRETARIAT, text, now=now):
        return
    enquiry.status, enquiry.changed_at, enquiry.waits_since = status, now, None
    record(session, actor, Deed.ENQUIRY_ANSWERED, enquiry, now=now)
    invites = invites and enquiry.invited_at is None and enquiry.became_id is None
    if invites:
        enquiry.invited_at = now
        record(session, actor, Deed.ENQUIRY_INVITED, enquiry, now=now)
    if closes:
        enquiry.closed_at = now
        record(session, actor, Deed.ENQUIRY_CLOSED, enquiry, now=now)
    notices.answered(session, enquiry, invites=invites, closes=closes, now=now)


def close_enquiry(session: Session, actor: Actor, enquiry: Enquiry, *, now: datetime) -> None:
    """End an enquiry that needs nothing more; either side may, but not over who was asked.

    Raises: Denied, TransitionRefused.
    """
    require(session, actor, P.ENQUIRY_CLOSE, enquiry)
    enquiry = queries.lock_enquiry(session, enquiry.id)
    enquiry.status = advance(enquiry, EnquiryAction.CLOSE)
    enquiry.changed_at, enquiry.closed_at, enquiry.waits_since = now, now, None
    record(session, actor, Deed.ENQUIRY_CLOSED, enquiry, now=now)
    by_company = enquiry.organisation_id in actor.member_of
    notices.closed(session, enquiry, by_company=by_company, now=now)


def start_application(
    session: Session, actor: Actor, enquiry: Enquiry, *, language: str, now: datetime
) -> Application:
    """Begin the application to which the secretariat has invited; a second click finds the first.

    The invitation stands though the enquiry is closed. The rules are those in force now, as for
    any other application. Raises: Denied; NotPossible without an invitation.
    """
    require(session, actor, P.ENQUIRY_CONTINUE, enquiry)
    enquiry = queries.lock_enquiry(session, enquiry.id)
    if enquiry.became is not None:
        return enquiry.became
    if enquiry.invited_at is None:
        raise NotPossible(Why.NOT_INVITED)
    application = applications.start_application(
        session,
        actor,
        enquiry.organisation,
        pack=active.in_force(),
        start_key=enquiry.id.hex,
        language=language,
        now=now,
    )
    enquiry.became, enquiry.changed_at = application, now
    record(session, actor, Deed.ENQUIRY_APPLIED, enquiry, now=now, case_id=application.id)
    return application


def advance(enquiry: Enquiry, action: EnquiryAction) -> EnquiryStatus:
    """Return the status that an action leads to. Raises: TransitionRefused."""
    return LIFECYCLE.advance(EnquiryStatus(enquiry.status), action)


def _say(
    session: Session, actor: Actor, enquiry: Enquiry, side: Side, text: str, *, now: datetime
) -> bool:
    """Add a message; tell whether it is new, since a button may be pressed twice."""
    words = text.strip()
    if not words:
        raise NotPossible(Why.REASON_MISSING)
    before = queries.list_messages(session, enquiry.id)
    if before and (before[-1].side, before[-1].text) == (side.value, words):
        return False
    session.add(
        EnquiryMessage(
            enquiry_id=enquiry.id,
            number=len(before) + 1,
            side=side.value,
            text=words,
            sent_by_id=person_of(actor),
            sent_at=now,
        )
    )
    return True
