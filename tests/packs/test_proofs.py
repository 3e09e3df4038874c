"""Spoil the Mexican pack where only a proof can see it; a sound pack is told how it was proved."""

import re
import time
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

import pytest

from sandbox.packs.errors import Fault
from sandbox.packs.loading import Validation, validate
from tests.packs.copies import MX, PRIORITY, copy_of_mx, replace
from tests.packs.speaking import assert_said_in_full, assert_said_in_spanish

INNOVATION = "form-2-innovation.toml"
AREA_OTHER = 'ask_if = {question = "area", equals = "other"}'
AUTHORITIES = "authorities.toml"
COORDINATION = "coordination.toml"
MINIMAL = "tier-1-minimal.toml"
LIMITED = "tier-2-limited.toml"
HIGH = "tier-3-high.toml"
RISK = "risk.toml"
OUTCOMES = "outcomes.toml"
COFECE = 'code = "COFECE"'
WORDS = "".join(
    f'[[glossary]]\nkey = "{english}"\nterm = {{es = "prueba", en = "{english}"}}\n'
    'meaning = {es = "Algo", en = "Something"}\n\n'
    for english in ("test", "evidence")
)
METRIC = """[[metrics]]
key = "unmeasured"
name = {es = "Algo", en = "Something"}
unit = {es = "%", en = "%"}
direction = "at_most"
target = 1
warning = 2
breach = 3

"""
MATTER = """[[competences]]
code = "energy"
name = {es = "Energía", en = "Energy"}

[[authorities]]
code = "CRE"
name = {es = "Comisión", en = "Commission"}
competences = ["energy"]

"""
CLAIMS = (
    "Every text exists in every language, and every reference resolves.",
    "Every question can be reached.",
    "Every answer matters to something, or is marked as information.",
    "Every combination of answers leads to exactly one tier.",
    "Every rule of the eligibility check can come into play.",
    "Every stage of every tier can be reached and left, and no gate is unsatisfiable.",
    "Every competence has an authority on every date.",
    "Every term ends.",
)


class Spoilt(NamedTuple):
    """Replace `old` by `new` in `file`; expect one problem or warning, and no longer `claim`."""

    file: str
    old: str
    new: str
    key: str
    fault: Fault
    claim: int | None  # None: a warning, and every claim stands


def days_off(count: int) -> str:
    """Write so many further days off, from Monday to Friday, from the first of 2031 on."""
    days = (date(2031, 1, 1) + timedelta(days=number) for number in range(2 * count))
    on = [day for day in days if day.weekday() < 5][:count]
    assert len(on) == count
    return "".join(f'{day} = {{es = "Cerrado", en = "Closed"}}\n' for day in on)


