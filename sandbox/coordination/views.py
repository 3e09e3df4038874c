"""Serve the pages on which authorities and the secretariat share a case."""

from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications.queries import list_submissions
from sandbox.applications.services import request_information
from sandbox.coordination import forms, letters, queries, sentences, services
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.domain.applications import LIFECYCLE, ApplicationAction, ApplicationStatus
from sandbox.domain.deliberation import GroundKind
from sandbox.domain.packs import PolicyPack
from sandbox.domain.routing import Routing, exists
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.files import content_disposition
from sandbox.kernel.forms import PlatformForm
from sandbox.kernel.language import current_language
from sandbox.models import Application, AuthorityAssignment, Decision
from sandbox.packs import active

bp = Blueprint("coordination", __name__, url_prefix="/cases/<uuid:application_id>")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """Give templates the words of this slice; the page of a case shows its panel."""
    return {"coordination_words": sentences}


class Case(NamedTuple):
    """Hold what every page of a case begins with."""

    session: Session
    actor: Actor
    application: Application
    pack: PolicyPack


# --- which authorities ---------------------------------------------------------------------------


@bp.get("/routing")
@needs(P.APPLICATION_ASSIGN)
def routing(application_id: UUID) -> ResponseReturnValue:
    """Show which authorities the pack proposes, with the reasons in words."""
    case = _case(application_id, P.APPLICATION_ASSIGN)
    LIFECYCLE.advance(ApplicationStatus(case.application.status), ApplicationAction.ASSIGN)
    return _page("routing", case, PlatformForm(), **_routing_words(case))


@bp.post("/routing/confirm")
@needs(P.APPLICATION_ASSIGN)
def confirm_routing(application_id: UUID) -> ResponseReturnValue:
    """Ask the proposed authorities to take the case."""
    case = _case(application_id, P.APPLICATION_ASSIGN)
    LIFECYCLE.advance(ApplicationStatus(case.application.status), ApplicationAction.ASSIGN)
    proposal = _proposal(case)
    if proposal.lead is None:
        return redirect(url_for(".change_routing", application_id=application_id), 303)
    return _assign(case, proposal.lead, proposal.associates, "")


@bp.route("/routing/change", methods=["GET", "POST"])
@needs(P.APPLICATION_ASSIGN)
def change_routing(application_id: UUID) -> ResponseReturnValue:
    """Let the secretariat choose other authorities, with a reason."""
    case = _case(application_id, P.APPLICATION_ASSIGN)
    LIFECYCLE.advance(ApplicationStatus(case.application.status), ApplicationAction.ASSIGN)
    form = forms.RoutingForm(_choices(case), _proposal(case))
    if not form.validate_on_submit():
        return _page("change_routing", case, form)
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
    return _done(case, _("The authorities have been asked to take the case."))


@bp.route("/routing/replacement", methods=["GET", "POST"])
@needs(P.APPLICATION_ASSIGN)
def replacement(application_id: UUID) -> ResponseReturnValue:
    """Let the secretariat ask another authority in place of one that declined."""
    case = _case(application_id, P.APPLICATION_ASSIGN)
    make_sure_open(case.application, CoordinationAction.REPLACE_AUTHORITY)
    declined = queries.list_declined(case.session, application_id)
    form = forms.ReplacementForm([_named(case, each) for each in declined], _choices(case))
    if not form.validate_on_submit():
        return _page("replacement", case, form, declined=declined)
    with unit_of_work(case.session):
        services.replace_authority(
            *case[:3],
            declined=form.declined.data,
            replacement=form.replacement.data,
            reason=form.reason.data,
            now=utc_now(),
        )
    return _done(case, _("The authority has been asked to take the case."))


