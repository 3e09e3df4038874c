"""Tell what organisations asked before they applied."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from sandbox.authorities.queries import applied_codes
from sandbox.domain.enquiries import EnquiryKind, RuleAnswer, propose_addressed
from sandbox.enquiries import services
from sandbox.kernel.actors import Actor
from sandbox.models import Enquiry, Organisation
from sandbox.web.demo.facts import read
from sandbox.web.demo.world import Company, World


def tell_enquiries(world: World, companies: Mapping[str, Company]) -> int:
    """Tell one enquiry that is answered, one fast answer that is open, and one invitation.

    Returns how many; without a fast answer in the rules there is one less.
    """
    facts = read("enquiries")
    told = 2
    _tell_answered(_Asking(world, companies, facts["answered"]))
    if world.pack.fast_answer is not None:
        _tell_fast(_Asking(world, companies, facts["fast"]))
        told += 1
    _tell_invited(_Asking(world, companies, facts["invited"]))
    return told


class _Asking:
    """Move one enquiry on. Units: days are counted back from today."""

    def __init__(
        self, world: World, companies: Mapping[str, Company], facts: Mapping[str, Any]
    ) -> None:
        self.world = world
        self.facts = facts
        self.company = companies[facts["word"]]
        self.rng = Random(facts["word"])  # noqa: S311 - a story, not a secret

    @property
    def caseworker(self) -> Actor:
        return self.world.caseworkers[0]

    def at(self, days_ago: int) -> datetime:
        return self.world.days.moment(self.rng, days_ago)

    def write(self, kind: EnquiryKind, days_ago: int) -> Enquiry:
        return services.write_enquiry(
            self.world.session,
            self.company.owner,
            self.world.session.get_one(Organisation, self.company.id),
            kind=kind,
            subject=self.facts["subject"],
            text=self.facts["text"],
            activity=self.facts["activity"],
            competences=self.facts.get("competences", ()),
            start_key=f"demonstration-{self.facts['word']}",
            now=self.at(days_ago),
        )


def _tell_answered(asking: _Asking) -> None:
    session, facts = asking.world.session, asking.facts
    enquiry = asking.write(EnquiryKind.QUESTION, 26)
    first, second = facts["answers"]
    services.answer_enquiry(session, asking.caseworker, enquiry, text=first, now=asking.at(24))
    member = asking.company.member
    services.continue_enquiry(session, member, enquiry, text=facts["reply"], now=asking.at(22))
    services.answer_enquiry(session, asking.caseworker, enquiry, text=second, now=asking.at(20))


def _tell_fast(asking: _Asking) -> None:
    """Let one of the authorities have answered, and the others have some days left."""
    world, facts = asking.world, asking.facts
    enquiry = asking.write(EnquiryKind.FAST_ANSWER, 11)
    found = propose_addressed(
        world.pack, enquiry.competences, world.days.today, applied_codes(world.session)
    )
    codes = [each.authority for each in found]
    services.ask_authorities(
        world.session, asking.caseworker, enquiry, authorities=codes, now=asking.at(9)
    )
    services.give_fast_answer(
        world.session,
        world.benches[codes[0]].officers[0],
        enquiry,
        answer=RuleAnswer.APPLIES,
        provision=facts["provision"],
        text=facts["answer"],
        now=asking.at(3),
    )


def _tell_invited(asking: _Asking) -> None:
    enquiry = asking.write(EnquiryKind.INTEREST, 6)
    services.answer_enquiry(
        asking.world.session,
        asking.caseworker,
        enquiry,
        text=asking.facts["answer"],
        invites=True,
        now=asking.at(4),
    )