# fmt: off
SPOILT = {
    "question that contradicts itself": Spoilt(
        INNOVATION, AREA_OTHER,
        'ask_if = {all = [{question = "area", equals = "other"}, '
        '{question = "area", equals = "energy"}]}',
        "sections[1].questions[3].ask_if", Fault.UNREACHABLE, 1),
    "question after one that is not asked": Spoilt(
        "form-8-risk.toml", 'ask_if = {question = "biometric_use", equals = "identification"}',
        'ask_if = {all = [{question = "biometric_use", answered = true}, '
        '{not = {question = "sensitive_data", includes = "biometric"}}]}',
        "sections[9].questions[4].ask_if", Fault.UNREACHABLE, 1),
    "column that nobody fills in": Spoilt(
        "form-3-rules.toml", 'key = "asked"',
        'key = "asked"\nask_if = {all = [{question = "law", equals = "other"}, '
        '{not = {question = "law", equals = "other"}}]}',
        "sections[3].questions[1].columns[3].ask_if", Fault.UNREACHABLE, 1),
    "requirement that nobody meets who is asked": Spoilt(
        INNOVATION, AREA_OTHER,
        f'{AREA_OTHER}\nrequired_if = {{question = "area", equals = "energy"}}',
        "sections[1].questions[3].required_if", Fault.UNREACHABLE, 1),
    "requirement that everybody meets who is asked": Spoilt(
        INNOVATION, AREA_OTHER,
        f'{AREA_OTHER}\nrequired_if = {{question = "area", answered = true}}',
        "sections[1].questions[3].required_if", Fault.ODD, None),
    "cap that falls": Spoilt(
        HIGH, "places_cap = 8", "places_cap = 1",
        "tiers[2].stages[3].places_cap", Fault.ODD, None),
    "round table of five": Spoilt(
        OUTCOMES, "least_persons = 6", "least_persons = 5",
        "round_tables.least_persons", Fault.ODD, None),
    "answers that weigh nothing": Spoilt(
        COORDINATION, "answer_weight = 1\nrelief_weight = 3",
        "answer_weight = 0\nrelief_weight = 0",
        "coordination.answer_weight", Fault.ODD, None),
    "objection that opens nothing": Spoilt(
        COORDINATION, 'decision_rule = "unanimity"', 'decision_rule = "lead_decides"',
        "coordination.objection_opens_deliberation", Fault.ODD, None),
    "people exposed before the plan": Spoilt(
        MINIMAL, 'kind = "plan_agreed", by = "lead"', 'kind = "approval", by = "lead"',
        "tiers[0].stages[1]", Fault.ODD, None),
    "tier in which nothing is tested": Spoilt(
        MINIMAL, "live = true\nparticipants", "participants",
        "tiers[0]", Fault.ODD, None),
    "hard rule to the mildest tier": Spoilt(
        RISK, 'at_least = "limited"', 'at_least = "minimal"',
        "hard_rules[4].at_least", Fault.ODD, None),
    "sector that no small table names": Spoilt(
        OUTCOMES, "least_of_sector = 3", "least_of_sector = 7",
        "round_tables.least_of_sector", Fault.ODD, None),
    "word of two senses in one language": Spoilt(
        OUTCOMES, "[[report_sections]]", f"{WORDS}[[report_sections]]",
        "glossary[19].term.es", Fault.ODD, None),
    "metric that no tier measures": Spoilt(
        "monitoring.toml", "[[metrics]]\n", METRIC + "[[metrics]]\n",
        "metrics[0].key", Fault.ODD, None),
    "conditions that no gate asks for": Spoilt(
        MINIMAL, 'kind = "start_conditions", by = "company"', 'kind = "approval", by = "lead"',
        "tiers[0].start_conditions", Fault.ODD, None),
    "matter that no answer touches": Spoilt(
        AUTHORITIES, '[[authorities]]\ncode = "INAI"', MATTER + '[[authorities]]\ncode = "INAI"',
        "competences[10].code", Fault.ODD, None),
    "position after the decision": Spoilt(
        COORDINATION, "length = 60", "length = 14",
        "clocks[2].length", Fault.ODD, None),
    "risk that may be left out": Spoilt(
        "form-8-risk.toml", 'key = "autonomy"', 'required = false\nkey = "autonomy"',
        "sections[9].questions[1].required", Fault.ODD, None),
    "two options that read alike": Spoilt(
        "form-1-organisation.toml", 'es = "De 11 a 50"', 'es = "de 1 a 10"',
        "sections[0].questions[4].options[1].label.es", Fault.ODD, None),
    "window of a weekend": Spoilt(
        AUTHORITIES, "dates = [2025-10-17, 2025-10-20, 2025-10-21]",
        "dates = [2025-10-18, 2025-10-19]",
        "suspension_windows[2]", Fault.ODD, None),
    "window of a weekend and a day off": Spoilt(
        AUTHORITIES, "dates = [2025-10-17, 2025-10-20, 2025-10-21]",
        "dates = [2026-04-02, 2026-04-04]",
        "suspension_windows[2]", Fault.ODD, None),
    "day off on a Saturday": Spoilt(
        AUTHORITIES, "2024-03-28 =", "2024-03-30 =",
        "calendar.days_off.2024-03-30", Fault.ODD, None),
    "day off on a holiday": Spoilt(
        AUTHORITIES, "2024-03-28 =", "2024-12-25 =",
        "calendar.days_off.2024-12-25", Fault.ODD, None),
    "answer after the stage": Spoilt(
        LIMITED, 'key = "pilot_lead", kind = "approval", answer_days = 15',
        'key = "pilot_lead", kind = "approval", answer_days = 66',
        "tiers[1].stages[2].gate[4].answer_days", Fault.ODD, None),
    "silence that exposes people": Spoilt(
        HIGH, 'key = "closed_pilot_authorities", kind = "approval", answer_days = 20',
        'key = "closed_pilot_authorities", kind = "approval", answer_days = 20, '
        'silence = "granted"',
        "tiers[2].stages[2].gate[6].silence", Fault.ODD, None),
    "priority of everybody": Spoilt(
        COORDINATION, "[coordination]\n",
        PRIORITY.replace(
            'question = "organisation_kind", equals = "startup"',
            'question = "autonomy", answered = true',
        ) + "\n[coordination]\n",
        "priorities[0].when", Fault.ODD, None),
    "number below nothing": Spoilt(
        "form-7-test.toml", "minimum = 1\nmaximum = 24", "maximum = -1",
        "sections[8].questions[6].maximum", Fault.ODD, None),
    "condition that always holds": Spoilt(
        INNOVATION, AREA_OTHER,
        'ask_if = {any = [{question = "area", equals = "other"}, '
        '{not = {question = "area", equals = "other"}}]}',
        "sections[1].questions[3].ask_if", Fault.ODD, None),
    "answer on which nothing hangs": Spoilt(
        INNOVATION, 'criteria = ["innovation"]\n', "",
        "sections[1].questions[6]", Fault.USELESS, 2),
    "information that counts": Spoilt(
        INNOVATION, 'criteria = ["innovation"]\n',
        'criteria = ["innovation"]\ninformation = true\n',
        "sections[1].questions[6].information", Fault.INCONSISTENT, 2),
    "column on which nothing hangs": Spoilt(
        "form-4-data.toml", 'key = "origin"\nkind = "choice"\ninformation = true\n',
        'key = "origin"\nkind = "choice"\n',
        "sections[4].questions[2].columns[1]", Fault.USELESS, 2),
    "column of a relief as information": Spoilt(
        "form-3-rules.toml", 'key = "why"\nkind = "long_text"\n',
        'key = "why"\nkind = "long_text"\ninformation = true\n',
        "sections[3].questions[1].columns[4].information", Fault.INCONSISTENT, 2),
    "column that names the authority as information": Spoilt(
        "form-3-rules.toml", 'key = "law"\nkind = "choice"\n',
        'key = "law"\nkind = "choice"\ninformation = true\n',
        "sections[3].questions[1].columns[0].information", Fault.INCONSISTENT, 2),
    "answer of the check that no rule reads": Spoilt(
        "eligibility.toml", "[[eligibility.questions]]",
        '[[eligibility.questions]]\nkey = "whim"\nkind = "yes_no"\n'
        'label = {es = "¿?", en = "?"}\n\n[[eligibility.questions]]',
        "eligibility.questions[0]", Fault.USELESS, 2),
    "hard rule that never fires": Spoilt(
        RISK, 'when = {question = "health_use", equals = "acts"}',
        'when = {all = [{question = "health_use", equals = "acts"}, '
        '{not = {question = "health_use", answered = true}}]}',
        "hard_rules[11].when", Fault.UNREACHABLE, 3),
    "prohibited use that nobody can have": Spoilt(
        RISK, 'when = {question = "prohibited_practices", includes = "social_scoring"}',
        'when = {all = [{question = "prohibited_practices", includes = "social_scoring"}, '
        '{question = "prohibited_practices", includes = "none"}, '
        '{not = {question = "prohibited_practices", answered = true}}]}',
        "prohibited_uses[0].when", Fault.UNREACHABLE, 3),
    "points beyond counting": Spoilt(
        "form-8-risk.toml", "points = 4}", "points = 1000}",
        "sections", Fault.TOO_LARGE, 3),
    "rule of the check that never applies": Spoilt(
        "eligibility.toml", 'when = {question = "stage_reached", equals = "idea"}',
        'when = {all = [{question = "stage_reached", equals = "idea"}, '
        '{question = "stage_reached", equals = "tested"}]}',
        "eligibility.rules[7].when", Fault.UNREACHABLE, 4),
    "start condition of nobody": Spoilt(
        LIMITED, '{key = "insurance", owner = "company"', '{key = "insurance", owner = "platform"',
        "tiers[1].start_conditions[0].owner", Fault.UNREACHABLE, 5),
    "day without an authority": Spoilt(
        AUTHORITIES,
        "valid_from = 2025-10-17\nremedy.es = \"\"\"\nEsta decisión es de la Comisión R",
        "valid_from = 2025-10-17\nvalid_until = 2026-12-31\n"
        "remedy.es = \"\"\"\nEsta decisión es de la Comisión R",
        "competences[3].code", Fault.INCONSISTENT, 6),
    "day before the first authority": Spoilt(
        AUTHORITIES, "valid_until = 2025-03-20",
        "valid_from = 2002-06-12\nvalid_until = 2025-03-20",
        "competences[0].code", Fault.INCONSISTENT, 6),
    "prohibited use that no rule raises": Spoilt(
        "risk.toml", '"social_scoring", "subliminal",', '"subliminal",',
        "prohibited_uses[0].when", Fault.INCONSISTENT, 3),
    "prohibited use that a rule raises at times": Spoilt(
        "risk.toml", 'when = {question = "prohibited_practices", includes = "subliminal"}',
        'when = {any = [{question = "prohibited_practices", includes = "subliminal"}, '
        '{question = "autonomy", equals = "recommends"}]}',
        "prohibited_uses[1].when", Fault.INCONSISTENT, 3),
    "windows one after the other": Spoilt(
        AUTHORITIES, "[[suspension_windows]]\n", "".join(
            f'[[suspension_windows]]\nkey = "of_{year}"\nauthority = "CRT"\n'
            f"first_day = {year}-01-01\nlast_day = {year}-12-31\n"
            'ground = {es = "Todo el año", en = "The whole year"}\n\n'
            for year in (2027, 2026)
        ) + "[[suspension_windows]]\n",
        "suspension_windows[1]", Fault.TOO_LARGE, 7),
    "days off for more than a year of two": Spoilt(
        AUTHORITIES, "2024-03-28 =", days_off(370) + "2024-03-28 =",
        "calendar.days_off", Fault.TOO_LARGE, 7),
    "days off that leave an authority none": Spoilt(
        AUTHORITIES, "[[suspension_windows]]\n", f"{days_off(70)}[[suspension_windows]]\n"
        'key = "of_2030"\nauthority = "CRT"\nfirst_day = 2030-01-01\nlast_day = 2030-12-31\n'
        'ground = {es = "Todo el año", en = "The whole year"}\n\n[[suspension_windows]]\n',
        "calendar.days_off", Fault.TOO_LARGE, 7),
    "term that nothing counts": Spoilt(
        COORDINATION, 'key = "information_answer"', 'key = "information_anwser"',
        "clocks[4].key", Fault.ODD, None),
    "term that stands still for ever": Spoilt(
        COORDINATION, 'stops_in = ["returned", "information_requested"]',
        'stops_in = ["returned", "deliberation"]',
        "clocks[0].stops_in[1]", Fault.UNREACHABLE, 7),
}
# fmt: on


