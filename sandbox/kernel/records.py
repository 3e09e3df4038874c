"""Name the kinds of records that a programme keeps, wherever people read of them."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from sandbox.domain.packs import RecordKind

RECORDS: Mapping[StrEnum, object] = {
    RecordKind.DRAFTS: _l("applications that were never submitted"),
    RecordKind.DECLINED: _l("applications that led to no test"),
    RecordKind.TRIALS: _l("applications that led to a test, with the test"),
    RecordKind.ENQUIRIES: _l("enquiries to the secretariat, with the answers"),
    RecordKind.ACCOUNTS: _l("accounts of people who no longer sign in"),
    RecordKind.MESSAGES: _l("messages that were sent"),
    RecordKind.HISTORY: _l("the history of who did what"),
}
