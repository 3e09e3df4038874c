"""Who somebody is, what they may act for, and how that changes; on both engines."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound
from sandbox.accounts import queries, services
from sandbox.accounts.addresses import BadAddress, normalised_address
from sandbox.accounts.passwords import Weakness, hash_password, weakness_of
from sandbox.authorities import queries as authority_queries
from sandbox.authorities.services import register_authorities
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import VISITOR, Actor, StaffRole, system_actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.mail import OutboxMail
from sandbox.models import Authority, Invitation, Membership, Organisation, Person
from sandbox.models.people import AuthorityRole, OrganisationRole
from tests.databases import connect
from tests.factories import NOW, actor_for, make_organisation, make_person, make_staff, pack

LOADER = system_actor("tests", "person:administer", "organisation:create", "organisation:invite")


def deeds(session: Session) -> list[str]:
    """Return what was recorded, oldest first."""
    return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.at, AuditEntry.tick)))


def mails(session: Session) -> list[tuple[str, str]]:
    """Return template and address of every mail."""
    rows = session.execute(
        select(OutboxMail.template, OutboxMail.address).order_by(OutboxMail.template)
    )
    return [(row.template, row.address) for row in rows]


def token_of(session: Session) -> str:
    """Return the token in the last invitation's mail."""
    mail = session.scalars(
        select(OutboxMail)
        .where(OutboxMail.template == "accounts/invitation")
        .order_by(OutboxMail.created_at.desc())
    ).first()
    assert mail is not None
    assert mail.secrets is not None
    return str(mail.secrets["token"])


def invite(session: Session, actor: Actor, organisation: Organisation, email: str) -> Invitation:
    with unit_of_work(session):
        return services.invite(session, actor, organisation, email=email, now=NOW)


# --- addresses and passwords ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ana@Example.ORG", "ana@example.org"),
        (" ana@example.org ", "ana@example.org"),
        ("JOSE\u0301@example.org", "jos\u00e9@example.org"),
    ],
)
def test_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert normalised_address(typed) == stored


@pytest.mark.parametrize("typed", ["", "ana", "ana@", "a b@example.org", "ana@example.org\nBcc: x"])
def test_address_of_wrong_shape_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        normalised_address(typed)


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("elevenchars", Weakness.TOO_SHORT),
        ("x7-Kb" * 26, Weakness.TOO_LONG),
        ("aaaaaaaaaaaa", Weakness.TOO_COMMON),
        ("password1234", Weakness.TOO_COMMON),
        ("P@ssw0rd2026", Weakness.TOO_COMMON),
        ("Contraseña2026!", Weakness.TOO_COMMON),
        ("qwertyuiop123456", Weakness.TOO_COMMON),
        ("123456789012", Weakness.TOO_COMMON),
        ("zyxwvutsrqpon", Weakness.TOO_COMMON),
        ("holamexicolindo", None),
        ("hola-mexico-2026", Weakness.TOO_COMMON),
        ("abc7abc7abc7abc7", Weakness.TOO_COMMON),
        ("XimenaOrtega1999", Weakness.ABOUT_ONESELF),
        ("ximena.ortega@example.org", Weakness.ABOUT_ONESELF),
        ("puente rojo sobre papel", None),
        ("x7-Kb9!pQ2zW", None),
        ("x7-Kb9!pQ2z" + "W" * 117, None),
    ],
)
def test_new_password_is_judged(password: str, weakness: Weakness | None) -> None:
    assert weakness_of(password, "Ximena Ortega", "ximena.ortega@example.org") == weakness


def test_password_is_hashed_with_argon2id_and_its_own_salt() -> None:
    first, second = (
        hash_password("puente rojo sobre papel"),
        hash_password("puente rojo sobre papel"),
    )
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert PasswordHasher().verify(first, "puente rojo sobre papel")


# --- who acts -------------------------------------------------------------------------------------