@bp.route("/assignment", methods=["GET", "POST"])
@needs(P.ASSIGNMENT_ANSWER)
def assignment(application_id: UUID) -> ResponseReturnValue:
    """Ask a head whether the authority takes the case."""
    case, form = _case(application_id, P.ASSIGNMENT_ANSWER), forms.AssignmentForm()
    make_sure_open(case.application, CoordinationAction.ANSWER_ASSIGNMENT)
    if not form.validate_on_submit():
        place = _place(case, case.actor.head_of)
        return _page("assignment", case, form, place=place, touched=_touched(case, place))
    with unit_of_work(case.session):
        if form.answer.data == "accept":
            services.accept_assignment(*case[:3], now=utc_now())
        else:
            services.decline_assignment(*case[:3], reason=form.reason.data, now=utc_now())
    if form.answer.data == "accept":
        return _done(case, _("Your authority takes the case. Name its officer next."))
    return _left(_("Your authority does not take the case. The secretariat has been told."))


# --- who works on it -----------------------------------------------------------------------------


@bp.route("/officer", methods=["GET", "POST"])
@needs(P.OFFICER_NAME)
def officer(application_id: UUID) -> ResponseReturnValue:
    """Let a head name who works on the case for the authority."""
    case = _case(application_id, P.OFFICER_NAME)
    make_sure_open(case.application, CoordinationAction.NAME_OFFICER)
    place = _place(case, case.actor.head_of)
    candidates = queries.list_candidates(case.session, application_id, place.authority_id)
    named = queries.find_named(case.session, application_id, place.authority_id)
    form = forms.OfficerForm(candidates, named.person_id if named else None)
    if not form.validate_on_submit():
        return _page("officer", case, form, place=place, candidates=candidates)
    with unit_of_work(case.session):
        services.name_officer(*case[:3], person_id=UUID(form.person.data), now=utc_now())
    return _done(case, _("The officer is named and has been told."))


@bp.route("/conflict", methods=["GET", "POST"])
@needs(P.CONFLICT_DECLARE)
def conflict(application_id: UUID) -> ResponseReturnValue:
    """Ask an officer to declare about conflicts of interest, before the case opens to them."""
    case, form = _case(application_id, P.APPLICATION_READ), forms.ConflictForm()
    if not form.validate_on_submit():
        return _page("conflict", case, form, company=case.application.organisation.name)
    has_conflict = form.answer.data == "conflict"
    with unit_of_work(case.session):
        services.declare_conflict(
            *case[:3],
            has_conflict=has_conflict,
            explanation=form.explanation.data or "",
            now=utc_now(),
        )
    if has_conflict:
        return _left(_("Thank you for saying so. The case is now closed to you."))
    return _done(case, _("Thank you. The case is open to you."))


# --- what they find ------------------------------------------------------------------------------


@bp.route("/review", methods=["GET", "POST"])
@needs(P.APPLICATION_REVIEW)
def review(application_id: UUID) -> ResponseReturnValue:
    """Let an authority mark each criterion, beside what the company has answered."""
    case = _case(application_id, P.APPLICATION_REVIEW)
    make_sure_open(case.application, CoordinationAction.REVIEW)
    place = _place(case, case.actor.officer_of)
    saved = queries.list_judgements(case.session, application_id, place.authority_id)
    form = forms.review_form(case.pack.criteria, saved, current_language())
    if not form.validate_on_submit() or form.version.data != forms.version_of(saved):
        return _review_page(case, form, place, saved)
    marks, version = forms.marks_of(form, case.pack.criteria), form.version.data
    with unit_of_work(case.session):
        services.save_review(*case[:3], marks=marks, expected_version=version, now=utc_now())
    return _reviewed(case, is_complete=len(marks) == len(case.pack.criteria))


@bp.route("/position", methods=["GET", "POST"])
@needs(P.POSITION_TAKE)
def position(application_id: UUID) -> ResponseReturnValue:
    """Let an authority say where it stands; open until the decision."""
    case = _case(application_id, P.POSITION_TAKE)
    make_sure_open(case.application, CoordinationAction.TAKE_POSITION)
    place = _place(case, case.actor.officer_of)
    taken = queries.find_position(case.session, application_id, place.authority_id)
    form = forms.position_form(taken)
    if not form.validate_on_submit() or form.version.data != forms.position_version(taken):
        return _position_page(case, form, place, taken)
    with unit_of_work(case.session):
        services.take_position(*case[:3], **form.given, now=utc_now())
    return _done(case, _("The position of your authority is on record."))


