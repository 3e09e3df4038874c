"""Offer the commands of a policy officer: judge, read, draw and compare policy packs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import click
import msgspec
from flask import Flask
from flask.cli import AppGroup
from flask_babel import Babel, force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from config import PROJECT
from sandbox.access.checks import NotFound
from sandbox.access.permissions import P
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible
from sandbox.kernel.actors import system_actor
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import FIRST_LANGUAGE, LANGUAGES, locale_of
from sandbox.packs import active
from sandbox.packs.comparing import compare
from sandbox.packs.errors import PackInvalid, PackProblem
from sandbox.packs.loading import PackUnknown, Validation, load_pack, validate
from sandbox.packs.reference import as_markdown, tables
from sandbox.packs.saying import Sentence
from sandbox.programme import queries, services
from sandbox.programme.changes import change_sentence
from sandbox.programme.diagram import diagram
from sandbox.programme.labels import OBSTACLE
from sandbox.programme.simulation import simulated_lines
from sandbox.programme.summary import summary
from sandbox.programme.words import said

TRANSLATIONS = PROJECT / "sandbox" / "translations"


class PackType(click.ParamType):  # type: ignore[type-arg]  # generic in its stubs alone
    """Take a pack by its folder, or an installed one by its code: `mx` or `mx@1.0.0`."""

    name = "pack"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> PolicyPack:
        """Return the pack; a pack that is not sound or not there ends the command with 2."""
        try:
            if Path(value).is_dir():
                return load_pack(Path(value))
            code, at, version = str(value).partition("@")
            if not at:
                return active.installed().current(code)
            # What an operator installed is there without any database.
            on_disk = version in active.installed().versions(code)
            return (active.installed() if on_disk else active.registry()).get(code, version)
        except PackUnknown:
            self.fail(f"{_nowhere(value)}.", param, ctx)
        except (OperationalError, ProgrammingError) as error:
            # What stands on disk needs no database; a version that does not may be in there.
            unread = _unreadable(error)
            self.fail(f"{_nowhere(value)}, and the {unread}", param, ctx)
        except PackInvalid as fault:
            self.fail(f"{value} is not sound:\n{fault}", param, ctx)


def _nowhere(value: object) -> str:
    installed = ", ".join(f"{pack.code}@{pack.version}" for pack in active.installed())
    return f"{value} is no folder and no installed pack ({installed})"


def _unreadable(error: DBAPIError) -> str:
    """Say why the database could not be asked, and what helps where it is new."""
    reason = str(error.orig).splitlines()[0]
    return f"database cannot be read ({reason}). If it is new: alembic upgrade head"


MOST_NAMED = 20
"""Unfit cases that are named one by one."""
OPERATOR = system_actor("operator.adopt_rules", P.PACK_UPLOAD.value)
PACK = PackType()
packs = AppGroup("packs", help="Policy packs: the rules of a sandbox as data.")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@packs.command("validate", with_appcontext=False)
@click.argument("folder", metavar="PATH", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def validate_pack(folder: Path, as_json: bool, language: str) -> None:
    """Judge the pack in the folder PATH: every fault, every warning, and what was proved.

    Ends with 1 where the pack is not sound.
    """
    found = validate(folder)
    with _speaking(language):
        click.echo(_as_json(found) if as_json else "\n".join(_as_lines(found)))
    sys.exit(1 if found.problems else 0)


@packs.command("diff")
@click.argument("old", metavar="A", type=PACK)
@click.argument("new", metavar="B", type=PACK)
@click.option("--language", type=click.Choice(LANGUAGES), default=FIRST_LANGUAGE)
def diff_packs(old: PolicyPack, new: PolicyPack, language: str) -> None:
    """Say what differs from pack A to pack B, a sentence each; nothing where nothing does."""
    with force_locale(locale_of(language)):
        for change in compare(old, new):
            click.echo(change_sentence(old, new, change))


@packs.command("show")
@click.argument("pack", type=PACK)
@click.option("--language", type=click.Choice(LANGUAGES), default=FIRST_LANGUAGE)
def show_pack(pack: PolicyPack, language: str) -> None:
    """Tell PACK in words: authorities, form, rules of risk, tiers, gates, terms."""
    with force_locale(locale_of(language)):
        for depth, words in summary(pack):
            click.echo(f"{'  ' * depth}{words}")


@packs.command("simulate")
@click.argument("new", type=PACK)
@click.option("--language", type=click.Choice(LANGUAGES), default=FIRST_LANGUAGE)
def simulate_pack(new: PolicyPack, language: str) -> None:
    """Say which cases of this platform would change under NEW, and why; nothing is changed."""
    today = local_day(utc_now(), new.calendar.timezone)
    changed = total = 0
    with _database(), force_locale(locale_of(language)):
        for case in queries.each_simulated(db.session(), new, today):
            total += 1
            if case is not None:
                changed += 1
                for line in simulated_lines(new, case):
                    click.echo(line)
        click.echo(_("%(changed)d of %(total)d cases would change.", changed=changed, total=total))


@packs.command("diagram")
@click.argument("pack", type=PACK)
@click.option("--tier", "tiers", multiple=True, help="Draw only this tier; may be repeated.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--language", type=click.Choice(LANGUAGES), default=FIRST_LANGUAGE)
def draw_pack(pack: PolicyPack, tiers: tuple[str, ...], output: Path, language: str) -> None:
    """Draw the stages and gates of PACK into an SVG file."""
    known = [tier.key for tier in pack.tiers]
    for tier in tiers:
        if tier not in known:
            raise click.BadParameter(f"{tier} is no tier of the pack ({', '.join(known)}).")
    chosen = [tier for tier in pack.tiers if tier.stages and (not tiers or tier.key in tiers)]
    if not chosen:
        raise click.BadParameter("A prohibited tier has no stages that could be drawn.")
    with force_locale(locale_of(language)):
        _write(output, diagram(pack, chosen))
    click.echo(f"{output}: {', '.join(tier.key for tier in chosen)}")


@packs.command("adopt")
@click.argument("pack", metavar="CODE@VERSION")
@click.option("--reason", required=True, help="Why the files on disk may count.")
def adopt_pack(pack: str, reason: str) -> None:
    """Let the changed files of an installed version count for the cases that began under it."""
    code, _at, version = pack.partition("@")
    if not reason.strip():
        raise click.BadParameter("A reason is needed.", param_hint="--reason")
    session = db.session()
    try:
        with _database(), unit_of_work(session):
            noted = queries.lock_noted(session, code, version)
            services.adopt(session, OPERATOR, noted, reason=reason, now=utc_now())
    except NotFound as error:
        message = f"{pack} is not installed, or nothing ever began under it."
        raise click.ClickException(message) from error
    except NotPossible as refused:
        raise click.ClickException("\n".join(_unfit_lines(pack, refused))) from refused
    click.echo(f"{pack}: the files on disk count from now on.")


@packs.command("reference", with_appcontext=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def write_reference(output: Path) -> None:
    """Write the reference of the packs' format, every key of it, as Markdown."""
    _write(output, as_markdown())
    click.echo(f"{output}: {len(tables())} tables")


