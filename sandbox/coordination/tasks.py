"""Say in words what waits for somebody among the cases that authorities share."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

TASK_SENTENCES: Mapping[str, LazyString] = {
    "coordination.answer": _l("Say whether your authority takes the case"),
    "coordination.take_lead": _l("Say whether your authority takes over the lead"),
    "coordination.name_officer": _l("Name the officer for the case"),
    "coordination.declare": _l("Declare whether you have a conflict of interest"),
    "coordination.review": _l("Review the criteria"),
    "coordination.position": _l("Take your authority's position"),
    "coordination.confirm": _l(
        "Confirm or change your authority's position: whoever gave it is recused"
    ),
    "coordination.decide": _l("Decide the application"),
    "coordination.replace": _l("Ask another authority in place of one that declined"),
    "coordination.batch": _l("Go on with several applications: some were not reached"),
    "coordination.nobody": _l("See to an authority that has nobody who may act"),
}
