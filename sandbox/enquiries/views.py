"""Serve the pages on which enquiries are written, answered and led on to an application."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import conceivable, grants
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications.queries import get_organisation, list_organisations
from sandbox.authorities.queries import applied_codes, list_in_force
from sandbox.domain.calendar import BusinessCalendar, ClockReading, suspensions_of
from sandbox.domain.enquiries import (
    LIFECYCLE,
    EnquiryAction,
    EnquiryKind,
    EnquiryStatus,
    RuleAnswer,
    propose_addressed,
    read_term,
)
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.enquiries import forms, queries, services
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import current_language
from sandbox.models import Enquiry, FastAnswer
from sandbox.packs import active

bp = Blueprint("enquiries", __name__, url_prefix="/enquiries")

_GRANTS = (
    P.ENQUIRY_CONTINUE,
    P.ENQUIRY_HANDLE,
    P.ENQUIRY_CLOSE,
    P.FAST_ANSWER_GIVE,
)

# --- reading -------------------------------------------------------------------------------------


@bp.get("")
@needs(P.ENQUIRY_READ)
def index() -> ResponseReturnValue:
    """List one's own enquiries, or those that one answers."""
    session, actor = db.session(), current_actor()
    chosen = request.args.get("status")
    status = chosen if chosen in set(EnquiryStatus) else None
    after = request.args.get("after")
    return render_template(
        "enquiries/index.html",
        page=queries.list_enquiries(session, actor, status=status, after=after),
        status=status,
        statuses=list(EnquiryStatus),
        may_write=conceivable(actor, P.ENQUIRY_WRITE),
    )


@bp.get("/<uuid:enquiry_id>")
@needs(P.ENQUIRY_READ)
def show(enquiry_id: UUID) -> ResponseReturnValue:
    """Show an enquiry with its messages and the answers of the authorities."""
    return _enquiry_page(_found(enquiry_id), forms.MessageForm())


def _found(enquiry_id: UUID, permission: P = P.ENQUIRY_READ) -> Enquiry:
    return queries.get_enquiry(db.session(), current_actor(), enquiry_id, permission)


def _rules_of(enquiry: Enquiry) -> PolicyPack:
    """Return the rules of an enquiry, or those whose words the pages use where they are lost."""
    return active.find_pack_of(enquiry) or active.current()


def _today(pack: PolicyPack) -> date:
    return local_day(utc_now(), pack.calendar.timezone)


def _enquiry_page(enquiry: Enquiry, form: forms.MessageForm) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    pack, status = _rules_of(enquiry), EnquiryStatus(enquiry.status)
    answers = queries.list_answers(session, enquiry.id)
    return render_template(
        "enquiries/show.html",
        enquiry=enquiry,
        form=form,
        fast_answer=pack.fast_answer,
        matters=_matters(pack, enquiry.competences),
        messages=queries.list_messages(session, enquiry.id),
        answers=answers,
        to_answer=_to_answer(answers),
        terms=_terms(enquiry, answers),
        pack=pack,
        case=queries.find_case(session, actor, enquiry.became_id),
        history=queries.list_history(session, enquiry.id),
        granted=grants(session, actor, _GRANTS, enquiry),
        possible=LIFECYCLE.possible(status),
    ), 422 if form.is_submitted() else 200


def _matters(pack: PolicyPack, codes: list[str]) -> list[str]:
    """Name matters in the reader's language; those that the rules no longer know by their code."""
    names = {each.code: each.name.in_(current_language()) for each in pack.competences}
    return [names.get(code, code) for code in codes]


def _terms(enquiry: Enquiry, answers: Iterable[FastAnswer]) -> dict[UUID, ClockReading]:
    """Read the terms that still run, so that the page can say why they end on their day."""
    pack = active.find_pack_of(enquiry)
    if pack is None or pack.fast_answer is None:
        return {}
    spec, calendar = pack.fast_answer, BusinessCalendar.from_spec(pack.calendar)
    found = {
        each.id: read_term(
            spec,
            calendar,
            each.asked_on,
            _today(pack),
            suspensions_of(pack, each.authority.code),
        )
        for each in answers
        if each.answered_at is None and each.silent_at is None and each.ended_at is None
    }
    return {key: reading for key, reading in found.items() if not reading.is_overdue}