def test_actor_holds_everything_a_person_belongs_to_with_two_statements(
    session: Session, engine: Engine
) -> None:
    ana = make_person(session)
    owned = make_organisation(session, ana, name="Owned")
    joined = make_organisation(session, make_person(session, "Luis"), ana, name="Joined")
    make_organisation(session, make_person(session, "Eva"), name="Not hers")
    expected = Actor(
        name="Ana López",
        person_id=ana.id,
        language="es",
        owner_of=frozenset({owned.id}),
        member_of=frozenset({owned.id, joined.id}),
    )
    key = ana.id
    session.expunge_all()
    session.rollback()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert queries.load_actor(session, key) == expected
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2


def test_actor_holds_authorities_and_staff_roles(session: Session) -> None:
    ana = make_person(session)
    with unit_of_work(session):
        found = register_authorities(session, LOADER, pack(), now=NOW)
        inai, ift = found["INAI"], found["IFT"]
        services.join_authority(
            session, LOADER, ana, authority=inai, role=AuthorityRole.HEAD, now=NOW
        )
        services.join_authority(
            session, LOADER, ana, authority=ift, role=AuthorityRole.OFFICER, now=NOW
        )
        services.grant_staff_role(session, LOADER, ana, role=StaffRole.AUDITOR, now=NOW)
    actor = actor_for(session, ana)
    assert actor.head_of == {inai.id}
    assert actor.officer_of == {inai.id, ift.id}
    assert actor.staff == {StaffRole.AUDITOR}
    session.rollback()


def test_closed_account_acts_as_a_visitor(session: Session) -> None:
    ana = make_staff(session)
    assert not actor_for(session, ana).is_visitor
    ana.active = False
    session.flush()
    assert queries.actor_of(session, ana) == VISITOR
    session.rollback()


def test_unknown_person_acts_as_a_visitor(session: Session) -> None:
    assert queries.load_actor(session, UUID(int=7)) == VISITOR


# --- people ---------------------------------------------------------------------------------------


def test_created_person_is_confirmed_and_gets_no_mail(session: Session) -> None:
    with unit_of_work(session):
        person = services.create_person(
            session, LOADER, email="Ana@Example.org", name="Ana", password_hash="x", now=NOW
        )
    assert (person.email, person.confirmed_at, person.language) == ("ana@example.org", NOW, "es")
    assert deeds(session) == [Deed.PERSON_REGISTERED]
    assert mails(session) == []


def test_only_administrators_create_people(session: Session) -> None:
    caseworker = actor_for(session, make_staff(session))
    with pytest.raises(Denied), unit_of_work(session):
        services.create_person(session, caseworker, email="b@example.org", name="B", now=NOW)
    assert queries.find_person(session, "b@example.org") is None


def test_address_has_one_account(session: Session) -> None:
    ana = make_person(session)
    email = ana.email.upper()
    with pytest.raises(NotPossible), unit_of_work(session):
        services.create_person(session, LOADER, email=email, name="Other", now=NOW)


def test_invited_person_gets_a_link_and_no_password(session: Session) -> None:
    admin = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR))
    with unit_of_work(session):
        person = services.invite_person(
            session,
            admin,
            email="eva@example.org",
            name="Eva",
            language="en",
            issue_token=lambda person: f"token of {person.email}",
            now=NOW,
        )
    assert person.password is None
    mail = session.scalars(select(OutboxMail)).one()
    assert (mail.template, mail.address, mail.language) == (
        "accounts/welcome",
        "eva@example.org",
        "en",
    )
    assert mail.secrets == {"token": "token of eva@example.org"}
    assert "token" not in str(mail.params)


