"""Name the tasks of this slice."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

TASK_SENTENCES: Mapping[str, object] = {
    "trials.plan": _l("Write the plan of the test and agree to it"),
    "trials.agree": _l("Read the plan of the test and agree to it"),
    "trials.report": _l("Hand in the monitoring report"),
    "trials.correct_report": _l("Correct the monitoring report that came back"),
    "trials.final_report": _l("Hand in the final report of the test"),
    "trials.judge": _l("Accept or return the monitoring report"),
    "trials.gate": _l("Bring what the next gate asks for"),
    "trials.approve": _l("Approve the next stage, or say what is missing"),
    "trials.declare": _l(
        "Declare whether you have a conflict of interest: the next stage of the test needs the "
        "approval of several persons of your authority"
    ),
    "trials.refused": _l("An approval was refused: read why and settle what is missing"),
    "trials.enter": _l("Enter the next stage: its gate is open"),
    "trials.complete": _l("Complete the test: everything is in place"),
    "trials.leave_stage": _l("Lead the test out of a stage that is over its limit"),
    "trials.resume": _l("Decide whether the suspended test may go on"),
    "trials.decide_relief": _l("Grant or refuse the relief that is drafted"),
    "trials.relief_ends": _l("A relief ends: extend it, or stop in time what it allows"),
    "trials.relief_stops": _l("A relief ends: stop in time what it allows"),
    "trials.incident": _l("Work off the open incident"),
    "trials.complete_incident": _l("Complete the report of the incident"),
    "trials.react_incident": _l("Answer the report of the incident"),
    "trials.more": _l("More tests are open than are looked through here: see the list of tests"),
}
