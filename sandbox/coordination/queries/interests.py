"""Read whom an officer compares themselves with before declaring about conflicts of interest."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sandbox.applications.queries import find_submission
from sandbox.domain.packs import ORGANISATION_NAME, PolicyPack, QuestionKind, Text
from sandbox.models import Application, Membership, Person, Submission


@dataclass(frozen=True, slots=True)
class Parties:
    """Name who stands behind a case, and nothing else of what was sent.

    Shape: `named` are the organisations of the answers, each with the question that it answers;
    `withheld` counts those whose answer was marked as confidential.
    """

    company: str
    tax_number: str | None
    people: tuple[str, ...]
    named: tuple[tuple[Text, str], ...]
    withheld: int


def list_parties(session: Session, application: Application, pack: PolicyPack) -> Parties:
    """List the company, who acts or has sent something for it, and whom the answers name."""
    of_company = select(Membership.person_id).where(
        Membership.organisation_id == application.organisation_id
    )
    senders = select(Submission.submitted_by_id).where(Submission.application_id == application.id)
    people = session.scalars(
        select(Person.name)
        .where(or_(Person.id.in_(of_company), Person.id.in_(senders)))
        .order_by(Person.name)
    )
    submission = find_submission(session, application.id)
    content = {} if submission is None else submission.content
    answered = [
        (question, content["answers"][question.key][0][ORGANISATION_NAME])
        for question in pack.questions.values()
        if question.kind is QuestionKind.ORGANISATION
        and content.get("answers", {}).get(question.key)
    ]
    open_ones = [pair for pair in answered if pair[0].key not in content["confidential"]]
    return Parties(
        company=application.organisation.name,
        tax_number=application.organisation.tax_id,
        people=tuple(people),
        named=tuple((question.label, name) for question, name in open_ones),
        withheld=len(answered) - len(open_ones),
    )
