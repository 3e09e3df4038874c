"""Tell of authorities that end, and of cases that pass on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import Reader
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.domain.packs import SuccessionSpec
from sandbox.domain.succession import Passage
from sandbox.kernel.mail import post_to
from sandbox.models import (
    Application,
)


def case_succeeded(
    session: Session,
    application: Application,
    people: Iterable[Reader],
    *,
    succession: SuccessionSpec,
    passages: Sequence[Passage],
    now: datetime,
) -> None:
    """Tell the company who works on its case from now on, and under which rule."""
    for person in people:
        tell(
            session,
            person,
            "succeeded",
            application,
            now,
            authority=succession.authority,
            successors=", ".join(each.authority for each in passages),
            rule=succession.open_cases,
        )


def authority_ended(
    session: Session,
    succession: SuccessionSpec,
    ids: Mapping[str, UUID],
    moved: int,
    now: datetime,
) -> None:
    """Tell the people of all authorities concerned, and the secretariat, once for all cases."""
    successors = [each.code for each in succession.successors]
    heirs = [ids[code] for code in successors]
    stranded = queries.count_stranded(session, heirs)
    for person in queries.list_concerned(session, ids[succession.authority], heirs):
        post_to(
            session,
            person,
            "coordination/authority_ended",
            now,
            authority=succession.authority,
            successors=", ".join(successors),
            rule=succession.open_cases,
            provision=succession.provision,
            moved=moved,
            stranded=stranded,
        )
