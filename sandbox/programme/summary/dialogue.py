"""Tell how a programme speaks with people: round tables and consultations."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.domain.packs import PolicyPack
from sandbox.programme.names import WORDS
from sandbox.programme.summary.lines import Line


def dialogue_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say how open round tables are, what keeps their speakers unknown, and who is asked."""
    yield 1, _("Round tables")
    for words in round_table_words(pack):
        yield 2, words
    yield 1, _("Consultations")
    for words in consultation_words(pack):
        yield 2, words


def round_table_words(pack: PolicyPack) -> Iterator[str]:
    """Say the rules of the round tables, a sentence each."""
    rules = pack.round_tables
    if rules is None:
        yield _("The programme holds no round tables.")
        return
    regimes = "; ".join(str(WORDS[regime]) for regime in rules.regimes)
    yield _("A part of a table is one of these: %(regimes)s.", regimes=regimes)
    yield _(
        "Under the Chatham House rule at least %(persons)d people from %(organisations)d "
        "organisations take part, and no larger number is published.",
        persons=rules.least_persons,
        organisations=rules.least_organisations,
    )
    yield _(
        "A sector is named only if at least %(num)d of its organisations took part.",
        num=rules.least_of_sector,
    )
    yield ngettext(
        "A theme has a heading of its own from %(num)d statement on.",
        "A theme has a heading of its own from %(num)d statements on.",
        rules.least_of_theme,
    )
    yield ngettext(
        "Those who took part have %(num)d business day to object before a record is published.",
        "Those who took part have %(num)d business days to object before a record is published.",
        rules.objection_days,
    )
    if rules.attendance_months is None:
        yield _("No list of those who took part is kept.")
    else:
        yield ngettext(
            "A sealed list of those who took part is kept for %(num)d month; any two of three "
            "custodians together can open it.",
            "A sealed list of those who took part is kept for %(num)d months; any two of three "
            "custodians together can open it.",
            rules.attendance_months,
        )


def consultation_words(pack: PolicyPack) -> Iterator[str]:
    """Say the rules of the consultations, a sentence each."""
    rules = pack.consultations
    if rules is None:
        yield _("The programme holds no consultations.")
        return
    yield ngettext(
        "A consultation is open for at least %(num)d calendar day.",
        "A consultation is open for at least %(num)d calendar days.",
        rules.least_days,
    )
    yield ngettext(
        "The secretariat answers in public within %(num)d business day of its end.",
        "The secretariat answers in public within %(num)d business days of its end.",
        rules.reply_days,
    )
    yield _("Counts of fewer than %(num)d answers are not shown.", num=rules.smallest_count)
    yield _(
        "A survey by invitation shows no results with fewer than %(num)d answers.",
        num=rules.least_answers,
    )
