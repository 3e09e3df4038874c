"""Sow one fault into the tables of a sound pack, at a place drawn at random.

Each kind of fault spoils the tables it is given and says under which key which fault must be found;
it gives nothing where the pack has no place for it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from marshmallow import Schema

from sandbox.domain.packs import RequirementKind, Who
from sandbox.packs import schemas
from sandbox.packs.checking import WHO
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.reference import kinds
from tests.packs.generating import Table

Sown = tuple[Path, Fault] | None
Kind = Callable[[Table, Random], Sown]
ONE_DAY = timedelta(days=1)
NOBODY = "nobody_knows"
# A value that stands for nothing: each kind of value is of another type.
WRONG = {"`true` or `false`": "yes", "condition": 7, "table of texts": 7}


def places(
    pack: Table, schema: Schema | None = None, path: Path = ()
) -> Iterator[tuple[Path, Table, Schema]]:
    """Walk over every table of the pack that has a schema, with its place."""
    schema = schema or schemas.PackSchema()
    yield path, pack, schema
    for name, kind in kinds(schema).items():  # type: ignore[arg-type]
        if kind.inner is not None and name in pack:
            inner = pack[name] if kind.is_list else [pack[name]]
            for index, each in enumerate(inner):
                here = (*path, name, index) if kind.is_list else (*path, name)
                yield from places(each, kind.inner, here)


def _any(chance: Random, found: Iterable[Any]) -> Any:
    """Choose one place, each as likely; nothing where there is none."""
    listed = list(found)
    return chance.choice(listed) if listed else None


def _texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, Table]]:
    if isinstance(value, dict):
        if "es" in value:
            yield path, value
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _questions(pack: Table) -> Iterator[tuple[Path, Table]]:
    for path, table, schema in places(pack):
        if isinstance(schema, schemas.QuestionSchema) and path[0] == "sections":
            yield path, table


def _whole_questions(pack: Table) -> list[tuple[Path, Table]]:
    return [(path, table) for path, table in _questions(pack) if "columns" not in path]


def _of(pack: Table, kind: type[Schema]) -> Iterator[tuple[Path, Table]]:
    return ((path, table) for path, table, schema in places(pack) if type(schema) is kind)


# --- the shape of a table ------------------------------------------------------------------------


def unknown_key(pack: Table, chance: Random) -> Sown:
    path, table, _ = _any(chance, places(pack))
    table[NOBODY] = 1
    return (*path, NOBODY), Fault.UNKNOWN_KEY


def missing_key(pack: Table, chance: Random) -> Sown:
    path, table, name = _any(
        chance,
        (
            (path, table, name)
            for path, table, schema in places(pack)
            for name, field in schema.fields.items()
            if field.required and name in table
        ),
    )
    del table[name]
    return (*path, name), Fault.MISSING


def _values(pack: Table, words: str = "") -> Iterator[tuple[Path, Table, str, Any]]:
    for path, table, schema in places(pack):
        for name, kind in kinds(schema).items():  # type: ignore[arg-type]
            if name in table and words in kind.words:
                yield path, table, name, kind


def wrong_type(pack: Table, chance: Random) -> Sown:
    # What is no word of a closed list is not allowed, of whatever type it is.
    path, table, name, kind = _any(
        chance, (each for each in _values(pack) if each[3].choices is None)
    )
    table[name] = WRONG.get(kind.words, True)
    return (*path, name), Fault.WRONG_TYPE


def word_outside_the_list(pack: Table, chance: Random) -> Sown:
    path, table, name, _ = _any(
        chance, (each for each in _values(pack) if each[3].choices is not None)
    )
    if isinstance(table[name], list):
        table[name] = [NOBODY]
        return (*path, name, 0), Fault.NOT_ALLOWED
    table[name] = NOBODY
    return (*path, name), Fault.NOT_ALLOWED


def number_out_of_bounds(pack: Table, chance: Random) -> Sown:
    path, table, name, _ = _any(chance, _values(pack, "whole number"))
    table[name] = -(10**12)
    return (*path, name), Fault.NOT_ALLOWED


def key_with_spaces(pack: Table, chance: Random) -> Sown:
    path, table, name, kind = _any(chance, _values(pack, "key"))
    if kind.words != "key":
        table[name] = ["no key"]
        return (*path, name, 0), Fault.NOT_ALLOWED
    table[name] = "no key"
    return (*path, name), Fault.NOT_ALLOWED


# --- texts and names -----------------------------------------------------------------------------


def text_missing_in_a_language(pack: Table, chance: Random) -> Sown:
    if len(pack["languages"]) == 1:
        return None
    path, text = _any(chance, _texts(pack))
    del text[chance.choice(pack["languages"])]
    return path, Fault.LANGUAGE


def text_in_a_foreign_language(pack: Table, chance: Random) -> Sown:
    path, text = _any(chance, _texts(pack))
    text["fr"] = "Ailleurs"
    return (*path, "fr"), Fault.LANGUAGE


def blank_text(pack: Table, chance: Random) -> Sown:
    path, text = _any(chance, _texts(pack))
    text["es"] = " \u00a0"
    return (*path, "es"), Fault.MISSING


def same_name_twice(pack: Table, chance: Random) -> Sown:
    """Write one entry of a list a second time; every name but that of a condition is a key."""
    path, table, name, key = _any(
        chance,
        (
            (path, table, name, key)
            for path, table, schema in places(pack)
            for name, kind in kinds(schema).items()  # type: ignore[arg-type]
            if kind.inner is not None and kind.is_list and table.get(name)
            for key in ("key", "code", "value")
            if key in kind.inner.fields and (name != "questions" or path[0] == "sections")
        ),
    )
    entries = table[name]
    entries.append(chance.choice(entries))
    return (*path, name, len(entries) - 1, key), Fault.DUPLICATE


def one_word_for_two_senses(pack: Table, chance: Random) -> Sown:
    if not pack["glossary"]:
        return None
    other = chance.choice(pack["glossary"])
    pack["glossary"].append(other | {"key": "other"})
    return ("glossary", len(pack["glossary"]) - 1, "term"), Fault.DUPLICATE


# --- what refers to another part -----------------------------------------------------------------


def name_of_nothing(pack: Table, chance: Random) -> Sown:
    """Name a matter, a criterion, a tier, a metric, a question or a body that is not there."""
    lists = {"competences", "criteria", "metrics", "public_fields", "stops_in", "ended"}
    single = {"at_least", "breach_class", "reliefs_question", "activity_question", "authority"}
    single |= {"criterion"}
    tables = (schemas.CriterionSchema, schemas.CompetenceSchema, schemas.MetricSchema)
    path, table, name = _any(
        chance,
        (
            (path, table, name)
            for path, table, schema in places(pack)
            for name in {*lists, *single} & table.keys() & schema.fields.keys()
            if not isinstance(kinds(schema)[name].inner, tables)  # type: ignore[arg-type]
        ),
    )
    if name in single:
        table[name] = NOBODY
        return (*path, name), Fault.UNKNOWN_REFERENCE
    table[name] = [*table[name], NOBODY]
    return (*path, name, len(table[name]) - 1), Fault.UNKNOWN_REFERENCE


def condition_on_nothing(pack: Table, chance: Random) -> Sown:
    path, table, name, _ = _any(chance, _values(pack, "condition"))
    table[name] = {"not": {"question": NOBODY, "answered": True}}
    return (*path, name, "not", "question"), Fault.UNKNOWN_REFERENCE


def condition_on_what_comes_later(pack: Table, chance: Random) -> Sown:
    questions = _whole_questions(pack)
    place = chance.randrange(1, len(questions) - 1)
    path, question = questions[place]
    later = chance.choice(questions[place:])[1]
    name = chance.choice(("ask_if", "required_if"))
    question[name] = {"question": later["key"], "answered": True}
    return (*path, name, "question"), Fault.UNKNOWN_REFERENCE


# --- conditions ----------------------------------------------------------------------------------


def condition_that_never_holds(pack: Table, chance: Random) -> Sown:
    found = [
        (path, table, name)
        for path, table, name, _ in _values(pack, "condition")
        if name != "when" or path[0] != "prohibited_uses"
    ]
    if not found:
        return None
    path, table, name = chance.choice(found)
    table[name] = {"all": [table[name], {"not": table[name]}]}
    return (*path, name), Fault.UNREACHABLE


def question_required_always_and_now_and_then(pack: Table, chance: Random) -> Sown:
    path, question = chance.choice(_whole_questions(pack)[1:])
    question |= {"required": True, "required_if": {"question": "title", "answered": True}}
    return (*path, "required_if"), Fault.INCONSISTENT


def answer_on_which_nothing_hangs(pack: Table, chance: Random) -> Sown:
    looked_at = repr([pack["hard_rules"], pack["prohibited_uses"], pack["priorities"]]) + repr(
        [[each.get("ask_if"), each.get("required_if")] for _, each in _questions(pack)]
    )
    found = [
        (path, question)
        for path, question in _whole_questions(pack)
        if question.get("information")
        and question["key"] not in pack["public_fields"]
        and repr(question["key"]) not in looked_at
    ]
    if not found:
        return None
    # What is presumed to be public is read by everybody, and matters.
    pack.pop("disclosure_is_presumed", None)
    path, question = chance.choice(found)
    del question["information"]
    return path, Fault.USELESS


def information_that_counts(pack: Table, chance: Random) -> Sown:
    found = [each for each in _whole_questions(pack) if each[1].get("criteria")]
    if not found:
        return None
    path, question = chance.choice(found)
    question["information"] = True
    return (*path, "information"), Fault.INCONSISTENT


def _columns(pack: Table) -> Iterator[tuple[Path, Table, Table]]:
    for path, question in _whole_questions(pack):
        for index, column in enumerate(question.get("columns", [])):
            yield (*path, "columns", index), question, column


def column_on_which_nothing_hangs(pack: Table, chance: Random) -> Sown:
    found = [
        (path, column)
        for path, question, column in _columns(pack)
        if column.get("information")
        and not question.get("information")
        and question["key"] not in pack["public_fields"]
    ]
    if not found:
        return None
    # What is presumed to be public is read by everybody, and its columns matter.
    pack.pop("disclosure_is_presumed", None)
    path, column = chance.choice(found)
    del column["information"]
    return path, Fault.USELESS


def column_of_a_relief_as_information(pack: Table, chance: Random) -> Sown:
    needed = ("provision", "kind", "asked", "why")
    found = [
        (path, column)
        for path, question, column in _columns(pack)
        if question["key"] == "reliefs" and column["key"] in needed
    ]
    path, column = chance.choice(found)
    column["information"] = True
    return (*path, "information"), Fault.INCONSISTENT


def second_title(pack: Table, chance: Random) -> Sown:
    path, question = chance.choice(_whole_questions(pack)[1:])
    question["is_title"] = True
    return (*path, "is_title"), Fault.DUPLICATE


def bounds_upside_down(pack: Table, chance: Random) -> Sown:
    found = [each for each in _whole_questions(pack) if "maximum" in each[1]]
    if not found:
        return None
    path, question = chance.choice(found)
    question["minimum"] = question["maximum"] + 1
    return (*path, "minimum"), Fault.INCONSISTENT


def number_of_answers_that_nobody_gives(pack: Table, chance: Random) -> Sown:
    found = [each for each in _whole_questions(pack) if each[1]["kind"] in ("many", "file")]
    if not found:
        return None
    path, question = chance.choice(found)
    least = len(question["options"]) + 1 if question["kind"] == "many" else 11
    name, bound = chance.choice((("minimum", least), ("minimum", -1), ("maximum", 0)))
    question[name] = bound
    return (*path, name), Fault.NOT_ALLOWED


def check_that_weighs(pack: Table, chance: Random) -> Sown:
    index, question = chance.choice(list(enumerate(pack["eligibility"]["questions"])))
    name, value = chance.choice(
        (
            ("points", 3),
            ("is_title", True),
            ("may_be_confidential", True),
            ("competences", [pack["competences"][0]["code"]]),
            ("criteria", [pack["criteria"][0]["key"]]),
            ("information", True),
            ("required", False),
        )
    )
    question[name] = value
    return ("eligibility", "questions", index, name), Fault.NOT_ALLOWED


def confidential_column(pack: Table, chance: Random) -> Sown:
    path, _, column = chance.choice(list(_columns(pack)))
    column["may_be_confidential"] = True
    return (*path, "may_be_confidential"), Fault.NOT_ALLOWED


def relief_in_another_kind_of_answer(pack: Table, chance: Random) -> Sown:
    found = [
        (path, column)
        for path, question, column in _columns(pack)
        if question["key"] == "reliefs" and column["key"] in ("provision", "kind", "asked", "why")
    ]
    path, column = chance.choice(found)
    column["kind"] = chance.choice(("money", "yes_no", "date"))
    return (*path, "kind"), Fault.NOT_ALLOWED


def key_of_another_kind(pack: Table, chance: Random) -> Sown:
    path, question = chance.choice(_whole_questions(pack))
    name, value = ("max_rows", 3) if question["kind"] != "rows" else ("max_words", 3)
    question[name] = value
    return (*path, name), Fault.NOT_ALLOWED


# --- tiers, stages and gates ---------------------------------------------------------------------


def _scored(pack: Table) -> list[tuple[int, Table]]:
    return [each for each in enumerate(pack["tiers"]) if "min_points" in each[1]]


def gap_or_overlap_of_points(pack: Table, chance: Random) -> Sown:
    found = _scored(pack)[1:]
    if not found:
        return None
    index, tier = chance.choice(found)
    tier["min_points"] += 1 if chance.random() < 1 / 2 or not tier["min_points"] else -1
    return ("tiers", index, "min_points"), Fault.INCONSISTENT


def points_that_no_tier_takes(pack: Table, chance: Random) -> Sown:
    index, tier = _scored(pack)[-1]
    _, question = chance.choice(_whole_questions(pack))
    question.clear()
    question |= {"key": "wide", "kind": "yes_no", "label": dict(tier["name"]), "points": 900}
    tier["max_points"] = tier["min_points"] + 800
    return ("tiers", index, "max_points"), Fault.INCONSISTENT


def stage_that_nothing_follows(pack: Table, chance: Random) -> Sown:
    index, tier = chance.choice(_scored(pack))
    del tier["stages"][1:]
    return ("tiers", index, "stages"), Fault.MISSING


def gate_before_the_first_stage(pack: Table, chance: Random) -> Sown:
    index, tier = chance.choice(_scored(pack))
    words = dict(tier["name"])
    tier["stages"][0]["gate"] = [
        {"key": "early", "kind": "document", "by": "company", "label": words}
    ]
    return ("tiers", index, "stages", 0, "gate"), Fault.NOT_ALLOWED


def condition_that_nobody_meets(pack: Table, chance: Random) -> Sown:
    found = list(_of(pack, schemas.StartConditionSchema))
    if not found:
        return None
    path, condition = chance.choice(found)
    condition["owner"] = "platform"
    return (*path, "owner"), Fault.UNREACHABLE


def requirement_of_the_wrong_party(pack: Table, chance: Random) -> Sown:
    found = list(_of(pack, schemas.RequirementSchema))
    if not found:
        return None
    path, requirement = chance.choice(found)
    able = WHO[RequirementKind(requirement["kind"])]
    requirement["by"] = chance.choice([each.value for each in Who if each not in able])
    return (*path, "by"), Fault.NOT_ALLOWED


def days_that_the_stage_has_not(pack: Table, chance: Random) -> Sown:
    index, tier = chance.choice(_scored(pack))
    place = chance.randrange(1, len(tier["stages"]))
    stage, left = tier["stages"][place], tier["stages"][place - 1]
    stage["gate"] = [
        *stage["gate"],
        {
            "key": "too_long",
            "kind": "minimum_days",
            "by": "platform",
            "label": dict(tier["name"]),
            "days": left["max_days"] + 1,
        },
    ]
    here = ("tiers", index, "stages", place, "gate", len(stage["gate"]) - 1, "days")
    return here, Fault.INCONSISTENT


def stage_called_as_the_completion(pack: Table, chance: Random) -> Sown:
    path, stage = chance.choice(list(_of(pack, schemas.StageSchema)))
    stage["key"] = "completion"
    return (*path, "key"), Fault.NOT_ALLOWED


def live_stage_without_reports(pack: Table, chance: Random) -> Sown:
    found = [each for each in _of(pack, schemas.StageSchema) if each[1].get("live")]
    if not found:
        return None
    path, stage = chance.choice(found)
    del stage["report_every_days"]
    return (*path, "report_every_days"), Fault.MISSING


def use_that_no_rule_bars(pack: Table, chance: Random) -> Sown:
    if not pack["prohibited_uses"]:
        return None
    index, use = chance.choice(list(enumerate(pack["prohibited_uses"])))
    use["when"] = {"question": "title", "answered": True}
    return ("prohibited_uses", index, "when"), Fault.INCONSISTENT


# --- who is competent, and when ------------------------------------------------------------------


def competence_of_nobody(pack: Table, chance: Random) -> Sown:
    pack["competences"].append({"code": NOBODY, "name": dict(pack["competences"][0]["name"])})
    return ("competences", len(pack["competences"]) - 1, "code"), Fault.INCONSISTENT


def days_without_an_authority(pack: Table, chance: Random) -> Sown:
    """Let nobody have a matter before or after some day."""
    index, matter = chance.choice(list(enumerate(pack["competences"])))
    name, day = chance.choice((("valid_from", date(1999, 1, 1)), ("valid_until", date(2150, 1, 1))))
    for each in pack["authorities"]:
        if matter["code"] in each["competences"]:
            each.setdefault(name, day)
    if any(matter["code"] in each.get("ended", ()) for each in pack["successions"]):
        return None
    return ("competences", index, "code"), Fault.INCONSISTENT


def authority_that_ends_before_it_begins(pack: Table, chance: Random) -> Sown:
    index, authority = chance.choice(list(enumerate(pack["authorities"])))
    authority["valid_until"] = authority.setdefault("valid_from", date(2020, 5, 1)) - ONE_DAY
    return ("authorities", index, "valid_until"), Fault.INCONSISTENT


def authority_called_as_a_party(pack: Table, chance: Random) -> Sown:
    index, authority = chance.choice(list(enumerate(pack["authorities"])))
    name = chance.choice(("company", "lead", "every_authority", "platform", "publisher"))
    authority["code"] = chance.choice((name, name.upper(), name.capitalize()))
    return ("authorities", index, "code"), Fault.NOT_ALLOWED


def authorities_that_differ_in_capitals(pack: Table, chance: Random) -> Sown:
    authority = chance.choice(pack["authorities"])
    pack["authorities"].append(authority | {"code": authority["code"].swapcase()})
    return ("authorities", len(pack["authorities"]) - 1, "code"), Fault.DUPLICATE


def succession_on_another_day(pack: Table, chance: Random) -> Sown:
    if not pack["successions"]:
        return None
    index, succession = chance.choice(list(enumerate(pack["successions"])))
    succession["on"] += timedelta(days=chance.randint(1, 400))
    return ("successions", index, "on"), Fault.INCONSISTENT


def succession_that_forgets_a_matter(pack: Table, chance: Random) -> Sown:
    if not pack["successions"]:
        return None
    index, succession = chance.choice(list(enumerate(pack["successions"])))
    heirs = succession["successors"]
    forgotten = chance.choice(chance.choice(heirs)["competences"])
    left = [[each for each in heir["competences"] if each != forgotten] for heir in heirs]
    succession["successors"] = [
        heir | {"competences": kept} for heir, kept in zip(heirs, left, strict=True) if kept
    ]
    if not succession["successors"]:
        return None
    return ("successions", index, "successors"), Fault.MISSING


def circle_of_successions(pack: Table, chance: Random) -> Sown:
    if not pack["successions"]:
        return None
    index, succession = chance.choice(list(enumerate(pack["successions"])))
    heir = chance.choice(succession["successors"])
    back = succession | {"key": "back", "authority": heir["code"], "ended": []}
    back["successors"] = [{"code": succession["authority"], "competences": heir["competences"]}]
    pack["successions"].append(back)
    return ("successions", index, "successors"), Fault.INCONSISTENT


def window_without_days(pack: Table, chance: Random) -> Sown:
    if not pack["suspension_windows"]:
        return None
    index, window = chance.choice(list(enumerate(pack["suspension_windows"])))
    for name in ("first_day", "dates"):
        window.pop(name, None)
    return ("suspension_windows", index), Fault.INCONSISTENT


def time_zone_of_no_place(pack: Table, chance: Random) -> Sown:
    pack["calendar"]["timezone"] = chance.choice(("localtime", "Factory", "EST", "Area/Place"))
    return ("calendar", "timezone"), Fault.UNKNOWN_REFERENCE


def currency_of_nowhere(pack: Table, chance: Random) -> Sown:
    pack["currency"] = chance.choice(("ZZZ", "QQQ", "EUX"))
    return ("currency",), Fault.UNKNOWN_REFERENCE


def name_twice_in_a_list(pack: Table, chance: Random) -> Sown:
    """Repeat a name in a list of names, of which each counts once."""
    lists = {"competences", "criteria", "metrics", "public_fields", "stops_in"}
    tables = (schemas.CriterionSchema, schemas.CompetenceSchema, schemas.MetricSchema)
    path, table, name = _any(
        chance,
        (
            (path, table, name)
            for path, table, schema in places(pack)
            for name in lists & table.keys() & schema.fields.keys()
            if table[name]
            and not isinstance(kinds(schema)[name].inner, tables)  # type: ignore[arg-type]
            and "successors" not in path
        ),
    )
    table[name] = [*table[name], table[name][0]]
    return (*path, name, len(table[name]) - 1), Fault.DUPLICATE


def calls_at_the_same_time(pack: Table, chance: Random) -> Sown:
    if not pack["calls"]:
        return None
    pack["calls"].append(pack["calls"][-1] | {"key": "late", "first_day": date(2030, 1, 1)})
    return ("calls", len(pack["calls"]) - 1, "first_day"), Fault.INCONSISTENT


def outside_of_no_calls(pack: Table, chance: Random) -> Sown:
    pack["calls"], pack["outside_calls"] = [], True
    return ("outside_calls",), Fault.INCONSISTENT


# --- terms, measures and records -----------------------------------------------------------------


def missing_term(pack: Table, chance: Random) -> Sown:
    del pack["clocks"][chance.randrange(4)]
    return ("clocks",), Fault.MISSING


def term_against_its_rule(pack: Table, chance: Random) -> Sown:
    """Let a term say other days, or another silence, than the rules of coordination."""
    rules, index = pack["coordination"], chance.randrange(1, 4)
    clock = pack["clocks"][index]
    if f"{clock['key']}_days" in rules:
        clock["length"] += 1
        return ("clocks", index, "length"), Fault.INCONSISTENT
    if clock["key"] == "return_answer":
        return None
    clock["silence"] = "none" if clock["silence"] != "none" else "granted"
    return ("clocks", index, "silence"), Fault.INCONSISTENT


RUNNING_ON = ("decision", "position")
"""The terms that run while the company is asked for something."""


def term_that_cannot_stand_still(pack: Table, chance: Random) -> Sown:
    others = [each for each in enumerate(pack["clocks"]) if each[1]["key"] not in RUNNING_ON]
    index, clock = chance.choice(others)
    clock["stops_in"] = ["information_requested"]
    return ("clocks", index, "stops_in"), Fault.NOT_ALLOWED


def silence_of_those_who_wait(pack: Table, chance: Random) -> Sown:
    """Let silence take a position while nobody may take one."""
    index, clock = next(each for each in enumerate(pack["clocks"]) if each[1]["key"] == "position")
    if clock["silence"] == "none":
        return None
    clock["stops_in"] = chance.choice([[], ["returned"]])
    return ("clocks", index, "stops_in"), Fault.INCONSISTENT


def silence_that_would_grant(pack: Table, chance: Random) -> Sown:
    """Let the company's silence, or that of whoever owes a report, grant something."""
    lapsing = ("return_answer", "information_answer", "comment", "exit_report")
    others = [each for each in enumerate(pack["clocks"]) if each[1]["key"] in lapsing]
    index, clock = chance.choice(others)
    clock["silence"] = "granted"
    return ("clocks", index, "silence"), Fault.NOT_ALLOWED


