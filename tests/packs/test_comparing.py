"""Two versions of a pack are compared part by part, and what differs is said as a sentence."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask_babel import force_locale

from sandbox.applications.wording import condition_words
from sandbox.domain import packs as shapes
from sandbox.domain.deliberation import CriterionMark
from sandbox.domain.packs import (
    AllOf,
    CalendarSpec,
    ClockUnit,
    Compare,
    DecisionRule,
    Moment,
    Not,
    Operator,
    PolicyPack,
    PublicLaterSpec,
    QuestionKind,
    QuestionSpec,
    Silence,
    Text,
)
from sandbox.packs.comparing import Change, ChangeKind, compare
from sandbox.packs.loading import load_packs
from sandbox.programme.changes import change_sentence
from sandbox.programme.names import FIELD, PART, WORDS
from sandbox.programme.summary import summary
from sandbox.web.pack_commands import packs
from tests.domain.tiny_pack import text, tiny_pack
from tests.factories import pack as mexican
from tests.packs.copies import MX, copy_of_mx
from tests.packs.copies import replace as rewrite
from tests.web.small_app import small_app

OLD = tiny_pack()


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


def said(app: Flask, change: Change, language: str = "en") -> str:
    with app.app_context(), force_locale(language):
        return change_sentence(OLD, OLD, change)


def only(new: PolicyPack) -> Change:
    [change] = compare(OLD, new)
    return change


def with_tier(index: int, **changes: Any) -> PolicyPack:
    tiers = list(OLD.tiers)
    tiers[index] = replace(tiers[index], **changes)
    return tiny_pack(tiers=tuple(tiers))


def test_pack_does_not_differ_from_itself() -> None:
    assert compare(OLD, OLD) == ()
    assert compare(mexican(), replace(mexican(), version="9.9.9")) == ()


def test_value_deep_inside_is_named_with_its_whole_way(app: Flask) -> None:
    place = next(i for i, tier in enumerate(OLD.tiers) if len(tier.stages) > 1)
    stage = OLD.tiers[place].stages[1]
    longer = replace(stage, max_days=stage.max_days + 30)
    stages = (OLD.tiers[place].stages[0], longer, *OLD.tiers[place].stages[2:])
    change = only(with_tier(place, stages=stages))

    assert change.path == f"tiers.{OLD.tiers[place].key}.stages.{stage.key}.max_days"
    assert (change.before, change.after) == (stage.max_days, stage.max_days + 30)
    assert said(app, change) == (
        f"Tier “{OLD.tiers[place].name.in_('en')}”, Stage “{stage.name.in_('en')}”: most days in "
        f"the stage was {stage.max_days} and is now {stage.max_days + 30}."
    )
    assert "máximo de días en la etapa pasa de" in said(app, change, "es")


def test_parts_are_the_same_by_their_key_wherever_they_stand(app: Flask) -> None:
    changes = compare(OLD, tiny_pack(relief_kinds=OLD.relief_kinds[::-1]))
    assert [(change.kind, change.path) for change in changes] == (
        [(ChangeKind.REORDERED, "relief_kinds")] if len(OLD.relief_kinds) > 1 else []
    )


def test_whole_part_is_added_or_removed(app: Flask) -> None:
    new = tiny_pack(stakeholders=OLD.stakeholders[1:])
    gone = OLD.stakeholders[0]
    removed, added = only(new), compare(new, OLD)[0]

    assert (removed.kind, removed.path) == (ChangeKind.REMOVED, f"stakeholders.{gone.code}")
    assert (removed.before, removed.after) == (gone, None)
    assert said(app, removed) == f"Stakeholder “{gone.name.in_('en')}”: removed."
    assert added.kind is ChangeKind.ADDED
    assert said(app, added, "es").endswith("se agrega.")


def test_list_says_only_what_it_lost_and_gained(app: Flask) -> None:
    authority = OLD.authorities[0]
    other = next(c for c in OLD.competences if c.code not in authority.competences)
    more = replace(authority, competences=(*authority.competences, other.code))
    change = only(tiny_pack(authorities=(more, *OLD.authorities[1:])))

    assert (change.field, change.before, change.after) == ("competences", None, (other.code,))
    assert said(app, change).endswith(f"competences gain “{other.name.in_('en')}”.")


def test_long_list_is_compared_without_looking_through_it_for_each_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, equal = [0], Text.__eq__

    def look(one: Text, other: object) -> bool:
        looks[0] += 1
        return equal(one, other)

    def with_indicators(numbers: range) -> PolicyPack:
        indicators = tuple(text(f"Indicador {number}") for number in numbers)
        first, *others = OLD.criteria
        return tiny_pack(criteria=(replace(first, positive=indicators), *others))

    old, new = with_indicators(range(1_000)), with_indicators(range(1, 1_001))
    monkeypatch.setattr(Text, "__eq__", look)
    (change,) = compare(old, new)
    assert (change.before, change.after) == ((text("Indicador 0"),), (text("Indicador 1000"),))
    assert looks[0] < 5_000


def test_day_off_is_told_by_its_day(app: Flask) -> None:
    free = CalendarSpec(
        OLD.calendar.country, OLD.calendar.timezone, {date(2027, 5, 5): text("Batalla")}
    )
    changes = compare(tiny_pack(calendar=replace(free, days_off={})), tiny_pack(calendar=free))
    [change] = changes

    assert change.path == "calendar.days_off.2027-05-05"
    assert said(app, change) == "Calendar, Day off “2027-05-05”: added with “Batalla”."


def test_condition_is_read_as_a_whole(app: Flask) -> None:
    question = next(iter(OLD.questions.values()))
    rule = OLD.hard_rules[0]
    told = Compare(question.key, Operator.ANSWERED)
    several = Compare(question.key, Operator.ONE_OF, ("a", "b"))
    changed = replace(rule, when=AllOf((told, several)))
    change = only(tiny_pack(hard_rules=(changed, *OLD.hard_rules[1:])))
    label = question.label.in_("en")

    assert change.field == "when"
    assert said(app, change).endswith(
        f"and is now (“{label}” is answered and (“{label}” is “a” or “b”))."
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Compare("q", Operator.EQUALS, "a"), "“q” is “a”"),
        (Compare("q", Operator.EQUALS, "no"), "“q” is “No”"),
        (Compare("q", Operator.ONE_OF, ("a", "b")), "“q” is “a” or “b”"),
        (Compare("q", Operator.NOT_EQUALS, "a"), "“q” is answered, but not “a”"),
        (Compare("q", Operator.INCLUDES, ("a",)), "“q” includes “a”"),
        (Compare("q", Operator.AT_LEAST, 1200), "“q” is at least “1,200”"),
        (Compare("q", Operator.AT_MOST, 3), "“q” is at most “3”"),
        (Compare("q", Operator.ANSWERED), "“q” is answered"),
        (Compare("q", Operator.ANSWERED, False), "“q” is not answered"),
        (Compare("budget", Operator.AT_MOST, 120050), "“Cost” is at most “$1,200.50 MXN”"),
    ],
)
def test_comparison_is_said_as_it_is_judged(app: Flask, condition: Compare, words: str) -> None:
    budget = QuestionSpec("budget", QuestionKind.MONEY, text("Cost"))
    with app.app_context(), force_locale("en"):
        assert condition_words(condition, {"budget": budget}, "MXN") == words


def test_what_a_negation_covers_is_never_in_doubt(app: Flask) -> None:
    one, other = Compare("a", Operator.ANSWERED), Compare("b", Operator.ANSWERED)
    with app.app_context(), force_locale("en"):
        first = condition_words(AllOf((Not(one), other)), {}, "MXN")
        whole = condition_words(Not(AllOf((one, other))), {}, "MXN")

    assert first == "(not: “a” is answered) and “b” is answered"
    assert whole == "not: (“a” is answered and “b” is answered)"


def test_amount_is_said_in_money(app: Flask) -> None:
    budget = QuestionSpec("budget", QuestionKind.MONEY, text("Cost"), maximum=100_000)
    first = OLD.sections[0]
    sections = [
        (replace(first, questions=(*first.questions, each)), *OLD.sections[1:])
        for each in (budget, replace(budget, maximum=250_050))
    ]
    [change] = compare(*(tiny_pack(sections=each) for each in sections))

    assert said(app, change).endswith("maximum was $1,000.00 MXN and is now $2,500.50 MXN.")


def test_whole_pack_is_told_in_both_languages(app: Flask) -> None:
    with app.app_context():
        told = {
            language: CliRunner().invoke(packs, ["show", "mx", "--language", language]).output
            for language in ("es", "en")
        }
    rules = mexican()
    for language, words in told.items():
        plain = " ".join(words.split())
        for question in rules.questions.values():
            assert " ".join(question.label.in_(language).split()) in plain
        for tier in rules.tiers:
            assert tier.name.in_(language) in plain
            for stage in tier.stages:
                for requirement in stage.gate:
                    assert " ".join(requirement.label.in_(language).split()) in plain
        for clock in rules.clocks:
            assert f"{clock.name.in_(language)}: {clock.length} " in plain


def shown(app: Flask, pack: PolicyPack, language: str = "en") -> list[str]:
    with app.app_context(), force_locale(language):
        return [words for _, words in summary(pack)]


@pytest.mark.parametrize("code", ["mx", "eu-ai-act"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_everything_that_decides_is_told(app: Flask, code: str, language: str) -> None:
    rules = load_packs().current(code)
    lines = shown(app, rules, language)
    told = "\n".join(lines)

    def line_with(text: Text) -> str:
        return next(line for line in lines if " ".join(text.in_(language).split()) in line)

    for question in rules.questions.values():
        for option in (*question.options, *(o for c in question.columns for o in c.options)):
            for competence in option.competences:
                name = rules.competence(competence).name.in_(language)
                assert any(option.label.in_(language) in ln and name in ln for ln in lines)
        for column in question.columns:
            assert line_with(column.label)
    for verdict in rules.eligibility.verdicts.values():
        assert line_with(verdict)
    for rule in rules.eligibility.rules:
        assert line_with(rule.reason)
    for tier in rules.tiers:
        for condition in tier.start_conditions:
            assert line_with(condition.label)
    for metric in rules.metrics:
        said = next(ln for ln in lines if ln.startswith(f"{metric.name.in_(language)} ("))
        for value in (metric.target, metric.warning, metric.breach):
            assert f" {value.normalize():f}" in said.replace(",", ".")
    for incident in rules.incident_classes:
        assert str(incident.report_hours) in line_with(incident.name)
    for criterion in rules.criteria:
        assert line_with(criterion.key_question)
        for mark in CriterionMark:
            assert line_with(criterion.rubric.of(mark))
    for kind in rules.exit_kinds:
        assert line_with(kind.name)
    assert not re.search(r"\b1 (points|months|days|puntos|meses|días)\b", told)
    # Nothing that is absent is printed as Python writes it; "None:" begins an answer of the pack.
    assert " None" not in told.replace("Example: None: each household", "")


def test_what_a_pack_may_leave_out_is_told_where_it_is_there(app: Flask) -> None:
    first, *others = OLD.authorities
    first = replace(first, valid_from=date(2026, 1, 2), valid_until=date(2027, 3, 4))
    clock = OLD.clocks[0]
    clocks = [
        replace(clock, key="position", unit=ClockUnit.MONTHS, length=1, stops_in=("returned",)),
        *OLD.clocks[1:],
    ]
    tier = replace(OLD.tiers[0], min_points=0, max_points=0)
    criterion = replace(OLD.criteria[0], must_be_met=True)
    budget = QuestionSpec("budget", QuestionKind.MONEY, text("Cost"), maximum=100_000)
    sections = (replace(OLD.sections[0], questions=(budget, *OLD.sections[0].questions)),)
    lines = shown(
        app,
        tiny_pack(
            currency="EUR",
            authorities=(first, *others),
            clocks=tuple(clocks),
            tiers=(tier, *OLD.tiers[1:]),
            criteria=(criterion,),
            sections=(*sections, *OLD.sections[1:]),
            coordination=replace(OLD.coordination, returns_allowed=1),
        ),
    )

    def line_of(start: str) -> str:
        return next(line for line in lines if line.startswith(start))

    assert line_of(f"{first.code}, ").endswith("; from 2 January 2026 on; until 4 March 2027")
    clock_words = line_of(f"{clock.name.in_('en')}: ")
    assert ": 1 month;" in clock_words
    assert clock_words.endswith("stands still in “Returned to the company”")
    assert not any(line.startswith(f"{clock.name.in_('en')}: ") for line in shown(app, OLD))
    assert line_of("Tier: ").endswith(", no points of its own")
    assert line_of(criterion.name.in_("en")).endswith(
        "[must be met, or the application is declined]"
    )
    assert "at most 1,000.00 EUR" in line_of("Cost")
    assert "an option gives up to 8 points" in line_of("label of impact")
    assert "“option p1”: 1 point" in lines
    assert "“option licence”: brings in “spectrum”" in lines
    assert "a yes brings in “privacy”" in line_of("label of uses_data")
    assert any(line.startswith("Column: label of field [") for line in lines)
    assert "An application may be returned 1 time." in lines
    assert "An objection opens a deliberation." in lines
    lead = replace(OLD.coordination, decision_rule=DecisionRule.LEAD_DECIDES)
    assert "objection" not in " ".join(shown(app, tiny_pack(coordination=lead)))
    assert any("weighs 2, and a relief in “label of reliefs” weighs 3" in line for line in lines)


def test_rubric_is_told_as_a_whole_where_there_was_none(app: Flask) -> None:
    novel, safe = OLD.criteria
    change = only(tiny_pack(criteria=(replace(novel, rubric=safe.rubric), safe)))
    assert said(app, change) == (
        "Criterion “Novel”: Rubric was nothing and is now when it is met: “no harm”; "
        "when it is partly met: “little harm”; when it is not met: “harm”."
    )


def test_amounts_of_a_pack_are_said_in_its_own_currency(app: Flask) -> None:
    budget = QuestionSpec("budget", QuestionKind.MONEY, text("Cost"), maximum=100_000)
    first = OLD.sections[0]
    old, new = (
        tiny_pack(
            currency="EUR",
            sections=(replace(first, questions=(*first.questions, each)), *OLD.sections[1:]),
        )
        for each in (budget, replace(budget, maximum=250_050))
    )
    [change] = compare(old, new)
    with app.app_context(), force_locale("en"):
        said_of_it = change_sentence(old, new, change)
        condition = Compare("budget", Operator.AT_MOST, 120050)
        words = condition_words(condition, {"budget": budget}, "EUR")

    assert said_of_it.endswith("maximum was 1,000.00 EUR and is now 2,500.50 EUR.")
    assert words == "“Cost” is at most “1,200.50 EUR”"


def test_each_amount_is_said_in_the_currency_of_its_own_pack(app: Flask) -> None:
    budget = QuestionSpec("budget", QuestionKind.MONEY, text("Cost"), maximum=100_000)
    old, new = (
        tiny_pack(
            currency=currency,
            sections=(replace(OLD.sections[0], questions=(each,)), *OLD.sections[1:]),
        )
        for currency, each in (("EUR", budget), ("MXN", replace(budget, maximum=250_050)))
    )
    by_path = {each.path: each for each in compare(old, new)}
    change = next(each for path, each in by_path.items() if path.endswith("budget.maximum"))

    assert told(app, old, new, change).endswith(
        "maximum was 1,000.00 EUR and is now $2,500.50 MXN."
    )


def told(app: Flask, old: PolicyPack, new: PolicyPack, change: Change, language: str = "en") -> str:
    with app.app_context(), force_locale(language):
        return change_sentence(old, new, change)


def all_told(app: Flask, old: PolicyPack, new: PolicyPack, language: str = "en") -> list[str]:
    return [told(app, old, new, each, language) for each in compare(old, new)]


def test_parts_that_are_gone_are_named_in_the_words_of_the_pack_that_had_them(app: Flask) -> None:
    question = next(iter(OLD.questions.values()))
    old = tiny_pack(
        public_fields=(question.key,),
        public_later=(PublicLaterSpec(question.key, Moment.ENDED),),
    )
    sections = [
        replace(each, questions=tuple(q for q in each.questions if q.key != question.key))
        for each in OLD.sections
    ]
    new = tiny_pack(sections=tuple(sections), public_fields=())
    by_path = {
        each.path: told(app, old, new, each)
        for each in compare(old, new)
        if each.path.startswith("public")
    }
    label = question.label.in_("en")

    assert by_path["public_fields"].endswith(f" lose “{label}”.")
    later = by_path[f"public_later.{question.key}"]
    assert later == f"Answer published later “{label}”: removed."


ROOM = Text({"es": "Industria", "en": "Industry"})


@pytest.mark.parametrize(
    ("new", "language", "sentence"),
    [
        (
            Text({"es": "Industria", "en": "Trade"}),
            "es",
            "Parte interesada «Industria»: nombre en inglés pasa de «Industry» a «Trade».",
        ),
        (
            Text({"es": "Comercio", "en": "Industry"}),
            "en",
            "Stakeholder “Industry”: name in Spanish was “Industria” and is now “Comercio”.",
        ),
        (
            Text({"es": "Industria", "en": "Trade"}),
            "en",
            "Stakeholder “Trade”: name was “Industry” and is now “Trade”.",
        ),
        (
            Text({"es": "Industria", "en": "Industry", "pt-BR": "Indústria"}),
            "en",
            (
                "Stakeholder “Industry”: name in Portuguese (Brazil) was nothing "
                "and is now “Indústria”."
            ),
        ),
        (
            Text({"es": "Industria", "en": " Industry\n"}),
            "en",
            "Stakeholder “Industry”: name: only spaces and line breaks are different.",
        ),
    ],
)
def test_text_that_changed_in_another_language_is_told_in_that_language(
    app: Flask, new: Text, language: str, sentence: str
) -> None:
    stakeholder, *others = OLD.stakeholders
    before, after = (
        tiny_pack(stakeholders=(replace(stakeholder, name=name), *others)) for name in (ROOM, new)
    )

    assert all_told(app, before, after, language) == [sentence]


def test_day_off_whose_words_changed_in_another_language_is_told_in_that_language(
    app: Flask,
) -> None:
    before, after = (
        tiny_pack(calendar=replace(OLD.calendar, days_off={date(2027, 5, 5): name}))
        for name in (ROOM, Text({"es": "Industria", "en": "Trade"}))
    )

    assert all_told(app, before, after, "es") == [
        "Calendario, Día inhábil «2027-05-05» en inglés pasa de «Industry» a «Trade»."
    ]


def with_indicators(*indicators: Text) -> PolicyPack:
    first, *others = OLD.criteria
    return tiny_pack(criteria=(replace(first, positive=indicators), *others))


def test_entries_that_another_language_tells_apart_are_told_in_pairs(app: Flask) -> None:
    before = with_indicators(ROOM, text("gone"))
    after = with_indicators(Text({"es": "Industria", "en": "Trade"}), text("new"))

    assert all_told(app, before, after, "es") == [
        (
            "Criterio «Novel»: en qué habla a favor se quita «gone» y se agrega «new». "
            "Criterio «Novel»: una entrada de «qué habla a favor» en inglés pasa de "
            "«Industry» a «Trade»."
        )
    ]
    assert all_told(app, before, after) == [
        ("Criterion “Novel”: what speaks for it lose “Industry”, “gone” and gain “Trade”, “new”.")
    ]


def test_entry_that_stands_twice_now_is_told_as_such(app: Flask) -> None:
    once, twice, thrice = (
        with_indicators(text("first"), *[text("same")] * times) for times in (1, 2, 3)
    )

    [change] = compare(once, twice)
    assert (change.kind, change.before, change.after) == (
        ChangeKind.REPEATED,
        (text("same"),),
        (text("same"), text("same")),
    )
    assert all_told(app, once, twice) == [
        ("Criterion “Novel”: under “what speaks for it”, “same” stood once and stands twice now.")
    ]
    assert all_told(app, thrice, once)[0].endswith("“same” stood 3 times and stands once now.")
    assert all_told(app, twice, once, "es")[0].endswith(
        "«same» estaba dos veces y ahora está una vez."
    )


def test_new_entry_is_gained_as_often_as_it_stands(app: Flask) -> None:
    [gained] = all_told(app, with_indicators(), with_indicators(text("new"), text("new")))
    assert gained.endswith(" gain “new”, “new”.")


def test_words_of_the_pack_are_said_in_the_readers_language(app: Flask) -> None:
    rules = replace(OLD.coordination, acceptance_silence=Silence.NONE)
    if OLD.coordination.acceptance_silence is Silence.NONE:
        rules = replace(OLD.coordination, acceptance_silence=Silence.DENIED)
    change = only(tiny_pack(coordination=rules))

    assert "silence means nothing" in said(app, change)
    assert "el silencio no tiene efecto" in said(app, change, "es")


def leaves(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], object]]:
    """Walk over every text of the pack, with the way to it."""
    if isinstance(value, Text):
        yield path, value
    elif is_dataclass(value):
        for part in fields(value):
            yield from leaves(getattr(value, part.name), (*path, part.name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))


def rewritten(value: Any, path: tuple[Any, ...], new: object) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, tuple):
        return (*value[:step], rewritten(value[step], tuple(rest), new), *value[step + 1 :])
    return replace(value, **{step: rewritten(getattr(value, step), tuple(rest), new)})


@pytest.mark.parametrize(
    "path", [path for path, _ in leaves(OLD)], ids=lambda path: ".".join(map(str, path))
)
def test_no_text_changes_unnoticed(app: Flask, path: tuple[Any, ...]) -> None:
    change = only(rewritten(OLD, path, text("something else")))

    assert "something else" in said(app, change)


def test_every_key_of_a_pack_has_words() -> None:
    named = {
        part.name
        for shape in vars(shapes).values()
        if is_dataclass(shape) and shape not in {Text, Compare, AllOf, shapes.AnyOf, shapes.Not}
        for part in fields(shape)
    }
    keys = {"key", "value", "version"}

    assert named - FIELD.keys() - PART.keys() - keys == set()
    assert FIELD.keys() - named == set()
    assert PART.keys() - named == set()


def test_every_word_of_a_pack_has_words() -> None:
    enums = {each for each in vars(shapes).values() if isinstance(each, type)}
    words = {
        word
        for each in enums
        if issubclass(each, StrEnum) and each is not Operator
        for word in each
    }
    assert words == WORDS.keys()


def test_command_says_what_differs(app: Flask, tmp_path: Any) -> None:
    pack = copy_of_mx(tmp_path)
    rewrite(pack / "coordination.toml", "returns_allowed = 1", "returns_allowed = 2")
    with app.app_context():
        run = CliRunner().invoke
        same = run(packs, ["diff", str(MX), "mx@1.0.0"])
        differs = run(packs, ["diff", "mx", str(pack), "--language", "en"])
        unknown = run(packs, ["diff", "mx", "mx@7.0.0"])
        rewrite(pack / "coordination.toml", "returns_allowed = 2", "returns_allowed = -2")
        unsound = run(packs, ["diff", "mx", str(pack)])

    assert (same.exit_code, same.output) == (0, "")
    assert differs.output == "Coordination: returns allowed was 1 and is now 2.\n"
    assert (unknown.exit_code, unsound.exit_code) == (2, 2)
    assert "no installed pack (eu-ai-act@1.0.0, eu-ai-act@1.1.0, mx@1.0.0)" in unknown.output
    assert "coordination.returns_allowed" in unsound.output
