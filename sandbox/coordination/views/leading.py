"""Serve the pages on which the lead of a case passes from one authority to another."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.coordination import forms, queries, sentences, services
from sandbox.coordination.views.shared import Case, bp, case_of, done, page
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.language import current_language
from sandbox.models.coordination import AssignmentRole, AssignmentState


@bp.route("/lead/offer", methods=["GET", "POST"])
@needs(P.LEAD_OFFER)
def lead_offer(application_id: UUID) -> ResponseReturnValue:
    """Let the head of the lead offer it to another authority on the case."""
    case = case_of(application_id, P.LEAD_OFFER)
    services.make_sure_of_work(case.session, case.application)
    offer = queries.find_open_offer(case.session, application_id)
    choices = _others(case)
    form = forms.LeadOfferForm(choices)
    if not form.validate_on_submit():
        return page("lead_offer", case, form, offer=offer, others=choices)
    typed = {"to": form.authority.data, "reason": form.reason.data}
    with unit_of_work(case.session):
        services.offer_lead(*case[:3], **typed, now=utc_now())
    return done(case, _("The lead is offered. Your authority leads until the answer is there."))


@bp.post("/lead/offer/withdraw")
@needs(P.LEAD_OFFER)
def withdraw_lead_offer(application_id: UUID) -> ResponseReturnValue:
    """Let the head of the lead take the offer back."""
    case = case_of(application_id, P.LEAD_OFFER)
    with unit_of_work(case.session):
        services.withdraw_offer(*case[:3], now=utc_now())
    return done(case, _("The offer is withdrawn. Your authority keeps the lead."))


@bp.route("/lead/answer", methods=["GET", "POST"])
@needs(P.LEAD_ANSWER)
def lead_answer(application_id: UUID) -> ResponseReturnValue:
    """Ask a head whether the authority takes over the lead."""
    case, form = case_of(application_id, P.LEAD_ANSWER), forms.LeadAnswerForm()
    services.make_sure_of_work(case.session, case.application)
    if not form.validate_on_submit():
        offer = queries.find_offer_to(case.session, application_id, case.actor.head_of)
        return page("lead_answer", case, form, offer=offer)
    with unit_of_work(case.session):
        if form.answer.data == "accept":
            services.accept_lead(*case[:3], now=utc_now())
        else:
            services.decline_lead(*case[:3], reason=form.reason.data, now=utc_now())
    if form.answer.data == "accept":
        return done(case, _("Your authority leads the case now."))
    return done(case, _("The lead stays where it is. The authority that leads has been told."))


def _others(case: Case) -> list[forms.Choice]:
    """Offer the authorities that have taken the case and do not lead it."""
    places = queries.list_assignments(case.session, case.application.id)
    codes = [
        each.authority.code
        for each in places
        if each.state == AssignmentState.ACCEPTED and each.role == AssignmentRole.ASSOCIATE
    ]
    language = current_language()
    loads = queries.map_loads(case.session, codes, utc_now())
    return [
        (
            code,
            f"{code} – {sentences.authority_name(case.pack, code, language)}",
            {"hint": sentences.load_sentence(loads[code])},
        )
        for code in codes
    ]