def result_without_a_term(pack: Table, _chance: Random) -> Sown:
    """Let a result be announced to which nobody has a term to answer."""
    if "preliminary_result" not in pack:
        return None
    pack["clocks"] = [each for each in pack["clocks"] if each["key"] != "comment"]
    for clock in pack["clocks"]:
        clock["stops_in"] = [each for each in clock.get("stops_in", []) if each != "preliminary"]
    return ("clocks",), Fault.MISSING


def term_without_a_result(pack: Table, _chance: Random) -> Sown:
    """Let a term for comments run on nothing that is announced."""
    if "preliminary_result" not in pack:
        return None
    del pack["preliminary_result"]
    for clock in pack["clocks"]:
        clock["stops_in"] = [each for each in clock.get("stops_in", []) if each != "preliminary"]
    index = next(n for n, each in enumerate(pack["clocks"]) if each["key"] == "comment")
    return ("clocks", index, "key"), Fault.INCONSISTENT


def result_announced_twice(pack: Table, chance: Random) -> Sown:
    if "preliminary_result" not in pack:
        return None
    outcomes = pack["preliminary_result"]["outcomes"]
    outcomes.append(chance.choice(outcomes))
    return ("preliminary_result", "outcomes", len(outcomes) - 1), Fault.DUPLICATE


