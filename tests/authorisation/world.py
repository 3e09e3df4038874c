"""Build the world that the authorisation matrix probes: two tenants, and everybody who may ask.

Everything that the second tenant must never see of the first, and nobody without a right of
either, carries a mark. A probe that finds the mark of somebody else has found a leak.
"""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.accounts.queries import token_hash
from sandbox.applications import services as applications
from sandbox.applications.queries import get_draft
from sandbox.coordination import services as coordination
from sandbox.domain.applications import ApplicationAction
from sandbox.domain.deliberation import Stance
from sandbox.domain.dossiers import DossierIndex, ReaderKind, entry_of
from sandbox.domain.enquiries import EnquiryKind
from sandbox.domain.guidance import Channel, Guidance
from sandbox.domain.outcomes import Consent
from sandbox.domain.packs import QuestionKind
from sandbox.domain.reliefs import ReliefWording
from sandbox.domain.trials import TrialStatus
from sandbox.dossiers import services as dossiers
from sandbox.enquiries import services as enquiries
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.archives import write_archive
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    Application,
    AuthorityMembership,
    CaseDossier,
    ConflictDeclaration,
    FinalReport,
    GateEvidence,
    Invitation,
    Membership,
    MonitoringReport,
    Organisation,
    OutcomeReport,
    Person,
    PreliminaryResult,
    QuestionSuggestion,
    RoundTable,
    StaffGrant,
    Trial,
    TrialStage,
)
from sandbox.models.dossiers import DossierState
from sandbox.models.people import AuthorityRole, OrganisationRole
from sandbox.outcomes import services as outcomes
from sandbox.packs import active
from sandbox.packs.loading import validate_files
from sandbox.programme import services as programme
from sandbox.trials import services as trials
from tests.factories import (
    SYSTEM,
    Team,
    actor_for,
    attach,
    make_authority,
    make_draft,
    make_organisation,
    make_person,
    make_staff,
    mark_criteria,
    pack,
    take_position,
)
from tests.packs.copies import files_of
from tests.trial_factories import GROUND, OPENER, set_tier

INVITATION_TOKEN = "invitation-of-the-matrix"
PEOPLE: tuple[str, ...] = (
    "newcomer",
    "unconfirmed",
    "disabled",
    "owner",
    "member",
    "foreign_owner",
    "lead_officer",
    "associate_officer",
    "colleague",
    "undeclared",
    "recused_officer",
    "lead_head",
    "associate_head",
    "recused_head",
    "outside_officer",
    "outside_head",
    "caseworker",
    "recused_caseworker",
    "drafter",
    "publisher",
    "administrator",
    "auditor",
)


