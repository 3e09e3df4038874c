"""Check that the rules of the round tables can be kept, and that the law leaves room for them."""

from collections.abc import Iterator

from sandbox.domain.packs import PolicyPack, Regime
from sandbox.packs.checking.findings import Finding, repeated
from sandbox.packs.errors import Fault
from sandbox.packs.saying import sentence as _l


def judge_consultations(pack: PolicyPack) -> Iterator[Finding]:
    """Find numbers under which a consultation would publish nothing that it counted."""
    rules = pack.consultations
    if rules is not None and rules.smallest_count > rules.least_answers:
        yield Finding(
            ("consultations", "smallest_count"),
            Fault.INCONSISTENT,
            _l("is more than the answers from which results are published"),
            _l("at most %(most)s", most=rules.least_answers),
        )


def judge_round_tables(pack: PolicyPack) -> Iterator[Finding]:
    """Find numbers that contradict each other, and posts that could not meet anybody."""
    rules = pack.round_tables
    if rules is None:
        return
    yield from repeated(("round_tables", "regimes"), rules.regimes)
    if rules.least_organisations > rules.least_persons:
        yield Finding(
            ("round_tables", "least_organisations"),
            Fault.INCONSISTENT,
            _l("is more than the people who must take part"),
            _l("at most %(most)s", most=rules.least_persons),
        )
    registered = [authority.code for authority in pack.authorities if authority.posts]
    if registered and Regime.REGISTERED_INTERVIEW not in rules.regimes:
        yield Finding(
            ("round_tables", "regimes"),
            Fault.INCONSISTENT,
            _l(
                'lacks "%(regime)s", without which the posts of "%(authority)s" could meet no '
                "company",
                regime=Regime.REGISTERED_INTERVIEW,
                authority=registered[0],
            ),
            _l(
                'a list with "%(regime)s", or no posts of "%(authority)s"',
                regime=Regime.REGISTERED_INTERVIEW,
                authority=registered[0],
            ),
        )