def found_in(spoilt: Validation, case: Spoilt) -> list[tuple[str, Fault]]:
    shown = spoilt.warnings if case.claim is None else spoilt.problems
    return [(problem.key, problem.fault) for problem in shown]


def test_sound_pack_is_told_how_it_was_proved():
    validation = validate(MX)

    assert validation.pack is not None
    assert (validation.problems, validation.warnings) == ((), ())
    assert tuple(proof.claim for proof in validation.proofs) == CLAIMS
    assert all(len(proof.how) > 60 for proof in validation.proofs)


@pytest.mark.parametrize("case", SPOILT.values(), ids=SPOILT.keys())
def test_what_cannot_be_proved_is_named(tmp_path, case):
    pack = copy_of_mx(tmp_path)
    replace(pack / case.file, case.old, case.new)
    found = validate(pack)

    assert (case.key, case.fault) in found_in(found, case), (found.problems, found.warnings)
    claims = {proof.claim for proof in found.proofs}
    missing = set() if case.claim is None else {CLAIMS[case.claim]}
    assert claims >= set(CLAIMS) - missing - {CLAIMS[3], CLAIMS[4]}
    assert not claims & missing
    assert (found.pack is None) is (case.claim is not None)
    assert_said_in_full(*found.problems, *found.warnings)
    assert_said_in_spanish(*found.problems, *found.warnings, *found.proofs)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (
            LIMITED,
            'key = "pilot_lead", kind = "approval", answer_days = 15',
            'key = "pilot_lead", kind = "approval", answer_days = 64',
        ),
        (
            HIGH,
            'key = "closed_pilot_authorities", kind = "approval", answer_days = 20',
            (
                'key = "closed_pilot_authorities", kind = "approval", answer_days = 20, '
                'silence = "denied"'
            ),
        ),
        (
            AUTHORITIES,
            "dates = [2025-10-17, 2025-10-20, 2025-10-21]",
            "dates = [2025-10-17, 2025-10-18]",
        ),
    ],
    ids=["answer in the stage", "silence that keeps people safe", "window of one day"],
)
def test_what_is_not_odd_is_not_warned_of(tmp_path, file, old, new):
    pack = copy_of_mx(tmp_path)
    replace(pack / file, old, new)
    found = validate(pack)
    assert (found.problems, found.warnings) == ((), ())