def stop_where_no_term_runs(pack: Table, _chance: Random) -> Sown:
    """Let the term for a position stand still where it does not run."""
    if "preliminary_result" not in pack:
        return None
    index, clock = next(each for each in enumerate(pack["clocks"]) if each[1]["key"] == "position")
    clock["stops_in"] = [*clock["stops_in"], "preliminary"]
    return ("clocks", index, "stops_in", len(clock["stops_in"]) - 1), Fault.NOT_ALLOWED


def term_that_stands_still_for_ever(pack: Table, chance: Random) -> Sown:
    running = [each for each in enumerate(pack["clocks"]) if each[1]["key"] in RUNNING_ON]
    index, clock = chance.choice(running)
    clock["stops_in"] = [*clock["stops_in"], "deliberation"]
    return ("clocks", index, "stops_in", len(clock["stops_in"]) - 1), Fault.UNREACHABLE


def thresholds_out_of_order(pack: Table, chance: Random) -> Sown:
    if not pack["metrics"]:
        return None
    index, metric = chance.choice(list(enumerate(pack["metrics"])))
    metric["breach"] = metric["target"] + (-1 if metric["direction"] == "at_most" else 1)
    return ("metrics", index, "breach"), Fault.INCONSISTENT


def complete_report_before_the_first(pack: Table, chance: Random) -> Sown:
    index, spec = chance.choice(list(enumerate(pack["incident_classes"])))
    spec |= {"report_hours": 100, "complete_report_days": 4}
    return ("incident_classes", index, "complete_report_days"), Fault.INCONSISTENT


