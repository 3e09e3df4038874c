"""Say who may do what: THE table, used for objects, lists, buttons and routes."""

from dataclasses import dataclass
from typing import Any

from sandbox.access.permissions import P
from sandbox.access.rules import (
    Rule,
    accepted,
    accepted_as_head,
    administrator,
    asked,
    assigned,
    assigned_as_head,
    auditor,
    caseworker,
    consent_asked,
    declared,
    drafted_by_self,
    head,
    leading,
    leading_as_head,
    named,
    nobody,
    not_draft,
    officer,
    own_organisation,
    owns_organisation,
    person,
    publisher,
    recused,
    uploaded_by_self,
)
from sandbox.models import Application, Enquiry, Organisation, OutcomeReport, PackVersion, Trial


@dataclass(frozen=True, slots=True)
class Grant:
    """Hold the rule of one permission and the table it speaks of; None: the actor alone decides."""

    subject: Any
    rule: Rule


secretariat = caseworker & ~recused
# An authority opens a case only after declaring that it has no conflict of interest in it.
reader = officer & assigned & declared & ~recused
# The one who works on the case: the officer named for it, or the authority's head.
worker = officer & accepted & declared & ~recused & (named | assigned_as_head)
lead = worker & leading
# The rules are no secret to anybody who works by them.
rule_reader = caseworker | publisher | administrator | auditor | officer
applicant = person & ~officer & ~caseworker & ~publisher & ~administrator & ~auditor