def test_window_of_a_weekend_stops_terms_in_calendar_days(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / AUTHORITIES, "dates = [2025-10-17, 2025-10-20,", "dates = [2025-10-18] #")
    file = pack / COORDINATION
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('unit = "business_days"', 'unit = "calendar_days"'), "utf-8")
    found = validate(pack)
    assert found.problems == ()
    assert not [each for each in found.warnings if "windows" in each.key]


IDLE = """[[sections.questions]]
key = "idle"
kind = "yes_no"
label = {es = "¿Ocioso?", en = "Idle?"}

"""
NEVER = '{all = [{question = "idle", equals = "yes"}, {question = "idle", equals = "no"}]}'
EVER = '{any = [{question = "idle", equals = "yes"}, {question = "idle", equals = "no"}]}'
ACTS = '{question = "health_use", equals = "acts"}'


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        (f"{{any = [{ACTS}, {NEVER}]}}", False),
        (f"{{all = [{ACTS}, {EVER}]}}", False),
        (f'{{all = [{ACTS}, {{question = "idle", answered = true}}]}}', False),
        (f'{{all = [{ACTS}, {{question = "idle", equals = "no"}}]}}', True),
    ],
    ids=["never", "ever", "always answered", "at times"],
)
def test_question_is_not_said_to_matter_for_being_looked_at(tmp_path, when, changes):
    pack = copy_of_mx(tmp_path)
    first = '[[sections.questions]]\nkey = "autonomy"'
    replace(pack / "form-8-risk.toml", first, f"{IDLE}{first}")
    replace(pack / RISK, f"when = {ACTS}", f"when = {when}")
    found = validate(pack)

    assert found.problems == ()
    assert_said_in_full(*found.warnings)
    assert_said_in_spanish(*found.warnings)
    idle = ("sections[9].questions[1]", 'whatever is answered to "idle", no condition changes')
    told = [(each.key, each.message) for each in found.warnings]
    assert told == ([] if changes else [idle])
    assert (CLAIMS[2] in {proof.claim for proof in found.proofs}) is changes


