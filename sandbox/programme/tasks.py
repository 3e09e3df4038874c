"""Name the tasks of this slice."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

TASK_SENTENCES: Mapping[str, object] = {
    "programme.activate": _l("Judge a new version of the rules"),
}