def test_person_is_confirmed_once(session: Session) -> None:
    with unit_of_work(session):
        person = services.register_person(
            session,
            VISITOR,
            email="eva@example.org",
            name="Eva",
            password_hash="x",
            language="es",
            now=NOW,
        )
    assert person.confirmed_at is None
    with unit_of_work(session):
        services.confirm_person(session, VISITOR, person, now=NOW)
    assert person.confirmed_at == NOW
    with pytest.raises(NotPossible), unit_of_work(session):
        services.confirm_person(session, VISITOR, person, now=NOW + timedelta(days=1))
    assert person.confirmed_at == NOW
    assert deeds(session) == [Deed.PERSON_REGISTERED, Deed.PERSON_CONFIRMED]


MAILS = {"mail_rhythm": "daily", "wants_reminders": False}


def test_profile_of_another_person_cannot_be_changed(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    actor = actor_for(session, eva)
    with pytest.raises(Denied), unit_of_work(session):
        services.change_profile(
            session,
            actor,
            ana,
            name="X",
            language="en",
            **MAILS,
            expected_version=ana.version,
            now=NOW,
        )
    assert ana.name == "Ana López"


def test_profile_saved_from_an_old_page_is_refused(session: Session) -> None:
    ana = make_person(session)
    actor, version = actor_for(session, ana), ana.version
    with unit_of_work(session):
        services.change_profile(
            session,
            actor,
            ana,
            name="Ana L.",
            language="en",
            **MAILS,
            expected_version=version,
            now=NOW,
        )
    with pytest.raises(Stale), unit_of_work(session):
        services.change_profile(
            session,
            actor,
            ana,
            name="Anita",
            language="es",
            **MAILS,
            expected_version=version,
            now=NOW,
        )
    assert (ana.name, ana.language) == ("Ana L.", "en")
    assert (ana.mail_rhythm, ana.wants_reminders) == ("daily", False)


# --- roles ----------------------------------------------------------------------------------------


def test_role_is_granted_recorded_told_and_ended(session: Session) -> None:
    admin = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR))
    ana = make_person(session)
    with unit_of_work(session):
        services.grant_staff_role(session, admin, ana, role=StaffRole.CASEWORKER, now=NOW)
    assert actor_for(session, ana).staff == {StaffRole.CASEWORKER}
    with unit_of_work(session):
        services.end_staff_role(session, admin, ana, role=StaffRole.CASEWORKER, now=NOW)
    assert actor_for(session, ana).staff == frozenset()
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == ana.id).order_by(AuditEntry.tick)
    ).all()
    told = [(e.deed, e.person_id, e.details) for e in entries if e.deed.startswith("role:")]
    assert told == [
        (Deed.ROLE_GRANTED, admin.person_id, {"role": "caseworker"}),
        (Deed.ROLE_ENDED, admin.person_id, {"role": "caseworker"}),
    ]
    assert mails(session) == [("accounts/roles_changed", ana.email)] * 2


@pytest.mark.parametrize("role", StaffRole)
def test_nobody_changes_their_own_roles(session: Session, role: StaffRole) -> None:
    person = make_staff(session, StaffRole.ADMINISTRATOR)
    admin = actor_for(session, person)
    with unit_of_work(session):
        authority = register_authorities(session, LOADER, pack(), now=NOW)["INAI"]
    with pytest.raises(NotPossible) as granted, unit_of_work(session):
        services.grant_staff_role(session, admin, person, role=role, now=NOW)
    with pytest.raises(NotPossible) as ended, unit_of_work(session):
        services.end_staff_role(session, admin, person, role=role, now=NOW)
    with pytest.raises(NotPossible) as joined, unit_of_work(session):
        services.join_authority(
            session, admin, person, authority=authority, role=AuthorityRole.HEAD, now=NOW
        )
    assert {granted.value.reason, ended.value.reason, joined.value.reason} == {Why.OWN_ROLES}
    after = actor_for(session, person)
    assert (after.staff, after.officer_of) == ({StaffRole.ADMINISTRATOR}, frozenset())