@bp.route("/information-request", methods=["GET", "POST"])
@needs(P.APPLICATION_REQUEST_INFORMATION)
def information_request(application_id: UUID) -> ResponseReturnValue:
    """Let the lead ask the company something; the clock stands still meanwhile."""
    case = _case(application_id, P.APPLICATION_REQUEST_INFORMATION)
    status = ApplicationStatus(case.application.status)
    LIFECYCLE.advance(status, ApplicationAction.REQUEST_INFORMATION)
    form = forms.InformationForm()
    if not form.validate_on_submit():
        return _page("information_request", case, form)
    with unit_of_work(case.session):
        request_information(*case[:3], question=form.question.data, now=utc_now())
    return _done(case, _("The company has been asked. The clock stands still until it answers."))


# --- what they decide ----------------------------------------------------------------------------


@bp.route("/decision/issue", methods=["GET", "POST"])
@needs(P.APPLICATION_DECIDE)
def issue(application_id: UUID) -> ResponseReturnValue:
    """Show the lead what the rule yields and why, and let it issue the decision."""
    case = _case(application_id, P.APPLICATION_DECIDE)
    LIFECYCLE.advance(ApplicationStatus(case.application.status), ApplicationAction.DECIDE)
    bench = queries.get_bench(case.session, application_id)
    form = forms.DecisionForm(data={"version": bench.version})
    if not form.validate_on_submit() or form.version.data != bench.version:
        return _issue_page(case, form, bench)
    with unit_of_work(case.session):
        services.decide(
            *case[:3],
            remarks=form.remarks.data or "",
            expected_version=form.version.data,
            now=utc_now(),
        )
    return _done(case, _("The case is decided. The company and the authorities have been told."))


@bp.post("/deliberation")
@needs(P.APPLICATION_DECIDE)
def deliberation(application_id: UUID) -> ResponseReturnValue:
    """Let the lead call the authorities to deliberate."""
    case = _case(application_id, P.APPLICATION_DECIDE)
    with unit_of_work(case.session):
        services.open_deliberation(*case[:3], now=utc_now())
    return _done(case, _("The authorities have been called to deliberate."))


@bp.get("/decision")
@needs(P.APPLICATION_READ_ANSWERS)
def decision(application_id: UUID) -> ResponseReturnValue:
    """Show the decision to everybody who may read the case."""
    case = _case(application_id, P.APPLICATION_READ_ANSWERS)
    found = _decided(case)
    words = letters.decision_words(case.pack, found, current_language())
    return render_template(
        "coordination/decision.html",
        application=case.application,
        decision=found,
        words=words,
        fingerprint=letters.decision_hash(case.application, found),
    )


@bp.get("/decision.pdf")
@needs(P.APPLICATION_READ_ANSWERS)
def letter(application_id: UUID) -> ResponseReturnValue:
    """Hand over the letter of the decision."""
    case = _case(application_id, P.APPLICATION_READ_ANSWERS)
    found = _decided(case)
    head = queries.get_letterhead(case.session, application_id)
    document = letters.letter_pdf(case.pack, case.application, found, head)
    name = f"{case.application.reference}-{_('decision')}.pdf"
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": content_disposition(name),
    }
    return document, 200, headers


# --- what several pages share --------------------------------------------------------------------


def _case(application_id: UUID, permission: P) -> Case:
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, permission)
    return Case(session, actor, application, active.pack_of(application))


def _decided(case: Case) -> Decision:
    found = queries.find_decision(case.session, case.application.id)
    if found is None:
        raise NotFound(application_id=case.application.id)
    return found


def _place(case: Case, authorities: frozenset[UUID]) -> AuthorityAssignment:
    found = queries.find_own_assignment(case.session, authorities, case.application.id)
    if found is None:
        raise NotFound(application_id=case.application.id)
    return found


def _today(case: Case) -> Any:
    return local_day(utc_now(), case.pack.calendar.timezone)


