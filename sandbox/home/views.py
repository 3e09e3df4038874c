"""Serve the start page, the eligibility check, My tasks, the inbox and the page of a case."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from sandbox.access.checks import NotFound, conceivable
from sandbox.access.guard import current_actor, needs, public
from sandbox.access.permissions import P
from sandbox.authorities.listing import list_by_time
from sandbox.authorities.queries import applied_codes
from sandbox.domain import eligibility
from sandbox.domain.calls import Calling, calling
from sandbox.home import queries, tasks
from sandbox.home.asking import questions_of
from sandbox.home.forms import eligibility_form, typed_answers
from sandbox.kernel import jobs, mail
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import current_language
from sandbox.kernel.paging import decode_key, encode_key
from sandbox.kernel.records import RECORDS
from sandbox.kernel.tasks import MOST_OF_A_KIND
from sandbox.packs import active
from sandbox.register import queries as register

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """Say what the sandbox is and for whom, and lead on from there."""
    return render_template(
        "home/start.html",
        pack=active.current(),
        calling=_calling(),
        figures=register.count_figures(db.session()),
        latest=register.list_latest(db.session(), limit=3),
    )


@bp.route("/eligibility", methods=["GET", "POST"])
@public
def check_eligibility() -> ResponseReturnValue:
    """Answer whether the sandbox is the right place; nothing is stored, no one is named."""
    pack = active.current()
    spec = pack.eligibility
    typed = typed_answers(spec.questions, request.form)
    asked = eligibility.asked(spec, typed) if request.form else spec.questions
    form = eligibility_form(asked, current_language())
    if form.validate_on_submit():
        result = eligibility.check(spec, typed)
        return render_template("home/eligibility_result.html", result=result, calling=_calling())
    status = 422 if form.is_submitted() else 200
    return render_template(
        "home/eligibility.html", pack=pack, form=form, calling=_calling()
    ), status


def _calling() -> Calling | None:
    pack = active.current()
    return calling(pack, local_day(utc_now(), pack.calendar.timezone))


@bp.get("/my-tasks")
@needs(P.HOME_READ)
def my_tasks() -> ResponseReturnValue:
    """Show what waits for this person, the most urgent first."""
    now = utc_now()
    actor = current_actor()
    return render_template(
        "home/my_tasks.html",
        waiting=tasks.list_tasks(db.session(), actor, now),
        most=MOST_OF_A_KIND,
        sentences=tasks.TASK_SENTENCES,
        conceives=lambda permission: conceivable(actor, P(permission)),
        today=local_day(now, active.current().calendar.timezone),
    )


@bp.get("/inbox")
@needs(P.INBOX_READ)
def inbox() -> ResponseReturnValue:
    """Show every message that the platform has sent to this person."""
    after, language = request.args.get("after", ""), current_language()
    page = queries.list_mails(db.session(), current_actor(), after)
    keys = [encode_key([row.created_at, row.id]) for row in page.rows]
    return render_template(
        "home/inbox.html",
        mails=[(row, mail.render_mail(row.OutboxMail, language)) for row in page.rows],
        next_key=page.next_key,
        is_first="after" not in request.args,
        has_unread=any(row.OutboxMail.read_at is None for row in page.rows),
        bounds={"newest": keys[0], "oldest": keys[-1], "after": after} if keys else {},
    )


@bp.post("/inbox/read")
@needs(P.INBOX_READ)
def read_inbox() -> ResponseReturnValue:
    """Take as read what one page of the inbox showed; later mails and other pages stay unread."""
    db_session, actor, kinds = db.session(), current_actor(), (datetime, UUID)
    newest = decode_key(request.form.get("newest", ""), kinds)
    oldest = decode_key(request.form.get("oldest", ""), kinds)
    if actor.person_id is None:
        raise NotFound
    if newest is not None and oldest is not None:
        with unit_of_work(db_session):
            mail.mark_read(db_session, actor.person_id, newest=newest, oldest=oldest, now=utc_now())
    return redirect(url_for(".inbox", after=request.form.get("after") or None), 303)


@bp.get("/cases/<uuid:application_id>")
@needs(P.APPLICATION_READ)
def case(application_id: UUID) -> ResponseReturnValue:
    """Show one case to everybody who may see it, to each what concerns them."""
    page = queries.get_case(db.session(), current_actor(), application_id, utc_now())
    return render_template("home/case.html", page=page)


@bp.get("/audit")
@needs(P.AUDIT_READ)
def audit() -> ResponseReturnValue:
    """Show the auditor every deed; the content of no case."""
    page = queries.list_deeds(db.session(), request.args.get("after"))
    return render_template("home/audit.html", page=page)


@bp.get("/operations")
@needs(P.OPERATIONS_READ)
def operations() -> ResponseReturnValue:
    """Show the administrator what could not be delivered or done."""
    session = db.session()
    return render_template(
        "home/operations.html",
        mails=mail.list_dead_mails(session),
        jobs=jobs.list_dead_letters(session),
        waiting=jobs.count_waiting(session),
    )


@bp.get("/language/<code>")
@public
def choose_language(code: str) -> ResponseReturnValue:
    """Remember the language and go back to the page; only to addresses of this site."""
    if code not in active.current().languages:
        raise NotFound
    session["language"] = code
    session.permanent = True  # Otherwise the choice would be forgotten with the browser window.
    target = request.args.get("next", "/")
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    return redirect(target if is_ours else "/", 303)


@bp.get("/<any(about, glossary, questions, accessibility, privacy, 'open-data'):name>")
@public
def text(name: str) -> ResponseReturnValue:
    """Show one of the pages of plain text."""
    pack = active.current()
    today = local_day(utc_now(), pack.calendar.timezone)
    return render_template(
        f"home/{name.replace('-', '_')}.html",
        pack=pack,
        records=RECORDS,
        asked=questions_of(pack) if name == "questions" else (),
        authorities=list_by_time(pack, today, applied_codes(db.session())),
    )