@pytest.mark.parametrize(
    "role", [StaffRole.CASEWORKER, StaffRole.PUBLISHER, StaffRole.AUDITOR, None]
)
def test_only_administrators_change_roles(session: Session, role: StaffRole | None) -> None:
    actor = actor_for(session, make_staff(session, role) if role else make_person(session))
    ana = make_person(session)
    with pytest.raises(Denied), unit_of_work(session):
        services.grant_staff_role(session, actor, ana, role=StaffRole.PUBLISHER, now=NOW)
    with pytest.raises(Denied), unit_of_work(session):
        services.end_staff_role(session, actor, ana, role=StaffRole.PUBLISHER, now=NOW)


def test_those_who_may_apply_get_no_role_in_the_programme(session: Session) -> None:
    ana = make_person(session)
    make_organisation(session, ana)
    with unit_of_work(session):
        authority = register_authorities(session, LOADER, pack(), now=NOW)["IFT"]
    with pytest.raises(NotPossible) as staff, unit_of_work(session):
        services.grant_staff_role(session, LOADER, ana, role=StaffRole.CASEWORKER, now=NOW)
    with pytest.raises(NotPossible) as officer, unit_of_work(session):
        services.join_authority(
            session, LOADER, ana, authority=authority, role=AuthorityRole.OFFICER, now=NOW
        )
    assert staff.value.reason == officer.value.reason == Why.WORKS_FOR_APPLICANT


def test_officer_becomes_head_and_leaves(session: Session) -> None:
    admin = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR))
    ana = make_person(session)
    with unit_of_work(session):
        inai = register_authorities(session, LOADER, pack(), now=NOW)["INAI"]
        services.join_authority(
            session, admin, ana, authority=inai, role=AuthorityRole.OFFICER, now=NOW
        )
    with unit_of_work(session):
        place = services.join_authority(
            session, admin, ana, authority=inai, role=AuthorityRole.HEAD, now=NOW
        )
    assert actor_for(session, ana).head_of == {inai.id}
    with pytest.raises(NotPossible), unit_of_work(session):
        services.join_authority(
            session, admin, ana, authority=inai, role=AuthorityRole.HEAD, now=NOW
        )
    with unit_of_work(session):
        services.leave_authority(session, admin, ana, membership=place, now=NOW)
    assert actor_for(session, ana).officer_of == frozenset()


# --- organisations --------------------------------------------------------------------------------