def _proposal(case: Case) -> Routing:
    return queries.routing_of(case.session, case.application, case.pack, _today(case))


def _choices(case: Case) -> list[tuple[str, str]]:
    today = _today(case)
    existing = [each for each in case.pack.authorities if exists(each, today)]
    return forms.authority_choices(existing, current_language())


def _named(case: Case, place: AuthorityAssignment) -> tuple[str, str]:
    code = place.authority.code
    return code, f"{code} – {sentences.authority_name(case.pack, code, current_language())}"


def _routing_words(case: Case) -> dict[str, Any]:
    proposal, language = _proposal(case), current_language()
    ranked = [proposal.lead, *proposal.associates] if proposal.lead else []
    return {
        "proposal": proposal,
        "ranked": [case.pack.authority(code) for code in ranked],
        "reasons": {
            code: [
                sentences.routing_sentence(case.pack, reason, language)
                for reason in proposal.reasons
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


def _review_page(
    case: Case, form: Any, place: AuthorityAssignment, saved: Any
) -> ResponseReturnValue:
    by_criterion = {each.criterion: each for each in saved}
    version = forms.version_of(saved)
    is_conflict = form.is_submitted() and not form.errors and form.version.data != version
    differences = []
    if is_conflict:
        differences = forms.differing(form, case.pack.criteria, by_criterion)
        forms.show_again(form, version)
    return _page(
        "review",
        case,
        form,
        409 if is_conflict else None,
        place=place,
        saved=by_criterion,
        differences=differences,
        is_conflict=is_conflict,
        submission=list_submissions(case.session, case.application.id)[-1],
    )


def _reviewed(case: Case, *, is_complete: bool) -> ResponseReturnValue:
    if not is_complete:
        return _done(case, _("Saved. You can go on with the other criteria later."))
    flash(_("Every criterion is marked."), "success")
    may_go_on = case.application.status in (
        ApplicationStatus.UNDER_REVIEW,
        ApplicationStatus.DELIBERATION,
    )
    page = ".position" if may_go_on else "home.case"
    return redirect(url_for(page, application_id=case.application.id), 303)


def _position_page(
    case: Case, form: Any, place: AuthorityAssignment, taken: Any
) -> ResponseReturnValue:
    version = forms.position_version(taken)
    is_conflict = form.is_submitted() and not form.errors and form.version.data != version
    if is_conflict:
        forms.show_again(form, version)
    saved = queries.list_judgements(case.session, case.application.id, place.authority_id)
    return _page(
        "position",
        case,
        form,
        409 if is_conflict else None,
        place=place,
        taken=taken,
        is_conflict=is_conflict,
        marked={each.criterion: each for each in saved},
    )


def _issue_page(case: Case, form: Any, bench: queries.Bench) -> ResponseReturnValue:
    is_conflict = form.is_submitted() and not form.errors and form.version.data != bench.version
    if is_conflict:
        forms.show_again(form, bench.version)
    proposal = queries.proposal_of(case.pack, bench, case.application.status)
    language = current_language()
    grounds: dict[bool, list[object]] = {True: [], False: []}
    for ground in proposal.grounds if proposal else ():
        sentence = sentences.ground_sentence(case.pack, ground, language)
        grounds[ground.kind is GroundKind.CRITERION].append(sentence)
    return _page(
        "issue",
        case,
        form,
        409 if is_conflict else None,
        is_conflict=is_conflict,
        proposal=proposal,
        grounds=grounds[False],
        found=grounds[True],
    )


def _page(
    name: str, case: Case, form: Any, status: int | None = None, **values: Any
) -> ResponseReturnValue:
    otherwise = 422 if form.is_submitted() else 200
    page = render_template(
        f"coordination/{name}.html",
        application=case.application,
        pack=case.pack,
        form=form,
        **values,
    )
    return page, status or otherwise


def _done(case: Case, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for("home.case", application_id=case.application.id), 303)


def _left(message: str) -> ResponseReturnValue:
    """Lead on from a case that the actor may no longer see."""
    flash(message, "success")
    return redirect(url_for("home.my_tasks"), 303)
