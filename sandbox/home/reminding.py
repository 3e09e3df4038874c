"""Remind people of what they have to do, and tell once a day what can wait."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.accounts.queries import actor_of
from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.reminders import is_to_be_told
from sandbox.home.queries import DIGEST, list_open_cases
from sandbox.home.tasks import list_tasks
from sandbox.kernel.clock import local_day
from sandbox.kernel.mail import MailState, OutboxMail, list_held, post_to, render_mail
from sandbox.kernel.tasks import Task
from sandbox.models import Person
from sandbox.models.people import MailRhythm
from sandbox.packs import active

REMINDER = "home/reminder"
MOST_TOLD = 25

CAN_WAIT = frozenset(
    {
        "applications/arrived",
        "applications/information_answered",
        "applications/resubmitted",
        "coordination/authority_ended",
        "coordination/succeeded",
        "enquiries/arrived",
        "enquiries/closed",
        "enquiries/continued",
        "outcomes/published",
        "programme/in_force",
        "programme/moved",
        "programme/uploaded",
        "trials/final_report",
        "trials/incident_answered",
        "trials/incident_closed",
        "trials/incident_completed",
        "trials/plan_agreed",
        "trials/report_accepted",
        "trials/report_submitted",
        "trials/stage_entered",
    }
)
"""What begins no term of the reader, stops nothing and decides nothing; the rest never waits."""


def holds(session: Session, mail: OutboxMail) -> bool:
    """Tell whether a mail waits for the digest of whoever it goes to."""
    if mail.template not in CAN_WAIT or mail.person_id is None:
        return False
    rhythm = session.scalar(select(Person.mail_rhythm).where(Person.id == mail.person_id))
    return rhythm == MailRhythm.DAILY


def list_people_to_remind(session: Session) -> Sequence[UUID]:
    """List everybody who has an account in use and has not asked to be left alone."""
    return session.scalars(
        select(Person.id)
        .where(Person.active, Person.confirmed_at.is_not(None), Person.wants_reminders)
        .order_by(Person.id)
    ).all()


def remind(session: Session, person: Person, *, now: datetime) -> bool:
    """Write to a person whose terms have come nearer since the last reminder; tell whether.

    What they have to do is what My tasks shows them now, so nobody is reminded of a case that is
    closed to them.
    """
    pack = active.current()
    calendar = BusinessCalendar.from_spec(pack.calendar)
    today = local_day(now, pack.calendar.timezone)
    if not (person.active and person.wants_reminders and calendar.is_business_day(today)):
        return False
    last = session.scalar(
        select(func.max(OutboxMail.created_at)).where(
            OutboxMail.person_id == person.id, OutboxMail.template == REMINDER
        )
    )
    told_on = local_day(last, pack.calendar.timezone) if last else None
    found = [
        task
        for task in list_tasks(session, actor_of(session, person), now).tasks
        if task.due_on is not None and is_to_be_told(calendar, task.due_on, today, told_on)
    ]
    if not found:
        return False
    overdue = sum(task.due_on is not None and task.due_on < today for task in found)
    lines = "\n".join(map(_line, found[:MOST_TOLD]))
    post_to(session, person, REMINDER, now, tasks=lines, number=len(found), overdue=overdue)
    return True


def digest(session: Session, person: Person, *, now: datetime) -> int:
    """Send what waited for a person as one mail; return how many messages it holds.

    Each of them stands in the inbox as it was written, so the digest itself does not.
    """
    held = list_held(session, person.id)
    if not held:
        return 0
    told = _open_to(session, person, held) if person.active else []
    subjects = [render_mail(mail, person.language).subject for mail in told]
    if subjects:
        post_to(session, person, DIGEST, now, subjects="\n".join(subjects), number=len(told))
    for mail in held:
        mail.state = MailState.SENT.value
        mail.sent_at = now
    return len(told)


def _open_to(session: Session, person: Person, held: Sequence[OutboxMail]) -> list[OutboxMail]:
    """Keep of the mails those whose case is still open to the person, as the inbox does."""
    actor = actor_of(session, person)
    cases = {mail.application_id for mail in held} - {None}
    found = {None, *list_open_cases(session, actor, cases)}
    return [mail for mail in held if mail.application_id in found]


def _line(task: Task) -> str:
    # Told by reference alone: titles would outlive a recusal in the inbox.
    return "\t".join((task.kind, task.reference, task.due_on.isoformat() if task.due_on else ""))