def adopt_installed(session: Session, reason: str) -> Iterator[str]:
    """Adopt every installed version whose files were changed and fit its cases, and say so."""
    for each in queries.list_unusable(session):
        if not each.is_installed or not active.fingerprint(each.code, each.version):
            continue
        named = f"{each.code}@{each.version}"
        try:
            with unit_of_work(session):
                noted = queries.lock_noted(session, each.code, each.version)
                services.adopt(session, OPERATOR, noted, reason=reason, now=utc_now())
        except NotPossible as refused:
            yield from _unfit_lines(named, refused)
        else:
            yield f"{named}: its files were changed, and count from now on."


def _unfit_lines(pack: str, refused: NotPossible) -> Iterator[str]:
    """Name the cases that changed files do not fit, and what each has that these lack."""
    cases = cast("list[queries.Unfit]", refused.details["cases"])
    yield f"{pack}: its files were changed, and do not know what {len(cases)} cases have on record."
    with force_locale("en"):
        for case in cases[:MOST_NAMED]:
            said = (f"{OBSTACLE[obstacle]} {key}" for obstacle, key in case.obstacles)
            yield f"  {case.reference}: {'; '.join(said)}"
    yield "Put the former files back, and the change into a new version."


def _write(output: Path, text: str) -> None:
    """Write a file, or say in one line why it cannot be written."""
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from error


@contextmanager
def _database() -> Iterator[None]:
    """Say in one line that the database is not there or has no tables yet."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(f"The {_unreadable(error)}") from error


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    """Speak a language where no platform runs: the pack may be the one that keeps it from that."""
    app = Flask("packs")
    Babel(app, default_translation_directories=str(TRANSLATIONS))
    with app.app_context(), force_locale(language):
        yield


def _as_json(found: Validation) -> str:
    pack = found.pack
    values: dict[str, Any] = {
        "sound": pack is not None,
        "code": pack.code if pack else None,
        "version": pack.version if pack else None,
        "partial": found.is_partial,
        "problems": [asdict(problem) for problem in found.problems],
        "warnings": [asdict(warning) for warning in found.warnings],
        "proofs": [asdict(proof) for proof in found.proofs],
    }
    return msgspec.json.format(msgspec.json.encode(values, enc_hook=_plain)).decode()


def _plain(value: object) -> str:
    """Say a sentence in the reader's language; nothing else needs help to become JSON."""
    if not isinstance(value, Sentence):
        raise TypeError(f"{value!r} is no sentence")
    return said(value)


def _as_lines(found: Validation) -> list[str]:
    lines = [_line(problem) for problem in found.problems]
    lines += [_("%(fault)s (warning)", fault=_line(warning)) for warning in found.warnings]
    for proof in found.proofs:
        lines += [_("Proved: %(claim)s", claim=said(proof.claim)), f"    {said(proof.how)}"]
    if found.pack is None:
        count = len(found.problems)
        last = ngettext("Not sound: %(num)d fault.", "Not sound: %(num)d faults.", count)
        if found.is_partial:
            last += " " + _("More may come to light once that is mended.")
        return [*lines, last]
    name = f"{found.pack.code} {found.pack.version}"
    return [*lines, _("Sound: %(pack)s.", pack=name)]


def _line(problem: PackProblem) -> str:
    """Return a problem as compilers print theirs, with what was found and what is allowed."""
    found = _("found %(value)s", value=said(problem.found))
    allowed = _("allowed: %(what)s", what=said(problem.allowed))
    line = replace(problem, message=Sentence(said(problem.message)))
    return f"{line} [{found}; {allowed}]"