def confidential_and_public(pack: Table, chance: Random) -> Sown:
    # What a priority tells is a fault of its own.
    told = repr(pack["priorities"])
    found = [each for each in enumerate(pack["public_fields"]) if repr(each[1]) not in told]
    if not found:
        return None
    index, key = chance.choice(found)
    for _, question in _whole_questions(pack):
        if question["key"] == key:
            question["may_be_confidential"] = True
    return ("public_fields", index), Fault.INCONSISTENT


def priority_that_tells_what_is_closed(pack: Table, chance: Random) -> Sown:
    found = [
        (index, question)
        for index, priority in enumerate(pack["priorities"])
        for _, question in _whole_questions(pack)
        if question["key"] == priority["when"]["question"]
        and question["key"] not in pack["public_fields"]
    ]
    if not found:
        return None
    index, question = chance.choice(found)
    question["may_be_confidential"] = True
    return ("priorities", index, "when", "question"), Fault.INCONSISTENT


def presumed_of_nothing(pack: Table, chance: Random) -> Sown:
    for _, question in _whole_questions(pack):
        question.pop("may_be_confidential", None)
    pack["disclosure_is_presumed"] = True
    return ("disclosure_is_presumed",), Fault.INCONSISTENT


def ground_that_keeps_somebody_from_the_stop(pack: Table, chance: Random) -> Sown:
    if not pack["suspension_grounds"]:
        return None
    party = chance.choice(("company", "authorities"))
    for ground in pack["suspension_grounds"]:
        ground["by"] = [party]
    return ("suspension_grounds",), Fault.MISSING


