"""Tell when a programme takes applications, and what it answers before."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.wording import read
from sandbox.domain.packs import CallSpec, PolicyPack
from sandbox.kernel.formats import day
from sandbox.programme.summary.lines import Line
from sandbox.programme.words import fast_answer_words


def calls_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say when applications may be sent, and how many can be admitted."""
    yield 1, _("Calls")
    if not pack.calls:
        yield 2, _("Applications may be sent at any time.")
    for call in sorted(pack.calls, key=lambda each: each.first_day):
        yield 2, f"{read(call.name)}: {'; '.join(_facts(call))}"
        yield 3, read(call.text)
    if pack.outside_calls:
        yield (
            2,
            _("Outside the calls, applications may be sent at any time; no places are counted."),
        )


def _facts(call: CallSpec) -> Iterator[str]:
    if call.last_day is None:
        yield _("from %(day)s on", day=day(call.first_day))
    else:
        yield _("from %(first)s to %(last)s", first=day(call.first_day), last=day(call.last_day))
    if call.places is not None:
        yield ngettext("%(num)d place", "%(num)d places", call.places)


def enquiries_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say who answers before an application is written, and within which term."""
    yield 1, _("Enquiries")
    yield 2, _("The secretariat answers enquiries and expressions of interest.")
    if pack.fast_answer is None:
        yield 2, _("The authorities are not asked whether any rule applies.")
        return
    length, silence = fast_answer_words(pack.fast_answer)
    yield (
        2,
        _(
            "Fast answer: each competent authority says within %(length)s whether any rule "
            "applies; %(silence)s.",
            length=length,
            silence=silence,
        ),
    )
    yield 3, read(pack.fast_answer.text)
