"""Serve the public register: pages and open data, for everybody alike."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from sandbox.access.guard import public
from sandbox.domain.packs import PolicyPack
from sandbox.domain.trials import (
    OPEN_STATUSES,
    StageProgress,
    StageVisit,
    TrialStatus,
    is_published,
    stage_plan,
)
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db
from sandbox.outcomes import queries as outcomes
from sandbox.packs import active
from sandbox.programme.summary import consultation_words, round_table_words
from sandbox.register import queries
from sandbox.register.exports import RELIEF_COLUMNS, csv_lines
from sandbox.register.schemas import (
    RegisteredReliefSchema,
    RegisteredRoundTableSchema,
    RegisteredTrialSchema,
)
from sandbox.round_tables import queries as round_table_queries
from sandbox.trials.queries import each_granted, list_granted, list_reliefs
from sandbox.trials.sentences import cap_words

bp = Blueprint("register", __name__)


@bp.get("/register")
@public
def trials() -> ResponseReturnValue:
    """List the trials that were admitted."""
    wanted = {"tier": request.args.get("tier"), "status": request.args.get("status")}
    page = queries.list_trials(db.session(), after=request.args.get("after"), **wanted)
    return render_template(
        "register/trials.html",
        page=page,
        wanted=wanted,
        pack=active.current(),
        pack_of=active.find_pack_of,
        statuses=tuple(TrialStatus),
    )


@bp.get("/register/<reference>")
@public
def trial(reference: str) -> ResponseReturnValue:
    """Show what is public of one trial."""
    session = db.session()
    row = queries.get_trial(session, reference)
    pack = active.pack_of(row)
    return render_template(
        "register/trial.html",
        trial=row,
        pack=pack,
        authorities=queries.list_authorities(session, row.application_id),
        reliefs=list_reliefs(session, row, pack, local_day(utc_now(), pack.calendar.timezone)),
        stages=_plan(row, queries.list_stages(session, row.id), pack),
        cap_words=cap_words,
        is_published=lambda key: is_published(pack, key, TrialStatus(row.status)),
        shows_conditions=_shows_conditions(row, pack),
    )


def _shows_conditions(row: Any, pack: PolicyPack) -> bool:
    """Tell whether the rules now and those of the decision let everybody read its conditions."""
    then = active.find_pack_then(row, row.decided_under) if row.decided_under else None
    return pack.conditions_are_public and then is not None and then.conditions_are_public


@bp.get("/register.json")
@public
def trials_json() -> ResponseReturnValue:
    """Give a page of the register as data; `next` leads to the following one."""
    after = request.args.get("after")
    page = queries.list_trials(db.session(), tier=None, status=None, after=after)
    rows = RegisteredTrialSchema(many=True).dump(page.rows)
    today = local_day(utc_now(), active.current().calendar.timezone)
    granted = list_granted(db.session(), [trial.id for trial in page.rows], today)
    for trial, row in zip(page.rows, rows, strict=True):
        row["reliefs"] = RegisteredReliefSchema(many=True).dump(granted.get(trial.id, ()))
    return jsonify({"trials": rows, "next": page.next_key})


@bp.get("/register.csv")
@public
def trials_csv() -> ResponseReturnValue:
    """Give the whole register as a table."""
    return _table("register.csv", _lines())


@bp.get("/register/reliefs.csv")
@public
def reliefs_csv() -> ResponseReturnValue:
    """Give every relief that was granted as a table, without its conditions."""
    today = local_day(utc_now(), active.current().calendar.timezone)
    return _table("reliefs.csv", _relief_lines(today))


def _table(name: str, lines: Iterator[str]) -> Response:
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines() -> Iterator[str]:
    # The session of the view ends with it; what is streamed asks for one of its own, which ends
    # with the stream. Otherwise each download would keep a connection.
    yield from csv_lines(queries.each_trial(db.session()))


def _relief_lines(today: date) -> Iterator[str]:
    yield from csv_lines(each_granted(db.session(), today), RELIEF_COLUMNS)


@bp.get("/reports")
@public
def reports() -> ResponseReturnValue:
    """List the outcome reports that were published."""
    page = outcomes.list_published(db.session(), request.args.get("after"))
    return render_template("register/reports.html", page=page, pack_of=active.pack_of)


@bp.get("/round-tables")
@public
def round_tables() -> ResponseReturnValue:
    """List the round tables that were held."""
    pack = active.current()
    return render_template(
        "register/round_tables.html",
        rows=round_table_queries.list_round_tables(db.session()),
        round_table_rules=round_table_words(pack),
        consultation_rules=consultation_words(pack),
    )


@bp.get("/round-tables.json")
@public
def round_tables_json() -> ResponseReturnValue:
    """Give the round tables as data."""
    rows = round_table_queries.list_round_tables(db.session())
    return jsonify({"round_tables": RegisteredRoundTableSchema(many=True).dump(rows)})


@bp.get("/round-tables/<slug>")
@public
def round_table(slug: str) -> ResponseReturnValue:
    """Show what the register says of one round table."""
    row = round_table_queries.get_round_table(db.session(), slug)
    return render_template("register/round_table.html", table=row)


def _plan(row: Any, entered: Sequence[Any], pack: PolicyPack) -> tuple[StageProgress, ...]:
    zone = pack.calendar.timezone
    visits = [
        StageVisit(
            stage.key,
            local_day(stage.entered_at, zone),
            local_day(stage.left_at, zone) if stage.left_at else None,
        )
        for stage in entered
    ]
    return stage_plan(
        pack.tier(row.tier),
        visits,
        local_day(utc_now(), zone),
        row.status == TrialStatus.SUSPENDED,
        TrialStatus(row.status) not in OPEN_STATUSES,
    )
