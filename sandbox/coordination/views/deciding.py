"""Serve the pages on which a case is decided, and the decision itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import NotFound
from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.coordination import forms, letters, queries, sentences, services
from sandbox.coordination.views.shared import (
    Case,
    bp,
    case_of,
    done,
    page,
)
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.domain.deliberation import GroundKind, ProposedDecision
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusing import offered_reasons, suggested_reasons
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import content_disposition
from sandbox.kernel.language import current_language
from sandbox.models import Decision, PreliminaryResult
from sandbox.packs import active


@bp.route("/decision/issue", methods=["GET", "POST"])
@needs(P.APPLICATION_DECIDE)
def issue(application_id: UUID) -> ResponseReturnValue:
    """Show the lead what the rule yields and why, and let it issue the decision."""
    case = case_of(application_id, P.APPLICATION_DECIDE)
    LIFECYCLE.advance(ApplicationStatus(case.application.status), ApplicationAction.DECIDE)
    ask = _asked(case)
    if not ask.is_sound():
        return _issue_page(case, ask)
    with unit_of_work(case.session):
        services.decide(*case[:3], **ask.form.given, now=utc_now())
    return done(case, _("The case is decided. The company and the authorities have been told."))


@bp.route("/preliminary/announce", methods=["GET", "POST"])
@needs(P.APPLICATION_DECIDE)
def announce(application_id: UUID) -> ResponseReturnValue:
    """Let the lead tell the company what the rule yields, before it is decided."""
    case = case_of(application_id, P.APPLICATION_DECIDE)
    LIFECYCLE.advance(ApplicationStatus(case.application.status), ApplicationAction.ANNOUNCE)
    ask = _asked(case)
    if not ask.is_sound():
        return _issue_page(case, ask)
    with unit_of_work(case.session):
        services.announce(*case[:3], **ask.form.given, now=utc_now())
    return done(
        case, _("The company has been told the preliminary result, and until when it may answer.")
    )


@bp.post("/deliberation")
@needs(P.APPLICATION_DECIDE)
def deliberation(application_id: UUID) -> ResponseReturnValue:
    """Let the lead call the authorities to deliberate."""
    case = case_of(application_id, P.APPLICATION_DECIDE)
    with unit_of_work(case.session):
        services.open_deliberation(*case[:3], now=utc_now())
    return done(case, _("The authorities have been called to deliberate."))


@bp.get("/decision")
@needs(P.APPLICATION_READ_ANSWERS)
def decision(application_id: UUID) -> ResponseReturnValue:
    """Show the decision to everybody who may read the case."""
    case = case_of(application_id, P.APPLICATION_READ_ANSWERS)
    found = _decided(case)
    words = letters.decision_words(_pack_then(case, found), found, current_language())
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
    case = case_of(application_id, P.APPLICATION_READ_ANSWERS)
    found = _decided(case)
    head = queries.get_letterhead(case.session, application_id)
    document = letters.letter_pdf(_pack_then(case, found), case.application, found, head)
    name = "-".join((str(case.application.reference), _("decision"))) + ".pdf"
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": content_disposition(name),
    }
    return document, 200, headers


def _decided(case: Case) -> Decision:
    found = queries.find_decision(case.session, case.application.id)
    if found is None:
        raise NotFound(application_id=case.application.id)
    return found


def _pack_then(case: Case, decision: Decision) -> PolicyPack:
    """Return the rules that the decision was taken under: no move of the case rewrites it."""
    return active.pack_then(case.application, decision.pack_version)


@dataclass(frozen=True, slots=True)
class _Ask:
    """Hold what the lead reads before it decides or announces, and the form it sends."""

    form: forms.DecisionForm
    bench: queries.Bench
    heard: Sequence[PreliminaryResult]
    proposal: ProposedDecision | None
    announces: bool

    def is_sound(self) -> bool:
        """Tell whether the form was sent, in order, on what stands now."""
        is_valid: bool = self.form.validate_on_submit()
        return is_valid and self.form.version.data == self.bench.version


def _asked(case: Case) -> _Ask:
    bench = queries.get_bench(case.session, case.application.id)
    heard = queries.list_preliminary_results(case.session, case.application.id)
    proposal = queries.proposal_of(case.pack, bench, case.application.status)
    announces = services.must_announce(case.pack, proposal, heard)
    # What is announced may give any reason; the decision gives those that were announced.
    announced = [] if announces else services.announced_codes(heard)
    outcome = None if proposal is None else proposal.outcome
    reasons = offered_reasons(case.pack, outcome, announced)
    suggested = announced or suggested_reasons(reasons, bench.marks)
    form = forms.decision_form(bench.version, heard, reasons, suggested)
    return _Ask(form, bench, heard, proposal, announces)


def _issue_page(case: Case, ask: _Ask) -> ResponseReturnValue:
    form, bench = ask.form, ask.bench
    is_conflict = form.is_submitted() and not form.errors and form.version.data != bench.version
    if is_conflict:
        forms.show_again(form, bench.version)
    proposal, language = ask.proposal, current_language()
    grounds: dict[bool, list[object]] = {True: [], False: []}
    for ground in proposal.grounds if proposal else ():
        sentence = sentences.ground_sentence(case.pack, ground, language)
        grounds[ground.kind is GroundKind.CRITERION].append(sentence)
    return page(
        "issue",
        case,
        form,
        409 if is_conflict else None,
        is_conflict=is_conflict,
        proposal=proposal,
        announces=ask.announces,
        heard=ask.heard,
        places=queries.read_places(case.session, case.application),
        grounds=grounds[False],
        found=grounds[True],
    )
