"""Say in words why something was refused and what is possible instead."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sandbox.access.guard import current_actor
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.enquiries import EnquiryAction, EnquiryStatus
from sandbox.domain.outcomes import ReportAction, ReportStatus
from sandbox.domain.refusals import Incomplete, NotPossible, Refusal, TransitionRefused, Why
from sandbox.domain.trials import OPEN_STATUSES, TrialAction, TrialStatus, TrialWork
from sandbox.kernel.db import Stale
from sandbox.kernel.files import FileEmpty, FileSuspicious, FileTooLarge, FileTypeRefused
from sandbox.kernel.formats import day
from sandbox.kernel.statuses import (
    ENQUIRY_STATUS,
    REPORT_STATUS,
    TRIAL_STATUS,
    Label,
    application_label,
)
from sandbox.packs.errors import PackUnusable
from sandbox.trials.sentences import FORM_SENT

WHY_SENTENCES: dict[Why, object] = {
    Why.ALREADY_ASSIGNED: _l("This authority is already assigned to the case."),
    Why.ALREADY_DECLARED: _l("You have already declared whether you have a conflict of interest."),
    Why.ALREADY_DONE: _l("This has already been done."),
    Why.ALREADY_ANSWERED: _l("The application has answers already. Nothing was taken over."),
    Why.NOTHING_TO_COPY: _l("There is nothing in that application that could be taken over."),
    Why.ALREADY_ASKED: _l("This authority has been asked already."),
    Why.ALREADY_MEMBER: _l("This person is already a member."),
    Why.AUTHORITY_MISSING: _l("Choose at least one authority."),
    Why.ANSWER_TOO_LATE: _l("The days on which an answer is taken have passed."),
    Why.CALL_FULL: _l("The call has no place left."),
    Why.CALLS_CLOSED: _l("No call is open now. What you have written stays as it is."),
    Why.CALLS_ONLY: _l(
        "Applications are sent in calls alone now. What you have written stays as it is."
    ),
    Why.RULES_UNFIT: _l("Cases have on record what these files do not know."),
    Why.CASE_CANNOT_MOVE: _l(
        "The rules in force do not know all that the case has on record, or would break what it "
        "was promised, so it keeps its own."
    ),
    Why.CONFIDENTIAL_CLOSED: _l(
        "The company has marked this file as confidential. Open the confidential parts first, on "
        "the page that shows what was sent."
    ),
    Why.CONFLICT_NOT_DECLARED: _l(
        "Declare first whether you have a conflict of interest in this case."
    ),
    Why.PROPORTIONALITY_MISSING: _l("Answer each question about the conditions."),
    Why.CONDITIONS_MISSING: _l("Write at least one condition, or choose to agree without any."),
    Why.CONSENT_MISSING: _l(
        "The company has not agreed to the publication of this wording of the report yet."
    ),
    Why.CONSENT_REFUSED: _l(
        "The company refuses the publication. Read its reason; the report can go back to its "
        "drafter."
    ),
    Why.DEADLINE_NOT_PASSED: _l("The deadline has not passed yet."),
    Why.DEADLINE_PASSED: _l("The deadline has passed."),
    Why.DECISION_WAITING: _l("Not every authority has taken its position yet."),
    Why.ANOTHER_FIRST: _l(
        "Another succession comes first: the one that passes competences to this authority."
    ),
    Why.ANSWER_MISSING: _l("Answer every question before you send the answers."),
    Why.DELIBERATION_NEEDED: _l(
        "An authority objects. The authorities have to deliberate before the case is decided."
    ),
    Why.DELIBERATION_NOT_NEEDED: _l(
        "No authority objects, or the rules do not ask for a deliberation."
    ),
    Why.PRELIMINARY_NEEDED: _l(
        "The rules ask that the company be told this result, and be heard on it, before it is "
        "decided."
    ),
    Why.PRELIMINARY_NOT_NEEDED: _l(
        "The company was heard on this result, or the rules do not ask for it. It can be decided."
    ),
    Why.COMMENT_MISSING: _l("Write what you have to say about the preliminary result."),
    Why.REPLY_MISSING: _l(
        "The company contested the preliminary result. Write what you answer to it."
    ),
    Why.DOCUMENT_MISSING: _l("The document that proves it is missing."),
    Why.DOCUMENTS_CHANGED: _l(
        "A document of this gate has changed since you opened the page. Read it again first."
    ),
    Why.EXIT_UNKNOWN: _l("Choose what came of the test: a test that ends so has other outcomes."),
    Why.FILE_NOT_ACCEPTED: _l("Files of this kind are not accepted."),
    Why.FILE_TOO_LARGE: _l("The file is too large."),
    Why.FORM_SENT: FORM_SENT,
    Why.FOUR_EYES: _l(
        "Whoever wrote or uploaded it cannot also publish it or put it in force. "
        "Another person has to."
    ),
    Why.GATE_CLOSED: _l("The gate of this stage is closed: not all of its requirements are met."),
    Why.GROUND_UNKNOWN: _l("Choose one of the grounds on which you may suspend the test."),
    Why.GUIDANCE_CLOSED: _l(
        "Advice is put on record from the submission of a case until its test has ended."
    ),
    Why.GUIDANCE_INCOMPLETE: _l(
        "Write the question and the advice and, only where it binds, why it does."
    ),
    Why.GUIDANCE_NOT_YET: _l("The advice cannot have been given after today."),
    Why.INCIDENT_OPEN: _l("An incident is still open."),
    Why.INCIDENT_NOT_COMPLETE: _l("The company has not completed its report of the incident yet."),
    Why.INCIDENT_NOT_YET: _l("Nobody can learn of an incident after reporting it."),
    Why.INCIDENT_REPORTED_AT_ONCE: _l(
        "An incident of this kind is reported in full at once: the rules have no second report."
    ),
    Why.INVITATION_EXPIRED: _l("This invitation has expired. Ask for a new one."),
    Why.INVITATION_USED: _l("This invitation has already been used."),
    Why.LAST_OWNER: _l("An organisation needs at least one owner."),
    Why.TOO_MANY_VIEWS: _l("You have saved as many views as fit. Remove one first."),
    Why.LEAD_MISSING: _l("The case has no lead authority."),
    Why.MARKS_MISSING: _l("Review every criterion before taking a position."),
    Why.NOT_ACCEPTED: _l("The authority has not accepted the case yet."),
    Why.NOT_ASSIGNED: _l("The authority is not assigned to this case."),
    Why.NOT_COMPETENT: _l("The authority has no competence in this matter."),
    Why.NOT_LEAD: _l("Only the lead authority can do this."),
    Why.NOT_PROHIBITED: _l("The application describes no prohibited use."),
    Why.NOT_THE_SUSPENDER: _l("Only the lead authority and whoever suspended can agree to resume."),
    Why.NOT_WAIVABLE: _l("The rules do not allow this requirement to be waived."),
    Why.LEAD_STAYS: _l(
        "This authority leads the case. It has to pass the lead to another one first."
    ),
    Why.POSITION_ON_RECORD: _l("This authority has taken its position already."),
    Why.NOTHING_LEFT: _l("Nothing is left to do on this case."),
    Why.NOTHING_PROPOSED: _l(
        "The rules propose no authority for this case. Choose its authorities on its own page."
    ),
    Why.OFFER_OPEN: _l(
        "The lead of this case is offered to an authority already. Withdraw that offer first."
    ),
    Why.NOT_INVITED: _l(
        "The secretariat has not invited you to apply from this enquiry. You may start an "
        "application of its own at any time."
    ),
    Why.NO_FAST_ANSWER: _l(
        "The rules of this enquiry do not let the authorities be asked whether any rule applies."
    ),
    Why.NO_OUTCOME: _l(
        "The rule gives no answer: every authority whose word counts has abstained."
    ),
    Why.OFFICER_MISSING: _l("Choose an officer of your authority who has no conflict of interest."),
    Why.OWN_ROLES: _l("Nobody can change their own roles. Another administrator has to."),
    Why.PACK_NOT_ACTIVE: _l("The case is under the rules in force already, or has ended."),
    Why.PACK_NOT_NEWER: _l(
        "The number of the version must be higher than that of the rules in force."
    ),
    Why.PACK_NOT_WAITING: _l("This version no longer waits to come into force."),
    Why.PACK_OTHER_PAST: _l(
        "A succession that was applied is part of the past: a new version keeps it as it was, with "
        "the same successors for the same matters."
    ),
    Why.PACK_OTHER_PLACE: _l(
        "A new version keeps the country, the time zone, the currency and the languages: "
        "amounts, terms and texts that are stored already depend on them."
    ),
    Why.PACK_OTHER_PROGRAMME: _l("These are the rules of another programme."),
    Why.PACK_TAKEN: _l(
        "A version with this number exists already. What was uploaded or installed never changes: "
        "give the new one a number of its own."
    ),
    Why.PACK_WITHDRAWN: _l("The rules under which this began are no longer installed."),
    Why.PLAN_CHANGED: _l("The plan has changed since you opened it. Read it again first."),
    Why.PLAN_INCOMPLETE: _l("The plan is not complete yet."),
    Why.POSITION_MISSING: _l("A position is missing."),
    Why.PROHIBITED: _l("The application describes a prohibited use and cannot go on."),
    Why.REACH_MISSING: _l("The report does not say how far the test reaches in what is limited."),
    Why.PROVISION_MISSING: _l("Name the provision that applies."),
    Why.NOTE_MISSING: _l("Write the note."),
    Why.QUESTION_MISSING: _l("Write at least one question."),
    Why.READING_NOT_YET: _l("Readings are from within the present stage, up to today."),
    Why.READINGS_MISSING: _l("A reading is missing for a metric that the plan requires."),
    Why.REASON_MISSING: _l("Give a reason: others have to understand it later."),
    Why.REFUSAL_REASON_MISSING: _l(
        "Choose at least one of the reasons for refusal that the rules name."
    ),
    Why.REFUSAL_REASON_UNKNOWN: _l(
        "A reason for refusal was given that the rules do not name, or that the company was not "
        "told in the preliminary result."
    ),
    Why.RECUSED: _l("This person is recused from the case."),
    Why.RELIEF_BACKWARDS: _l("The last day of the relief lies before its first day."),
    Why.RELIEF_INCOMPLETE: _l(
        "A relief names its kind, the provision, what it allows, its first day and its last day."
    ),
    Why.RELIEF_NOT_NEUTRAL: _l(
        "Write why the relief gives no unfair advantage, or how others can get the same."
    ),
    Why.RELIEF_OVER: _l("The relief has ended by then, so nothing is left to end or to extend."),
    Why.RELIEF_PAST: _l("A relief neither begins nor ends in the past. Choose today or later."),
    Why.RELIEF_TOO_LONG: _l("The relief would last longer than the test may run."),
    Why.REPORT_CLOSED: _l(
        "The final report can no longer be corrected: the outcome report on the test is published."
    ),
    Why.REPORT_INCOMPLETE: _l("A required part of the report is still empty."),
    Why.REPORT_NOT_DUE: _l("No report is due now."),
    Why.REPORT_WAITING: _l("A report is still waiting to be judged."),
    Why.REQUEST_OPEN: _l("A request for information is still open."),
    Why.RETURN_TOO_LATE: _l("The days on which an application may be returned have passed."),
    Why.RETURNS_USED_UP: _l("The rules do not allow the application to be returned again."),
    Why.SAME_AUTHORITY: _l("The lead authority cannot also be an associate."),
    Why.STAGE_MISSING: _l("There is no further stage in this plan."),
    Why.STILL_RUNNING: _l("The test is still running."),
    Why.STILL_SUSPENDED: _l("The test is suspended."),
    Why.TOO_EARLY: _l("The day of the succession has not come yet."),
    Why.TRIAL_EXISTS: _l("A test has already been opened for this application."),
    Why.WORKS_FOR_APPLICANT: _l(
        "This person acts for an organisation that may apply, and cannot also decide."
    ),
    Why.WORKS_FOR_PROGRAMME: _l(
        "People who work for the programme or an authority cannot also act for an applicant."
    ),
    Why.WRONG_AUTHORITY: _l("This belongs to another authority."),
    Why.WRONG_REQUIREMENT: _l("This requirement is satisfied in another way, or by somebody else."),
}

ENQUIRY_ACTIONS: dict[EnquiryAction, object] = {
    EnquiryAction.WRITE: _l("write to the secretariat"),
    EnquiryAction.ANSWER: _l("answer the organisation"),
    EnquiryAction.ASK: _l("ask authorities whether any rule applies"),
    EnquiryAction.COMPLETE: _l("gather the answers of the authorities"),
    EnquiryAction.CLOSE: _l("close it"),
}
TRIAL_ACTIONS: dict[TrialAction | TrialWork, object] = {
    TrialAction.ENTER_STAGE: _l("enter the next stage"),
    TrialAction.SUSPEND: _l("suspend the test"),
    TrialAction.RESUME: _l("resume the test"),
    TrialAction.COMPLETE: _l("complete the test"),
    TrialAction.END: _l("end the test early"),
    TrialWork.SAVE_PLAN: _l("write the plan"),
    TrialWork.AGREE_PLAN: _l("agree to the plan"),
    TrialWork.SET_START_CONDITION: _l("say how a start condition stands"),
    TrialWork.DOCUMENT: _l("hand in a document for the next gate"),
    TrialWork.APPROVE: _l("approve what the next gate asks for"),
    TrialWork.REFUSE: _l("refuse an approval with a reason"),
    TrialWork.WAIVE: _l("waive a requirement with a reason"),
    TrialWork.REPORT: _l("hand in a monitoring report"),
    TrialWork.ACCEPT_REPORT: _l("accept a monitoring report"),
    TrialWork.RETURN_REPORT: _l("return a monitoring report to be corrected"),
    TrialWork.OPEN_INCIDENT: _l("report an incident"),
    TrialWork.COMPLETE_INCIDENT: _l("complete the report of an incident"),
    TrialWork.REACT_INCIDENT: _l("answer the report of an incident"),
    TrialWork.CLOSE_INCIDENT: _l("close an incident"),
    TrialWork.FINAL_REPORT: _l("hand in the final report"),
    TrialWork.GRANT_RELIEF: _l("grant or refuse a relief"),
    TrialWork.END_RELIEF: _l("end a relief before its day"),
}


REPORT_ACTIONS: dict[ReportAction, object] = {
    ReportAction.SEND: _l("send it for publication"),
    ReportAction.RETURN: _l("return it to its drafter"),
    ReportAction.PUBLISH: _l("publish it"),
}
# Whatever has a lifecycle has its line: a status or a deed without words ends in a fault of ours.
STATUS_LABELS: dict[type, Any] = {
    EnquiryStatus: ENQUIRY_STATUS,
    TrialStatus: TRIAL_STATUS,
    ReportStatus: REPORT_STATUS,
}
ACTION_WORDS: dict[type, Any] = {
    EnquiryAction: ENQUIRY_ACTIONS,
    TrialAction: TRIAL_ACTIONS,
    TrialWork: TRIAL_ACTIONS,
    ReportAction: REPORT_ACTIONS,
}

SENTENCES: dict[type[Refusal], object] = {
    Incomplete: _l("Some answers are missing or wrong. Check them and try again."),
    Stale: _l("Somebody else has changed this in the meantime. Nothing of theirs was lost."),
    FileTooLarge: _l("The file is too large."),
    FileEmpty: _l("The file is empty: it has no content. Save it again and choose it anew."),
    FileTypeRefused: _l("Files of this kind are not accepted."),
    FileSuspicious: _l(
        "The file contains something that we cannot accept, such as macros or scripts."
    ),
}


def explain(error: Refusal) -> str:
    """Return the sentence for a refusal, in the reader's language."""
    if isinstance(error, NotPossible):
        return _why(error)
    if isinstance(error, TransitionRefused):
        return _(
            "This is not possible while the status is “%(status)s”.", status=_status(error.status)
        )
    if isinstance(error, PackUnusable):
        return _(
            "The rules that this needs (%(code)s %(version)s) can no longer be read by this "
            "release of the platform. Nothing is lost. The administrators see which version it is.",
            **error.details,
        )
    return str(SENTENCES.get(type(error), _("This is not possible now.")))