def test_answer_of_the_check_that_sways_no_rule_is_told(tmp_path):
    pack = copy_of_mx(tmp_path)
    first = "[[eligibility.questions]]"
    words = '{es = "¿?", en = "?"}'
    idle = f'{first}\nkey = "idle"\nkind = "yes_no"\nlabel = {words}\n\n'
    replace(pack / "eligibility.toml", first, f"{idle}{first}")
    plain = 'when = {question = "in_mexico", equals = "no"}'
    odd = f'when = {{any = [{{question = "in_mexico", equals = "no"}}, {NEVER}]}}'
    replace(pack / "eligibility.toml", plain, odd)
    found = validate(pack)

    assert found.problems == ()
    assert [each.key for each in found.warnings] == ["eligibility.questions[0]"]
    assert CLAIMS[2] not in {proof.claim for proof in found.proofs}


ORIGIN = 'key = "origin"\nkind = "choice"\n'
UNMARKED = ("form-4-data.toml", f"{ORIGIN}information = true\n", ORIGIN)


@pytest.mark.parametrize(
    "reason",
    [
        (
            "form-4-data.toml",
            'key = "personal"\nkind = "yes_no"\n',
            'key = "personal"\nkind = "yes_no"\nask_if = {question = "origin", equals = "own"}\n',
        ),
        ("pack.toml", '"hypothesis",', '"hypothesis", "data_sources",'),
        (
            "form-4-data.toml",
            'kind = "rows"\ncriteria = ["protection"]\n',
            'kind = "rows"\ninformation = true\n',
        ),
    ],
    ids=["looked at by a column after it", "published", "marked with its question"],
)
def test_column_may_go_unmarked_for_a_reason(tmp_path, reason):
    pack = copy_of_mx(tmp_path)
    for file, old, new in (UNMARKED, reason):
        replace(pack / file, old, new)
    assert validate(pack).problems == ()


def test_condition_in_a_row_looks_at_the_column_and_not_at_a_question_of_its_name(tmp_path):
    pack = copy_of_mx(tmp_path)
    question = "area_other"
    replace(pack / "form-4-data.toml", 'key = "origin"', f'key = "{question}"')
    replace(
        pack / "form-4-data.toml",
        'key = "personal"\nkind = "yes_no"\n',
        'key = "personal"\nkind = "yes_no"\n'
        f'ask_if = {{question = "{question}", equals = "own"}}\n',
    )
    assert validate(pack).problems == ()
    unmarked = f'key = "{question}"\nkind = "text"\n'
    replace(pack / INNOVATION, f"{unmarked}information = true\n", unmarked)
    assert [problem.key for problem in validate(pack).problems] == ["sections[1].questions[3]"]