@dataclass
class World:
    """Hold where everything stands in the database: by name, since a row is another each time."""

    emails: dict[str, str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    file_section: str = ""
    subjects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is put into the addresses of the routes, by the name of the subject."""
    marks: dict[str, list[str]] = field(default_factory=dict)
    """The marks of each kind of secret, "tenant.kind"; ids of rows are marks as well."""

    def mark(self, kind: str, *marks: object) -> None:
        self.marks.setdefault(kind, []).extend(str(mark) for mark in marks)


@dataclass
class Tenant:
    """Hold one company with the people who work on its cases."""

    name: str
    organisation: Organisation
    owner: Actor
    lead: Team
    associate: Team | None

    @property
    def teams(self) -> tuple[Team, ...]:
        return (self.lead,) if self.associate is None else (self.lead, self.associate)


class Builder:
    """Let everything happen that the world needs, through the services where there is one."""

    def __init__(self, session: Session, store: FileStore) -> None:
        self.session = session
        self.store = store
        self.world = World()
        self.now = utc_now() - timedelta(days=90)
        self.people: dict[str, Person] = {}

    def build(self) -> World:
        self.make_people()
        self.rio = Tenant(
            "rio",
            self.make_company("Río Claro", "owner", "member"),
            self.actor("owner"),
            self.inai,
            self.ift,
        )
        self.mar = Tenant(
            "mar",
            self.make_company("Mar Adentro", "foreign_owner"),
            self.actor("foreign_owner"),
            self.cofece,
            None,
        )
        self.make_members()
        self.make_draft()
        self.make_triage()
        self.make_assigned()
        self.make_review()
        self.make_foreign_review()
        for tenant in (self.rio, self.mar):
            self.make_trial(tenant)
        self.make_told()
        self.make_ended()
        self.make_asked()
        self.make_published()
        self.make_round_table()
        for tenant in (self.rio, self.mar):
            self.make_enquiry(tenant)
        self.make_rules()
        for tenant in (self.rio, self.mar):
            self.make_dossier(tenant)
        self.make_imported()
        self.make_refused()
        self.make_chosen()
        return self.world

    # --- people ----------------------------------------------------------------------------------

    def make_people(self) -> None:
        staff = {
            "caseworker": (StaffRole.CASEWORKER,),
            "recused_caseworker": (StaffRole.CASEWORKER, StaffRole.PUBLISHER),
            "drafter": (StaffRole.CASEWORKER, StaffRole.PUBLISHER),
            "publisher": (StaffRole.PUBLISHER,),
            "administrator": (StaffRole.ADMINISTRATOR,),
            "auditor": (StaffRole.AUDITOR,),
        }
        for name in PEOPLE:
            if name not in staff:
                person = make_person(self.session, name)
            else:
                first, *others = staff[name]
                person = make_staff(self.session, first, name)
                self.give_roles(person, others)
            self.people[name] = person
            self.world.emails[name] = person.email
            self.world.ids[name] = person.id
        self.inai = self.make_team(
            "INAI", "lead_head", "lead_officer", "colleague", "undeclared", "recused_officer"
        )
        self.ift = self.make_team("IFT", "associate_head", "associate_officer")
        self.add_head(self.ift, "recused_head")
        self.add_head(self.inai, "recused_head")
        self.cofece = self.make_team("COFECE", "outside_head", "outside_officer")

    def give_roles(self, person: Person, roles: list[StaffRole]) -> None:
        with unit_of_work(self.session):
            for role in roles:
                self.session.add(
                    StaffGrant(person_id=person.id, role=role.value, granted_at=self.now)
                )
                record(self.session, SYSTEM, Deed.ROLE_GRANTED, person, now=self.now)

    def make_team(self, code: str, head: str, *officers: str) -> Team:
        people = tuple(self.people[name] for name in officers)
        authority = make_authority(self.session, code, head=self.people[head], officers=people)
        first, second = officers[0], officers[min(1, len(officers) - 1)]
        return Team(authority, self.actor(head), self.actor(first), self.actor(second))

    def add_head(self, team: Team, name: str) -> None:
        place = AuthorityMembership(
            person_id=self.people[name].id,
            authority_id=team.authority.id,
            role=AuthorityRole.HEAD.value,
            joined_at=self.now,
        )
        with unit_of_work(self.session):
            self.session.add(place)
            record(self.session, SYSTEM, Deed.AUTHORITY_MEMBER_JOINED, team.authority, now=self.now)

    def actor(self, name: str) -> Actor:
        return actor_for(self.session, self.people[name])

    def make_company(self, name: str, *people: str) -> Organisation:
        return make_organisation(self.session, *(self.people[each] for each in people), name=name)

    def make_members(self) -> None:
        organisation = self.rio.organisation
        invited = self.invite(organisation, "invited@example.org", INVITATION_TOKEN)
        # Whoever holds the link of an invitation reads its address; nobody holds this one.
        secret = self.invite(organisation, "rio-invited@example.org", "of-nobody")
        member = self.one(Membership.id, Membership.person_id == self.people["member"].id)
        place = self.one(
            AuthorityMembership.id, AuthorityMembership.person_id == self.people["colleague"].id
        )
        self.invite(organisation, self.people["newcomer"].email, "of-newcomer")
        self.world.subjects["invited"] = {
            "token": "of-newcomer",
            "organisation_id": organisation.id,  # no secret to whoever may join it
        }
        owner = self.one(Membership.id, Membership.person_id == self.people["owner"].id)
        self.world.subjects["company_owner"] = {
            "organisation_id": organisation.id,
            "membership_id": owner,
        }
        self.world.subjects["staff"] = {
            "person_id": self.people["publisher"].id,
            "role": "publisher",
        }
        foreign = self.mar.organisation.id
        self.world.subjects["company"] = {
            "organisation_id": organisation.id,
            "invitation_id": invited,
            "membership_id": member,
            "token": INVITATION_TOKEN,
        }
        self.world.subjects["person"] = {
            "person_id": self.people["colleague"].id,
            "membership_id": place,
            "role": "caseworker",
        }
        self.world.subjects["foreign_company"] = {
            "organisation_id": foreign,
            "membership_id": self.one(Membership.id, Membership.organisation_id == foreign),
            "invitation_id": self.invite(self.mar.organisation, "mar-invited@example.org", "mar"),
        }
        self.world.mark("rio.company", organisation.id, member, secret, "rio-invited@example.org")
        self.world.mark("mar.company", foreign, "mar-invited@example.org")

    def invite(self, organisation: Organisation, email: str, token: str) -> UUID:
        invitation = Invitation(
            organisation_id=organisation.id,
            email=email,
            role=OrganisationRole.MEMBER.value,
            token_hash=token_hash(token),
            invited_by_id=self.people["owner"].id,
            created_at=utc_now(),
            expires_at=utc_now() + timedelta(hours=72),
        )
        with unit_of_work(self.session):
            self.session.add(invitation)
            record(self.session, SYSTEM, Deed.MEMBER_INVITED, organisation, now=self.now)
        return invitation.id

    # --- cases -----------------------------------------------------------------------------------

    def submit_case(
        self, tenant: Tenant, case: str, *, title: str | None = None, **answers: Any
    ) -> Application:
        """Send a case with a marked file; `title` where it will be public, so no secret."""
        application = self.draft_case(tenant, case, title=title, **answers)
        self.send(tenant, application)
        return application

    def send(self, tenant: Tenant, application: Application) -> None:
        with unit_of_work(self.session):
            applications.submit(self.session, tenant.owner, application, now=self.now)
        with unit_of_work(self.session):
            applications.start_triage(
                self.session, self.actor("caseworker"), application, now=self.now
            )

    def draft_case(
        self, tenant: Tenant, case: str, *, title: str | None = None, **others: Any
    ) -> Application:
        kinds = f"{tenant.name}.private" if case == "draft" else f"{tenant.name}.case"
        contents = f"{tenant.name}.private" if case == "draft" else f"{tenant.name}.content"
        name, secret = f"{tenant.name}-{case}-file.txt", f"{tenant.name}-{case}-answer"
        answers = {
            pack().title_question: title or f"{tenant.name}-{case}-title",
            secret_question(): secret,
            hidden_question(): f"{tenant.name}-{case}-hidden",
            "network_uses": ["public_network"],
            "market_effects": ["ranks_offers"],
            **others,
        }
        application = make_draft(
            self.session, tenant.organisation, tenant.owner, now=self.now, **answers
        )
        file = attach(
            self.session, application, tenant.owner, self.store, file_question(), name=name
        )
        self.hide(tenant, application, f"{tenant.name}-{case}-hidden", is_sent=case != "draft")
        self.world.mark(kinds, application.id)
        if title is None:
            self.world.mark(kinds, f"{tenant.name}-{case}-title")
        self.world.mark(contents, secret, name, file.id)
        self.world.subjects[f"{tenant.name}_{case}"] = {
            "application_id": application.id,
            "file_id": file.id,
            "number": 1,
            "section": section_of(secret_question()),
        }
        return application

    def hide(self, tenant: Tenant, application: Application, secret: str, *, is_sent: bool) -> None:
        """Mark an answer and a file as confidential, which nobody of the world opens."""
        question, other = hidden_question(), hidden_file_question()
        file = attach(
            self.session, application, tenant.owner, self.store, other, name=f"{secret}.txt"
        )
        for key in (question, other):
            section = pack().section(section_of(key))
            saved = get_draft(self.session, application.id).sections[section.key]
            with unit_of_work(self.session):
                applications.save_section(
                    self.session,
                    tenant.owner,
                    application,
                    section=section.key,
                    answers=dict(saved.answers),
                    confidential=[key],
                    expected_version=saved.version,
                    now=self.now,
                )
        kind = f"{tenant.name}.hidden" if is_sent else f"{tenant.name}.private"
        self.world.mark(kind, secret, file.id)

    def make_draft(self) -> None:
        self.world.file_section = section_of(file_question())
        self.draft_case(self.rio, "draft")
        self.draft_case(self.mar, "draft")

    def make_triage(self) -> None:
        """Put a case under check for the second time: there are two submissions to compare."""
        application = self.submit_case(self.rio, "triage")
        with unit_of_work(self.session):
            applications.return_to_company(
                self.session,
                self.actor("caseworker"),
                application,
                reasons={secret_question(): "rio-triage-remark"},
                general="",
                now=self.now,
            )
        self.world.mark("rio.content", "rio-triage-remark")
        self.send(self.rio, application)
        self.recuse(application, "recused_caseworker")
        self.world.subjects["rio_triage"]["number"] = 2

    def assign(self, application: Application, tenant: Tenant, *associates: Team) -> None:
        with unit_of_work(self.session):
            coordination.assign(
                self.session,
                self.actor("caseworker"),
                application,
                lead=tenant.lead.authority.code,
                associates=[team.authority.code for team in associates],
                reason="Así se acordó.",
                now=self.now,
            )

    def accept(self, application: Application, *teams: Team) -> None:
        for team in teams:
            with unit_of_work(self.session):
                coordination.accept_assignment(self.session, team.head, application, now=self.now)

    def name(self, application: Application, team: Team, officer: str) -> None:
        with unit_of_work(self.session):
            coordination.name_officer(
                self.session,
                team.head,
                application,
                person_id=self.people[officer].id,
                now=self.now,
            )

    def declare(self, application: Application, *names: str, has_conflict: bool = False) -> None:
        for name in names:
            with unit_of_work(self.session):
                coordination.declare_conflict(
                    self.session,
                    self.actor(name),
                    application,
                    has_conflict=has_conflict,
                    explanation="Trabajé ahí.",
                    now=self.now,
                )

    def recuse(self, application: Application, *names: str) -> None:
        """Recuse people of the secretariat, who have no page for it yet."""
        for name in names:
            person = self.people[name]
            declaration = ConflictDeclaration(
                application_id=application.id,
                person_id=person.id,
                has_conflict=True,
                declared_at=self.now,
            )
            with unit_of_work(self.session):
                self.session.add(declaration)
                actor = self.actor_within(person)
                record(self.session, actor, Deed.CONFLICT_DECLARED, application, now=self.now)

    @staticmethod
    def actor_within(person: Person) -> Actor:
        return Actor(name=person.name, person_id=person.id)

    def make_assigned(self) -> None:
        """Let the lead accept; the associate has not answered, though its head has declared."""
        application = self.submit_case(self.rio, "assigned")
        self.assign(application, self.rio, self.ift)
        self.accept(application, self.inai)
        self.name(application, self.inai, "lead_officer")
        self.declare(application, "lead_officer", "associate_officer", "associate_head")
        self.declare(application, "recused_officer", "recused_head", has_conflict=True)
        self.recuse(application, "recused_caseworker")

    def ask(self, application: Application, tenant: Tenant) -> None:
        """Ask the tenant's authorities; of rio's, one declines after its officer has declared."""
        if tenant is self.mar:
            self.assign(application, tenant)
            return
        self.assign(application, tenant, self.ift, self.cofece)
        self.declare(application, "outside_officer")
        with unit_of_work(self.session):
            coordination.decline_assignment(
                self.session,
                self.cofece.head,
                application,
                reason="No es de su competencia.",
                now=self.now,
            )

    def make_review(self) -> None:
        """Put a case under review whose officer was exchanged, and that an authority declined."""
        application = self.submit_case(self.rio, "review")
        self.ask(application, self.rio)
        self.accept(application, self.inai, self.ift)
        self.name(application, self.inai, "recused_officer")
        self.declare(application, "recused_officer", has_conflict=True)
        self.name(application, self.inai, "colleague")
        self.declare(application, "colleague")
        self.name(application, self.inai, "lead_officer")
        self.name(application, self.ift, "associate_officer")
        self.declare(application, "lead_officer", "associate_officer", "lead_head")
        self.declare(application, "recused_head", has_conflict=True)
        self.recuse(application, "recused_caseworker")
        self.ask_and_answer(application, self.rio)
        self.suggest(application)
        self.advise(application, self.rio)
        mark_criteria(self.session, application, self.ift, now=self.now)
        with unit_of_work(self.session):
            coordination.take_position(
                self.session,
                self.actor("associate_officer"),
                application,
                stance=Stance.CONCUR,
                reasons="rio-review-position",
                conditions=(),
                expected_version=0,
                now=self.now,
            )
        self.world.mark("rio.deliberation", "rio-review-position")

    def ask_and_answer(self, application: Application, tenant: Tenant) -> None:
        question, answer = f"{tenant.name}-review-question", f"{tenant.name}-review-reply"
        with unit_of_work(self.session):
            applications.request_information(
                self.session,
                tenant.lead.officer,
                application,
                questions=[(question, None)],
                now=self.now,
            )
        with unit_of_work(self.session):
            applications.answer_information(
                self.session, tenant.owner, application, answers={1: answer}, now=self.now
            )
        self.world.mark(f"{tenant.name}.content", question, answer)

    def suggest(self, application: Application) -> None:
        """Let the associate suggest two questions, of which one is left, and write two notes."""
        officer, lead = self.actor("associate_officer"), self.actor("lead_officer")
        found = []
        for text in ("rio-review-left", "rio-review-open"):
            with unit_of_work(self.session):
                made = coordination.suggest_question(
                    self.session, officer, application, text=text, about=None, now=self.now
                )
            found.append(made.id)
            self.world.mark("rio.notes", text, made.id)
        with unit_of_work(self.session):
            reason = "rio-review-why-left"
            coordination.leave_suggestion(
                self.session,
                lead,
                application,
                suggestion_id=found[0],
                reason=reason,
                now=self.now,
            )
        self.world.mark("rio.notes", reason)
        for text, is_shared in (("rio-review-shared", True), ("rio-review-own", False)):
            with unit_of_work(self.session):
                coordination.write_note(
                    self.session,
                    officer,
                    application,
                    text=text,
                    criterion=None,
                    is_shared=is_shared,
                    now=self.now,
                )
            self.world.mark("rio.notes" if is_shared else "rio.own_notes", text)
        self.world.subjects["rio_review"] |= {"suggestion_id": found[1]}

    def advise(self, application: Application, tenant: Tenant) -> None:
        marks = [f"{tenant.name}-guidance-{each}" for each in ("question", "advice", "reply")]
        today = local_day(self.now, active.pack_of(application).calendar.timezone)
        given = Guidance(today, Channel.CALL, marks[0], marks[1])
        with unit_of_work(self.session):
            coordination.give_guidance(
                self.session, tenant.lead.officer, application, given=given, now=self.now
            )
        with unit_of_work(self.session):
            coordination.answer_guidance(
                self.session, tenant.owner, application, number=1, text=marks[2], now=self.now
            )
        self.world.mark(f"{tenant.name}.content", *marks)

    def make_foreign_review(self) -> None:
        application = self.submit_case(self.mar, "review")
        self.ask(application, self.mar)
        self.accept(application, self.cofece)
        self.name(application, self.cofece, "outside_officer")
        self.declare(application, "outside_officer")
        self.ask_and_answer(application, self.mar)
        # It has no associate, so that this stands for one of before it led the case.
        suggestion = QuestionSuggestion(
            application_id=application.id,
            authority_id=self.cofece.authority.id,
            suggested_by_id=self.people["outside_officer"].id,
            suggested_at=self.now,
            text="mar-review-suggestion",
            state="open",
        )
        with unit_of_work(self.session):
            self.session.add(suggestion)
            record(self.session, SYSTEM, Deed.QUESTION_SUGGESTED, application, now=self.now)
        self.world.subjects["mar_review"] |= {"suggestion_id": suggestion.id}
        self.advise(application, self.mar)

    def admit(self, tenant: Tenant, case: str) -> Application:
        """Admit a case: from then on its title is public."""
        application = self.submit_case(tenant, case, title=f"Prueba de {tenant.name}")
        self.ask(application, tenant)
        self.accept(application, *tenant.teams)
        officers = ("lead_officer", "associate_officer")
        if tenant is self.mar:
            officers = ("outside_officer", "")
        for team, officer in zip(tenant.teams, officers, strict=False):
            self.name(application, team, officer)
            self.declare(application, officer)
        for team in tenant.teams:
            mark_criteria(self.session, application, team, now=self.now)
            take_position(self.session, application, team, now=self.now)
        with unit_of_work(self.session):
            coordination.decide(self.session, tenant.lead.officer, application, now=self.now)
        if tenant is self.rio:
            self.declare(application, "colleague", "associate_head")
            self.declare(application, "recused_officer", "recused_head", has_conflict=True)
            self.recuse(application, "recused_caseworker")
        return application

    # --- trials ----------------------------------------------------------------------------------

    def open_trial(self, tenant: Tenant, case: str) -> Trial:
        application = self.admit(tenant, case)
        with unit_of_work(self.session):
            trial = trials.open_trial(self.session, OPENER, application, now=self.now)
        self.world.mark(f"{tenant.name}.case", trial.id)
        self.world.subjects[f"{tenant.name}_{case}"] |= {"trial_id": trial.id}
        return trial

    def make_told(self) -> None:
        """Let a company have been heard on its case; no rules here ask for it, so as a row."""
        subject = self.world.subjects["rio_trial"]
        application = self.session.get_one(Application, subject["application_id"])
        told = PreliminaryResult(
            application_id=application.id,
            number=1,
            outcome="declined",
            rule="unanimity",
            pack_version=application.pack_version,
            grounds=[],
            conditions=[],
            dissent=[],
            positions=[],
            marks=[],
            remarks="rio-told-remark",
            announced_by_id=self.people["lead_officer"].id,
            announced_at=self.now,
            due_on=self.now.date(),
            answer="contests",
            text="rio-told-answer",
            answered_by_id=self.people["owner"].id,
            answered_at=self.now,
        )
        with unit_of_work(self.session):
            self.session.add(told)
            actor = self.actor_within(self.people["lead_officer"])
            record(self.session, actor, Deed.PRELIMINARY_ANNOUNCED, application, now=self.now)
        self.world.mark("rio.content", "rio-told-remark", "rio-told-answer")
        self.world.subjects["rio_told"] = {"application_id": application.id, "number": 1}

    def make_refused(self) -> None:
        """Decline a case for a reason that the rules do not name, so that pages show its code.

        A number of refusals would not tell whose they are; this code does.
        """
        practices = ["social_scoring"]
        application = self.submit_case(self.rio, "refused", prohibited_practices=practices)
        with unit_of_work(self.session):
            decision = applications.decline_prohibited(
                self.session,
                self.actor("caseworker"),
                application,
                reason="rio-refused-remark",
                codes=["prohibited_use"],
                now=self.now,
            )
            decision.refusal_codes = ["rio-refused-code"]
        self.recuse(application, "recused_caseworker")
        self.world.mark("rio.content", "rio-refused-remark", "rio-refused-code")

    def make_trial(self, tenant: Tenant) -> None:
        """Bring a trial into its second stage, with a secret in everything that is kept of it."""
        trial, name = self.open_trial(tenant, "trial"), tenant.name
        trial = set_tier(self.session, trial, "limited")
        secrets = {kind: f"{name}-{kind}" for kind in ("plan", "note", "narrative")}
        document = f"{name}-document.pdf"
        plan = {spec.key: secrets["plan"] for spec in pack().plan_fields}
        with unit_of_work(self.session):
            trials.save_plan(
                self.session, tenant.owner, trial, fields=plan, expected_version=1, now=self.now
            )
        with unit_of_work(self.session):
            condition = pack().tier("limited").start_conditions[0].key
            trials.set_start_condition(
                self.session,
                tenant.owner,
                trial,
                key=condition,
                state="met",
                note=secrets["note"],
                now=self.now,
            )
        self.enter(trial, "laboratory")
        evidence = self.hand_in(trial, tenant, document)
        report = self.hand_in_report(trial, secrets["narrative"])
        with unit_of_work(self.session):
            incident = trials.open_incident(
                self.session,
                tenant.owner,
                trial,
                class_key=pack().incident_classes[0].key,
                what_happened=f"{name}-incident",
                persons_affected=1,
                is_complete=False,
                now=self.now,
            )
        self.make_reliefs(trial, tenant)
        self.stop_and_go(trial, tenant, f"{name}-reason")
        rows = {"evidence_id": evidence, "report_id": report, "incident_id": incident.id}
        # Both are told to the heads of all authorities at once, declared or not.
        self.world.mark(f"{name}.notice", f"{name}-reason", f"{name}-incident")
        self.world.mark(f"{name}.content", *secrets.values(), document, *rows.values())
        self.world.subjects[f"{name}_trial"] |= {
            **rows,
            "stage": "limited_pilot",
            "requirement": "impact_assessment",
            "key": condition,
            "reference": trial.reference,
        }

    def make_reliefs(self, trial: Trial, tenant: Tenant) -> None:
        """Draft a relief, grant another and refuse a third; what was granted is no secret."""
        today = self.now.date()
        for number, what in enumerate(("draft", "granted", "refused"), start=1):
            secret = f"{tenant.name}-relief-{what}"
            wording = ReliefWording(
                pack().relief_kinds[0].key,
                secret,
                secret,
                "",
                "Otros pueden pedirla.",
                today,
                today + timedelta(days=20),
            )
            with unit_of_work(self.session):
                trials.draft_relief(
                    self.session, tenant.lead.officer, trial, wording=wording, now=self.now
                )
            values: dict[str, Any] = {"number": number, "expected_version": 1, "now": self.now}
            if what == "granted":
                with unit_of_work(self.session):
                    trials.grant_relief(self.session, tenant.lead.officer, trial, **values)
            elif what == "refused":
                values["reason"] = f"{secret}-reason"
                with unit_of_work(self.session):
                    trials.refuse_relief(self.session, tenant.lead.officer, trial, **values)
                self.world.mark(f"{tenant.name}.content", secret)
            elif tenant is self.rio:
                self.world.mark("rio.reliefs", secret)
        self.world.subjects[f"{tenant.name}_relief"] = {"trial_id": trial.id, "number": 2}

    def enter(self, trial: Trial, stage: str) -> None:
        with unit_of_work(self.session):
            trial.stage, trial.stage_sequence = stage, trial.stage_sequence + 1
            trial.status = TrialStatus.RUNNING.value
            entered = TrialStage(
                trial_id=trial.id,
                sequence=trial.stage_sequence,
                key=stage,
                entered_at=self.now,
            )
            self.session.add(entered)
            record(self.session, SYSTEM, Deed.STAGE_ENTERED, trial, now=self.now, after=stage)

    def hand_in(self, trial: Trial, tenant: Tenant, filename: str) -> UUID:
        with unit_of_work(self.session):
            trials.document_requirement(
                self.session,
                tenant.owner,
                trial,
                stage="limited_pilot",
                requirement="impact_assessment",
                file=Accepted(filename, b"%PDF-1.4 prueba", "application/pdf"),
                store=self.store,
                now=self.now,
            )
        return self.one(GateEvidence.id, GateEvidence.filename == filename)

    def hand_in_report(self, trial: Trial, narrative: str) -> UUID:
        stage = self.one(
            TrialStage.id, TrialStage.trial_id == trial.id, TrialStage.key == trial.stage
        )
        report = MonitoringReport(
            trial_id=trial.id,
            stage_id=stage,
            number=1,
            narrative=narrative,
            participants=3,
            state="submitted",
            submitted_by_id=self.people["owner"].id,
            submitted_at=self.now,
        )
        with unit_of_work(self.session):
            self.session.add(report)
            record(self.session, SYSTEM, Deed.MONITORING_REPORT_SUBMITTED, trial, now=self.now)
        return report.id

    def hand_in_final_report(self, trial: Trial, text: str) -> None:
        stored = self.store.put(b"%PDF-1.4 prueba", "application/pdf")
        report = FinalReport(
            trial_id=trial.id,
            text=text,
            filename="final.pdf",
            content_type=stored.content_type,
            sha256=stored.sha256,
            size=stored.size,
            submitted_by_id=self.people["owner"].id,
            submitted_at=self.now,
        )
        with unit_of_work(self.session):
            self.session.add(report)
            record(self.session, SYSTEM, Deed.FINAL_REPORT_SUBMITTED, trial, now=self.now)

    def stop_and_go(self, trial: Trial, tenant: Tenant, reason: str) -> None:
        officer = tenant.lead.officer
        with unit_of_work(self.session):
            trials.suspend(self.session, officer, trial, reason=reason, ground=GROUND, now=self.now)
        with unit_of_work(self.session):
            trials.agree_to_resume(self.session, officer, trial, now=self.now)

    # --- what came of it -------------------------------------------------------------------------

    def end(self, tenant: Tenant, case: str) -> Trial:
        trial = self.open_trial(tenant, case)
        with unit_of_work(self.session):
            trial.status = TrialStatus.COMPLETED.value
            trial.ended_at, trial.changed_at = self.now, self.now
            trial.exit_kind = pack().exit_kinds[0].code
            record(self.session, SYSTEM, Deed.TRIAL_COMPLETED, trial, now=self.now)
        return trial

    def draft_report(self, trial: Trial, text: str) -> OutcomeReport:
        drafter = self.actor("drafter")
        with unit_of_work(self.session):
            report = outcomes.draft_report(
                self.session, drafter, trial, language="es", now=self.now
            )
        with unit_of_work(self.session):
            outcomes.save_report(
                self.session,
                drafter,
                report,
                title=f"{text}-title",
                sections={part.key: text for part in pack().report_sections},
                lessons={},
                recommendations={},
                expected_version=report.version,
                now=self.now,
            )
        with unit_of_work(self.session):
            outcomes.send_for_publication(self.session, drafter, report, now=self.now)
        return report

    def make_ended(self) -> None:
        for tenant in (self.rio, self.mar):
            trial = self.end(tenant, "ended")
            text = f"{tenant.name}-outcome"
            report = self.draft_report(trial, text)
            self.world.subjects[f"{tenant.name}_outcome"] = {
                "report_id": report.id,
                "trial_id": trial.id,
                "slug": report.slug,
            }
            self.world.mark(f"{tenant.name}.outcome", text, report.id)

    def make_asked(self) -> None:
        """Let a report wait for the word of its company, as rules of another kind would."""
        for tenant in (self.rio, self.mar):
            # Longer than what the case says, so that no answer of it is taken for the report.
            text = f"{tenant.name}-asked-report"
            trial = self.end(tenant, "asked")
            self.hand_in_final_report(trial, f"{tenant.name}-final")
            self.world.mark(f"{tenant.name}.content", f"{tenant.name}-final")
            report = self.draft_report(trial, text)
            drafter = self.actor("drafter")
            with unit_of_work(self.session):
                report.consent = Consent.ASKED.value
                record(self.session, drafter, Deed.OUTCOME_SAVED, report, now=self.now)
            self.world.subjects[f"{tenant.name}_asked"] = {
                "number": 1,
                "report_id": report.id,
                "trial_id": trial.id,
            }
            self.world.mark(f"{tenant.name}.asked", text, report.id)

    def make_published(self) -> None:
        report = self.draft_report(self.end(self.rio, "published"), "public")
        with unit_of_work(self.session):
            outcomes.publish(self.session, self.actor("publisher"), report, now=self.now)
        self.world.subjects["published"] = {
            "slug": report.slug,
            "reference": report.trial.reference,
            "report_id": report.id,
        }

    def make_enquiry(self, tenant: Tenant) -> None:
        """Ask the tenant's lead whether any rule applies, and invite its company to apply."""
        name, office = tenant.name, self.actor("caseworker")
        with unit_of_work(self.session):
            enquiry = enquiries.write_enquiry(
                self.session,
                tenant.owner,
                tenant.organisation,
                kind=EnquiryKind.FAST_ANSWER,
                subject=f"{name}-enquiry-subject",
                text=f"{name}-enquiry-text",
                activity=f"{name}-enquiry-activity",
                start_key=f"{name}-enquiry",
                now=self.now,
            )
        with unit_of_work(self.session):
            text = f"{name}-enquiry-answer"
            enquiries.answer_enquiry(
                self.session, office, enquiry, text=text, invites=True, now=self.now
            )
            code = tenant.lead.authority.code
            enquiries.ask_authorities(
                self.session, office, enquiry, authorities=[code], now=self.now
            )
        parts = ("subject", "text", "activity", "answer")
        self.world.mark(f"{name}.enquiry", enquiry.id, *(f"{name}-enquiry-{p}" for p in parts))
        self.world.subjects[f"{name}_enquiry"] = {"enquiry_id": enquiry.id}

    def make_rules(self) -> None:
        """Upload a version of the rules that would change every case."""
        files = files_of("1.1.0", ("coordination.toml", "length = 60 #", "length = 61 #"))
        read = validate_files(pack().code, files).pack
        assert read is not None
        with unit_of_work(self.session):
            programme.upload(
                self.session,
                self.actor("drafter"),
                files=files,
                pack=read,
                note="Un plazo más largo.",
                now=self.now,
            )
        self.world.subjects["rules"] = {"version": "1.1.0", "tier": "high"}
        self.world.subjects["installed_rules"] = {"version": "1.0.0"}

    def make_dossier(self, tenant: Tenant) -> None:
        """Keep a dossier that the owner asked for; nobody else is given it, colleagues neither."""
        case = self.world.subjects[f"{tenant.name}_review"]["application_id"]
        stored = self.store.put(b"PK " + tenant.name.encode(), "application/zip")
        dossier = CaseDossier(
            application_id=case,
            asked_by_id=tenant.owner.person_id,
            asked_at=self.now,
            reader=ReaderKind.COMPANY.value,
            authorities=[],
            state=DossierState.READY.value,
            sha256=stored.sha256,
            size=stored.size,
            root=f"{tenant.name}-root",
            finished_at=self.now,
        )
        with unit_of_work(self.session):
            self.session.add(dossier)
        self.world.subjects[f"{tenant.name}_dossier"] = {
            "application_id": case,
            "dossier_id": dossier.id,
        }

    def make_imported(self) -> None:
        """Take in the dossier of another installation."""
        text = b'{"reference": "X-1"}'
        index = DossierIndex(
            case=dict.fromkeys(("reference", "title", "organisation", "language", "status"), "X-1"),
            origin=dict.fromkeys(("programme", "operator", "address"), "X"),
            rules={"code": "x", "version": "1.0.0", "fingerprint": ""},
            reader=ReaderKind.COMPANY.value,
            authorities=[],
            as_of=self.now.isoformat(),
            entries=(entry_of("case.json", text),),
        )
        archive = io.BytesIO()
        write_archive(archive, index, lambda _entry: iter((text,)))
        stored = self.store.put_stream(archive, "application/zip")
        importer = system_actor("tests", P.DOSSIER_IMPORT.value)
        with unit_of_work(self.session):
            dossier = dossiers.import_dossier(
                self.session, importer, filename="x.zip", stored=stored, index=index, now=self.now
            )
        self.world.subjects["imported"] = {"dossier_id": dossier.id, "number": 1}

    def make_chosen(self) -> None:
        """Let two caseworkers choose the same cases, of one of which the second is recused."""
        cases = [self.world.subjects[f"{name}_review"]["application_id"] for name in ("rio", "mar")]
        for subject, name in (("chosen", "caseworker"), ("recused_chosen", "recused_caseworker")):
            with unit_of_work(self.session):
                batch_id = coordination.begin_batch(
                    self.session,
                    self.actor(name),
                    ApplicationAction.RETURN,
                    cases=dict.fromkeys(cases, 0),
                    words={"reason": "Falta algo."},
                    key="a-form-of-its-own",
                    now=self.now,
                )
            self.world.subjects[subject] = {"batch_id": batch_id}

    def make_round_table(self) -> None:
        table = RoundTable(
            held_on=self.now.date(),
            slug="mesa",
            host="INAI",
            title={"es": "Mesa"},
            purpose={"es": "Hablar"},
            audience={"es": "Todas"},
            note={"es": "Nota"},
            registered_at=self.now,
        )
        with unit_of_work(self.session):
            self.session.add(table)
            record(self.session, SYSTEM, Deed.ROUND_TABLE_REGISTERED, table, now=self.now)

    def one(self, column: Any, *conditions: Any) -> Any:
        found = self.session.scalars(select(column).where(*conditions)).one()
        self.session.rollback()
        return found


def secret_question() -> str:
    """Return a question whose answer neither the register nor the plan of a trial takes up."""
    shown = {*pack().public_fields, *(spec.key for spec in pack().plan_fields)}
    return next(
        question.key
        for section in pack().sections
        for question in section.questions
        if question.kind is QuestionKind.LONG_TEXT and question.required
        if question.ask_if is None and question.key not in shown
    )


def hidden_question() -> str:
    """Return a question whose answer may be confidential, and is asked of everybody."""
    return next(
        question.key
        for section in pack().sections
        for question in section.questions
        if question.kind is QuestionKind.LONG_TEXT and question.may_be_confidential
        if question.ask_if is None and question.key != secret_question()
    )


def hidden_file_question() -> str:
    """Return a question for files that may be confidential, beside the one of `file_question`."""
    return next(
        key
        for key, each in pack().questions.items()
        if each.kind is QuestionKind.FILE and each.may_be_confidential and key != file_question()
    )


def file_question() -> str:
    return next(key for key, q in pack().questions.items() if q.kind is QuestionKind.FILE)


def section_of(question: str) -> str:
    return next(
        section.key
        for section in pack().sections
        if question in {each.key for each in section.questions}
    )
