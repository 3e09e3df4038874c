"""Post what people are told about a case."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sandbox.applications.queries import Reader
from sandbox.kernel.mail import post_to
from sandbox.models import (
    Application,
)


def tell(
    session: Session,
    person: Reader,
    template: str,
    application: Application,
    now: datetime,
    **params: Any,
) -> None:
    """Post one notice about a case; `params` are what its template says beside the name."""
    post_to(
        session,
        person,
        f"coordination/{template}",
        now,
        application_id=application.id,
        reference=application.reference or "",
        title=application.title,
        **params,
    )
