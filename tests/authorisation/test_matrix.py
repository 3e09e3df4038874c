"""Every door of the platform is tried by every kind of actor; a table kept by hand says who enters.

All doors are tried on both engines, on which the same conditions become other SQL; after each write
the world is put back.
"""

from tests.authorisation.probing import (
    ACTORS,
    SIGHT,
    VERDICTS,
    WRITES,
    Expectation,
    Prober,
    read_expectations,
)

EXPECTATIONS = read_expectations()


def doors_of(prober: Prober) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in prober.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_door_has_a_line(prober: Prober) -> None:
    known = {each.door for each in EXPECTATIONS}
    missing = sorted(" ".join(door) for door in doors_of(prober) - known)
    assert missing == [], "expectations.csv says nothing about these."


def test_every_line_has_a_door(prober: Prober) -> None:
    doors = doors_of(prober)
    dangling = sorted(str(each) for each in EXPECTATIONS if each.door not in doors)
    assert dangling == [], "expectations.csv speaks of these, which do not exist."


def test_table_is_complete(prober: Prober) -> None:
    lines = [str(each) for each in EXPECTATIONS]
    assert sorted({line for line in lines if lines.count(line) > 1}) == []
    for each in EXPECTATIONS:
        assert tuple(each.verdicts) == ACTORS, each
        assert set(each.verdicts.values()) <= VERDICTS, each
    assert tuple(SIGHT) == ACTORS
    assert {each.subject for each in EXPECTATIONS} - {"", *prober.world.subjects} == set()


def test_doors_open_to_those_whom_the_table_lets_in(prober: Prober, actor: str) -> None:
    faults: list[str] = []
    seen: set[str] = set()
    for each in EXPECTATIONS:
        finding, asked = prober.ask(actor, each), prober.values(each.subject)
        expected = each.verdicts[actor]
        if finding.verdict != expected:
            faults.append(f"{each}: {finding.verdict} ({finding.status}), not {expected}")
        faults += [f"{each} shows {leak}" for leak in prober.leaks(actor, finding, asked)]
        seen |= prober.seen(finding, asked)
        if each.method in WRITES and prober.was_changed():
            if expected != "ok":
                faults.append(f"{each} was refused and yet changed something")
            prober.restore()
    assert faults == [], f"{actor}:\n  " + "\n  ".join(faults)
    assert SIGHT[actor] - seen == set(), (
        f"{actor} does not meet what is there: the probes are blind"
    )


def pages() -> list[Expectation]:
    return [each for each in EXPECTATIONS if each.method == "GET" and ".pdf" not in each.rule]


def test_other_methods_are_refused_before_anybody_is_asked(prober: Prober) -> None:
    faults = []
    for each in {each.rule: each for each in EXPECTATIONS}.values():
        path = prober.address(each, prober.values(each.subject))
        for number, method in enumerate(sorted(set(WRITES) - prober.methods_at(path))):
            actor = ("visitor", "owner")[number % 2]
            status = prober.send(actor, method, path).status_code
            if status != 405:
                faults.append(f"{method} {each.rule} by {actor}: {status}")
    assert faults == []
    assert not prober.was_changed()


def test_head_and_options_tell_no_more_than_get(prober: Prober) -> None:
    faults = []
    for each in pages():
        asked = prober.values(each.subject)
        path = prober.address(each, asked)
        for actor in ("foreign_owner", "recused_officer"):
            head = prober.finding(prober.send(actor, "HEAD", path))
            options = prober.finding(prober.send(actor, "OPTIONS", path))
            if head.verdict != each.verdicts[actor] or head.text:
                faults.append(f"HEAD {each} by {actor}: {head.verdict} {head.text[:40]}")
            leaks = prober.leaks(actor, options, asked) + prober.leaks(actor, head, asked)
            faults += [f"HEAD or OPTIONS {each} by {actor} shows {leak}" for leak in leaks]
    assert faults == []
