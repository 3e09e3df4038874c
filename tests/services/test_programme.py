"""A version of the rules is uploaded, judged by a second person, and from then on in force."""

from collections.abc import Callable, Iterator
from dataclasses import replace as replace_part
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.access.checks import Denied
from sandbox.applications import services as applications
from sandbox.applications.services.pinning import note_rules
from sandbox.authorities.services import register_authorities
from sandbox.coordination.services import apply_succession
from sandbox.domain.enquiries import EnquiryKind
from sandbox.domain.moving import Obstacle
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import Refusal, Why
from sandbox.domain.simulation import Aspect
from sandbox.domain.trials import TrialStatus
from sandbox.enquiries.services import write_enquiry
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.db import Stale, db, unit_of_work
from sandbox.kernel.mail import OutboxMail
from sandbox.models import (
    Application,
    ApprovalTerm,
    Enquiry,
    InstalledVersion,
    Organisation,
    PackFile,
    PackVersion,
    StartCondition,
    Submission,
    Trial,
    TrialStage,
)
from sandbox.packs import active
from sandbox.packs.errors import PackUnusable
from sandbox.packs.loading import validate_files
from sandbox.programme import queries, services
from sandbox.web.pack_commands import adopt_installed
from tests.factories import (
    NOW,
    actor_for,
    make_company,
    make_draft,
    make_staff,
    make_submitted,
    pack,
)
from tests.packs.copies import copy_of_mx, files_of, replace, rules_in, ship
from tests.racing import overtake, race_for_versions
from tests.trial_factories import make_trial

LATER = NOW + timedelta(hours=1)
LONGER = ("coordination.toml", "length = 60 #", "length = 61 #")


@pytest.fixture
def people(app: Flask, session: Session) -> tuple[Actor, Actor]:
    """Two administrators."""
    return tuple(  # type: ignore[return-value]
        actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name))
        for name in ("Adela", "Bruno")
    )


def upload(
    session: Session, actor: Actor, version: str, *changes: tuple[str, str, str]
) -> PackVersion:
    files, pack = read(version, *changes)
    with unit_of_work(session):
        return services.upload(
            session, actor, files=files, pack=pack, note="Plazo más corto.", now=NOW
        )


@cache
def read(version: str, *changes: tuple[str, str, str]) -> tuple[dict[str, bytes], PolicyPack]:
    """Return a version of the Mexican pack as files and as rules; most tests want the same few."""
    files = files_of(version, *changes)
    pack = validate_files("mx", files).pack
    assert pack is not None
    return files, pack


def activate(session: Session, actor: Actor, row: PackVersion, seen: str = "1.0.0") -> None:
    with unit_of_work(session):
        services.activate(session, actor, row, expected_version=row.version, seen=seen, now=LATER)


def refused(deed: Callable[[], object]) -> object:
    with pytest.raises(Refusal) as refusal:
        deed()
    return getattr(refusal.value, "reason", type(refusal.value))


def in_force(app: Flask) -> str:
    """Ask as a request or job does that begins now."""
    with app.app_context():
        return active.in_force().version


def test_uploaded_version_changes_nothing(
    app: Flask, session: Session, people: tuple[Actor, Actor]
) -> None:
    row = upload(session, people[0], "1.1.0")

    assert (row.state, row.semver, row.code) == ("uploaded", "1.1.0", "mx")
    assert in_force(app) == "1.0.0"
    kept = queries.read_files(session, "mx", "1.1.0")
    assert kept == {name: text.replace(b"\r\n", b"\n") for name, text in files_of("1.1.0").items()}
    deed = session.scalars(select(AuditEntry).where(AuditEntry.deed == "pack:uploaded")).one()
    assert deed.details == {"rules": "1.1.0", "fingerprint": row.sha256}
    # The other administrator is asked, and nobody else.
    asked = session.scalars(select(OutboxMail.person_id)).all()
    assert asked == [people[1].person_id]