def test_whoever_creates_an_organisation_owns_it(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    actor = actor_for(session, ana)
    with unit_of_work(session):
        # Naming another owner is for the platform alone.
        made = services.create_organisation(
            session, actor, name="Río Claro", kind="company", owner=eva, now=NOW
        )
    assert actor_for(session, ana).owner_of == {made.id}
    assert actor_for(session, eva).member_of == frozenset()
    assert deeds(session)[-1] == Deed.ORGANISATION_CREATED


def test_platform_names_the_owner_and_adds_members(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    with unit_of_work(session):
        made = services.create_organisation(
            session, LOADER, name="Río Claro", kind="company", owner=ana, now=NOW
        )
        services.add_member(session, LOADER, made, person=eva, now=NOW)
    assert actor_for(session, ana).owner_of == {made.id}
    assert actor_for(session, eva).member_of == {made.id}
    assert actor_for(session, eva).owner_of == frozenset()
    assert mails(session) == []


def test_people_add_nobody_without_an_invitation(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana)
    actor = actor_for(session, ana)
    with pytest.raises(Denied), unit_of_work(session):
        services.add_member(session, actor, made, person=eva, now=NOW)


def test_staff_create_no_organisation(session: Session) -> None:
    actor = actor_for(session, make_staff(session))
    with pytest.raises(Denied), unit_of_work(session):
        services.create_organisation(session, actor, name="X", kind="company", now=NOW)


def test_tax_number_is_taken_once(session: Session) -> None:
    actor = actor_for(session, make_person(session))
    with unit_of_work(session):
        services.create_organisation(
            session, actor, name="A", kind="company", tax_id="ABC010203AB1", now=NOW
        )
    with pytest.raises(NotPossible), unit_of_work(session):
        services.create_organisation(
            session, actor, name="B", kind="company", tax_id="ABC010203AB1", now=NOW
        )
    assert len(session.scalars(select(Organisation)).all()) == 1


def test_organisation_of_others_is_not_found(session: Session) -> None:
    made = make_organisation(session, make_person(session))
    for person in (make_person(session, "Eva"), make_staff(session, StaffRole.ADMINISTRATOR)):
        actor = actor_for(session, person)
        with pytest.raises(NotFound):
            queries.get_organisation(session, actor, made.id)
        assert queries.list_own_organisations(session, actor) == []
        session.rollback()


def place_of(session: Session, organisation: Organisation, person: Person) -> Membership:
    found = queries.find_membership(session, person.id, organisation.id)
    assert found is not None
    return found


def test_last_owner_cannot_leave_and_an_earlier_one_can(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana, eva)
    actor, place = actor_for(session, ana), place_of(session, made, ana)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.remove_member(session, actor, made, membership=place, now=NOW)
    assert refused.value.reason == Why.LAST_OWNER
    luis = make_person(session, "Luis")
    with unit_of_work(session):
        services.add_member(
            session, LOADER, made, person=luis, role=OrganisationRole.OWNER, now=NOW
        )
    with unit_of_work(session):
        services.remove_member(session, actor, made, membership=place, now=NOW)
    assert actor_for(session, ana).member_of == frozenset()
    assert deeds(session)[-1] == Deed.MEMBER_REMOVED
    assert mails(session) == []


def test_two_owners_who_leave_at_once_leave_one_behind(session: Session, engine: Engine) -> None:
    ana, luis = make_person(session), make_person(session, "Luis")
    made = make_organisation(session, ana)
    with unit_of_work(session):
        services.add_member(
            session, LOADER, made, person=luis, role=OrganisationRole.OWNER, now=NOW
        )
    ids = [ana.id, luis.id]
    organisation_id, url = made.id, engine.url.render_as_string(hide_password=False)
    session.rollback()
    barrier, refused = threading.Barrier(2), []

    def leave(person_id: object) -> None:
        own = connect(url)
        with Session(own) as window:
            person = window.get_one(Person, person_id)
            actor = queries.actor_of(window, person)
            organisation = window.get_one(Organisation, organisation_id)
            place = place_of(window, organisation, person)
            barrier.wait(timeout=10)
            try:
                with unit_of_work(window):
                    services.remove_member(window, actor, organisation, membership=place, now=NOW)
            except NotPossible as error:
                refused.append(error.reason)
        own.dispose()

    threads = [threading.Thread(target=leave, args=(person_id,)) for person_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert refused == [Why.LAST_OWNER]
    assert queries.count_owners(session, organisation_id) == 1


def test_member_removes_nobody_else_and_leaves_alone(session: Session) -> None:
    ana, eva, luis = (make_person(session, name) for name in ("Ana", "Eva", "Luis"))
    made = make_organisation(session, ana, eva, luis)
    actor = actor_for(session, eva)
    place = place_of(session, made, luis)
    with pytest.raises(Denied), unit_of_work(session):
        services.remove_member(session, actor, made, membership=place, now=NOW)
    own = place_of(session, made, eva)
    with unit_of_work(session):
        services.remove_member(session, actor, made, membership=own, now=NOW)
    left = {row.name for row in queries.list_members(session, made.id)}
    assert left == {"Ana", "Luis"}


def test_removed_member_is_told(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana, eva)
    actor, place = actor_for(session, ana), place_of(session, made, eva)
    with unit_of_work(session):
        services.remove_member(session, actor, made, membership=place, now=NOW)
    assert mails(session) == [("accounts/member_removed", eva.email)]
    assert actor_for(session, eva).member_of == frozenset()


# --- invitations ----------------------------------------------------------------------------------


def test_invitation_keeps_only_the_hash_of_its_token(session: Session) -> None:
    ana = make_person(session)
    made = make_organisation(session, ana)
    invitation = invite(session, actor_for(session, ana), made, "Eva@Example.org")
    token = token_of(session)
    assert invitation.email == "eva@example.org"
    assert invitation.expires_at == NOW + timedelta(hours=72)
    assert invitation.token_hash != token
    assert queries.get_invitation(session, token).id == invitation.id
    with pytest.raises(NotFound):
        queries.get_invitation(session, invitation.token_hash)
    with pytest.raises(NotFound):
        queries.get_invitation(session, token[:-1])
    assert [m[1] for m in mails(session)] == ["eva@example.org"]


def test_members_who_own_nothing_invite_nobody(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana, eva)
    other = make_person(session, "Luis")
    for person in (eva, other):
        actor = actor_for(session, person)
        with pytest.raises(Denied), unit_of_work(session):
            services.invite(session, actor, made, email="x@example.org", now=NOW)
    assert session.scalars(select(Invitation)).all() == []


def test_invitation_is_taken_up_once(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana)
    invitation = invite(session, actor_for(session, ana), made, eva.email)
    actor = actor_for(session, eva)
    with unit_of_work(session):
        services.accept_invitation(session, actor, invitation, now=NOW)
    assert actor_for(session, eva).member_of == {made.id}
    assert invitation.accepted_at == NOW
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.accept_invitation(session, actor, invitation, now=NOW)
    assert refused.value.reason == Why.INVITATION_USED
    assert ("accounts/member_joined", ana.email) in mails(session)
    assert deeds(session)[-2:] == [Deed.MEMBER_INVITED, Deed.MEMBER_JOINED]


def test_removed_member_cannot_use_the_invitation_again(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana)
    owner = actor_for(session, ana)
    invitation = invite(session, owner, made, eva.email)
    actor = actor_for(session, eva)
    with unit_of_work(session):
        place = services.accept_invitation(session, actor, invitation, now=NOW)
    with unit_of_work(session):
        services.remove_member(session, owner, made, membership=place, now=NOW)
    with pytest.raises(NotPossible), unit_of_work(session):
        services.accept_invitation(session, actor, invitation, now=NOW)
    assert actor_for(session, eva).member_of == frozenset()


def test_invitation_of_another_address_is_not_found(session: Session) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana)
    invitation = invite(session, actor_for(session, ana), made, "somebody@example.org")
    actor = actor_for(session, eva)
    with pytest.raises(NotFound), unit_of_work(session):
        services.accept_invitation(session, actor, invitation, now=NOW)
    assert actor_for(session, eva).member_of == frozenset()


@pytest.mark.parametrize(
    ("age", "joins"),
    [(timedelta(hours=72) - timedelta(seconds=1), True), (timedelta(hours=72), False)],
)
def test_invitation_lasts_three_days(session: Session, age: timedelta, joins: bool) -> None:
    ana, eva = make_person(session), make_person(session, "Eva")
    made = make_organisation(session, ana)
    invitation = invite(session, actor_for(session, ana), made, eva.email)
    actor = actor_for(session, eva)
    if joins:
        with unit_of_work(session):
            services.accept_invitation(session, actor, invitation, now=NOW + age)
    else:
        with pytest.raises(NotPossible) as refused, unit_of_work(session):
            services.accept_invitation(session, actor, invitation, now=NOW + age)
        assert refused.value.reason == Why.INVITATION_EXPIRED
    assert bool(actor_for(session, eva).member_of) is joins


def test_second_invitation_replaces_the_first(session: Session) -> None:
    ana = make_person(session)
    made = make_organisation(session, ana)
    actor = actor_for(session, ana)
    invite(session, actor, made, "eva@example.org")
    first = token_of(session)
    with unit_of_work(session):
        services.invite(
            session, actor, made, email="eva@example.org", now=NOW + timedelta(minutes=1)
        )
    with pytest.raises(NotFound):
        queries.get_invitation(session, first)
    assert len(queries.list_pending_invitations(session, made.id, NOW)) == 1


def test_withdrawn_invitation_is_not_found(session: Session) -> None:
    ana = make_person(session)
    made = make_organisation(session, ana)
    actor = actor_for(session, ana)
    invitation = invite(session, actor, made, "eva@example.org")
    with unit_of_work(session):
        services.withdraw_invitation(session, actor, made, invitation=invitation, now=NOW)
    with pytest.raises(NotFound):
        queries.get_invitation(session, token_of(session))


def test_invitation_opens_a_confirmed_account(session: Session) -> None:
    ana = make_person(session)
    made = make_organisation(session, ana)
    invitation = invite(session, actor_for(session, ana), made, "eva@example.org")
    with unit_of_work(session):
        eva = services.register_invited(
            session, invitation, name="Eva", password_hash="x", language="en", now=NOW
        )
    assert (eva.email, eva.confirmed_at, eva.language) == ("eva@example.org", NOW, "en")
    assert actor_for(session, eva).member_of == {made.id}
    assert deeds(session)[-3:] == [
        Deed.PERSON_REGISTERED,
        Deed.PERSON_CONFIRMED,
        Deed.MEMBER_JOINED,
    ]
    with pytest.raises(NotPossible), unit_of_work(session):
        services.register_invited(
            session, invitation, name="Again", password_hash="x", language="es", now=NOW
        )


def test_expired_invitation_opens_no_account(session: Session) -> None:
    ana = make_person(session)
    made = make_organisation(session, ana)
    invitation = invite(session, actor_for(session, ana), made, "eva@example.org")
    with pytest.raises(NotPossible), unit_of_work(session):
        services.register_invited(
            session,
            invitation,
            name="Eva",
            password_hash="x",
            language="es",
            now=NOW + timedelta(days=4),
        )
    assert queries.find_person(session, "eva@example.org") is None


def test_people_of_the_programme_join_no_applicant(session: Session) -> None:
    ana, carmen = make_person(session), make_staff(session)
    made = make_organisation(session, ana)
    invitation = invite(session, actor_for(session, ana), made, carmen.email)
    actor = actor_for(session, carmen)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.accept_invitation(session, actor, invitation, now=NOW)
    assert refused.value.reason == Why.WORKS_FOR_PROGRAMME


# --- authorities ----------------------------------------------------------------------------------


def test_authorities_are_registered_once_and_follow_the_pack(session: Session) -> None:
    with unit_of_work(session):
        register_authorities(session, LOADER, pack(), now=NOW)
    rows = authority_queries.list_authorities(session)
    assert {row.code for row in rows} == {spec.code for spec in pack().authorities}
    assert all(row.names["es"] for row in rows)
    assert set(authority_queries.authority_codes(session).values()) == {row.code for row in rows}
    before = deeds(session)
    with unit_of_work(session):
        register_authorities(session, LOADER, pack(), now=NOW)
    assert deeds(session) == before
    with unit_of_work(session):
        authority = session.scalars(select(Authority)).first()
        assert authority is not None
        authority.names = {"es": "Otra", "en": "Another"}
        register_authorities(session, LOADER, pack(), now=NOW)
    assert {row.names["es"] for row in authority_queries.list_authorities(session)} == {
        spec.name.in_("es") for spec in pack().authorities
    }


def test_visitors_and_companies_register_no_authorities(session: Session) -> None:
    for actor in (VISITOR, actor_for(session, make_person(session))):
        with pytest.raises(Denied), unit_of_work(session):
            register_authorities(session, actor, pack(), now=NOW)
    assert authority_queries.list_authorities(session) == []
