"""Say in words what waits for somebody among the enquiries."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

TASK_SENTENCES: Mapping[str, LazyString] = {
    "enquiries.apply": _l("Start the application to which you are invited"),
    "enquiries.answer": _l("Answer the enquiry"),
    "enquiries.ask": _l("Ask the authorities whether any rule applies"),
    "enquiries.fast_answer": _l("Say whether any rule applies"),
}