def test_tier_to_which_no_answers_lead_is_told(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / HIGH, "min_points = 18", "min_points = 18\nmax_points = 900")
    beyond = (pack / MINIMAL).read_text(encoding="utf-8").replace('"minimal"', '"beyond"')
    beyond = beyond.replace("min_points = 0\nmax_points = 7", "min_points = 901")
    with (pack / HIGH).open("a", encoding="utf-8") as file:
        file.write(f"\n{beyond}")
    found = validate(pack)
    assert found.problems == ()
    assert_said_in_full(*found.warnings)
    assert ("tiers[3]", "no answers lead to this tier") in {
        (warning.key, warning.message) for warning in found.warnings
    }


NOBODY = "no answers lead to this tier"
EVERYBODY = "all answers lead to this tier, so that nobody is ever admitted"
ANY_AUTONOMY = '{question = "autonomy", answered = true}'
PRACTICES = 'key = "prohibited_practices"\nkind = "many"\n'
RULE = (
    '[[hard_rules]]\nkey = "of_all"\nat_least = "%s"\nwhen = %s\n'
    'reason = {es = "Así es.", en = "So it is."}\n\n[[hard_rules]]\n'
)


def weigh_autonomy(pack, *points):
    """Give the four answers to the question of autonomy these points."""
    file = pack / "form-8-risk.toml"
    lines = file.read_text(encoding="utf-8").split("\n")
    values = ("informs", "recommends", "decides_reviewed", "decides_alone")
    for number, line in enumerate(lines):
        for value, point in zip(values, points, strict=True):
            if f'value = "{value}"' in line:
                plain = re.sub(r", points = \d+", "", line)
                lines[number] = plain.replace("}},", f"}}, points = {point}}},")
    file.write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda pack: weigh_autonomy(pack, 9, 9, 9, 8), [("tiers[0]", NOBODY)]),
        (lambda pack: weigh_autonomy(pack, 9, 9, 9, 7), []),
        (
            lambda pack: replace(pack / RISK, "[[hard_rules]]\n", RULE % ("high", ANY_AUTONOMY)),
            [("tiers[0]", NOBODY), ("tiers[1]", NOBODY)],
        ),
        (
            lambda pack: replace(
                pack / RISK, "[[hard_rules]]\n", RULE % ("prohibited", ANY_AUTONOMY)
            ),
            [("tiers[3]", EVERYBODY)],
        ),
        (
            lambda pack: replace(pack / "form-8-risk.toml", PRACTICES, f"{PRACTICES}minimum = 7\n"),
            [
                (
                    "sections[9].questions[8]",
                    'whatever is answered to "prohibited_practices", no condition changes',
                ),
                ("tiers[3]", EVERYBODY),
            ],
        ),
        (
            lambda pack: replace(pack / "form-8-risk.toml", PRACTICES, f"{PRACTICES}minimum = 2\n"),
            [("tiers[3]", EVERYBODY)],
        ),
        (
            lambda pack: replace(
                pack / RISK,
                'when = {question = "biometric_use", one_of = ["identification", "analysis"]}',
                'when = {not = {question = "biometric_use", equals = "verification"}}',
            ),
            [],
        ),
    ],
    ids=[
        "points of everybody",
        "points of all but one answer",
        "rule of everybody",
        "bar of everybody",
        "all practices at once",
        "two practices at once",
        "rule that some escape",
    ],
)
def test_tiers_that_nobody_can_reach_are_told_and_no_others(tmp_path, spoil, expected):
    pack = copy_of_mx(tmp_path)
    spoil(pack)
    found = validate(pack)

    assert found.problems == ()
    assert_said_in_full(*found.warnings)
    assert_said_in_spanish(*found.warnings)
    assert [(each.key, each.message) for each in found.warnings] == expected


@pytest.mark.parametrize(("points", "least"), [((0, 2, 5, 8), 0), ((9, 9, 9, 8), 8)])
def test_proof_of_one_tier_states_the_points_there_are(tmp_path, points, least):
    pack = copy_of_mx(tmp_path)
    weigh_autonomy(pack, *points)
    [proof] = [proof for proof in validate(pack).proofs if proof.claim == CLAIMS[3]]

    assert proof.how.startswith(
        f"All answers together never give less than {least} points or more than "
    )


def add_rules_of_check(pack, *rules):
    """Let the check say more: each rule is a verdict and when it is said."""
    with (pack / "eligibility.toml").open("a", encoding="utf-8") as file:
        for number, (verdict, when) in enumerate(rules):
            file.write(
                f'\n[[eligibility.rules]]\nkey = "more_{number}"\nverdict = "{verdict}"\n'
                f'when = {when}\nreason = {{es = "Así es.", en = "So it is."}}\n'
            )