def _to_answer(answers: Any) -> list[FastAnswer]:
    """List what the actor can still answer, after the term too."""
    mine = current_actor().officer_of
    return [
        each
        for each in answers
        if each.authority_id in mine and each.answered_at is None and each.ended_at is None
    ]


# --- the organisation ----------------------------------------------------------------------------


@bp.route("/new", methods=["GET", "POST"])
@needs(P.ENQUIRY_WRITE)
def new() -> ResponseReturnValue:
    """Write an enquiry for one of one's organisations."""
    session, pack, form = db.session(), active.current(), forms.EnquiryForm()
    organisations = [
        (str(row.id), row.name) for row in list_organisations(session, current_actor())
    ]
    form.offer(organisations, pack, current_language())
    key = f"{current_actor().person_id}:{form.start_key.data}"
    if form.validate_on_submit() and form.is_new(queries.find_written(session, key)):
        return redirect(url_for(".show", enquiry_id=_written(form)), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("enquiries/new.html", form=form, fast_answer=pack.fast_answer), status


def _written(form: forms.EnquiryForm) -> UUID:
    session, actor = db.session(), current_actor()
    organisation = get_organisation(session, actor, UUID(form.organisation_id.data))
    with unit_of_work(session):
        enquiry = services.write_enquiry(
            session,
            actor,
            organisation,
            kind=EnquiryKind(form.kind.data),
            subject=form.subject.data,
            text=form.text.data,
            activity=form.activity.data,
            competences=form.competences.data or (),
            start_key=form.start_key.data,
            now=utc_now(),
        )
        flash(_("Your enquiry is sent. Its number is %(number)s.", number=enquiry.reference))
        return enquiry.id


@bp.post("/<uuid:enquiry_id>/reply")
@needs(P.ENQUIRY_CONTINUE)
def reply(enquiry_id: UUID) -> ResponseReturnValue:
    """Take one more message of the organisation."""
    session, actor, form = db.session(), current_actor(), forms.MessageForm()
    enquiry = _found(enquiry_id, P.ENQUIRY_CONTINUE)
    if not form.validate_on_submit():
        return _enquiry_page(enquiry, form)
    with unit_of_work(session):
        services.continue_enquiry(session, actor, enquiry, text=form.text.data, now=utc_now())
    flash(_("Your message is sent."), "success")
    return redirect(url_for(".show", enquiry_id=enquiry_id), 303)


@bp.post("/<uuid:enquiry_id>/apply")
@needs(P.ENQUIRY_CONTINUE)
def apply(enquiry_id: UUID) -> ResponseReturnValue:
    """Begin the application to which the secretariat has invited."""
    session, actor = db.session(), current_actor()
    enquiry = _found(enquiry_id, P.ENQUIRY_CONTINUE)
    with unit_of_work(session):
        application = services.start_application(
            session, actor, enquiry, language=current_language(), now=utc_now()
        )
        application_id = application.id
    return redirect(url_for("applications.show", application_id=application_id), 303)


@bp.post("/<uuid:enquiry_id>/close")
@needs(P.ENQUIRY_CLOSE)
def close(enquiry_id: UUID) -> ResponseReturnValue:
    """Close an enquiry that needs nothing more."""
    session, actor = db.session(), current_actor()
    enquiry = _found(enquiry_id, P.ENQUIRY_CLOSE)
    with unit_of_work(session):
        services.close_enquiry(session, actor, enquiry, now=utc_now())
    flash(_("The enquiry is closed."), "success")
    return redirect(url_for(".show", enquiry_id=enquiry_id), 303)


# --- the secretariat -----------------------------------------------------------------------------


@bp.route("/<uuid:enquiry_id>/answer", methods=["GET", "POST"])
@needs(P.ENQUIRY_HANDLE)
def answer(enquiry_id: UUID) -> ResponseReturnValue:
    """Answer an enquiry for the secretariat."""
    form, enquiry = forms.AnswerForm(), _found(enquiry_id, P.ENQUIRY_HANDLE)
    status = EnquiryStatus(enquiry.status)
    after = LIFECYCLE.advance(status, EnquiryAction.ANSWER)
    form.offer(
        may_invite=enquiry.invited_at is None and enquiry.became_id is None,
        may_close=LIFECYCLE.allows(after, EnquiryAction.CLOSE),
    )
    if not form.validate_on_submit():
        return _form_page("answer", enquiry, form)
    _answer(enquiry, form)
    flash(_("The answer is sent."), "success")
    return redirect(url_for(".show", enquiry_id=enquiry_id), 303)


def _answer(enquiry: Enquiry, form: forms.AnswerForm) -> None:
    session = db.session()
    with unit_of_work(session):
        services.answer_enquiry(
            session,
            current_actor(),
            enquiry,
            text=form.text.data,
            invites=form.then.data == forms.INVITE,
            closes=form.then.data == forms.CLOSE,
            now=utc_now(),
        )


def _form_page(name: str, enquiry: Enquiry, form: Any, **values: Any) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    pack = _rules_of(enquiry)
    values |= {"matters": _matters(pack, enquiry.competences), "fast_answer": pack.fast_answer}
    page = f"enquiries/{name}.html"
    return render_template(page, enquiry=enquiry, form=form, **values), status


@bp.route("/<uuid:enquiry_id>/authorities", methods=["GET", "POST"])
@needs(P.ENQUIRY_HANDLE)
def authorities(enquiry_id: UUID) -> ResponseReturnValue:
    """Choose who is asked whether any rule applies, as proposed or otherwise."""
    session, actor = db.session(), current_actor()
    enquiry = _found(enquiry_id, P.ENQUIRY_HANDLE)
    LIFECYCLE.advance(EnquiryStatus(enquiry.status), EnquiryAction.ASK)
    form = _ask_form(enquiry)
    if not form.validate_on_submit():
        return _form_page("authorities", enquiry, form)
    chosen = form.authorities.data
    with unit_of_work(session):
        services.ask_authorities(session, actor, enquiry, authorities=chosen, now=utc_now())
    flash(_("The authorities have been asked."), "success")
    return redirect(url_for(".show", enquiry_id=enquiry_id), 303)


def _ask_form(enquiry: Enquiry) -> forms.AskForm:
    """Offer the authorities in force that were not asked, with what each is competent for.

    Raises: NotPossible for an enquiry of another kind.
    """
    session, pack = db.session(), active.pack_of(enquiry)
    if enquiry.kind != EnquiryKind.FAST_ANSWER:
        raise NotPossible(Why.NO_FAST_ANSWER)
    today, language = _today(pack), current_language()
    proposed = propose_addressed(pack, enquiry.competences, today, applied_codes(session))
    form = forms.AskForm(data={"authorities": [each.authority for each in proposed]})
    asked = {each.authority.code for each in queries.list_answers(session, enquiry.id)}
    form.authorities.choices = [
        (
            each.code,
            f"{each.code} – {each.name.in_(language)}",
            {"hint": ", ".join(_matters(pack, list(each.competences)))},
        )
        for each in list_in_force(session, pack, today)
        if each.code not in asked
    ]
    return form


# --- the authorities -----------------------------------------------------------------------------


@bp.route("/<uuid:enquiry_id>/fast-answer", methods=["GET", "POST"])
@needs(P.FAST_ANSWER_GIVE)
def fast_answer(enquiry_id: UUID) -> ResponseReturnValue:
    """Say for one's authority whether any rule applies."""
    form, enquiry = forms.FastAnswerForm(), _found(enquiry_id, P.FAST_ANSWER_GIVE)
    LIFECYCLE.advance(EnquiryStatus(enquiry.status), EnquiryAction.WRITE)
    open_ones = _to_answer(queries.list_answers(db.session(), enquiry_id))
    if not open_ones:
        raise NotPossible(Why.ALREADY_DONE)
    form.offer((str(each.authority_id), each.authority.code) for each in open_ones)
    if not form.validate_on_submit():
        return _form_page("fast_answer", enquiry, form, asked=open_ones)
    _give(enquiry, form)
    flash(_("The answer of your authority is sent."), "success")
    return redirect(url_for(".show", enquiry_id=enquiry_id), 303)


def _give(enquiry: Enquiry, form: forms.FastAnswerForm) -> None:
    session = db.session()
    with unit_of_work(session):
        services.give_fast_answer(
            session,
            current_actor(),
            enquiry,
            answer=RuleAnswer(form.answer.data),
            provision=form.provision.data or "",
            text=form.text.data,
            authority_id=UUID(form.authority_id.data),
            now=utc_now(),
        )
