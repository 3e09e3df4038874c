"""Serve the pages on which officers are named and declare their interests."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.coordination import forms, queries, services
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.coordination.views.shared import bp, case_of, done, left, page, place_of
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work


@bp.route("/officer", methods=["GET", "POST"])
@needs(P.OFFICER_NAME)
def officer(application_id: UUID) -> ResponseReturnValue:
    """Let a head name who works on the case for the authority."""
    case = case_of(application_id, P.OFFICER_NAME)
    make_sure_open(case.application, CoordinationAction.NAME_OFFICER)
    place = place_of(case, case.actor.head_of)
    candidates = queries.list_candidates(case.session, application_id, place.authority_id)
    named = queries.find_named(case.session, application_id, place.authority_id)
    loads = queries.map_officer_loads(
        case.session, place.authority_id, [each.id for each in candidates], utc_now()
    )
    form = forms.OfficerForm(candidates, named.person_id if named else None, loads)
    if not form.validate_on_submit():
        return page("officer", case, form, place=place, candidates=candidates)
    with unit_of_work(case.session):
        services.name_officer(*case[:3], person_id=UUID(form.person.data), now=utc_now())
    return done(case, _("The officer is named and has been told."))


@bp.route("/conflict", methods=["GET", "POST"])
@needs(P.CONFLICT_DECLARE)
def conflict(application_id: UUID) -> ResponseReturnValue:
    """Ask an officer about conflicts of interest, before the case opens and whenever one arises."""
    case, form = case_of(application_id, P.APPLICATION_READ), forms.ConflictForm()
    if not form.validate_on_submit():
        before = queries.find_declaration(case.session, case.actor, application_id)
        parties = queries.list_parties(case.session, case.application, case.pack)
        return page("conflict", case, form, parties=parties, has_declared=before is not None)
    has_conflict = form.answer.data == "conflict"
    typed = {"has_conflict": has_conflict, "explanation": form.explanation.data or ""}
    with unit_of_work(case.session):
        services.declare_conflict(*case[:3], **typed, now=utc_now())
    if has_conflict:
        return left(_("Thank you for saying so. The case is now closed to you."))
    return done(case, _("Thank you. The case is open to you."))
