"""Name the tasks of this slice."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

TASK_SENTENCES: Mapping[str, object] = {
    "outcomes.draft": _l("Draft the outcome report"),
    "outcomes.finish": _l("Finish the outcome report"),
    "outcomes.consent": _l("Say whether the outcome report may be published"),
    "outcomes.publish": _l("Check and publish the outcome report"),
}
