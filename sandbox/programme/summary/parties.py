"""Tell who takes part in a programme."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.wording import read
from sandbox.domain.packs import (
    AuthoritySpec,
    PolicyPack,
    RegisteredPostSpec,
    SuspensionWindowSpec,
)
from sandbox.kernel.formats import day
from sandbox.programme.summary.lines import Line, names_of


def authorities_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say who takes part, when, and who follows whom."""
    yield 1, _("Authorities")
    for authority in pack.authorities:
        words = f"{authority.code}, {read(authority.name)}: {names_of(pack, authority.competences)}"
        yield 2, "; ".join([words, *_validity(authority)])
        if authority.remedy is not None:
            yield 3, _("Against its decisions: %(remedy)s", remedy=read(authority.remedy))
        for post in authority.posts:
            yield 3, _post_words(post)
    yield from _windows(pack)
    yield from _successions(pack)


def _validity(authority: AuthoritySpec) -> Iterator[str]:
    if authority.parent is not None:
        yield _("part of %(body)s", body=read(authority.parent))
    if authority.valid_from is not None:
        yield _("from %(day)s on", day=day(authority.valid_from))
    if authority.valid_until is not None:
        yield _("until %(day)s", day=day(authority.valid_until))


def _post_words(post: RegisteredPostSpec) -> str:
    """Say of a post that its meetings are registered, and by which provision."""
    marks = [_("its meetings with companies are registered")]
    marks += [_("the register is public")] if post.published else []
    marks += [_("the meetings are recorded")] if post.recorded else []
    return f"{read(post.name)}: {', '.join(marks)} ({read(post.provision)})"


def _windows(pack: PolicyPack) -> Iterator[Line]:
    if pack.suspension_windows:
        yield 1, _("Days on which terms of an authority stand still; filings are received")
    for window in pack.suspension_windows:
        yield 2, f"{window.authority}: {_window_days(window)}: {read(window.ground)}"


def _window_days(window: SuspensionWindowSpec) -> str:
    if window.dates:
        return ", ".join(day(each) for each in window.dates)
    first = day(window.first_day)
    if window.last_day is not None:
        return _("from %(first)s to %(last)s", first=first, last=day(window.last_day))
    return ngettext(
        "%(num)d business day from %(first)s on",
        "%(num)d business days from %(first)s on",
        window.business_days or 0,
        first=first,
    )


def _successions(pack: PolicyPack) -> Iterator[Line]:
    if pack.successions:
        yield 1, _("Authorities that end, and who follows them")
    for each in pack.successions:
        yield (
            2,
            _(
                "%(authority)s, from %(day)s on, once an administrator applies it (%(provision)s)",
                authority=each.authority,
                day=day(each.on),
                provision=read(each.provision),
            ),
        )
        for successor in each.successors:
            yield 3, f"{successor.code}: {names_of(pack, successor.competences)}"
        if each.ended:
            names = names_of(pack, each.ended)
            yield 3, _("Pass to nobody: %(competences)s", competences=names)
        yield 3, _("Open cases: %(rule)s", rule=read(each.open_cases))