KINDS: dict[str, Kind] = {
    each.__name__: each
    for each in (
        unknown_key,
        missing_key,
        wrong_type,
        word_outside_the_list,
        number_out_of_bounds,
        key_with_spaces,
        text_missing_in_a_language,
        text_in_a_foreign_language,
        blank_text,
        same_name_twice,
        one_word_for_two_senses,
        name_of_nothing,
        condition_on_nothing,
        condition_on_what_comes_later,
        condition_that_never_holds,
        question_required_always_and_now_and_then,
        answer_on_which_nothing_hangs,
        information_that_counts,
        column_on_which_nothing_hangs,
        column_of_a_relief_as_information,
        second_title,
        bounds_upside_down,
        number_of_answers_that_nobody_gives,
        check_that_weighs,
        confidential_column,
        relief_in_another_kind_of_answer,
        key_of_another_kind,
        gap_or_overlap_of_points,
        points_that_no_tier_takes,
        stage_that_nothing_follows,
        gate_before_the_first_stage,
        condition_that_nobody_meets,
        requirement_of_the_wrong_party,
        days_that_the_stage_has_not,
        stage_called_as_the_completion,
        live_stage_without_reports,
        use_that_no_rule_bars,
        competence_of_nobody,
        days_without_an_authority,
        authority_that_ends_before_it_begins,
        authority_called_as_a_party,
        authorities_that_differ_in_capitals,
        succession_on_another_day,
        succession_that_forgets_a_matter,
        circle_of_successions,
        window_without_days,
        time_zone_of_no_place,
        currency_of_nowhere,
        name_twice_in_a_list,
        calls_at_the_same_time,
        outside_of_no_calls,
        missing_term,
        term_against_its_rule,
        result_without_a_term,
        term_without_a_result,
        result_announced_twice,
        stop_where_no_term_runs,
        term_that_stands_still_for_ever,
        term_that_cannot_stand_still,
        silence_that_would_grant,
        silence_of_those_who_wait,
        thresholds_out_of_order,
        complete_report_before_the_first,
        confidential_and_public,
        priority_that_tells_what_is_closed,
        presumed_of_nothing,
        ground_that_keeps_somebody_from_the_stop,
    )
}
