"""Name every permission as `resource:action`."""

from enum import StrEnum


class P(StrEnum):
    """Name what somebody may be allowed to do."""

    HOME_READ = "home:read"
    INBOX_READ = "inbox:read"
    PROFILE_EDIT = "profile:edit"
    PERSON_ADMINISTER = "person:administer"
    AUDIT_READ = "audit:read"
    OPERATIONS_READ = "operations:read"

    SUCCESSION_APPLY = "succession:apply"

    ORGANISATION_CREATE = "organisation:create"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_INVITE = "organisation:invite"

    APPLICATION_START = "application:start"
    APPLICATION_READ = "application:read"
    APPLICATION_READ_ANSWERS = "application:read_answers"
    APPLICATION_EDIT = "application:edit"
    APPLICATION_SUBMIT = "application:submit"
    APPLICATION_WITHDRAW = "application:withdraw"
    APPLICATION_TRIAGE = "application:triage"
    APPLICATION_ASSIGN = "application:assign"
    APPLICATION_LAPSE = "application:lapse"
    APPLICATION_REQUEST_INFORMATION = "application:request_information"
    APPLICATION_ANSWER_INFORMATION = "application:answer_information"

    ASSIGNMENT_ANSWER = "assignment:answer"
    OFFICER_NAME = "officer:name"
    CONFLICT_DECLARE = "conflict:declare"
    APPLICATION_REVIEW = "application:review"
    POSITION_TAKE = "position:take"
    APPLICATION_DECIDE = "application:decide"

    TRIAL_OPEN = "trial:open"
    TRIAL_LIST = "trial:list"
    TRIAL_READ = "trial:read"
    TRIAL_PLAN_EDIT = "trial:plan_edit"
    TRIAL_PLAN_AGREE = "trial:plan_agree"
    START_CONDITION_SET = "start_condition:set"
    REQUIREMENT_DOCUMENT = "requirement:document"
    REQUIREMENT_APPROVE = "requirement:approve"
    REQUIREMENT_WAIVE = "requirement:waive"
    STAGE_ENTER = "stage:enter"
    MONITORING_REPORT_SUBMIT = "monitoring_report:submit"
    MONITORING_REPORT_JUDGE = "monitoring_report:judge"
    INCIDENT_OPEN = "incident:open"
    INCIDENT_COMPLETE = "incident:complete"
    INCIDENT_REACT = "incident:react"
    INCIDENT_CLOSE = "incident:close"
    TRIAL_SUSPEND = "trial:suspend"
    TRIAL_RESUME = "trial:resume"
    TRIAL_COMPLETE = "trial:complete"

    OUTCOME_DRAFT = "outcome:draft"
    OUTCOME_READ = "outcome:read"
    OUTCOME_EDIT = "outcome:edit"
    OUTCOME_CONSENT = "outcome:consent"
    OUTCOME_PUBLISH = "outcome:publish"

    PACK_READ = "pack:read"
    PACK_SIMULATE = "pack:simulate"
    PACK_UPLOAD = "pack:upload"
    PACK_ACTIVATE = "pack:activate"
    PACK_DISCARD = "pack:discard"
    CASE_MOVE = "case:move"

    ROUND_TABLE_REGISTER = "round_table:register"