POLICY: dict[P, Grant] = {
    P.HOME_READ: Grant(None, person),
    P.INBOX_READ: Grant(None, person),
    P.PROFILE_EDIT: Grant(None, person),
    P.PERSON_ADMINISTER: Grant(None, administrator),
    P.AUDIT_READ: Grant(None, auditor),
    P.OPERATIONS_READ: Grant(None, administrator),
    # An administrator presses the button, and reads nothing of the cases that it moves.
    P.SUCCESSION_APPLY: Grant(None, administrator),
    P.ORGANISATION_CREATE: Grant(None, applicant),
    P.ORGANISATION_READ: Grant(Organisation, own_organisation),
    P.ORGANISATION_INVITE: Grant(Organisation, owns_organisation),
    P.ENQUIRY_WRITE: Grant(Organisation, own_organisation),
    # Nothing is decided on an enquiry, so nobody declares about conflicts of interest before it. An
    # authority sees those on which it is asked, and no other.
    P.ENQUIRY_READ: Grant(Enquiry, own_organisation | caseworker | asked),
    P.ENQUIRY_CONTINUE: Grant(Enquiry, own_organisation),
    P.ENQUIRY_HANDLE: Grant(Enquiry, caseworker),
    P.ENQUIRY_CLOSE: Grant(Enquiry, own_organisation | caseworker),
    P.FAST_ANSWER_GIVE: Grant(Enquiry, asked),
    P.FAST_ANSWER_WATCH: Grant(Enquiry, nobody),  # the platform's own job, by its grant
    P.APPLICATION_START: Grant(Organisation, own_organisation),
    P.APPLICATION_READ: Grant(
        Application,
        own_organisation | (secretariat & not_draft) | (officer & assigned & ~recused),
    ),
    P.APPLICATION_READ_ANSWERS: Grant(
        Application, own_organisation | (secretariat & not_draft) | reader
    ),
    P.APPLICATION_EDIT: Grant(Application, own_organisation),
    P.APPLICATION_SUBMIT: Grant(Application, own_organisation),
    P.APPLICATION_WITHDRAW: Grant(Application, own_organisation),
    P.APPLICATION_TRIAGE: Grant(Application, secretariat & not_draft),
    P.APPLICATION_ASSIGN: Grant(Application, secretariat & not_draft),
    # Only numbers, and only of those refusals whose reasons the reader may read.
    P.REFUSAL_COUNT: Grant(None, caseworker),
    P.APPLICATION_LAPSE: Grant(Application, secretariat & not_draft),
    P.APPLICATION_REQUEST_INFORMATION: Grant(Application, lead),
    # What authorities note is theirs: the secretariat has no part in judging a case.
    P.NOTE_KEEP: Grant(Application, officer & accepted & declared & ~recused),
    # The company hears from the lead alone; whoever else reads the case tells the lead what to ask.
    P.QUESTION_SUGGEST: Grant(Application, officer & accepted & declared & ~recused & ~leading),
    P.APPLICATION_ANSWER_INFORMATION: Grant(Application, own_organisation),
    P.GUIDANCE_READ: Grant(Application, own_organisation | (secretariat & not_draft) | reader),
    P.GUIDANCE_GIVE: Grant(Application, (secretariat & not_draft) | reader),
    P.GUIDANCE_ANSWER: Grant(Application, own_organisation),
    P.RECEIPT_CONFIRM: Grant(Application, officer & assigned & ~recused),
    P.ASSIGNMENT_ANSWER: Grant(Application, head & assigned_as_head & ~recused),
    # Two heads speak here for their authorities, as when these took the case.
    P.LEAD_OFFER: Grant(Application, head & leading_as_head & ~recused),
    P.LEAD_ANSWER: Grant(Application, head & accepted_as_head & ~recused),
    P.OFFICER_NAME: Grant(Application, head & assigned_as_head & accepted & ~recused),
    # Whoever declared to have no conflict may have one later; whoever is recused stays so.
    P.CONFLICT_DECLARE: Grant(Application, officer & assigned & ~recused),
    P.APPLICATION_REVIEW: Grant(Application, worker),
    P.POSITION_TAKE: Grant(Application, worker),
    # Whoever decides announces first what is to be decided.
    P.APPLICATION_DECIDE: Grant(Application, lead),
    P.PRELIMINARY_ANSWER: Grant(Application, own_organisation),
    P.PRELIMINARY_CLOSE: Grant(Application, nobody),  # the platform's own job, by its grant
    P.TRIAL_OPEN: Grant(Application, nobody),  # the platform's own job, by its grant
    # That there is a test and where it stands; like the case itself it needs no declaration.
    P.TRIAL_LIST: Grant(Trial, own_organisation | secretariat | (officer & assigned & ~recused)),
    P.TRIAL_READ: Grant(Trial, own_organisation | secretariat | reader),
    P.TRIAL_PLAN_EDIT: Grant(Trial, own_organisation),
    P.TRIAL_PLAN_AGREE: Grant(Trial, own_organisation | worker),
    P.START_CONDITION_SET: Grant(Trial, own_organisation | worker | secretariat),
    P.REQUIREMENT_DOCUMENT: Grant(Trial, own_organisation | worker | secretariat),
    P.REQUIREMENT_APPROVE: Grant(Trial, reader | secretariat),
    P.REQUIREMENT_WAIVE: Grant(Trial, lead),
    P.STAGE_ENTER: Grant(Trial, lead),
    P.MONITORING_REPORT_SUBMIT: Grant(Trial, own_organisation),
    P.MONITORING_REPORT_JUDGE: Grant(Trial, lead),
    P.FINAL_REPORT_SUBMIT: Grant(Trial, own_organisation),
    # What was granted is public on the page of each test; the list adds but where to find it.
    P.RELIEF_LIST: Grant(None, caseworker | auditor | officer),
    P.RELIEF_DRAFT: Grant(Trial, officer & accepted & declared & ~recused),
    # The head, or the officer named as delegate, as with the position of the authority.
    P.RELIEF_GRANT: Grant(Trial, worker),
    P.INCIDENT_OPEN: Grant(Trial, own_organisation | reader),
    P.INCIDENT_COMPLETE: Grant(Trial, own_organisation),
    P.INCIDENT_REACT: Grant(Trial, lead),
    P.INCIDENT_CLOSE: Grant(Trial, lead),
    # A kill switch must not wait: every officer of an assigned authority may use it.
    P.TRIAL_SUSPEND: Grant(Trial, own_organisation | (officer & assigned & ~recused)),
    P.TRIAL_RESUME: Grant(Trial, own_organisation | reader),
    P.TRIAL_COMPLETE: Grant(Trial, lead),
    P.OUTCOME_DRAFT: Grant(Trial, secretariat),
    P.OUTCOME_READ: Grant(OutcomeReport, (caseworker | publisher) & ~recused),
    P.OUTCOME_EDIT: Grant(OutcomeReport, secretariat),
    # The company reads the report that it is asked about, and no draft before.
    P.OUTCOME_CONSENT: Grant(OutcomeReport, own_organisation & consent_asked),
    P.OUTCOME_PUBLISH: Grant(OutcomeReport, publisher & ~drafted_by_self & ~recused),
    P.PACK_READ: Grant(None, rule_reader),
    P.PACK_SIMULATE: Grant(None, caseworker | administrator),
    P.PACK_UPLOAD: Grant(None, caseworker | administrator),
    P.PACK_ACTIVATE: Grant(PackVersion, administrator & ~uploaded_by_self),
    P.PACK_DISCARD: Grant(PackVersion, administrator | (caseworker & uploaded_by_self)),
    P.CASE_MOVE: Grant(Application, secretariat & not_draft),
    # Each kind of reader gets what that reader may read; the auditor reads no content of cases.
    P.DOSSIER_ASK: Grant(Application, (own_organisation | secretariat) & not_draft | reader),
    # Taking one in needs no look at its content, which is for whoever works on cases.
    P.DOSSIER_IMPORT: Grant(None, caseworker | administrator),
    P.DOSSIER_READ_IMPORTED: Grant(None, caseworker),
    P.ROUND_TABLE_REGISTER: Grant(None, nobody),
}