def _why(error: NotPossible) -> str:
    """Say why the facts stand against it, with the facts where somebody can act on them."""
    match error.reason, error.details:
        case Why.CALL_FULL, {"places": int(places), "taken": int(taken)}:
            return ngettext(
                "The call has %(num)d place, and %(taken)d is taken. The case waits until a new "
                "version of the rules gives the call more places, or the positions change.",
                "The call has %(num)d places, and %(taken)d are taken. The case waits until a new "
                "version of the rules gives the call more places, or the positions change.",
                places,
                taken=taken,
            )
        case Why.CALLS_CLOSED, {"opens": date() as opens}:
            return _(
                "No call is open now. The next one opens on %(day)s. What you have written stays "
                "as it is, and you can go on with it until then.",
                day=day(opens),
            )
        case Why.ANSWER_TOO_LATE, {"until": date() as until}:
            return _(
                "Answers were taken until %(day)s, and the case closes without one. Nothing of "
                "what you wrote is lost.",
                day=day(until),
            )
        case Why.RETURN_TOO_LATE, {"until": date() as until}:
            return _(
                "The application could be returned until %(day)s. Take it as it is now.",
                day=day(until),
            )
        case Why.RELIEF_TOO_LONG, {"latest": date() as latest}:
            return _(
                "The test may run until %(day)s at the latest, and no relief lasts longer.",
                day=day(latest),
            )
        case _:
            return str(WHY_SENTENCES[error.reason])


def is_final(error: Refusal) -> bool:
    """Tell whether something was refused because a case or a test has ended for good."""
    if not isinstance(error, TransitionRefused):
        return False
    return not error.possible or (
        isinstance(error.status, TrialStatus) and error.status not in OPEN_STATUSES
    )


def possible_actions(error: Refusal) -> list[str]:
    """Return what the present status does allow, in words; empty where that is not the matter.

    What a case allows hangs on more than its status: its own page says it.
    """
    if not isinstance(error, TransitionRefused) or isinstance(error.status, ApplicationStatus):
        return []
    return [_action(action) for action in error.possible]


def _status(status: object) -> str:
    """Return a status as the reader's pages call it."""
    if isinstance(status, ApplicationStatus):
        return str(application_label(status.value, None, current_actor()).label)
    found: Label = STATUS_LABELS[type(status)][status]
    return str(found.label)


def _action(action: object) -> str:
    return str(ACTION_WORDS[type(action)][action])
