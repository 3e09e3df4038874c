"""Serve what a company is told before it is decided, and let it answer."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import NotFound
from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.coordination import forms, preliminary, queries, services
from sandbox.coordination.views.shared import Case, bp, case_of, done, page
from sandbox.domain.applications import LIFECYCLE, ApplicationAction, ApplicationStatus
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import content_disposition
from sandbox.kernel.language import current_language
from sandbox.models import PreliminaryResult
from sandbox.packs import active


@bp.get("/preliminary/<int(max=999999):number>")
@needs(P.APPLICATION_READ_ANSWERS)
def preliminary_result(application_id: UUID, number: int) -> ResponseReturnValue:
    """Show a preliminary result, and what came of it, to everybody who may read the case."""
    case, result, pack = _announced(application_id, number)
    return render_template(
        "coordination/preliminary.html",
        application=case.application,
        result=result,
        words=preliminary.preliminary_words(pack, result, current_language()),
        fingerprint=preliminary.preliminary_hash(case.application, result),
    )


@bp.get("/preliminary/<int(max=999999):number>.pdf")
@needs(P.APPLICATION_READ_ANSWERS)
def preliminary_letter(application_id: UUID, number: int) -> ResponseReturnValue:
    """Hand over the letter of a preliminary result."""
    case, result, pack = _announced(application_id, number)
    head = queries.get_letterhead(case.session, application_id)
    document = preliminary.preliminary_pdf(pack, case.application, result, head)
    parts = (str(case.application.reference), _("preliminary-result"), str(number))
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": content_disposition("-".join(parts) + ".pdf"),
    }
    return document, 200, headers


@bp.route("/preliminary/answer", methods=["GET", "POST"])
@needs(P.PRELIMINARY_ANSWER)
def preliminary_answer(application_id: UUID) -> ResponseReturnValue:
    """Ask the company what it says to what was announced."""
    case, form = case_of(application_id, P.PRELIMINARY_ANSWER), forms.PreliminaryAnswerForm()
    result = _answerable(case)
    if not form.validate_on_submit():
        pack = active.pack_then(case.application, result.pack_version)
        words = preliminary.preliminary_words(pack, result, current_language())
        return page("preliminary_answer", case, form, result=result, words=words)
    with unit_of_work(case.session):
        services.answer_preliminary(*case[:3], **form.given, now=utc_now())
    return done(case, _("Your answer is sent. The authorities read it before they decide."))


def _announced(application_id: UUID, number: int) -> tuple[Case, PreliminaryResult, PolicyPack]:
    """Load what was announced, with the rules under which it was. Raises: NotFound."""
    case = case_of(application_id, P.APPLICATION_READ_ANSWERS)
    result = queries.get_preliminary_result(case.session, application_id, number)
    return case, result, active.pack_then(case.application, result.pack_version)


def _answerable(case: Case) -> PreliminaryResult:
    """Return what can be answered. Raises: TransitionRefused where it is too late, NotFound."""
    found = queries.find_answerable(case.session, case.application)
    if found is None:
        status = ApplicationStatus(case.application.status)
        LIFECYCLE.advance(status, ApplicationAction.ANSWER_PRELIMINARY)
        raise NotFound(application_id=case.application.id)
    return found
