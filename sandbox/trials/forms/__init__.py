"""Build the forms of a trial from its tier and its pack."""

from sandbox.trials.forms.endings import (
    CompleteForm,
    EndEarlyForm,
    FinalReportForm,
    SuspendForm,
    correct_final_report_form,
    suspend_form,
    with_exit_kinds,
)
from sandbox.trials.forms.incidents import (
    CloseIncidentForm,
    CompleteIncidentForm,
    ReactForm,
    incident_form,
)
from sandbox.trials.forms.numbers import read_decimal
from sandbox.trials.forms.plan import (
    AgreeForm,
    ApproveForm,
    DocumentForm,
    PlanForm,
    RefuseForm,
    StartConditionForm,
    WaiveForm,
    plan_form,
    typed_plan,
)
from sandbox.trials.forms.reliefs import (
    EndReliefForm,
    GrantReliefForm,
    RefuseReliefForm,
    ReliefForm,
)
from sandbox.trials.forms.reports import (
    MonitoringReportForm,
    judge_form,
    report_form,
)

__all__ = [
    "AgreeForm",
    "ApproveForm",
    "CloseIncidentForm",
    "CompleteForm",
    "CompleteIncidentForm",
    "DocumentForm",
    "EndEarlyForm",
    "EndReliefForm",
    "FinalReportForm",
    "GrantReliefForm",
    "MonitoringReportForm",
    "PlanForm",
    "ReactForm",
    "RefuseForm",
    "RefuseReliefForm",
    "ReliefForm",
    "StartConditionForm",
    "SuspendForm",
    "WaiveForm",
    "correct_final_report_form",
    "incident_form",
    "judge_form",
    "plan_form",
    "read_decimal",
    "report_form",
    "suspend_form",
    "typed_plan",
    "with_exit_kinds",
]