def test_second_person_puts_it_in_force(
    app: Flask, session: Session, people: tuple[Actor, Actor]
) -> None:
    row = upload(session, people[0], "1.1.0")
    activate(session, people[1], row)

    assert in_force(app) == "1.1.0"
    assert (row.state, row.activated_by_id, row.activated_at) == (
        "active",
        people[1].person_id,
        LATER,
    )
    session.rollback()


def test_uploader_never_puts_it_in_force(session: Session, people: tuple[Actor, Actor]) -> None:
    row = upload(session, people[0], "1.1.0")
    assert refused(lambda: activate(session, people[0], row)) is Why.FOUR_EYES
    caseworker = actor_for(session, make_staff(session))
    assert refused(lambda: activate(session, caseworker, row)) is Denied


def test_caseworker_may_upload_and_discard_own_versions_alone(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    caseworker = actor_for(session, make_staff(session))
    own, other = upload(session, caseworker, "1.1.0"), upload(session, people[0], "1.2.0")

    def discard(row: PackVersion) -> None:
        with unit_of_work(session):
            services.discard(session, caseworker, row, now=LATER)

    assert refused(lambda: discard(other)) is Denied
    discard(own)
    assert own.state == "discarded"
    assert refused(lambda: discard(own)) is Why.PACK_NOT_WAITING
    assert refused(lambda: activate(session, people[0], own)) is Why.PACK_NOT_WAITING
    # Its number is used up for ever.
    assert refused(lambda: upload(session, people[1], "1.1.0")) is Why.PACK_TAKEN


@pytest.mark.parametrize("role", [StaffRole.PUBLISHER, StaffRole.AUDITOR])
def test_others_upload_nothing(session: Session, app: Flask, role: StaffRole) -> None:
    reader = actor_for(session, make_staff(session, role))
    assert refused(lambda: upload(session, reader, "1.1.0")) is Denied
    assert session.scalar(select(func.count(PackVersion.id))) == 0


@pytest.mark.parametrize(
    ("version", "changes", "why"),
    [
        ("1.0.0", (), Why.PACK_TAKEN),
        ("0.9.0", (), Why.PACK_NOT_NEWER),
        ("1.1.0", (("pack.toml", 'code = "mx"', 'code = "ma"'),), Why.PACK_OTHER_PROGRAMME),
        (
            "1.1.0",
            (("authorities.toml", "America/Mexico_City", "America/Tijuana"),),
            Why.PACK_OTHER_PLACE,
        ),
        ("1.1.0", (("pack.toml", 'currency = "MXN"', 'currency = "USD"'),), Why.PACK_OTHER_PLACE),
    ],
)
def test_version_that_cannot_follow_is_refused(
    session: Session,
    people: tuple[Actor, Actor],
    version: str,
    changes: tuple[tuple[str, str, str], ...],
    why: Why,
) -> None:
    assert refused(lambda: upload(session, people[0], version, *changes)) is why
    assert session.scalar(select(func.count(PackFile.id))) == 0


def test_same_number_with_other_content_is_refused(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    upload(session, people[0], "1.1.0")
    other = ("pack.toml", 'version = "1.1.0"', 'version = "1.1.0" # otra')
    assert refused(lambda: upload(session, people[0], "1.1.0", other)) is Why.PACK_TAKEN


def test_older_version_that_waits_can_no_longer_come_into_force(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    older, newer = upload(session, people[0], "1.1.0"), upload(session, people[0], "1.2.0")
    activate(session, people[1], newer)
    assert refused(lambda: activate(session, people[1], older, "1.2.0")) is Why.PACK_NOT_NEWER


def test_activation_is_refused_where_other_rules_came_into_force_meanwhile(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    first, second = upload(session, people[0], "1.1.0"), upload(session, people[0], "1.2.0")
    activate(session, people[1], first)
    assert refused(lambda: activate(session, people[1], second, "1.0.0")) is Stale
    activate(session, people[1], second, "1.1.0")
    session.refresh(first)
    assert (first.state, second.state) == ("retired", "active")
    session.rollback()


def test_two_who_activate_at_once_leave_one_version_in_force(
    engine: Engine, session: Session, people: tuple[Actor, Actor], app: Flask
) -> None:
    caseworker = actor_for(session, make_staff(session))
    rows = [upload(session, caseworker, "1.1.0").id, upload(session, caseworker, "1.2.0").id]
    session.rollback()

    def run(place: int) -> Callable[[Session], object]:
        def deed(own: Session) -> None:
            row = own.get_one(PackVersion, rows[place])
            activate(own, people[place], row)

        return deed

    results = race_for_versions(engine, run(0), run(1))
    states = session.scalars(select(PackVersion.state).order_by(PackVersion.semver)).all()
    assert results.count("done") == 1
    assert sorted(states) == ["active", "uploaded"]


def test_new_case_begins_under_it_and_running_cases_keep_theirs(
    app: Flask, session: Session, people: tuple[Actor, Actor]
) -> None:
    organisation, company = make_company(session)
    before = make_submitted(session, organisation, company)
    row = upload(session, people[0], "1.1.0")
    activate(session, people[1], row)
    with app.app_context():
        rules = active.in_force()
    with unit_of_work(session):
        after = applications.start_application(
            session, company, organisation, pack=rules, start_key="k", language="es", now=LATER
        )
    assert (before.pack_version, after.pack_version) == ("1.0.0", "1.1.0")
    assert active.pack_of(after).version == "1.1.0"
    assert active.pack_of(before) is pack()
    session.rollback()


def test_version_that_a_newer_release_cannot_read_stops_its_cases_and_nothing_else(
    app: Flask, session: Session, people: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, company = make_company(session)
    application = make_draft(session, organisation, company)
    row = upload(session, people[0], "1.1.0")
    activate(session, people[1], row)
    session.execute(
        PackFile.__table__.update().where(PackFile.name == "pack.toml").values(content="alt = 1")
    )
    session.execute(Application.__table__.update().values(pack_version="1.1.0"))
    session.commit()
    monkeypatch.setattr(active, "_judged", {})

    with app.app_context():
        with pytest.raises(PackUnusable):
            active.in_force()
        assert active.current().version == "1.0.0"
        assert [each.version for each in queries.list_unusable(session)] == ["1.1.0"]
    session.refresh(application)
    with pytest.raises(PackUnusable):
        active.pack_of(application)
    assert active.find_pack_of(application) is None
    session.rollback()


def test_rules_that_were_altered_behind_the_platform_are_law_for_nobody(
    app: Flask, session: Session, people: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    activate(session, people[1], upload(session, people[0], "1.1.0"))
    own = PackFile.__table__
    before = session.scalars(select(PackFile.content).where(PackFile.name == "coordination.toml"))
    altered = before.one().replace('decision_rule = "unanimity"', 'decision_rule = "lead_decides"')
    session.execute(own.update().where(own.c.name == "coordination.toml").values(content=altered))
    session.commit()
    # Another worker, that has read nothing yet.
    monkeypatch.setattr(active, "_judged", {})

    with app.app_context():
        with pytest.raises(PackUnusable):
            active.in_force()
        assert [each.version for each in queries.list_unusable(session)] == ["1.1.0"]
    session.rollback()


OTHERWISE = (
    ("authorities.toml", '"broadcasting", "connectivity"]},\n', '"broadcasting"]},\n'),
    (
        "authorities.toml",
        '{code = "CNA", competences = ["telecom_competition"]}',
        '{code = "CNA", competences = ["telecom_competition", "connectivity"]}',
    ),
    ("authorities.toml", '"consumer_markets", "tele', '"consumer_markets", "connectivity", "tele'),
)


def test_applied_succession_is_told_by_no_later_version_in_another_way(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    before = upload(session, people[0], "1.1.0", *OTHERWISE)
    other = upload(session, people[0], "1.2.0")
    with unit_of_work(session):
        apply_succession(session, people[0], key="ift_2025", now=NOW)
    assert refused(lambda: activate(session, people[1], before)) is Why.PACK_OTHER_PAST
    assert refused(lambda: upload(session, people[0], "1.3.0", *OTHERWISE)) is Why.PACK_OTHER_PAST
    # What was not applied may still change, and the others come into force as ever.
    activate(session, people[1], other)


@pytest.mark.parametrize(
    "order", [("rules", "succession", "Stale"), ("succession", "rules", "NotPossible")]
)
def test_rules_and_a_succession_that_contradict_each_other_never_both_count(
    engine: Engine, session: Session, people: tuple[Actor, Actor], order: tuple[str, str, str]
) -> None:
    key = upload(session, people[0], "1.1.0", *OTHERWISE).id
    with unit_of_work(session):
        register_authorities(session, people[0], pack(), now=NOW)

    def apply(own: Session) -> None:
        apply_succession(own, people[0], key="ift_2025", now=NOW)

    def put_in_force(own: Session) -> None:
        row = own.get_one(PackVersion, key)
        services.activate(own, people[1], row, expected_version=None, seen="1.0.0", now=LATER)

    def in_time(deed: Callable[[Session], None]) -> Callable[[Session], None]:
        def done(own: Session) -> None:
            with unit_of_work(own):
                deed(own)

        return done

    first, second, expected = order
    deeds = {"rules": put_in_force, "succession": apply}
    assert overtake(session, engine, deeds[first], in_time(deeds[second])) == expected


# --- versions that come with the platform ---------------------------------------------------------


@pytest.fixture
def shipped(app: Flask, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Let a release of the platform bring another version on disk, as long as a test runs."""
    copy_of_mx(tmp_path)
    yield partial(ship, tmp_path)
    active.install(PACKS, "mx")


def propose(session: Session, actor: Actor, version: str) -> PackVersion:
    read, files = queries.get_installed(version)
    with unit_of_work(session):
        return services.upload(session, actor, files=files, pack=read, note="Nueva.", now=LATER)


def test_newer_version_on_disk_waits_for_people_once_they_have_put_one_in_force(
    app: Flask,
    session: Session,
    people: tuple[Actor, Actor],
    shipped: Callable[..., None],
) -> None:
    shipped("1.1.0")
    assert in_force(app) == "1.1.0"
    activate(session, people[1], upload(session, people[0], "1.2.0"), seen="1.1.0")
    shipped("1.3.0")
    assert in_force(app) == "1.2.0"

    row = propose(session, people[0], "1.3.0")
    assert refused(lambda: activate(session, people[0], row, seen="1.2.0")) is Why.FOUR_EYES
    activate(session, people[1], row, seen="1.2.0")
    assert in_force(app) == "1.3.0"
    assert refused(lambda: propose(session, people[0], "1.1.0")) is Why.PACK_TAKEN


def test_newer_version_on_disk_waits_for_people_once_a_case_has_begun(
    app: Flask,
    session: Session,
    people: tuple[Actor, Actor],
    shipped: Callable[..., None],
) -> None:
    organisation, company = make_company(session)
    shipped("1.1.0")
    assert in_force(app) == "1.1.0"
    make_draft(session, organisation, company)
    shipped("1.2.0")
    assert in_force(app) == "1.1.0"
    activate(session, people[1], propose(session, people[0], "1.2.0"), seen="1.1.0")
    assert in_force(app) == "1.2.0"


@pytest.mark.parametrize("begins", ["application", "enquiry"])
def test_files_that_are_changed_on_disk_decide_nothing_that_began_before(
    app: Flask, session: Session, tmp_path: Path, begins: str
) -> None:
    organisation, company = make_company(session)
    place = copy_of_mx(tmp_path)
    try:
        active.install(tmp_path, "mx")
        change_term(place, 60, 61)
        active.install(tmp_path, "mx")
        assert active.current().clock("decision").length == 61, "Nothing has begun under it yet."
        case = begin(session, organisation, company, begins)
        before = session.scalars(select(InstalledVersion.sha256)).one()

        change_term(place, 61, 62)
        active.install(tmp_path, "mx")
        assert active.find_pack_of(case) is None
        with app.app_context():
            with pytest.raises(PackUnusable):
                active.in_force()
            assert [each.version for each in queries.list_unusable(session)] == ["1.0.0"]
        session.rollback()

        # The former files come back, or the operator answers for the new ones.
        change_term(place, 62, 61)
        active.install(tmp_path, "mx")
        assert active.pack_of(case).clock("decision").length == 61
        session.rollback()
        change_term(place, 61, 62)
        active.install(tmp_path, "mx")
        result = app.test_cli_runner().invoke(
            args=["packs", "adopt", "mx@1.0.0", "--reason", "Corrige una errata."]
        )
        assert result.exit_code == 0, result.output
        assert active.pack_of(case).clock("decision").length == 62
        session.rollback()
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.deed == Deed.PACK_ADOPTED))
        assert entry.details["reason"] == "Corrige una errata."
        assert entry.details["before"] == before
        session.rollback()
    finally:
        active.install(PACKS, "mx")


@pytest.mark.parametrize("has_ended", [False, True])
def test_files_that_lack_what_a_case_has_on_record_are_not_adopted(
    app: Flask, session: Session, tmp_path: Path, *, has_ended: bool
) -> None:
    place = copy_of_mx(tmp_path)
    with rules_in(tmp_path):
        trial = make_trial(session, app.extensions["file_store"]).trial
        case = session.get_one(Application, trial.application_id)
        if has_ended:
            session.execute(update(Trial).values(status=TrialStatus.ENDED_EARLY.value))
            session.commit()
        stage, reference = pack().tier(trial.tier).stages[0].key, case.reference
        key = f'key = "{trial.tier}"'
        [rules] = [each for each in place.glob("tier-*.toml") if key in each.read_text()]
        before = session.scalars(select(InstalledVersion.sha256)).one()
        session.rollback()
        replace(rules, f'key = "{stage}"', 'key = "renamed"')
        active.install(tmp_path, "mx")
        said = f"{reference}: A stage that was entered is unknown: {stage}"
        told = adopt_mx(app)
        assert (told.exit_code, said in told.output) == (1, True), told.output
        # The demonstration, which follows its release by itself, takes them as little.
        with app.app_context():
            assert list(adopt_installed(db.session(), "Sigue a su versión."))[1].strip() == said
        session.rollback()
        assert session.scalars(select(InstalledVersion.sha256)).one() == before
        adopted = select(AuditEntry).where(AuditEntry.deed == Deed.PACK_ADOPTED)
        assert session.scalars(adopted).all() == []
        session.rollback()

        # The same stages in other words are what adopting is for.
        replace(rules, 'key = "renamed"', f'key = "{stage}"')
        change_term(place, 60, 61)
        active.install(tmp_path, "mx")
        told = adopt_mx(app)
        assert told.exit_code == 0, told.output
        session.rollback()


def test_files_that_are_the_same_fit_cases_of_every_tier(session: Session) -> None:
    organisation, company = make_company(session)
    case = make_submitted(session, organisation, company)
    prohibited = next(tier.key for tier in pack().tiers if tier.prohibited)
    session.execute(update(Application).values(tier=prohibited))
    session.commit()
    assert case.tier == prohibited
    session.rollback()
    assert queries.list_unfit(session, pack()) == []


def test_files_without_the_tier_of_a_case_are_not_adopted(app: Flask, session: Session) -> None:
    trial = make_trial(session, app.extensions["file_store"]).trial
    assert queries.list_unfit(session, pack()) == []
    case = session.get_one(Application, trial.application_id)
    others = tuple(replace_part(tier, key=f"{tier.key}_x") for tier in pack().tiers)
    [unfit] = queries.list_unfit(session, replace_part(pack(), tiers=others))
    assert unfit == queries.Unfit(case.reference or "", ((Obstacle.TIER, trial.tier),))


def adopt_mx(app: Flask) -> Result:
    return app.test_cli_runner().invoke(
        args=["packs", "adopt", "mx@1.0.0", "--reason", "Dice lo mismo."]
    )


def change_term(place: Path, old: int, new: int) -> None:
    replace(place / "coordination.toml", f"length = {old} #", f"length = {new} #")


def begin(
    session: Session, organisation: Organisation, company: Actor, what: str
) -> Application | Enquiry:
    if what == "application":
        return make_draft(session, organisation, company)
    with unit_of_work(session):
        return write_enquiry(
            session,
            company,
            organisation,
            kind=EnquiryKind.QUESTION,
            subject="¿Se puede?",
            text="Queremos probar un asistente.",
            activity="",
            start_key="clave",
            now=NOW,
        )


@pytest.mark.parametrize("named", ["mx@9.9.9", "mx@1.0.0", "mx"])
def test_only_what_is_installed_and_in_use_is_adopted(app: Flask, named: str) -> None:
    result = app.test_cli_runner().invoke(args=["packs", "adopt", named, "--reason", "Nada."])
    assert (result.exit_code, "nothing ever began under it" in result.output) == (1, True)
    result = app.test_cli_runner().invoke(args=["packs", "adopt", named, "--reason", " "])
    assert result.exit_code == 2


def test_two_who_are_the_first_to_begin_note_the_rules_once(session: Session) -> None:
    organisation, company = make_company(session)
    for _ in range(2):
        # The second asks in a transaction that does not see what the first has noted.
        assert active.fingerprint_to_note(pack(), organisation) is not None
        session.rollback()
    with unit_of_work(session):
        note_rules(session, organisation, pack(), now=NOW)
        note_rules(session, organisation, pack(), now=LATER)
    noted = session.execute(select(InstalledVersion.semver, InstalledVersion.noted_at)).all()
    assert [tuple(each) for each in noted] == [("1.0.0", NOW)]
    session.rollback()
    make_draft(session, organisation, company)
    assert active.fingerprint_to_note(pack(), organisation) is None
    session.rollback()


def test_version_on_disk_hides_none_that_people_put_in_force(
    app: Flask,
    session: Session,
    people: tuple[Actor, Actor],
    shipped: Callable[..., None],
) -> None:
    activate(session, people[1], upload(session, people[0], "1.1.0", LONGER))
    shipped("1.1.0")
    with app.app_context():
        assert active.in_force().clock("decision").length == 61
        assert active.registry().get("mx", "1.1.0") is active.in_force()
    # Nor does anybody bring other rules in under the number of what is installed.
    shipped("1.2.0")
    assert refused(lambda: upload(session, people[0], "1.2.0", LONGER)) is Why.PACK_TAKEN


# --- moving a case --------------------------------------------------------------------------------


def follow(session: Session, people: tuple[Actor, Actor], *changes: tuple[str, str, str]) -> None:
    """Let version 1.1.0 come into force with these changes."""
    activate(session, people[1], upload(session, people[0], "1.1.0", *changes))


def move(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    now: datetime = LATER,
    **values: str,
) -> None:
    given = {"to": "1.1.0", "reason": "La empresa lo pidió.", **values}
    with unit_of_work(session):
        services.move_case(session, actor, application, now=now, **given)


def test_moved_case_follows_the_rules_in_force(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    organisation, company = make_company(session)
    application = make_submitted(session, organisation, company)
    caseworker = actor_for(session, make_staff(session))
    follow(session, people, LONGER)
    session.execute(OutboxMail.__table__.delete())
    session.commit()
    shown = queries.get_move(session, application, LATER)
    assert [effect.aspect for effect in shown.effects] == [Aspect.DEADLINE]
    assert [change.path for change in shown.changes] == ["clocks.decision.length"]
    assert shown.obstacles == ()

    move(session, caseworker, application)
    assert application.pack_version == "1.1.0"
    assert active.pack_of(application).clock("decision").length == 61
    deed = session.scalars(select(AuditEntry).where(AuditEntry.deed == "application:moved")).one()
    assert deed.application_id == application.id
    assert (deed.details["before"], deed.details["rules"]) == ("1.0.0", "1.1.0")
    assert deed.details["reason"] == "La empresa lo pidió."
    told = session.scalars(select(OutboxMail).where(OutboxMail.template == "programme/moved"))
    assert {mail.person_id for mail in told} == {company.person_id, caseworker.person_id}
    assert refused(lambda: move(session, caseworker, application)) is Why.PACK_NOT_ACTIVE


def test_only_a_caseworker_moves_a_case(session: Session, people: tuple[Actor, Actor]) -> None:
    organisation, company = make_company(session)
    application = make_submitted(session, organisation, company)
    follow(session, people)
    for actor in (company, people[0]):
        assert refused(lambda actor=actor: move(session, actor, application)) is Denied  # type: ignore[misc]


def test_case_is_moved_with_a_reason_to_what_was_shown(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    organisation, company = make_company(session)
    application = make_submitted(session, organisation, company)
    caseworker = actor_for(session, make_staff(session))
    assert refused(lambda: move(session, caseworker, application)) is Why.PACK_NOT_ACTIVE
    follow(session, people)
    assert refused(lambda: move(session, caseworker, application, reason=" ")) is Why.REASON_MISSING
    assert refused(lambda: move(session, caseworker, application, to="1.2.0")) is Stale
    session.refresh(application)
    assert application.pack_version == "1.0.0"
    session.rollback()


def test_case_that_has_ended_keeps_its_rules(session: Session, people: tuple[Actor, Actor]) -> None:
    organisation, company = make_company(session)
    application = make_submitted(session, organisation, company)
    with unit_of_work(session):
        applications.withdraw(session, company, application, reason="", now=NOW)
    caseworker = actor_for(session, make_staff(session))
    follow(session, people)
    assert refused(lambda: move(session, caseworker, application)) is Why.PACK_NOT_ACTIVE


def test_case_that_the_rules_do_not_know_stays(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    organisation, company = make_company(session)
    application = make_submitted(session, organisation, company)
    caseworker = actor_for(session, make_staff(session))
    submission = session.scalars(select(Submission)).one()
    content = {**submission.content, "answers": {**submission.content["answers"], "gone": "1"}}
    session.execute(update(Submission).values(content=content))
    session.commit()
    follow(session, people)
    assert queries.get_move(session, application, LATER).obstacles == ((Obstacle.QUESTION, "gone"),)
    assert refused(lambda: move(session, caseworker, application)) is Why.CASE_CANNOT_MOVE


def test_trial_is_moved_with_its_case(session: Session, app: Flask) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    administrators = tuple(
        actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name))
        for name in ("Adela", "Bruno")
    )
    application = session.get_one(Application, cast.trial.application_id)
    condition = (
        "tier-1-minimal.toml",
        "start_conditions = [",
        'start_conditions = [{key = "new_one", owner = "lead", label = {es = "Más", en = "More"}},',
    )
    with unit_of_work(session):
        for stage in (cast.trial.stage or "plan", ""):
            session.add(
                ApprovalTerm(
                    trial_id=cast.trial.id,
                    stage=stage,
                    requirement="lead",
                    asked_on=NOW.date(),
                    due_on=NOW.date(),
                )
            )
        record(session, cast.caseworker, Deed.APPROVAL_ASKED, cast.trial, now=NOW)
    entered = session.scalars(select(TrialStage.key)).all()
    session.rollback()
    follow(session, administrators, condition)  # type: ignore[arg-type]
    move(session, cast.caseworker, application)
    # What the next gate asks for is asked anew; the gates that were passed keep their trace.
    assert session.scalars(select(ApprovalTerm.stage)).all() == entered
    trial = session.get_one(Trial, cast.trial.id)
    assert (application.pack_version, trial.pack_version) == ("1.1.0", "1.1.0")
    keys = session.scalars(select(StartCondition.key).where(StartCondition.trial_id == trial.id))
    tier = active.pack_of(trial).tier(trial.tier)
    assert set(keys) == {each.key for each in tier.start_conditions}
    assert "new_one" in {each.key for each in tier.start_conditions}
    told = session.scalars(
        select(OutboxMail.person_id).where(OutboxMail.template == "programme/moved")
    )
    assert {cast.company.person_id, cast.lead.officer.person_id} <= set(told)
    session.rollback()
