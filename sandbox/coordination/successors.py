"""Say beside the name of an authority that has ended who has its competences now."""

from collections.abc import Collection

from flask import g
from flask_babel import gettext as _

from sandbox.authorities.queries import applied_codes
from sandbox.domain.succession import succession_of, successors_of
from sandbox.kernel.db import db
from sandbox.kernel.language import current_language
from sandbox.packs import active


def known_as(code: str | None, ended: Collection[str] | None = None) -> str:
    """Return an authority's code, with those of its successors once it has ended; "" for None.

    Shape: `ended` are the codes of those that have ended, where a page has read them already.
    """
    heirs = [heir for heir, _competences in _successors(code, ended)] if code else []
    if not heirs:
        return code or ""
    return _("%(authority)s (now: %(successors)s)", authority=code, successors=", ".join(heirs))


def successor_lines(code: str, ended: Collection[str] | None = None) -> list[str]:
    """Say of each successor of an ended authority for which matters it is one; none otherwise."""
    pack, language = active.current(), current_language()
    return [
        f"{heir}: {', '.join(pack.competence(each).name.in_(language) for each in competences)}"
        for heir, competences in _successors(code, ended)
    ]


def _successors(
    code: str, ended: Collection[str] | None
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if ended is not None and code not in ended:
        return ()
    pack = active.current()
    # Most pages name no authority that any succession ends, and ask nothing of the database.
    if succession_of(pack, code) is None:
        return ()
    if ended is None:
        if "ended_authorities" not in g:
            g.ended_authorities = applied_codes(db.session())
        ended = g.ended_authorities
    return successors_of(pack, code, ended)
