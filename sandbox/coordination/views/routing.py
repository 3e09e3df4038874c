"""Serve the pages on which authorities are proposed, asked and replaced."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.applications.queries import list_closed
from sandbox.coordination import forms, queries, sentences, services
from sandbox.coordination.actions import CoordinationAction, make_sure_assignable, make_sure_open
from sandbox.coordination.views.shared import (
    Case,
    bp,
    case_of,
    done,
    left,
    page,
    today_of,
)
from sandbox.domain.routing import Routing
from sandbox.domain.veiling import veil_routing
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.forms import PlatformForm
from sandbox.kernel.language import current_language
from sandbox.models import AuthorityAssignment
from sandbox.models.coordination import STANDING


@bp.get("/routing")
@needs(P.APPLICATION_ASSIGN)
def routing(application_id: UUID) -> ResponseReturnValue:
    """Show which authorities the pack proposes, with the reasons in words."""
    case = case_of(application_id, P.APPLICATION_ASSIGN)
    make_sure_assignable(case.application, case.pack)
    return page("routing", case, PlatformForm(), **_routing_words(case))


@bp.post("/routing/confirm")
@needs(P.APPLICATION_ASSIGN)
def confirm_routing(application_id: UUID) -> ResponseReturnValue:
    """Ask the proposed authorities to take the case."""
    case = case_of(application_id, P.APPLICATION_ASSIGN)
    make_sure_assignable(case.application, case.pack)
    proposal = _proposal(case)
    if proposal.lead is None:
        return redirect(url_for(".change_routing", application_id=application_id), 303)
    return _assign(case, proposal.lead, proposal.associates, "")


@bp.route("/routing/change", methods=["GET", "POST"])
@needs(P.APPLICATION_ASSIGN)
def change_routing(application_id: UUID) -> ResponseReturnValue:
    """Let the secretariat choose other authorities, with a reason."""
    case = case_of(application_id, P.APPLICATION_ASSIGN)
    make_sure_assignable(case.application, case.pack)
    form = forms.RoutingForm(_choices(case), _proposal(case))
    if not form.validate_on_submit():
        return page("change_routing", case, form)
    return _assign(case, form.lead.data, form.associates.data or (), form.reason.data or "")


def _assign(case: Case, lead: str, associates: Any, reason: str) -> ResponseReturnValue:
    with unit_of_work(case.session):
        services.assign(
            case.session,
            case.actor,
            case.application,
            lead=lead,
            associates=associates,
            reason=reason,
            now=utc_now(),
        )
    return done(case, _("The authorities have been asked to take the case."))


@bp.route("/routing/replacement", methods=["GET", "POST"])
@needs(P.APPLICATION_ASSIGN)
def replacement(application_id: UUID) -> ResponseReturnValue:
    """Let the secretariat ask another authority in place of one that declined."""
    case = case_of(application_id, P.APPLICATION_ASSIGN)
    make_sure_open(case.application, CoordinationAction.REPLACE_AUTHORITY)
    declined = queries.list_declined(case.session, application_id)
    form = forms.ReplacementForm([_named(case, each) for each in declined], _choices(case))
    if not form.validate_on_submit():
        return page("replacement", case, form, declined=declined)
    with unit_of_work(case.session):
        services.replace_authority(
            *case[:3],
            declined=form.declined.data,
            replacement=form.replacement.data,
            reason=form.reason.data,
            now=utc_now(),
        )
    return done(case, _("The authority has been asked to take the case."))


@bp.route("/routing/associate", methods=["GET", "POST"])
@needs(P.APPLICATION_ASSIGN)
def associate(application_id: UUID) -> ResponseReturnValue:
    """Let the secretariat ask one more authority while the review goes on."""
    case = case_of(application_id, P.APPLICATION_ASSIGN)
    make_sure_open(case.application, CoordinationAction.CHANGE_ASSOCIATES)
    places = queries.list_assignments(case.session, application_id)
    standing = {each.authority.code for each in places if each.state in STANDING}
    choices = [each for each in _choices(case) if each[0] not in standing]
    form = forms.AssociateForm(choices)
    if not form.validate_on_submit():
        return page("associate", case, form, choices=choices)
    typed = {"authority": form.authority.data, "reason": form.reason.data}
    with unit_of_work(case.session):
        services.add_associate(*case[:3], **typed, now=utc_now())
    return done(case, _("The authority has been asked to take the case."))


@bp.route("/routing/release", methods=["GET", "POST"])
@needs(P.APPLICATION_ASSIGN)
def release(application_id: UUID) -> ResponseReturnValue:
    """Let the secretariat take an associate that has not spoken off the case."""
    case = case_of(application_id, P.APPLICATION_ASSIGN)
    make_sure_open(case.application, CoordinationAction.CHANGE_ASSOCIATES)
    silent = queries.list_releasable(case.session, application_id)
    choices = [_named(case, each) for each in silent]
    form = forms.AssociateForm(choices)
    if not form.validate_on_submit():
        return page("release", case, form, choices=choices)
    typed = {"authority": form.authority.data, "reason": form.reason.data}
    with unit_of_work(case.session):
        services.release_associate(*case[:3], **typed, now=utc_now())
    return done(case, _("The authority is off the case and has been told."))


@bp.post("/receipt")
@needs(P.RECEIPT_CONFIRM)
def receipt(application_id: UUID) -> ResponseReturnValue:
    """Let somebody of an authority confirm that it received the case."""
    case = case_of(application_id, P.RECEIPT_CONFIRM)
    with unit_of_work(case.session):
        services.confirm_receipt(*case[:3], now=utc_now())
    return done(case, _("The receipt is on record."))


@bp.route("/assignment", methods=["GET", "POST"])
@needs(P.ASSIGNMENT_ANSWER)
def assignment(application_id: UUID) -> ResponseReturnValue:
    """Ask a head whether the authority takes the case."""
    case, form = case_of(application_id, P.ASSIGNMENT_ANSWER), forms.AssignmentForm()
    place = services.get_to_answer(case.session, case.actor, case.application)
    if not form.validate_on_submit():
        return page("assignment", case, form, place=place, touched=_touched(case, place))
    with unit_of_work(case.session):
        if form.answer.data == "accept":
            services.accept_assignment(*case[:3], now=utc_now())
        else:
            services.decline_assignment(*case[:3], reason=form.reason.data, now=utc_now())
    if form.answer.data == "accept":
        return done(case, _("Your authority takes the case. Name its officer next."))
    return left(_("Your authority does not take the case. The secretariat has been told."))


def _proposal(case: Case) -> Routing:
    return queries.routing_of(case.session, case.application, case.pack, today_of(case))


def _choices(case: Case) -> list[forms.Choice]:
    existing = queries.list_in_force(case.session, case.pack, today_of(case))
    loads = queries.map_loads(case.session, [each.code for each in existing], utc_now())
    return forms.authority_choices(existing, current_language(), loads)


def _named(case: Case, place: AuthorityAssignment) -> tuple[str, str]:
    code = place.authority.code
    return code, f"{code} – {sentences.authority_name(case.pack, code, current_language())}"


def _routing_words(case: Case) -> dict[str, Any]:
    proposal, language = _proposal(case), current_language()
    closed = list_closed(case.session, case.actor, case.application)
    ranked = [proposal.lead, *proposal.associates] if proposal.lead else []
    loads = queries.map_loads(case.session, ranked, utc_now())
    return {
        "loads": {code: sentences.load_sentence(load) for code, load in loads.items()},
        "proposal": proposal,
        "ranked": [case.pack.authority(code) for code in ranked],
        "reasons": {
            code: [
                sentences.routing_sentence(case.pack, reason, language)
                for reason in veil_routing(proposal.reasons, closed)
                if reason.authority == code
            ]
            for code in ranked
        },
    }


def _touched(case: Case, place: AuthorityAssignment) -> list[str]:
    """Name the competences for which an authority is asked; the answers come after declaring."""
    codes = dict.fromkeys(
        reason.competence
        for reason in _proposal(case).reasons
        if reason.authority == place.authority.code
    )
    return [case.pack.competence(code).name.in_(current_language()) for code in codes]