USES_AI = ('{question = "uses_ai", equals = "yes"}', '{question = "uses_ai", equals = "no"}')
ANY_USE = '{question = "uses_ai", answered = true}'


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            [("not_possible", ANY_USE)],
            [
                (
                    "eligibility.rules[14].when",
                    'always holds, so that the check says "not_possible" to everybody',
                )
            ],
        ),
        (
            [("not_yet", ANY_USE)],
            [
                (
                    "eligibility.rules[14].when",
                    'always holds, so that the check says "likely" to nobody',
                )
            ],
        ),
        (
            [("not_possible", when) for when in USES_AI],
            [("eligibility.rules", 'together they say "not_possible" to everybody')],
        ),
        (
            [("not_yet", USES_AI[0])],
            [("eligibility.rules", 'together they say "likely" to nobody')],
        ),
        ([("likely", ANY_USE)], []),
        ([("not_possible", USES_AI[1])], []),
    ],
    ids=["one bars", "one delays", "all bar", "all speak against", "one favours", "some bar"],
)
def test_check_that_says_the_same_to_everybody_is_told(tmp_path, rules, expected):
    pack = copy_of_mx(tmp_path)
    add_rules_of_check(pack, *rules)
    found = validate(pack)

    assert found.problems == ()
    assert_said_in_full(*found.warnings)
    assert_said_in_spanish(*found.warnings)
    assert [(each.key, each.message) for each in found.warnings] == expected


def ask_idly_beside_a_puzzle(pack):
    """Ask a question of which only a puzzle could tell whether it changes anything."""
    add_puzzle(
        pack,
        '{any = [{question = "area", not_equals = "other"}, '
        '{all = [{question = "idle", equals = "yes"}, %s]}]}',
    )
    first = "[[sections.questions]]\n"
    replace(pack / "form-1-organisation.toml", first, f"{IDLE}{first}")


def test_answer_of_which_nobody_can_say_that_it_changes_anything_is_told(tmp_path):
    pack = copy_of_mx(tmp_path)
    ask_idly_beside_a_puzzle(pack)
    found = validate(pack)

    [warning] = [each for each in found.warnings if "idle" in each.message]
    assert found.problems == ()
    assert warning.message == 'nobody could say whether anything hangs on the answer to "idle"'
    assert_said_in_spanish(warning)
    assert CLAIMS[2] not in {proof.claim for proof in found.proofs}


def test_answer_that_changes_something_plain_matters_whatever_else_looks_at_it(tmp_path):
    pack = copy_of_mx(tmp_path)
    ask_idly_beside_a_puzzle(pack)
    idle = '{question = "idle", equals = "yes"}'
    replace(pack / RISK, "[[hard_rules]]\n", RULE % ("limited", idle))
    found = validate(pack)

    assert found.problems == ()
    assert not [each for each in found.warnings if "idle" in each.message]
    assert CLAIMS[2] in {proof.claim for proof in found.proofs}


def test_tier_of_which_nobody_can_say_whether_any_lead_to_it_is_told(tmp_path):
    pack = copy_of_mx(tmp_path)
    words = '{es = "%s", en = "%s"}'
    options = ", ".join(
        f'{{value = "o{each}", label = {words % (each, each)}}}' for each in range(9)
    )
    rules = ""
    with (pack / "form-9-closing.toml").open("a", encoding="utf-8") as form:
        for number in range(40):
            form.write(
                f'\n[[sections.questions]]\nkey = "q{number}"\nkind = "many"\n'
                f"label = {words % ('a', 'b')}\ninformation = true\noptions = [{options}]\n"
            )
            parts = ", ".join(
                f'{{question = "q{each}", includes = "o{(each + number) % 9}"}}'
                for each in range(40)
            )
            rules += (
                f'[[hard_rules]]\nkey = "long_{number}"\nat_least = "high"\n'
                f"reason = {words % ('a', 'b')}\nwhen = {{all = [{parts}]}}\n\n"
            )
    replace(pack / RISK, "[[hard_rules]]\n", f"{rules}[[hard_rules]]\n")
    found = validate(pack)

    unknown = "hangs on so many answers that nobody could say whether any lead to it"
    assert found.problems == ()
    assert_said_in_spanish(*found.warnings)
    assert [(each.key, each.message) for each in found.warnings] == [
        (f"tiers[{place}]", unknown) for place in range(3)
    ]


