"""Serve the pages on which authorities review a case and take their positions."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.applications.answers import ReadAnswer, read_submission
from sandbox.applications.queries import SubmissionRow, get_submission, list_closed
from sandbox.applications.receipts import size_in_words
from sandbox.coordination import forms, queries, services
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.coordination.views.shared import (
    Case,
    bp,
    case_of,
    done,
    page,
    place_of,
)
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.language import current_language
from sandbox.models import AuthorityAssignment


@bp.route("/review", methods=["GET", "POST"])
@needs(P.APPLICATION_REVIEW)
def review(application_id: UUID) -> ResponseReturnValue:
    """Let an authority mark each criterion, beside what the company has answered."""
    case = case_of(application_id, P.APPLICATION_REVIEW)
    make_sure_open(case.application, CoordinationAction.REVIEW)
    place = place_of(case, case.actor.officer_of)
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
    case = case_of(application_id, P.POSITION_TAKE)
    make_sure_open(case.application, CoordinationAction.TAKE_POSITION)
    place = place_of(case, case.actor.officer_of)
    taken = queries.find_position(case.session, application_id, place.authority_id)
    saved = queries.list_judgements(case.session, application_id, place.authority_id)
    marks = {each.criterion: each.mark for each in saved}
    form = forms.position_form(case.pack, case.application, taken, marks)
    if not form.validate_on_submit() or form.version.data != forms.position_version(taken):
        return _position_page(case, form, place, taken, saved)
    with unit_of_work(case.session):
        services.take_position(*case[:3], **form.given, now=utc_now())
    return done(case, _("The position of your authority is on record."))


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
    submission = get_submission(case.session, case.actor, case.application.id)
    closed = list_closed(case.session, case.actor, case.application)
    return page(
        "review",
        case,
        form,
        409 if is_conflict else None,
        place=place,
        saved=by_criterion,
        differences=differences,
        is_conflict=is_conflict,
        evidence=_evidence(case.pack, submission, closed),
        closed=closed,
        submission=submission,
        notes=queries.list_notes(case.session, case.actor.officer_of, case.application.id),
        size_in_words=size_in_words,
    )


def _evidence(
    pack: PolicyPack, submission: SubmissionRow, closed: frozenset[str]
) -> dict[str, list[ReadAnswer]]:
    """List by criterion what the company answered to the questions that bear on it."""
    evidence: dict[str, list[ReadAnswer]] = {each.key: [] for each in pack.criteria}
    for section in read_submission(pack, submission, closed=closed):
        for answer in section.answers:
            for key in answer.spec.criteria:
                evidence[key].append(answer)
    return evidence


def _reviewed(case: Case, *, is_complete: bool) -> ResponseReturnValue:
    if not is_complete:
        return done(case, _("Saved. You can go on with the other criteria later."))
    flash(_("Every criterion is marked."), "success")
    may_go_on = case.application.status in (
        ApplicationStatus.UNDER_REVIEW,
        ApplicationStatus.DELIBERATION,
    )
    page = ".position" if may_go_on else "home.case"
    return redirect(url_for(page, application_id=case.application.id), 303)


def _position_page(
    case: Case, form: Any, place: AuthorityAssignment, taken: Any, saved: Any
) -> ResponseReturnValue:
    version = forms.position_version(taken)
    is_conflict = form.is_submitted() and not form.errors and form.version.data != version
    if is_conflict:
        forms.show_again(form, version)
    return page(
        "position",
        case,
        form,
        409 if is_conflict else None,
        place=place,
        taken=taken,
        is_conflict=is_conflict,
        marked={each.criterion: each for each in saved},
    )
