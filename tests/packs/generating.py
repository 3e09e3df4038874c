"""Draw whole policy packs that are sound by construction, as a policy officer could write them.

A pack is drawn as the tables of its file, so that reading, checking and proving are part of what a
test tries. Whatever a drawn pack contains, somebody who answers as mildly as possible can be
admitted: rules that raise the tier look at answers that are not the mildest.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from sandbox.domain.packs import RequirementKind
from sandbox.packs.checking import WHO

Table = dict[str, Any]

LANGUAGES = ("es", "en", "pt")
ZONES = (("MX", "America/Mexico_City"), ("ES", "Europe/Madrid"), ("BR", "America/Sao_Paulo"))
CURRENCIES = ("MXN", "EUR", "BRL")
VERDICTS = ("likely", "guidance", "not_yet", "not_possible")
NEEDED_CLOCKS = ("decision", "acceptance", "position", "return_answer")
OWNERS = ("company", "lead", "associates", "secretariat")
UNITS = ("business_days", "calendar_days", "months")


@dataclass
class Writing:
    """What has been written so far of a pack."""

    draw: st.DrawFn
    languages: tuple[str, ...]
    competences: tuple[str, ...]
    criteria: tuple[str, ...]
    asked: list[Table] = field(default_factory=list)

    def some(self, strategy: st.SearchStrategy[Any]) -> Any:
        return self.draw(strategy)

    def chance(self) -> bool:
        return bool(self.draw(st.booleans()))

    def number(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def one_of(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def subset(self, values: tuple[str, ...], least: int = 0) -> list[str]:
        chosen = self.draw(st.sets(st.sampled_from(values), min_size=least)) if values else set()
        return [value for value in values if value in chosen]

    def text(self, words: str) -> Table:
        return {language: f"{words} ({language})" for language in self.languages}

    def texts(self, words: str) -> list[Table]:
        return [self.text(f"{words} {number}") for number in range(self.number(1, 3))]


@st.composite
def packs(draw: st.DrawFn) -> Table:
    """Draw the tables of one sound pack."""
    languages = LANGUAGES[: draw(st.integers(1, 3))]
    competences = tuple(f"matter_{number}" for number in range(draw(st.integers(1, 4))))
    classes = tuple(f"class_{number}" for number in range(draw(st.integers(1, 3))))
    criteria = tuple(f"criterion_{number}" for number in range(draw(st.integers(1, 3))))
    pack = Writing(draw, languages, competences, criteria)
    country, timezone = draw(st.sampled_from(ZONES))
    sections = _sections(pack)
    uses = _prohibited_uses(pack) if pack.chance() else []
    metrics = tuple(f"metric_{number}" for number in range(pack.number(0, 3)))
    tiers = _tiers(pack, metrics, has_prohibited=bool(uses) or pack.chance())
    coordination = _coordination(pack)
    announced = pack.subset(("admitted", "admitted_with_conditions", "declined"))
    authorities, successions = _ended(pack, _authorities(pack))
    if any(question["key"] == "activity" for question in pack.asked):
        coordination["activity_question"] = "activity"
    calls = _calls(pack) if pack.chance() else []
    return {
        "code": "drawn",
        "version": "1.0.0",
        "languages": list(languages),
        "currency": draw(st.sampled_from(CURRENCIES)),
        "programme": _programme(pack),
        "competences": [_competence(pack, code) for code in competences],
        "authorities": authorities,
        "successions": successions,
        "suspension_windows": _windows(pack, authorities),
        "calendar": {
            "country": country,
            "timezone": timezone,
            "days_off": _days_off(pack),
            **({"weekend": ["friday", "saturday"]} if pack.chance() else {}),
        },
        "clocks": _clocks(pack, coordination, announces=bool(announced)),
        "principles": [{"code": "P1", "name": pack.text("Fair"), "asks": pack.text("Is it?")}],
        "sections": sections,
        "eligibility": _eligibility(pack),
        "criteria": [_criterion(pack, key) for key in criteria],
        "prohibited_uses": uses,
        "hard_rules": _hard_rules(pack, tiers, uses),
        "tiers": tiers,
        "metrics": [_metric(pack, key, classes) for key in metrics],
        "plan_fields": [
            {"key": f"part_{number}", "label": pack.text("Part"), "hint": pack.text("Say it")}
            for number in range(pack.number(1, 3))
        ],
        "incident_classes": [_incident_class(pack, key) for key in classes],
        "coordination": coordination,
        "relief_kinds": [{"key": key, "name": pack.text(key)} for key in ("waiver", "letter")],
        "exit_kinds": [
            {"code": "done", "name": pack.text("Done"), "ends": "completed"},
            {"code": "stopped", "name": pack.text("Stopped"), "ends": "early"},
        ],
        "stakeholders": [{"code": "industry", "name": pack.text("Industry")}],
        "report_sections": [
            {"key": "findings", "title": pack.text("Findings"), "help": pack.text("What?")}
        ],
        "public_fields": _public_fields(pack),
        "disclosure_is_presumed": _may_presume(pack) and pack.chance(),
        "conditions_are_public": pack.chance(),
        "calls": calls,
        "outside_calls": bool(calls) and pack.chance(),
        "glossary": [
            {
                "key": f"term_{number}",
                "term": pack.text(f"Say {number}"),
                "meaning": pack.text("Tell"),
            }
            for number in range(pack.number(0, 2))
        ],
        "report_needs_consent": pack.chance(),
        "suspension_grounds": _grounds(pack),
        "retention": [
            {"key": key, "months": pack.number(1, 90)}
            for key in pack.subset(("drafts", "enquiries", "accounts"))
        ],
        **({"round_tables": _round_tables(pack, authorities)} if pack.chance() else {}),
        **({"consultations": _consultations(pack)} if pack.chance() else {}),
        **({"extension": _extension(pack)} if pack.chance() else {}),
        **({"amendment": {"agreed_by": pack.subset(OWNERS, 1)}} if pack.chance() else {}),
        **({"fast_answer": _fast_answer(pack)} if pack.chance() else {}),
        **({"preliminary_result": {"outcomes": announced}} if announced else {}),
        **({"final_report_days": pack.number(1, 90)} if pack.chance() else {}),
        "refusal_reasons": _refusal_reasons(pack),
        "standard_conditions": _standard_conditions(pack),
        "proportionality": _proportionality(pack),
        "priorities": _priorities(pack),
    }


def _extension(pack: Writing) -> Table:
    """Write an extension that can be asked for on the second day of any test."""
    found: Table = {"ask_days_before": pack.number(0, 1), "approved_by": pack.subset(OWNERS, 1)}
    return found | (
        {"most": pack.number(1, 3), "days": pack.number(1, 90)} if pack.chance() else {}
    )


def _round_tables(pack: Writing, authorities: Sequence[Table]) -> Table:
    """Write rules of which the law check leaves every post a way to meet a company."""
    registered = any(authority.get("posts") for authority in authorities)
    regimes = pack.subset(("public", "on_record", "chatham_house", "closed"), 1)
    sealed = pack.chance()
    return {
        "regimes": [*regimes, *(["registered_interview"] if registered else [])],
        "least_persons": pack.number(5, 12),
        "least_organisations": pack.number(2, 5),
        "least_of_sector": pack.number(2, 4),
        "least_of_theme": pack.number(1, 4),
        "objection_days": pack.number(1, 9),
        **({"attendance_months": pack.number(1, 40)} if sealed else {}),
    }


def _consultations(pack: Writing) -> Table:
    smallest = pack.number(2, 9)
    return {
        "least_days": pack.number(1, 90),
        "reply_days": pack.number(1, 40),
        "smallest_count": smallest,
        "least_answers": pack.number(max(3, smallest), 30),
    }


def _fast_answer(pack: Writing) -> Table:
    """Write within which term authorities say whether any rule applies."""
    return {
        "length": pack.number(1, 60),
        "unit": pack.one_of("business_days", "calendar_days", "months"),
        "silence": pack.one_of("none", "no_rule"),
        "text": pack.text("It binds nobody"),
    }


def _grounds(pack: Writing) -> list[Table]:
    """Write no ground of suspension, or at least one for each who may stop a test."""
    if pack.chance():
        return []
    shared = {"key": "ground_0", "name": pack.text("Danger"), "by": ["company", "authorities"]}
    own = {
        "key": "ground_1",
        "name": pack.text("Wish"),
        "by": [pack.one_of("company", "authorities")],
    }
    return [shared, own] if pack.chance() else [shared]


def _refusal_reasons(pack: Writing) -> list[Table]:
    """Write reasons for which applications are refused, or none; some belong to a criterion."""
    return [
        {
            "code": f"refused_{number}",
            "name": pack.text(f"Refused {number}"),
            **({"text": pack.text("Mend it")} if pack.chance() else {}),
            **({"criterion": pack.one_of(*pack.criteria)} if pack.chance() else {}),
        }
        for number in range(pack.number(0, 3))
    ]


def _standard_conditions(pack: Writing) -> list[Table]:
    """Write conditions from which authorities choose, or none; some belong to a criterion."""
    return [
        {
            "code": f"condition_{number}",
            "name": pack.text(f"Condition {number}"),
            "text": pack.text(f"Do thing {number}."),
            "purpose": pack.text("Nobody is harmed."),
            **({"criterion": pack.one_of(*pack.criteria)} if pack.chance() else {}),
        }
        for number in range(pack.number(0, 3))
    ]


def _proportionality(pack: Writing) -> list[Table]:
    """Write what an authority answers about its conditions, or nothing."""
    return [
        {"key": f"proportion_{number}", "question": pack.text(f"Why so much, {number}?")}
        for number in range(pack.number(0, 2))
    ]


def _competence(pack: Writing, code: str) -> Table:
    """Write a matter, which may weigh otherwise than the others."""
    return {
        "code": code,
        "name": pack.text(code),
        **({"answer_weight": pack.number(0, 9)} if pack.chance() else {}),
        **({"relief_weight": pack.number(0, 9)} if pack.chance() else {}),
    }


# --- programme and authorities -------------------------------------------------------------------


def _programme(pack: Writing) -> Table:
    lists = ("purpose", "for_whom", "not_for", "how_it_works")
    words = ("title", "short_title", "operator", "summary", "tax_number", "appeals", "privacy")
    return {
        **{key: pack.text(key) for key in words},
        **{key: pack.texts(key) for key in lists},
        "no_endorsement": pack.text("No endorsement"),
        "reference_prefix": pack.one_of("SBX", "AB", "ABCDEFGH"),
    }


def _authorities(pack: Writing) -> list[Table]:
    """Give every matter to one authority at least, on every day."""
    codes = [f"AUTH{number}" for number in range(pack.number(1, 3))]
    held = {code: pack.subset(pack.competences, 1) for code in codes}
    for competence in pack.competences:
        if not any(competence in each for each in held.values()):
            held[codes[0]].append(competence)
    found = [
        {
            "code": code,
            "name": pack.text(code),
            "competences": held[code],
            "posts": [_post(pack)] if pack.chance() else [],
            **({"parent": pack.text("Ministry")} if pack.chance() else {}),
            **({"remedy": pack.text("Ask the court")} if pack.chance() else {}),
        }
        for code in codes
    ]
    if pack.chance():
        # One more that comes and goes: nothing hangs on it alone.
        begins = date(2020, 1, 1) + timedelta(days=pack.number(0, 4_000))
        passing = {
            "code": "PASSING",
            "name": pack.text("Passing"),
            "competences": [pack.competences[0]],
            "valid_from": begins,
            "valid_until": begins + timedelta(days=pack.number(0, 4_000)),
        }
        found.append(passing)
    return found


def _calls(pack: Writing) -> list[Table]:
    """Write a call that has no end, perhaps after one of long ago."""
    past = {"first_day": date(2020, 1, 1), "last_day": date(2020, 3, 31)}
    open_now = {"first_day": date(2020, 4, 1), "places": pack.number(1, 9)}
    return [
        {"key": f"call_{number}", "name": pack.text("Call"), "text": pack.text("Of all"), **days}
        for number, days in enumerate([past, open_now] if pack.chance() else [open_now])
    ]


def _post(pack: Writing) -> Table:
    return {
        "code": "commissioner",
        "name": pack.text("Commissioner"),
        "provision": pack.text("Article 20"),
        "published": pack.chance(),
        "recorded": pack.chance(),
    }


def _ended(pack: Writing, authorities: list[Table]) -> tuple[list[Table], list[Table]]:
    """Prepare, or not, that the first authority ends and passes each of its matters on."""
    if pack.chance():
        return authorities, []
    first, *others = authorities
    on = date(2025, 6, 1) + timedelta(days=pack.number(0, 600))
    # An heir has one matter at least. A matter may end with its authority, unless somebody's
    # preponderant activity could then have no lead, or one that passes keeps it for a while.
    leads = any(question["key"] == "activity" for question in pack.asked)
    kept = {matter for each in others if "valid_until" in each for matter in each["competences"]}
    heirs: dict[str, list[str]] = {"HEIR0": [first["competences"][0]], "HEIR1": []}
    ended = []
    for matter in first["competences"][1:]:
        goes_on = leads or matter in kept
        code = pack.one_of("HEIR0", "HEIR1", *(() if goes_on else ("",)))
        (heirs[code] if code else ended).append(matter)
    successors = [
        {"code": code, "competences": matters} for code, matters in heirs.items() if matters
    ]
    succession = {
        "key": "ending",
        "authority": first["code"],
        "on": on,
        "successors": successors,
        "ended": ended,
        "open_cases": pack.text("They go on"),
        "provision": pack.text("Article 3"),
    }
    following = [each | {"name": pack.text(each["code"]), "valid_from": on} for each in successors]
    last_day = on - timedelta(days=1)
    return [first | {"valid_until": last_day}, *others, *following], [succession]


def _windows(pack: Writing, authorities: list[Table]) -> list[Table]:
    """Let terms of authorities that exist all the time stand still around the days of a case."""
    lasting = [each["code"] for each in authorities if not {"valid_from", "valid_until"} & {*each}]
    windows = []
    for number in range(pack.number(0, 2) if lasting else 0):
        first = date(2026, 3, 1) + timedelta(days=pack.number(0, 60))
        days: Table = pack.one_of(
            {"first_day": first, "last_day": first + timedelta(days=pack.number(0, 20))},
            {"first_day": first, "business_days": pack.number(1, 15)},
            {"dates": [first, first + timedelta(days=pack.number(1, 9))]},
        )
        window = {
            "key": f"window_{number}",
            "authority": pack.one_of(*lasting),
            "ground": pack.text("Article 20"),
        }
        windows.append(window | days)
    return windows


def _days_off(pack: Writing) -> Table:
    days = [date(2026, 3, 2) + timedelta(days=pack.number(0, 60)) for _ in range(pack.number(0, 3))]
    return {each.isoformat(): pack.text("Closed") for each in sorted(set(days))}


def _coordination(pack: Writing) -> Table:
    return {
        **({"quorum": 1} if pack.chance() else {}),
        "answer_weight": pack.number(0, 5),
        "relief_weight": pack.number(0, 5),
        "reliefs_question": "reliefs",
        "acceptance_silence": pack.one_of("granted", "denied", "none"),
        "position_silence": pack.one_of("granted", "denied", "none"),
        "decision_rule": pack.one_of("unanimity", "lead_decides", "majority"),
        "objection_opens_deliberation": pack.chance(),
        "returns_allowed": pack.number(0, 3),
        **({"returns_within_days": pack.number(1, 90)} if pack.chance() else {}),
    }


def _clocks(pack: Writing, rules: Table, *, announces: bool) -> list[Table]:
    waits = ("returned", "information_requested")
    tied = {
        "acceptance": (rules["acceptance_silence"], []),
        # Silence may speak for nobody who has to wait for the company.
        "position": (
            rules["position_silence"],
            pack.subset(waits) if rules["position_silence"] == "none" else list(waits),
        ),
        "return_answer": (pack.one_of("denied", "none"), []),
    }
    clocks = [
        {
            "key": "decision",
            "name": pack.text("Decision"),
            "unit": pack.one_of(*UNITS),
            "length": pack.number(1, 60),
            "silence": pack.one_of("granted", "denied", "none"),
            "stops_in": pack.subset((*waits, *(["preliminary"] if announces else []))),
            "starts": pack.one_of("submitted", "complete"),
        }
    ]
    for key, (silence, stops) in tied.items():
        unit, length = pack.one_of(*UNITS), pack.number(1, 30)
        # The rules of coordination may repeat a number of days, whichever are counted.
        if unit != "months" and pack.chance():
            rules[f"{key}_days"] = length
        clocks.append(
            {
                "key": key,
                "name": pack.text(key),
                "unit": unit,
                "length": length,
                "silence": silence,
                "stops_in": stops,
                **({"late_days": pack.number(0, 9)} if key == "return_answer" else {}),
            }
        )
    optional = ("information_answer", "denied"), ("exit_report", "none"), ("comment", "none")
    for key, silence in optional:
        if announces if key == "comment" else pack.chance():
            clocks.append(
                {
                    "key": key,
                    "name": pack.text(key),
                    "unit": pack.one_of(*UNITS),
                    "length": pack.number(1, 12),
                    "silence": silence,
                }
            )
    return clocks


# --- what is asked -------------------------------------------------------------------------------


def _sections(pack: Writing) -> list[Table]:
    title = {"key": "title", "kind": "text", "label": pack.text("Title"), "is_title": True}
    pack.asked.append(title)
    activity = [_activity(pack)] if pack.chance() else []
    sections = [_section(pack, 0, [title, *activity])]
    for number in range(pack.number(1, 3)):
        questions = [_question(pack) for _ in range(pack.number(1, 5))]
        sections.append(_section(pack, number + 1, questions))
    sections.append(_section(pack, len(sections), [_reliefs(pack)]))
    return sections


def _activity(pack: Writing) -> Table:
    """Write a choice that everybody makes, of which each option is the matter of somebody."""
    options = [
        {
            "value": f"activity_{number}",
            "label": pack.text(f"Activity {number}"),
            "points": 0,
            "competences": pack.subset(pack.competences, 1),
        }
        for number in range(pack.number(2, 3))
    ]
    question = {"key": "activity", "kind": "choice", "label": pack.text("Activity")}
    pack.asked.append(question | {"options": options})
    return pack.asked[-1]


def _section(pack: Writing, number: int, questions: list[Table]) -> Table:
    return {
        "key": f"section_{number}",
        "title": pack.text(f"Section {number}"),
        "intro": pack.text("Say it"),
        "questions": questions,
    }


def _question(pack: Writing) -> Table:
    key = f"question_{len(pack.asked)}"
    kind = pack.one_of(
        "text",
        "long_text",
        "number",
        "money",
        "date",
        "choice",
        "many",
        "yes_no",
        "rows",
        "file",
        "organisation",
    )
    question: Table = {"key": key, "kind": kind, "label": pack.text(key)}
    if pack.chance():
        question["hint"] = pack.text("Hint")
    if pack.chance():
        question["may_be_confidential"] = True
    # A file cannot be answered without one, so it is never asked for by force.
    question["required"] = kind != "file" and pack.chance()
    if pack.chance():
        question |= _condition_on(pack, "ask_if")
    if pack.chance() and "ask_if" not in question and kind != "file":
        needed = _condition_on(pack, "required_if")
        question |= needed
        if needed:
            del question["required"]
    question |= _parts(pack, kind)
    weighs = _weighs(question)
    if not weighs:
        question |= (
            {"criteria": pack.subset(pack.criteria, 1)} if pack.chance() else {"information": True}
        )
    pack.asked.append(question)
    return question


def _parts(pack: Writing, kind: str) -> Table:
    match kind:
        case "text" if pack.chance():
            return {"format": pack.one_of("email", "telephone")}
        case "text" | "long_text":
            return {"max_words": pack.number(1, 300)} if pack.chance() else {}
        case "number":
            least = pack.number(0, 50)
            return {
                "minimum": least,
                "maximum": least + pack.number(0, 50),
                "unit": pack.text("units"),
            }
        case "money":
            return {"minimum": 0, "maximum": 1_000_000_000} if pack.chance() else {}
        case "choice" | "many":
            return {"options": _options(pack)}
        case "yes_no":
            parts: Table = {"points": pack.number(0, 10)}
            return parts | ({"competences": pack.subset(pack.competences)})
        case "rows":
            return {"columns": _columns(pack), "max_rows": pack.number(1, 5)}
        case _:
            return {}


def _columns(pack: Writing) -> list[Table]:
    """Write a column to be read, perhaps one that is asked for by the answer before it."""
    what: Table = {"key": "what", "kind": "text", "label": pack.text("What"), "information": True}
    if pack.chance():
        return [what]
    known = {"key": "known", "kind": "yes_no", "label": pack.text("Known")}
    return [known, what | {"ask_if": {"question": "known", "equals": "no"}}]


def _options(pack: Writing) -> list[Table]:
    """Write options of which the first is the mildest."""
    return [
        {
            "value": f"option_{number}",
            "label": pack.text(f"Option {number}"),
            "points": pack.number(1, 8) if number else 0,
            "competences": pack.subset(pack.competences),
        }
        for number in range(pack.number(2, 4))
    ]


def _reliefs(pack: Writing) -> Table:
    kinds = [
        {"value": key, "label": pack.text(key), "competences": pack.subset(pack.competences)}
        for key in ("waiver", "letter")
    ]
    columns: list[Table] = [
        {"key": "provision", "kind": "text", "label": pack.text("Provision")},
        {"key": "kind", "kind": "choice", "label": pack.text("Kind"), "options": kinds},
        {"key": "asked", "kind": "long_text", "label": pack.text("Asked")},
        {"key": "why", "kind": "long_text", "label": pack.text("Why")},
    ]
    return {
        "key": "reliefs",
        "kind": "rows",
        "label": pack.text("Reliefs"),
        "columns": columns,
        "required": pack.chance(),
    }


def _weighs(question: Table) -> bool:
    options = question.get("options", ())
    of_options = any(each["points"] or each["competences"] for each in options)
    return of_options or bool(question.get("points") or question.get("competences"))


def _may_presume(pack: Writing) -> bool:
    return any(each.get("may_be_confidential") and each["kind"] != "file" for each in pack.asked)


def _public_fields(pack: Writing) -> list[str]:
    may = [
        each["key"]
        for each in pack.asked
        if not each.get("may_be_confidential") and each["kind"] != "file"
    ]
    return pack.subset(tuple(may), 1)


# --- conditions ----------------------------------------------------------------------------------


def _condition_on(pack: Writing, key: str) -> Table:
    """Look whether an earlier question, that everybody is asked, was answered in some way."""
    comparisons = _comparisons(pack, pack.asked)
    if not comparisons:
        return {}
    first, second = pack.one_of(*comparisons), pack.one_of(*comparisons)
    if first["question"] == second["question"]:
        return {key: pack.one_of(first, {"not": first})}
    shapes = (first, {"not": first}, {"any": [first, {"not": second}]}, {"all": [first, second]})
    return {key: pack.one_of(*shapes)}


def _comparisons(pack: Writing, questions: list[Table]) -> list[Table]:
    """List comparisons that some answers meet and others, the mildest among them, do not."""
    found: list[Table] = []
    for question in questions:
        if "ask_if" in question:
            continue
        key = question["key"]
        match question["kind"]:
            case "yes_no":
                found.append({"question": key, "equals": "yes"})
            case "choice":
                found.append({"question": key, "equals": question["options"][-1]["value"]})
            case "many":
                found.append({"question": key, "includes": question["options"][-1]["value"]})
            case "number" if question["maximum"] > max(question["minimum"], 1):
                found.append({"question": key, "at_least": question["maximum"]})
            case "date":
                found.append({"question": key, "at_most": date(2026, 1, pack.number(1, 31))})
    return found


def _prohibited_uses(pack: Writing) -> list[Table]:
    return [
        {"key": f"use_{number}", "name": pack.text("Use"), "when": when}
        for number, when in enumerate(_comparisons(pack, pack.asked)[:2])
    ]


def _hard_rules(pack: Writing, tiers: list[Table], uses: list[Table]) -> list[Table]:
    comparisons = _comparisons(pack, pack.asked)
    rules = [
        {
            "key": f"rule_{number}",
            "when": when,
            "at_least": pack.one_of(*tiers)["key"],
            "reason": pack.text("Rule"),
        }
        for number, when in enumerate(comparisons[: pack.number(0, 3)])
    ]
    barring = [
        {
            "key": f"no_{each['key']}",
            "when": each["when"],
            "at_least": tiers[-1]["key"],
            "reason": each["name"],
        }
        for each in uses
    ]
    return [*rules, *barring]


def _priorities(pack: Writing) -> list[Table]:
    """Put applications before others, or none, for conditions that some answers meet."""
    told = [each for each in pack.asked if not each.get("may_be_confidential")]
    return [
        {
            "code": f"first_{number}",
            "name": pack.text(f"First {number}"),
            "reason": pack.text("Article 62"),
            "when": when,
        }
        for number, when in enumerate(_comparisons(pack, told)[: pack.number(0, 2)])
    ]


def _eligibility(pack: Writing) -> Table:
    questions = [
        {"key": f"check_{number}", "kind": "yes_no", "label": pack.text("Is it so?")}
        for number in range(pack.number(1, 3))
    ]
    return {
        "intro": pack.text("Check"),
        "questions": questions,
        "rules": [
            {
                "key": f"reason_{number}",
                "when": {"question": question["key"], "equals": pack.one_of("yes", "no")},
                "verdict": pack.one_of(*VERDICTS),
                "reason": pack.text("Because"),
            }
            for number, question in enumerate(questions)
        ],
        "verdicts": {verdict: pack.text(verdict) for verdict in VERDICTS},
    }


def _criterion(pack: Writing, key: str) -> Table:
    marks = {mark: pack.text(mark) for mark in ("met", "partly", "not_met")}
    return ({"rubric": marks} if pack.chance() else {}) | {
        "key": key,
        "name": pack.text(key),
        "key_question": pack.text("Is it?"),
        "positive": pack.texts("For"),
        "negative": pack.texts("Against"),
        "must_be_met": pack.chance(),
    }


# --- tiers, stages, gates ------------------------------------------------------------------------


def _tiers(pack: Writing, metrics: tuple[str, ...], *, has_prohibited: bool) -> list[Table]:
    tiers, least = [], 0
    count = pack.number(1, 3)
    for number in range(count):
        tier = _tier(pack, f"tier_{number}", metrics)
        tier["min_points"] = least
        if number < count - 1:
            tier["max_points"] = least + pack.number(0, 6)
            least = tier["max_points"] + 1
        tiers.append(tier)
    if has_prohibited:
        key = "never"
        tiers.append(
            {
                "key": key,
                "name": pack.text(key),
                "summary": pack.text("Never tested"),
                "prohibited": True,
            }
        )
    return tiers


def _tier(pack: Writing, key: str, metrics: tuple[str, ...]) -> Table:
    measured = pack.subset(metrics)
    conditions = [
        {"key": f"ready_{number}", "label": pack.text("Ready"), "owner": pack.one_of(*OWNERS)}
        for number in range(pack.number(0, 2))
    ]
    stages: list[Table] = []
    for number in range(pack.number(2, 4)):
        stage = _stage(pack, f"stage_{number}", prepares=not stages)
        if stages:
            stage["gate"] = _gate(
                pack, f"{key}_{number}", stages[-1], measured, conditions, prepares=number == 1
            )
        stages.append(stage)
    return {
        "key": key,
        "name": pack.text(key),
        "summary": pack.text("Tested"),
        "metrics": measured,
        "start_conditions": conditions,
        "stages": stages,
        "completion": _gate(pack, f"{key}_end", stages[-1], measured, conditions, prepares=False),
    }


def _stage(pack: Writing, key: str, *, prepares: bool) -> Table:
    stage: Table = {
        "key": key,
        "name": pack.text(key),
        "purpose": pack.text("Test"),
        "max_days": pack.number(30, 400),
    }
    if not prepares and pack.chance():
        stage["live"] = True
        stage["participants_cap"] = pack.number(12, 5_000)
        stage["places_cap"] = pack.number(1, 32)
        if pack.chance():
            stage["amount_per_person_cap"] = pack.number(1, 5_000)
            stage["amount_total_cap"] = stage["amount_per_person_cap"] * pack.number(1, 100)
    if not prepares and (stage.get("live") or pack.chance()):
        stage["report_every_days"] = pack.number(7, stage["max_days"])
    return stage


def _gate(
    pack: Writing,
    prefix: str,
    left: Table,
    metrics: list[str],
    conditions: list[Table],
    *,
    prepares: bool,
) -> list[Table]:
    """Write requirements that can be satisfied in the stage that is left."""
    kinds = ["document", "approval", "no_open_incident", "minimum_days"]
    if prepares:
        kinds.append("plan_agreed")
    if conditions:
        kinds.append("start_conditions")
    if metrics and not prepares:
        kinds.append("metrics_within")
    if "report_every_days" in left and not prepares:
        kinds.append("report_accepted")
    return [
        {
            "key": f"{prefix}_{kind}",
            "kind": kind,
            "label": pack.text(kind),
            "may_be_waived": pack.chance(),
            **_by(pack, kind, left),
        }
        for kind in pack.subset(tuple(kinds))
    ]


def _by(pack: Writing, kind: str, left: Table) -> Table:
    by = {"by": pack.one_of(*(each.value for each in WHO[RequirementKind(kind)]))}
    match kind:
        case "approval":
            return by | {"persons": pack.number(1, 3)} | _term(pack)
        case "minimum_days":
            return by | {"days": pack.number(1, left["max_days"])}
        case _:
            return by


def _term(pack: Writing) -> Table:
    """Write within how many days an approval is answered, and what silence means; or neither."""
    if pack.chance():
        return {}
    return {
        "answer_days": pack.number(1, 12),
        "silence": pack.one_of("granted", "denied", "none"),
    }


def _incident_class(pack: Writing, key: str) -> Table:
    hours = pack.number(1, 400)
    # What completes a report comes after it.
    complete = hours // 24 + pack.number(1, 60)
    terms = {"complete_report_days": complete, "reaction_days": pack.number(1, 60)}
    return {
        "key": key,
        "name": pack.text("Class"),
        "report_hours": hours,
        "serious": pack.chance(),
        **{name: days for name, days in terms.items() if pack.chance()},
    }


def _metric(pack: Writing, key: str, classes: tuple[str, ...]) -> Table:
    steps = sorted(pack.number(0, 1_000) for _ in range(3))
    direction = pack.one_of("at_most", "at_least")
    target, warning, breach = steps if direction == "at_most" else reversed(steps)
    opens = {"breach_class": pack.one_of(*classes), "breach_suspends": pack.chance()}
    return (opens if pack.chance() else {}) | {
        "key": key,
        "name": pack.text(key),
        "unit": pack.text("%"),
        "direction": direction,
        "target": target,
        "warning": warning,
        "breach": breach,
    }


# --- writing it down -----------------------------------------------------------------------------


def write(pack: Table, folder: Path) -> Path:
    """Write a pack's tables as its file, in the folder of its code and version."""
    home = folder / pack["code"] / pack["version"]
    home.mkdir(parents=True)
    lines = [f"{key} = {written(value)}" for key, value in pack.items()]
    (home / "pack.toml").write_text("\n".join(lines), encoding="utf-8")
    return home


def written(value: Any) -> str:
    """Write a value as TOML does."""
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case dict():
            pairs = (f"{json.dumps(key)} = {written(inner)}" for key, inner in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list():
            return "[" + ", ".join(written(inner) for inner in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