def test_stage_whose_gate_asks_for_nothing_is_told(tmp_path):
    pack = copy_of_mx(tmp_path)
    text = (pack / MINIMAL).read_text(encoding="utf-8")
    before, _, after = text.rpartition("gate = [")
    (pack / MINIMAL).write_text(before + after.partition("\n]\n")[2], encoding="utf-8")
    found = validate(pack)
    assert_said_in_full(*found.warnings)
    assert [(warning.key, warning.fault) for warning in found.warnings] == [
        ("tiers[0].stages[2]", Fault.ODD)
    ]


def add_puzzle(pack, shape):
    """Ask one more question on a puzzle of ten answers out of nine, no two of them alike.

    There are none, and no short way to see it; `shape` says where the condition stands.
    """
    asked, holes = [f"q{number}" for number in range(10)], [f"v{number}" for number in range(9)]
    words = '{es = "a", en = "b"}'
    options = ", ".join(f'{{value = "{hole}", label = {words}}}' for hole in holes)
    apart = ", ".join(
        f'{{not = {{all = [{{question = "{one}", equals = "{hole}"}}, '
        f'{{question = "{other}", equals = "{hole}"}}]}}}}'
        for one, other in combinations(asked, 2)
        for hole in holes
    )
    question = f"\n[[sections.questions]]\nlabel = {words}\ninformation = true\n"
    with (pack / "form-9-closing.toml").open("a", encoding="utf-8") as form:
        for key in asked:
            form.write(f'{question}key = "{key}"\nkind = "choice"\noptions = [{options}]\n')
        when = shape.replace("%s", f"{{all = [{apart}]}}")
        form.write(f'{question}key = "last"\nkind = "text"\nask_if = {when}\n')


def test_condition_too_intricate_to_judge_is_refused_with_what_would_be_less(tmp_path):
    pack = copy_of_mx(tmp_path)
    add_puzzle(pack, "%s")
    found = validate(pack)
    assert_said_in_full(*found.problems)
    assert [problem.fault for problem in found.problems] == [Fault.TOO_LARGE]


def test_condition_of_which_nobody_can_say_that_it_always_holds_is_told(tmp_path):
    pack = copy_of_mx(tmp_path)
    add_puzzle(pack, "{not = %s}")
    found = validate(pack)
    assert found.problems == ()
    assert_said_in_full(*found.warnings)
    assert_said_in_spanish(*found.warnings)
    [warning] = [each for each in found.warnings if each.key.endswith("ask_if")]
    assert warning.message == (
        "hangs on so many answers that nobody could say whether it always holds"
    )


def test_costly_conditions_refuse_no_other(tmp_path):
    """Let sixty rules contradict themselves in a way that is dear to see, before all others."""
    pack = copy_of_mx(tmp_path)
    words = '{es = "a", en = "b"}'
    options = ", ".join(f'{{value = "o{each}", label = {words}}}' for each in range(11))
    with (pack / "form-9-closing.toml").open("a", encoding="utf-8") as form:
        for number in range(40):
            form.write(
                f'\n[[sections.questions]]\nkey = "q{number}"\nkind = "many"\n'
                f"label = {words}\ninformation = true\noptions = [{options}]\n"
            )
    rules = ""
    for rule in range(60):
        parts = []
        for part in range(12):
            one = f'question = "q{(7 * part + rule) % 40}", includes = "o{(part + rule) % 11}"'
            other = f'question = "q{(5 * part + rule) % 40}", includes = "o{3 * part % 11}"'
            parts.append(f"{{any = [{{{one}}}, {{not = {{{other}}}}}]}}")
        last = f'{{question = "q{rule % 40}", includes = "o1"}}'
        when = f"{{all = [{', '.join(parts)}, {last}, {{not = {last}}}]}}"
        rules += (
            f'[[hard_rules]]\nkey = "costly_{rule}"\nat_least = "high"\n'
            f"reason = {words}\nwhen = {when}\n\n"
        )
    replace(pack / RISK, "[[hard_rules]]\n", f"{rules}[[hard_rules]]\n")
    began = time.process_time()
    found = validate(pack)

    assert time.process_time() - began < 2.5
    assert {problem.fault for problem in found.problems} <= {Fault.TOO_LARGE, Fault.UNREACHABLE}
    assert sorted(problem.key for problem in found.problems) == sorted(
        f"hard_rules[{rule}].when" for rule in range(60)
    )


def test_pack_without_a_way_to_end_early_is_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    for code in ("discontinued", "revoked", "withdrawn"):
        replace(
            pack / "outcomes.toml",
            f'code = "{code}"\nends = "early"',
            f'code = "{code}"\nends = "completed"',
        )
    [problem] = validate(pack).problems

    assert (problem.key, problem.fault) == ("exit_kinds", Fault.MISSING)
    assert '"early"' in problem.message
