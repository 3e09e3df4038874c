"""Offer what an operator does with dossiers: check a file, and take it in."""

import sys
from pathlib import Path

import click
import msgspec
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from flask_babel import gettext as _

from sandbox.access.permissions import P
from sandbox.domain.dossiers import DossierIndex, DossierRefused
from sandbox.dossiers import services
from sandbox.dossiers.labels import fault_sentence
from sandbox.dossiers.making import ARCHIVE
from sandbox.kernel.actors import system_actor
from sandbox.kernel.archives import check_archive
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import LANGUAGES, locale_of
from sandbox.models.dossiers import ImportState

OPERATOR = system_actor("operator.import_dossier", P.DOSSIER_IMPORT.value)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
dossier = AppGroup("dossier", help="Dossiers of cases: check one, or take one in.")
language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True
)


@dossier.command("check")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one JSON object.")
@language_option
def check(file: Path, as_json: bool, language: str) -> None:
    """Compare every byte of the dossier FILE with its index.

    Ends with 1 where anything differs, and says what.
    """
    with force_locale(locale_of(language)):
        try:
            index = _checked(file)
        except DossierRefused as refused:
            _refuse(refused.fault.value, refused.entry, as_json=as_json)
        click.echo(_as_json(index) if as_json else _as_lines(index))


@dossier.command("import")
@click.argument("file", metavar="FILE", type=FILE)
@language_option
def take_in(file: Path, language: str) -> None:
    """Check the dossier FILE of another installation and keep it here, apart from all cases.

    Ends with 1 where it is refused, and says why; then nothing of it is kept.
    """
    session, store = db.session(), current_app.extensions["file_store"]
    with force_locale(locale_of(language)):
        try:
            _checked(file)
            with file.open("rb") as content:
                stored = store.put_stream(content, ARCHIVE)
            # What is kept is what counts: the file may have changed since it was checked.
            with store.opened(stored.sha256) as content:
                index = check_archive(content).index
        except DossierRefused as refused:
            _refuse(refused.fault.value, refused.entry, as_json=False)
        with unit_of_work(session):
            kept = services.import_dossier(
                session, OPERATOR, filename=file.name, stored=stored, index=index, now=utc_now()
            )
        if kept.state != ImportState.KEPT.value:
            _refuse(kept.fault or "", kept.entry, as_json=False)
        click.echo(_as_lines(index))


def _checked(file: Path) -> DossierIndex:
    with file.open("rb") as content:
        return check_archive(content).index


def _refuse(fault: str, entry: str, *, as_json: bool) -> None:
    if as_json:
        found = {"sound": False, "fault": fault, "entry": entry}
        click.echo(msgspec.json.encode(found).decode())
    else:
        where = f"{entry}: " if entry else ""
        click.echo(f"{where}{fault_sentence(fault)}")
    sys.exit(1)


def _as_lines(index: DossierIndex) -> str:
    return "\n".join(
        (
            _("The dossier is whole and unaltered."),
            f"{index.case['reference']} · {index.case['organisation']} · {index.case['title']}",
            f"{index.origin['programme']} · {index.origin['address']}",
            _("Hash of the whole: %(root)s", root=index.root),
        )
    )


def _as_json(index: DossierIndex) -> str:
    found = {"sound": True, "root": index.root, **index.content()}
    return msgspec.json.encode(found).decode()
