"""The figures of the start page count what they say."""

from flask import Flask
from sqlalchemy.orm import Session

from sandbox.applications import services
from sandbox.kernel.db import unit_of_work
from sandbox.register.queries import count_figures
from tests.factories import NOW, make_company, make_draft, make_submitted


def test_only_what_was_sent_was_received(app: Flask, session: Session) -> None:
    organisation, company = make_company(session)
    make_draft(session, organisation, company)
    never_sent = make_draft(session, organisation, company)
    make_submitted(session, organisation, company)
    sent = make_submitted(session, organisation, company)
    for application in (never_sent, sent):
        with unit_of_work(session):
            services.withdraw(session, company, application, reason="Ya no.", now=NOW)
    assert count_figures(session).applications == 2
    session.rollback()
