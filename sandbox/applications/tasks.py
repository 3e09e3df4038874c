"""Say in words what waits for somebody among the applications."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

TASK_SENTENCES: Mapping[str, LazyString] = {
    "applications.finish": _l("Finish and send your application"),
    "applications.correct": _l("Correct your application and send it again"),
    "applications.answer": _l("Answer the request for information"),
    "applications.hear": _l("Say what you think of the preliminary result"),
    "applications.check": _l("Check whether the application is complete"),
    "applications.decide_completeness": _l("Finish the check of the application"),
}
