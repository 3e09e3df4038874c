"""Spoil the Mexican pack in one place at a time; each fault is named with file, line and key."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import pytest

from sandbox.packs.errors import Fault, PackProblem
from tests.packs.copies import copy_of_mx, line_of, problems_of, replace
from tests.packs.printing import run
from tests.packs.speaking import assert_said_in_spanish


class Spoilt(NamedTuple):
    """Replace `old` by `new` in `file`; expect one problem, on the line where `at` begins."""

    file: str
    old: str
    new: str
    at: str
    key: str
    fault: Fault
    where: str = ""  # the file of the problem, where it is not the file that was spoilt


PACK = "pack.toml"
AUTHORITIES = "authorities.toml"
COORDINATION = "coordination.toml"
CRITERIA = "criteria.toml"
CONDITIONS = "conditions.toml"
TAUGHT = (
    'text.en = "The aggregate data and the errors found are handed to the authorities with each '
    'report."'
)
PUBLICITY = (
    "Taking part in the sandbox is not used to advertise or sell products that are not tested."
)
UNPROTECTED = 'text.en = "A significant risk remains without a measure against it."\n'
ELIGIBILITY = "eligibility.toml"
ORGANISATION = "form-1-organisation.toml"
INNOVATION = "form-2-innovation.toml"
RULES = "form-3-rules.toml"
TEST = "form-7-test.toml"
RISK = "risk.toml"
CLOSING = "form-9-closing.toml"
MINIMAL = "tier-1-minimal.toml"
LIMITED = "tier-2-limited.toml"
HIGH = "tier-3-high.toml"
PROHIBITED = "tier-4-prohibited.toml"
MONITORING = "monitoring.toml"
OUTCOMES = "outcomes.toml"

AREA_OTHER = 'ask_if = {question = "area", equals = "other"}'
LEGAL_BASIS = 'ask_if = {question = "organisation_kind", equals = "public_body"}'
BOTH = 'by = ["company", "authorities"]'
REVOKED = 'name = {es = "Revocada por las autoridades", en = "Revoked by the authorities"}'

NOT_NEEDED = """rubric.not_met.es = "Ninguna regla lo impide, o solo se busca no cumplirla."
rubric.not_met.en = "No rule prevents it, or the aim is only not to comply."
"""

ASKED = """kind = "long_text"
label = {es = "¿Qué pide exactamente?", en = "What exactly do you ask for?"}
example.es = "Recabar el consentimiento con un mensaje de respuesta, en lugar de la firma."
example.en = "To collect consent by a reply message instead of a signature."
max_words = 100
"""

TERM = """[[glossary]]
key = "sandbox"
term = {es = "espacio", en = "sandbox"}
meaning = {es = "Un lugar", en = "A place"}
"""
BOX = TERM.replace("sandbox", "box")
WINDOWS = '[[suspension_windows]]\nkey = "crt_beginning"'
CALL = """[[calls]]
key = "{}"
name = {{es = "Primera", en = "First"}}
text = {{es = "De todo", en = "Of all kinds"}}
{}

"""
OF_2026 = CALL.format("spring", "first_day = 2026-03-01\nlast_day = 2026-05-31")

CALENDAR = "[calendar]\n"
AUTHORITY = """[[authorities]]
code = "NEW"
name = {es = "Nueva", en = "New"}
competences = ["personal_data"]

"""
CLOSED_PRIORITY = """[[priorities]]
code = "first"
name = {es = "Antes", en = "First"}
reason = {es = "Así se acordó.", en = "So it was agreed."}
when = {question = "budget", at_most = 100}

"""
SECOND_END = """[[successions]]
key = "ift_again"
authority = "IFT"
on = 2025-10-17
successors = [{code = "CRT", competences = ["telecommunications", "broadcasting", "connectivity"]},
  {code = "CNA", competences = ["telecom_competition"]}]
open_cases = {es = "Continúan.", en = "They continue."}
provision = {es = "Ley", en = "Law"}
"""

# fmt: off
FAULTS = {
    # --- shape
    "syntax": Spoilt(
        RISK, 'key = "subliminal"', "key = subliminal", "key = subliminal",
        "prohibited_uses[1].key", Fault.SYNTAX),
    "unknown key": Spoilt(
        ORGANISATION, "max_words = 30", "max_wrods = 30", "max_wrods",
        "sections[0].questions[0].max_wrods", Fault.UNKNOWN_KEY),
    "missing key": Spoilt(
        COORDINATION, 'decision_rule = "unanimity"', "", "[coordination]",
        "coordination.decision_rule", Fault.MISSING),
    "missing key of the pack": Spoilt(
        PACK, 'currency = "MXN"', "", "# The Mexican programme", "currency", Fault.MISSING),
    "number as text": Spoilt(
        COORDINATION, "answer_weight = 1", 'answer_weight = "1"', 'answer_weight = "1"',
        "coordination.answer_weight", Fault.WRONG_TYPE),
    "flag as number": Spoilt(
        COORDINATION, "returns_allowed = 1", "returns_allowed = true", "returns_allowed",
        "coordination.returns_allowed", Fault.WRONG_TYPE),
    "number out of bounds": Spoilt(
        COORDINATION, "position_days = 15", "position_days = 0", "position_days",
        "coordination.position_days", Fault.NOT_ALLOWED),
    "word of no list": Spoilt(
        COORDINATION, 'acceptance_silence = "granted"', 'acceptance_silence = "perhaps"',
        "acceptance_silence", "coordination.acceptance_silence", Fault.NOT_ALLOWED),
    "text as flag": Spoilt(
        "criteria.toml", "must_be_met = true", 'must_be_met = "yes"', 'must_be_met = "yes"',
        "criteria[0].must_be_met", Fault.WRONG_TYPE),
    "rubric of an unknown mark": Spoilt(
        "criteria.toml", "rubric.partly", "rubric.perhaps", "rubric.perhaps",
        "criteria[0].rubric.perhaps", Fault.UNKNOWN_KEY),
    "rubric without a mark": Spoilt(
        "criteria.toml", NOT_NEEDED, "", "rubric.met.es",
        "criteria[0].rubric.not_met", Fault.MISSING),
    "day as text": Spoilt(
        AUTHORITIES, "valid_until = 2025-03-20", 'valid_until = "2025-03-20"', "valid_until",
        "authorities[0].valid_until", Fault.WRONG_TYPE),
    "day off that is no day": Spoilt(
        AUTHORITIES, "2024-03-28 =", "jueves_santo =", "jueves_santo",
        "calendar.days_off.jueves_santo", Fault.WRONG_TYPE),
    "day off after the last that can be counted": Spoilt(
        AUTHORITIES, "2024-03-28 =", "9999-12-31 =", "9999-12-31",
        "calendar.days_off.9999-12-31", Fault.NOT_ALLOWED),
    "window after the last day that can be counted": Spoilt(
        AUTHORITIES, "dates = [2025-10-17, 2025-10-20, 2025-10-21]", "dates = [9999-12-31]",
        "dates = [9999", "suspension_windows[2].dates[0]", Fault.NOT_ALLOWED),
    "decimal as text": Spoilt(
        MONITORING, "target = 5", 'target = "5"', 'target = "5"',
        "metrics[0].target", Fault.WRONG_TYPE),
    "not a number": Spoilt(
        MONITORING, "target = 5", "target = nan", "target = nan",
        "metrics[0].target", Fault.NOT_ALLOWED),
    "number without end": Spoilt(
        MONITORING, "target = 5", "target = 1e999999", "target = 1e999999",
        "metrics[0].target", Fault.NOT_ALLOWED),
    "text without languages": Spoilt(
        OUTCOMES, REVOKED, 'name = "Revocada"', 'name = "Revocada"',
        "exit_kinds[5].name", Fault.WRONG_TYPE),
    "flag of a breach as word": Spoilt(
        MONITORING, 'breach_class = "serious"', 'breach_class = "serious"\nbreach_suspends = "yes"',
        "breach_suspends", "metrics[0].breach_suspends", Fault.WRONG_TYPE),
    "answer within no day": Spoilt(
        MONITORING, "reaction_days = 3", "reaction_days = 0", "reaction_days",
        "incident_classes[0].reaction_days", Fault.NOT_ALLOWED),
    "empty text": Spoilt(
        OUTCOMES, 'en = "Revoked by the authorities"', 'en = " "', "name = {es = \"Revocada",
        "exit_kinds[5].name.en", Fault.MISSING),
    "text of nothing that is seen": Spoilt(
        OUTCOMES, 'en = "Revoked by the authorities"', r'en = "\u200b \u00a0\ufeff\u2800"',
        "name = {es = \"Revocada", "exit_kinds[5].name.en", Fault.MISSING),
    "text with a control character": Spoilt(
        OUTCOMES, "Revoked by the authorities", r"Revoked\u001b[31m", "name = {es = \"Revocada",
        "exit_kinds[5].name.en", Fault.NOT_ALLOWED),
    "text with the character zero": Spoilt(
        OUTCOMES, "Revoked by the authorities", r"Revoked\u0000", "name = {es = \"Revocada",
        "exit_kinds[5].name.en", Fault.NOT_ALLOWED),
    "text that turns letters round": Spoilt(
        OUTCOMES, "Revoked by the authorities", r"Revoked \u202etest", "name = {es = \"Revocada",
        "exit_kinds[5].name.en", Fault.NOT_ALLOWED),
    "text with what is no character": Spoilt(
        OUTCOMES, "Revoked by the authorities", r"Revoked\uffff", "name = {es = \"Revocada",
        "exit_kinds[5].name.en", Fault.NOT_ALLOWED),
    "day off in another way of writing": Spoilt(
        AUTHORITIES, "2024-03-28 =", "20240328 =", "20240328",
        "calendar.days_off.20240328", Fault.WRONG_TYPE),
    "key with a space": Spoilt(
        MONITORING, 'key = "critical"', 'key = "very critical"', 'key = "very critical"',
        "incident_classes[0].key", Fault.NOT_ALLOWED),
    "key that is a number": Spoilt(
        MONITORING, 'key = "critical"', "key = 5", "key = 5",
        "incident_classes[0].key", Fault.WRONG_TYPE),
    "post that is no table": Spoilt(
        AUTHORITIES, "valid_until = 2025-03-20", "valid_until = 2025-03-20\nposts = [5]", "posts",
        "authorities[0].posts[0]", Fault.WRONG_TYPE),
    "text in the name of a language": Spoilt(
        OUTCOMES, REVOKED, 'name = {spanish = "Revocada"}', "name = {spanish",
        "exit_kinds[5].name.spanish", Fault.UNKNOWN_KEY),
    "text that is a number": Spoilt(
        OUTCOMES, REVOKED, 'name = {es = 5, en = "Revoked"}', "name = {es = 5",
        "exit_kinds[5].name.es", Fault.WRONG_TYPE),
    "text without end": Spoilt(
        OUTCOMES, "Revoked by the authorities", "a" * 10_001, 'name = {es = "Revocada',
        "exit_kinds[5].name.en", Fault.TOO_LARGE),
    "unknown key of many letters": Spoilt(
        COORDINATION, "answer_weight = 1", f"answer_weight = 1\n{'a' * 70} = 1", "a" * 70,
        f"coordination.{'a' * 59}…", Fault.UNKNOWN_KEY),
    "part named twice": Spoilt(
        PACK, '"outcomes.toml",', '"outcomes.toml",\n  "outcomes.toml",',
        '"outcomes.toml",\n]', "parts[24]", Fault.DUPLICATE),
    "rule without a condition": Spoilt(
        RISK, 'when = {question = "prohibited_practices", includes = "social_scoring"}', "",
        '[[prohibited_uses]]\nkey = "social_scoring"', "prohibited_uses[0].when", Fault.MISSING),
    "condition on a number": Spoilt(
        INNOVATION, AREA_OTHER, 'ask_if = {question = 5, equals = "other"}', "ask_if",
        "sections[1].questions[3].ask_if.question", Fault.WRONG_TYPE),
    "bound in words": Spoilt(
        INNOVATION, AREA_OTHER, 'ask_if = {question = "area", at_least = "many"}', "ask_if",
        "sections[1].questions[3].ask_if.at_least", Fault.WRONG_TYPE),
    "choice of a number": Spoilt(
        INNOVATION, AREA_OTHER, 'ask_if = {question = "area", one_of = 5}', "ask_if",
        "sections[1].questions[3].ask_if.one_of", Fault.WRONG_TYPE),
    "text as list": Spoilt(
        PACK, 'languages = ["es", "en"]', 'languages = "es"', "languages",
        "languages", Fault.WRONG_TYPE),
    "version with leading zeros": Spoilt(
        PACK, 'version = "1.0.0"', 'version = "01.0.0"', 'version = "01.0.0"',
        "version", Fault.NOT_ALLOWED),
    "version in other digits": Spoilt(
        PACK, 'version = "1.0.0"', r'version = "1.0.\u0660"', "version =",
        "version", Fault.NOT_ALLOWED),
    "competence of an authority twice": Spoilt(
        AUTHORITIES, '"access_to_information", "transparency"]',
        '"access_to_information", "transparency", "personal_data"]',
        "competences = [\"personal_data",
        "authorities[0].competences[3]", Fault.DUPLICATE),
    "word of the glossary twice": Spoilt(
        OUTCOMES, "[[report_sections]]", f"{TERM}[[report_sections]]", TERM[13:],
        "glossary[18].key", Fault.DUPLICATE),
    "rows of a text": Spoilt(
        ORGANISATION, "max_words = 30", "max_rows = 5", "max_rows = 5",
        "sections[0].questions[0].max_rows", Fault.NOT_ALLOWED),
    "version of another form": Spoilt(
        PACK, 'version = "1.0.0"', 'version = "1.0"', 'version = "1.0"',
        "version", Fault.NOT_ALLOWED),
    "authority without competences": Spoilt(
        AUTHORITIES, 'competences = ["competition", "market_concentration", "consumer_markets"]',
        "competences = []", "competences = []", "authorities[2].competences", Fault.NOT_ALLOWED),
    "unknown comparison": Spoilt(
        INNOVATION, AREA_OTHER, 'ask_if = {question = "area", is = "other"}', "ask_if",
        "sections[1].questions[3].ask_if.is", Fault.UNKNOWN_KEY),
    "two comparisons": Spoilt(
        INNOVATION, AREA_OTHER,
        'ask_if = {question = "area", equals = "other", not_equals = "energy"}', "ask_if",
        "sections[1].questions[3].ask_if", Fault.NOT_ALLOWED),
    "condition as code": Spoilt(
        INNOVATION, AREA_OTHER, "ask_if = \"area == 'other'\"", "ask_if",
        "sections[1].questions[3].ask_if", Fault.WRONG_TYPE),
    "comparison with a flag": Spoilt(
        INNOVATION, AREA_OTHER, 'ask_if = {question = "area", equals = true}', "ask_if",
        "sections[1].questions[3].ask_if.equals", Fault.WRONG_TYPE),
    "not answered": Spoilt(
        INNOVATION, AREA_OTHER, 'ask_if = {question = "area", answered = false}', "ask_if",
        "sections[1].questions[3].ask_if.answered", Fault.WRONG_TYPE),
    "condition of no parts": Spoilt(
        INNOVATION, AREA_OTHER, "ask_if = {all = []}", "ask_if",
        "sections[1].questions[3].ask_if.all", Fault.NOT_ALLOWED),
    "fault deep in a condition": Spoilt(
        INNOVATION, AREA_OTHER,
        'ask_if = {any = [{question = "area", equals = "other"}, {not = {all = [{is = 1}]}}]}',
        "ask_if", "sections[1].questions[3].ask_if.any[1].not.all[0]", Fault.NOT_ALLOWED),
    "table in two files": Spoilt(
        OUTCOMES, "# On which", '[calendar]\ncountry = "MX"\n# On which', "[calendar]",
        "calendar", Fault.DUPLICATE),
    # --- texts and names
    "language missing": Spoilt(
        OUTCOMES, REVOKED, 'name = {es = "Revocada"}', 'name = {es = "Revocada"}',
        "exit_kinds[5].name", Fault.LANGUAGE),
    "language not declared": Spoilt(
        OUTCOMES, REVOKED, 'name = {es = "Revocada", en = "Revoked", fr = "Révoquée"}',
        'name = {es = "Revocada", en', "exit_kinds[5].name.fr", Fault.LANGUAGE),
    "language said twice": Spoilt(
        PACK, 'languages = ["es", "en"]', 'languages = ["es", "en", "es"]', "languages",
        "languages[2]", Fault.DUPLICATE),
    "format of a long text": Spoilt(
        ORGANISATION, 'key = "capacity"', 'format = "email" # of paragraphs\nkey = "capacity"',
        'format = "email" # of', "sections[0].questions[9].format", Fault.NOT_ALLOWED),
    "clock twice": Spoilt(
        COORDINATION, 'key = "information_answer"', 'key = "return_answer"',
        'key = "return_answer"\nname = {es = "Respuesta a una', "clocks[4].key", Fault.DUPLICATE),
    "term of a request that a request stops": Spoilt(
        COORDINATION, 'key = "information_answer"',
        'key = "information_answer"\nstops_in = ["information_requested"]',
        'stops_in = ["information_requested"]\nname = {es = "Respuesta',
        "clocks[4].stops_in", Fault.NOT_ALLOWED),
    "position that silence takes while the company is asked": Spoilt(
        COORDINATION, 'stops_in = ["information_requested"]', 'stops_in = ["returned"]',
        'stops_in = ["returned"]', "clocks[2].stops_in", Fault.INCONSISTENT),
    "late days of a term with which nothing lapses": Spoilt(
        COORDINATION, 'key = "position"\n', 'key = "position"\nlate_days = 5\n',
        "late_days = 5", "clocks[2].late_days", Fault.NOT_ALLOWED),
    "silence of the company that grants": Spoilt(
        COORDINATION, 'length = 10\nsilence = "denied"', 'length = 10\nsilence = "granted"',
        'silence = "granted"\n\n[[clocks]]\nkey = "information_answer"',
        "clocks[3].silence", Fault.NOT_ALLOWED),
    "report whose silence denies": Spoilt(
        COORDINATION, 'two months.\nsilence = "none"', 'two months.\nsilence = "denied"',
        'silence = "denied"\n\n[[relief_kinds]]', "clocks[5].silence", Fault.NOT_ALLOWED),
    "question twice": Spoilt(
        ORGANISATION, 'key = "contact_role"', 'key = "contact_name"',
        'key = "contact_name"\nkind = "text"\ninformation = true\nlabel = {es = "Cargo"',
        "sections[0].questions[6].key", Fault.DUPLICATE),
    "option twice": Spoilt(
        ORGANISATION, 'value = "small"', 'value = "micro"',
        '  {value = "micro", label = {es = "De 11',
        "sections[0].questions[4].options[1].value", Fault.DUPLICATE),
    "stage twice": Spoilt(
        LIMITED, 'key = "laboratory"', 'key = "plan"', 'key = "plan"\nname = {es = "Laboratorio"',
        "tiers[1].stages[1].key", Fault.DUPLICATE),
    "stage called as the completion": Spoilt(
        LIMITED, 'key = "laboratory"', 'key = "completion"', 'key = "completion"',
        "tiers[1].stages[1].key", Fault.NOT_ALLOWED),
    # --- authorities, calendar, clocks
    "competence of nobody's list": Spoilt(
        AUTHORITIES, 'competences = ["personal_data"]\nvalid_from',
        'competences = ["personal_data", "astrology"]\nvalid_from',
        'competences = ["personal_data", "astrology"]', "authorities[3].competences[1]",
        Fault.UNKNOWN_REFERENCE),
    "competence without an authority": Spoilt(
        AUTHORITIES, '[[authorities]]\ncode = "INAI"',
        '[[competences]]\ncode = "stars"\nname = {es = "Astros", en = "Stars"}\n\n'
        '[[authorities]]\ncode = "INAI"',
        'code = "stars"', "competences[10].code", Fault.INCONSISTENT),
    "option of an unknown competence": Spoilt(
        INNOVATION, 'competences = ["broadcasting"]', 'competences = ["brodcasting"]',
        '  {value = "broadcasting"', "sections[1].questions[9].options[3].competences[0]",
        Fault.UNKNOWN_REFERENCE),
    "authority that ends before it begins": Spoilt(
        AUTHORITIES, "valid_until = 2025-10-16",
        "valid_from = 2025-11-01\nvalid_until = 2025-10-16",
        "valid_until = 2025-10-16", "authorities[1].valid_until", Fault.INCONSISTENT),
    "authority called as a party": Spoilt(
        AUTHORITIES, CALENDAR, AUTHORITY.replace("NEW", "Lead") + CALENDAR, 'code = "Lead"',
        "authorities[7].code", Fault.NOT_ALLOWED),
    "authority called as another in small letters": Spoilt(
        AUTHORITIES, CALENDAR, AUTHORITY.replace("NEW", "Sabg") + CALENDAR, 'code = "Sabg"',
        "authorities[7].code", Fault.DUPLICATE),
    "post twice": Spoilt(
        AUTHORITIES, "[[authorities.posts]]", '[[authorities.posts]]\ncode = "commissioner"\n'
        'name = {es = "Presidencia", en = "Chair"}\nprovision = {es = "Ley", en = "Law"}\n\n'
        "[[authorities.posts]]",
        'code = "commissioner"\nname = {es = "Persona', "authorities[5].posts[1].code",
        Fault.DUPLICATE),
    # --- successions and windows
    "succession of an unknown authority": Spoilt(
        AUTHORITIES, 'authority = "INAI"', 'authority = "INAL"', 'authority = "INAL"',
        "successions[0].authority", Fault.UNKNOWN_REFERENCE),
    "authority that ends twice": Spoilt(
        AUTHORITIES, '[[successions]]\nkey = "cofece_2025"', f"{SECOND_END}\n[[successions]]\n"
        'key = "cofece_2025"',
        'authority = "IFT"\non = 2025-10-17\nsuccessors = [{', "successions[2].authority",
        Fault.DUPLICATE),
    "key of a succession twice": Spoilt(
        AUTHORITIES, 'key = "ift_2025"', 'key = "inai_2025"',
        'key = "inai_2025"\nauthority = "IFT"',
        "successions[1].key", Fault.DUPLICATE),
    "succession on another day": Spoilt(
        AUTHORITIES, "on = 2025-03-21", "on = 2025-03-22", "on = 2025-03-22",
        "successions[0].on", Fault.INCONSISTENT),
    "authority that ends without a last day": Spoilt(
        AUTHORITIES, "valid_until = 2025-03-20\n", "", "on = 2025-03-21",
        "successions[0].on", Fault.INCONSISTENT),
    "unknown successor": Spoilt(
        AUTHORITIES, '{code = "SABG"', '{code = "SABC"', '  {code = "SABC"',
        "successions[0].successors[0].code", Fault.UNKNOWN_REFERENCE),
    "successor that begins too late": Spoilt(
        AUTHORITIES, 'valid_from = 2025-03-21', 'valid_from = 2025-03-22',
        '  {code = "SABG"', "successions[0].successors[0].code", Fault.INCONSISTENT),
    "successor twice": Spoilt(
        AUTHORITIES, '{code = "TPP", competences = ["access_to_information", "transparency"]}',
        '{code = "TPP", competences = ["access_to_information"]},\n'
        '  {code = "TPP", competences = ["transparency"]}',
        '  {code = "TPP", competences = ["transparency"]}', "successions[0].successors[2].code",
        Fault.DUPLICATE),
    "successor without the competence": Spoilt(
        AUTHORITIES, 'competences = ["competition", "market_concentration", "consumer_markets", '
        '"telecom_competition"]',
        'competences = ["competition", "market_concentration", "consumer_markets"]',
        '  {code = "CNA", competences = ["telecom_competition"]}',
        "successions[1].successors[1].competences[0]", Fault.UNKNOWN_REFERENCE),
    "competence that passes to two": Spoilt(
        AUTHORITIES, '{code = "TPP", competences = ["access_to_information", "transparency"]}',
        '{code = "TPP", competences = ["access_to_information", "transparency", '
        '"transparency"]}',
        '  {code = "TPP", competences = ["access', "successions[0].successors[1].competences[2]",
        Fault.DUPLICATE),
    "competence that passes to nobody": Spoilt(
        AUTHORITIES, '{code = "TPP", competences = ["access_to_information", "transparency"]}',
        '{code = "TPP", competences = ["access_to_information"]}',
        "successors = [\n  {code = \"SABG\"", "successions[0].successors", Fault.MISSING),
    "competence that ends and passes on": Spoilt(
        AUTHORITIES, 'key = "inai_2025"', 'key = "inai_2025"\nended = ["transparency"]',
        'ended = ["transparency"]', "successions[0].ended[0]", Fault.DUPLICATE),
    "competence that ends and was never there": Spoilt(
        AUTHORITIES, 'key = "inai_2025"', 'key = "inai_2025"\nended = ["competition"]',
        'ended = ["competition"]', "successions[0].ended[0]", Fault.UNKNOWN_REFERENCE),
    "window of an unknown authority": Spoilt(
        AUTHORITIES, 'key = "cna_beginning"\nauthority = "CNA"',
        'key = "cna_beginning"\nauthority = "CAN"', 'authority = "CAN"',
        "suspension_windows[2].authority", Fault.UNKNOWN_REFERENCE),
    "window twice": Spoilt(
        AUTHORITIES, 'key = "crt_agreement"', 'key = "crt_beginning"',
        'key = "crt_beginning"\nauthority = "CRT"\nfirst_day = 2025-11-07',
        "suspension_windows[1].key", Fault.DUPLICATE),
    "window without days": Spoilt(
        AUTHORITIES, "dates = [2025-10-17, 2025-10-20, 2025-10-21]\n", "",
        '[[suspension_windows]]\nkey = "cna', "suspension_windows[2]", Fault.INCONSISTENT),
    "window with days in two ways": Spoilt(
        AUTHORITIES, "last_day = 2025-11-14", "last_day = 2025-11-14\nbusiness_days = 5",
        '[[suspension_windows]]\nkey = "crt_agreement"', "suspension_windows[1]",
        Fault.INCONSISTENT),
    "window that ends before it begins": Spoilt(
        AUTHORITIES, "last_day = 2025-11-14", "last_day = 2025-11-06", "last_day",
        "suspension_windows[1].last_day", Fault.INCONSISTENT),
    "window of more than a year": Spoilt(
        AUTHORITIES, "last_day = 2025-11-14", "last_day = 2026-11-14", "last_day",
        "suspension_windows[1].last_day", Fault.TOO_LARGE),
    "day of a window twice": Spoilt(
        AUTHORITIES, "2025-10-20, 2025-10-21]", "2025-10-20, 2025-10-20]", "dates",
        "suspension_windows[2].dates[2]", Fault.DUPLICATE),
    "window before its authority": Spoilt(
        AUTHORITIES, "first_day = 2025-10-17", "first_day = 2025-10-16",
        'authority = "CRT"\nfirst_day', "suspension_windows[0].authority", Fault.INCONSISTENT),
    "call without places": Spoilt(
        AUTHORITIES, WINDOWS,
        CALL.format("spring", "first_day = 2026-03-01\nplaces = 0") + WINDOWS, "places = 0",
        "calls[0].places", Fault.NOT_ALLOWED),
    "call without a first day": Spoilt(
        AUTHORITIES, WINDOWS, CALL.format("spring", "places = 3") + WINDOWS, "[[calls]]",
        "calls[0].first_day", Fault.MISSING),
    "call that ends before it begins": Spoilt(
        AUTHORITIES, WINDOWS,
        CALL.format("spring", "first_day = 2026-03-01\nlast_day = 2026-02-28") + WINDOWS,
        "last_day = 2026-02-28", "calls[0].last_day", Fault.INCONSISTENT),
    "call twice": Spoilt(
        AUTHORITIES, WINDOWS, OF_2026 + CALL.format("spring", "first_day = 2026-06-01") + WINDOWS,
        CALL.format("spring", "first_day = 2026-06-01").removeprefix("[[calls]]\n"),
        "calls[1].key", Fault.DUPLICATE),
    "outside of calls that there are not": Spoilt(
        PACK, "conditions_are_public = true",
        "conditions_are_public = true\noutside_calls = true", "outside_calls",
        "outside_calls", Fault.INCONSISTENT),
    "disclosure presumed by half": Spoilt(
        PACK, "conditions_are_public = true",
        'conditions_are_public = true\ndisclosure_is_presumed = "half"', "disclosure_is_presumed",
        "disclosure_is_presumed", Fault.WRONG_TYPE),
    "outside of calls at times": Spoilt(
        PACK, "conditions_are_public = true",
        'conditions_are_public = true\noutside_calls = "sometimes"', "outside_calls",
        "outside_calls", Fault.WRONG_TYPE),
    "fast answer of no length": Spoilt(
        COORDINATION, "length = 30\nunit = \"calendar_days\"\nsilence = \"none\"\ntext",
        "length = 0\nunit = \"calendar_days\"\nsilence = \"none\"\ntext", "length = 0",
        "fast_answer.length", Fault.NOT_ALLOWED),
    "fast answer whose silence grants": Spoilt(
        COORDINATION, "silence = \"none\"\ntext", "silence = \"granted\"\ntext",
        "silence = \"granted\"\ntext", "fast_answer.silence", Fault.NOT_ALLOWED),
    "fast answer counted in nothing": Spoilt(
        COORDINATION, 'unit = "calendar_days"\nsilence = "none"\ntext', 'silence = "none"\ntext',
        "[fast_answer]", "fast_answer.unit", Fault.MISSING),
    "fast answer in one language": Spoilt(
        COORDINATION, 'text.en = "The term', '# text.en = "The term', 'text.es = "El plazo',
        "fast_answer.text", Fault.LANGUAGE),
    "applications numbered as enquiries": Spoilt(
        "programme.toml", 'reference_prefix = "SBX"', 'reference_prefix = "ENQ"',
        'reference_prefix = "ENQ"', "programme.reference_prefix", Fault.NOT_ALLOWED),
    "calls that overlap by a day": Spoilt(
        AUTHORITIES, WINDOWS, CALL.format("summer", "first_day = 2026-05-31") + OF_2026 + WINDOWS,
        "first_day = 2026-05-31", "calls[0].first_day", Fault.INCONSISTENT),
    "call after one without an end": Spoilt(
        AUTHORITIES, WINDOWS,
        CALL.format("always", "first_day = 2026-01-01") + OF_2026 + WINDOWS,
        "first_day = 2026-03-01", "calls[1].first_day", Fault.INCONSISTENT),
    "round table that gives people away": Spoilt(
        OUTCOMES, "least_persons = 6", "least_persons = 2", "least_persons",
        "round_tables.least_persons", Fault.NOT_ALLOWED),
    "more organisations than people": Spoilt(
        OUTCOMES, "least_organisations = 4", "least_organisations = 7", "least_organisations",
        "round_tables.least_organisations", Fault.INCONSISTENT),
    "openness of a table twice": Spoilt(
        OUTCOMES, 'regimes = ["public", ', 'regimes = ["public", "public", ', "regimes",
        "round_tables.regimes[1]", Fault.DUPLICATE),
    "openness of a table unknown": Spoilt(
        OUTCOMES, 'regimes = ["public", ', 'regimes = ["secret", ', "regimes",
        "round_tables.regimes[0]", Fault.NOT_ALLOWED),
    "post without a way to meet a company": Spoilt(
        OUTCOMES, ', "registered_interview"]', "]", "regimes",
        "round_tables.regimes", Fault.INCONSISTENT),
    "consultation of no day": Spoilt(
        OUTCOMES, "least_days = 20", "least_days = 0", "least_days",
        "consultations.least_days", Fault.NOT_ALLOWED),
    "consultation of which nothing would be shown": Spoilt(
        OUTCOMES, "smallest_count = 5", "smallest_count = 11", "smallest_count",
        "consultations.smallest_count", Fault.INCONSISTENT),
    "unknown country": Spoilt(
        AUTHORITIES, 'country = "MX"', 'country = "QQ"', "country",
        "calendar.country", Fault.UNKNOWN_REFERENCE),
    "unknown time zone": Spoilt(
        AUTHORITIES, "America/Mexico_City", "America/Tenochtitlan", "timezone",
        "calendar.timezone", Fault.UNKNOWN_REFERENCE),
    "week without work": Spoilt(
        AUTHORITIES, 'country = "MX"',
        'country = "MX"\nweekend = ["monday", "tuesday", "wednesday", "thursday", "friday"]',
        "weekend", "calendar.weekend", Fault.TOO_LARGE),
    "day of the weekend twice": Spoilt(
        AUTHORITIES, 'country = "MX"', 'country = "MX"\nweekend = ["sunday", "sunday"]', "weekend",
        "calendar.weekend[1]", Fault.DUPLICATE),
    "day of no week": Spoilt(
        AUTHORITIES, 'country = "MX"', 'country = "MX"\nweekend = ["domingo"]', "weekend",
        "calendar.weekend[0]", Fault.NOT_ALLOWED),
    "time zone of a machine": Spoilt(
        AUTHORITIES, "America/Mexico_City", "localtime", "timezone",
        "calendar.timezone", Fault.UNKNOWN_REFERENCE),
    "currency of nowhere": Spoilt(
        PACK, 'currency = "MXN"', 'currency = "ZZZ"', "currency", "currency",
        Fault.UNKNOWN_REFERENCE),
    "currency that is none": Spoilt(
        PACK, 'currency = "MXN"', 'currency = "XTS"', "currency", "currency",
        Fault.UNKNOWN_REFERENCE),
    "status twice": Spoilt(
        COORDINATION, 'stops_in = ["returned", "information_requested"]',
        'stops_in = ["returned", "information_requested", "returned"]', 'stops_in = ["returned"',
        "clocks[0].stops_in[2]", Fault.DUPLICATE),
    "matter of an answer twice": Spoilt(
        INNOVATION, 'competences = ["broadcasting"]',
        'competences = ["broadcasting", "broadcasting"]', '  {value = "broadcasting"',
        "sections[1].questions[9].options[3].competences[1]", Fault.DUPLICATE),
    "value twice in a comparison": Spoilt(
        INNOVATION, AREA_OTHER, 'ask_if = {question = "area", one_of = ["other", "other"]}',
        "ask_if", "sections[1].questions[3].ask_if.one_of[1]", Fault.DUPLICATE),
    "criterion twice": Spoilt(
        INNOVATION, 'criteria = ["innovation"]', 'criteria = ["innovation", "innovation"]',
        'criteria = ["innovation", "inn', "sections[1].questions[6].criteria[1]", Fault.DUPLICATE),
    "word of many words": Spoilt(
        "programme.toml", 'es = "Puerta", en', f'es = "{"a " * 12}b", en',
        "term = {es = \"a a", "glossary[4].term.es", Fault.TOO_LARGE),
    "word of many letters": Spoilt(
        "programme.toml", 'en = "Gate"', f'en = "{"a" * 121}"',
        "term = {es = \"Puerta\"", "glossary[4].term.en", Fault.TOO_LARGE),
    "clock missing": Spoilt(
        COORDINATION, 'key = "return_answer"', 'key = "return_reply"', "[[clocks]]",
        "clocks", Fault.MISSING),
    "clock that stops nowhere": Spoilt(
        COORDINATION, '["returned", "information_requested"]', '["returned", "asleep"]',
        "stops_in", "clocks[0].stops_in[1]", Fault.UNKNOWN_REFERENCE),
    "clock with a start of its own": Spoilt(
        COORDINATION, "length = 5\n", 'length = 5\nstarts = "complete"\n',
        'starts = "complete"', "clocks[1].starts", Fault.INCONSISTENT),
    "clock of another length": Spoilt(
        COORDINATION, "acceptance_days = 5", "acceptance_days = 6",
        'length = 5\nsilence = "granted"', "clocks[1].length", Fault.INCONSISTENT),
    "clock of another unit": Spoilt(
        COORDINATION, 'unit = "business_days"\nlength = 5', 'unit = "months"\nlength = 5',
        'unit = "months"', "clocks[1].unit", Fault.INCONSISTENT),
    "clock of another silence": Spoilt(
        COORDINATION, 'position_silence = "granted"', 'position_silence = "denied"',
        'silence = "granted"\n\n[[clocks]]\nkey = "return_answer"', "clocks[2].silence",
        Fault.INCONSISTENT),
    # --- questions
    "choice without options": Spoilt(
        TEST, 'kind = "date"', 'kind = "choice"', '[[sections.questions]]\nkey = "start_date"',
        "sections[8].questions[5].options", Fault.MISSING),
    "rows without columns": Spoilt(
        TEST, 'kind = "date"', 'kind = "rows"', '[[sections.questions]]\nkey = "start_date"',
        "sections[8].questions[5].columns", Fault.MISSING),
    "evidence for a criterion that is none": Spoilt(
        INNOVATION, 'criteria = ["innovation"]', 'criteria = ["novelty"]', 'criteria = ["novelty"]',
        "sections[1].questions[6].criteria[0]", Fault.UNKNOWN_REFERENCE),
    "date with options": Spoilt(
        INNOVATION, 'kind = "choice"\ncriteria = ["readiness"]', 'kind = "date"',
        'options = [\n  {value = "prototype"', "sections[1].questions[7].options",
        Fault.NOT_ALLOWED),
    "text with points": Spoilt(
        INNOVATION, "is_title = true", "is_title = true\npoints = 1", "points = 1",
        "sections[1].questions[0].points", Fault.NOT_ALLOWED),
    "organisation with bounds": Spoilt(
        INNOVATION, 'kind = "organisation"', 'kind = "organisation"\nminimum = 1', "minimum = 1",
        "sections[1].questions[13].minimum", Fault.NOT_ALLOWED),
    "organisation in a row": Spoilt(
        "form-4-data.toml", 'key = "personal"\nkind = "yes_no"',
        'key = "personal"\nkind = "organisation"', 'kind = "organisation"',
        "sections[4].questions[2].columns[2].kind", Fault.NOT_ALLOWED),
    "check that asks for a text": Spoilt(
        ELIGIBILITY, "[[eligibility.questions]]",
        '[[eligibility.questions]]\nkey = "whim"\nkind = "text"\n'
        'label = {es = "¿?", en = "?"}\n\n[[eligibility.questions]]',
        'kind = "text"', "eligibility.questions[0].kind", Fault.NOT_ALLOWED),
    "minimum above the maximum": Spoilt(
        TEST, "minimum = 1\nmaximum = 24", "minimum = 25\nmaximum = 24", "minimum = 25",
        "sections[8].questions[6].minimum", Fault.INCONSISTENT),
    "more answers than there are": Spoilt(
        "form-2b-sectors.toml", "minimum = 4", "minimum = 5", "minimum = 5",
        "sections[2].questions[24].minimum", Fault.NOT_ALLOWED),
    "no answer of many": Spoilt(
        "form-2b-sectors.toml", "minimum = 4", "maximum = 0", "maximum = 0",
        "sections[2].questions[24].maximum", Fault.NOT_ALLOWED),
    "fewer than no answer": Spoilt(
        "form-2b-sectors.toml", "minimum = 4", "minimum = -1", "minimum = -1",
        "sections[2].questions[24].minimum", Fault.NOT_ALLOWED),
    "no file": Spoilt(
        CLOSING, "maximum = 10", "maximum = 0", "maximum = 0",
        "sections[10].questions[0].maximum", Fault.NOT_ALLOWED),
    "more files than are taken": Spoilt(
        CLOSING, "maximum = 10", "maximum = 11", "maximum = 11",
        "sections[10].questions[0].maximum", Fault.NOT_ALLOWED),
    "more files asked for than are taken": Spoilt(
        CLOSING, "maximum = 10", "minimum = 11", "minimum = 11",
        "sections[10].questions[0].minimum", Fault.NOT_ALLOWED),
    "confidential column": Spoilt(
        RULES, 'key = "law"', 'may_be_confidential = true\nkey = "law"', "may_be_confidential",
        "sections[3].questions[1].columns[0].may_be_confidential", Fault.NOT_ALLOWED),
    "check that weighs": Spoilt(
        ELIGIBILITY, 'key = "in_mexico"', 'points = 2\nkey = "in_mexico"', "points",
        "eligibility.questions[1].points", Fault.NOT_ALLOWED),
    "check with an optional question": Spoilt(
        ELIGIBILITY, 'key = "in_mexico"', 'required = false\nkey = "in_mexico"', "required",
        "eligibility.questions[1].required", Fault.NOT_ALLOWED),
    "check that gives evidence": Spoilt(
        ELIGIBILITY, 'key = "in_mexico"', 'criteria = ["need"]\nkey = "in_mexico"', "criteria",
        "eligibility.questions[1].criteria", Fault.NOT_ALLOWED),
    "check that informs": Spoilt(
        ELIGIBILITY, 'key = "in_mexico"', 'information = true\nkey = "in_mexico"', "information",
        "eligibility.questions[1].information", Fault.NOT_ALLOWED),
    "check whose answer weighs": Spoilt(
        ELIGIBILITY, 'value = "idea"', 'points = 2, value = "idea"', '  {points = 2',
        "eligibility.questions[3].options[0].points", Fault.NOT_ALLOWED),
    "check whose answer touches a matter": Spoilt(
        ELIGIBILITY, 'value = "idea"', 'competences = ["personal_data"], value = "idea"',
        '  {competences = ', "eligibility.questions[3].options[0].competences",
        Fault.NOT_ALLOWED),
    "column with many answers": Spoilt(
        RULES, 'key = "law"\nkind = "choice"', 'key = "law"\nkind = "many"', 'kind = "many"',
        "sections[3].questions[1].columns[0].kind", Fault.NOT_ALLOWED),
    "column with points": Spoilt(
        RULES, 'competences = ["consumer_markets"]}',
        'competences = ["consumer_markets"], points = 2}', '  {value = "lfpc"',
        "sections[3].questions[1].columns[0].options[5].points", Fault.NOT_ALLOWED),
    "column that touches a matter by any answer": Spoilt(
        RULES, 'key = "why"\nkind = "long_text"',
        'key = "why"\ncompetences = ["competition"]\nkind = "long_text"',
        'competences = ["competition"]\nk',
        "sections[3].questions[1].columns[4].competences", Fault.NOT_ALLOWED),
    "matter of a row that asks for no relief": Spoilt(
        "form-4-data.toml", 'en = "Our own"}}', 'en = "Our own"}, competences = ["competition"]}',
        '  {value = "own"', "sections[4].questions[2].columns[1].options[0].competences",
        Fault.NOT_ALLOWED),
    "two titles": Spoilt(
        INNOVATION, "max_words = 120", "max_words = 120\nis_title = true",
        'is_title = true\n\n[[sections.questions]]\nkey = "area"',
        "sections[1].questions[1].is_title", Fault.DUPLICATE),
    "no title": Spoilt(
        INNOVATION, "is_title = true", "", "[[sections]]", "sections", Fault.MISSING,
        where=ORGANISATION),
    "title that may be left out": Spoilt(
        INNOVATION, "is_title = true", "is_title = true\nrequired = false", "required = false",
        "sections[1].questions[0].required", Fault.NOT_ALLOWED),
    "title of many words": Spoilt(
        INNOVATION, 'key = "innovation_name"\nkind = "text"',
        'key = "innovation_name"\nkind = "long_text"', 'kind = "long_text"',
        "sections[1].questions[0].kind", Fault.NOT_ALLOWED),
    "unknown public field": Spoilt(
        PACK, '"maturity",', '"maturty",', '"maturty"', "public_fields[6]",
        Fault.UNKNOWN_REFERENCE),
    "public field that may be confidential": Spoilt(
        PACK, '"hypothesis",', '"how_it_works",', '"how_it_works"', "public_fields[8]",
        Fault.INCONSISTENT),
    "priority that tells what may be confidential": Spoilt(
        COORDINATION, "[fast_answer]\n", f"{CLOSED_PRIORITY}[fast_answer]\n",
        'when = {question = "budget"', "priorities[0].when.question", Fault.INCONSISTENT),
    "public field twice": Spoilt(
        PACK, '"hypothesis",', '"area",', '"area",\n  "places"', "public_fields[8]",
        Fault.DUPLICATE),
    "one word for two senses": Spoilt(
        OUTCOMES, "[[report_sections]]",
        f"{BOX}{BOX.replace('espacio', 'Espacio').replace('box', 'place', 1)}[[report_sections]]",
        'term = {es = "Espacio"', "glossary[19].term", Fault.DUPLICATE),
    # --- conditions
    "condition on an unknown question": Spoilt(
        ORGANISATION, LEGAL_BASIS, LEGAL_BASIS.replace("organisation", "organization"),
        'ask_if = {question = "organization', "sections[0].questions[2].ask_if.question",
        Fault.UNKNOWN_REFERENCE),
    "condition on an unknown option": Spoilt(
        ORGANISATION, LEGAL_BASIS, LEGAL_BASIS.replace("public_body", "public"),
        'ask_if = {question = "organisation_kind", equals = "public"',
        "sections[0].questions[2].ask_if.equals", Fault.UNKNOWN_REFERENCE),
    "condition on a later question": Spoilt(
        ORGANISATION, LEGAL_BASIS, 'ask_if = {question = "area", equals = "energy"}',
        'ask_if = {question = "area"', "sections[0].questions[2].ask_if.question",
        Fault.UNKNOWN_REFERENCE),
    "comparison that does not suit the answer": Spoilt(
        ORGANISATION, LEGAL_BASIS, LEGAL_BASIS.replace("equals", "includes"),
        'ask_if = {question = "organisation_kind", includes',
        "sections[0].questions[2].ask_if.includes", Fault.NOT_ALLOWED),
    "number compared with a day": Spoilt(
        TEST, 'ask_if = {question = "has_insurance", equals = "no"}',
        'ask_if = {question = "participants", at_least = 2024-02-05}', "ask_if",
        "sections[8].questions[11].ask_if.at_least", Fault.WRONG_TYPE),
    "requirement on a later question": Spoilt(
        ORGANISATION, LEGAL_BASIS,
        'required_if = {question = "area", equals = "energy"}', "required_if",
        "sections[0].questions[2].required_if.question", Fault.UNKNOWN_REFERENCE),
    "requirement on an unknown option": Spoilt(
        RULES, '"exclusive_data", "large_share"]', '"exclusive_date", "large_share"]',
        "required_if", "sections[3].questions[5].required_if.includes", Fault.UNKNOWN_REFERENCE),
    "required always and under a condition": Spoilt(
        RULES, "required_if =", "required = true\nrequired_if =", "required_if",
        "sections[3].questions[5].required_if", Fault.INCONSISTENT),
    "title that is required now and then": Spoilt(
        INNOVATION, "is_title = true",
        'is_title = true\nrequired_if = {question = "organisation_kind", equals = "public_body"}',
        "required_if", "sections[1].questions[0].required_if", Fault.NOT_ALLOWED),
    "check that does without an answer": Spoilt(
        ELIGIBILITY, 'key = "in_mexico"',
        'key = "in_mexico"\nrequired_if = {question = "uses_ai", equals = "yes"}', "required_if",
        "eligibility.questions[1].required_if", Fault.NOT_ALLOWED),
    "prohibited use that nobody can choose": Spoilt(
        RISK, 'includes = "social_scoring"', 'includes = "social_scores"',
        'when = {question = "prohibited_practices", includes = "social_scores"',
        "prohibited_uses[0].when.includes", Fault.UNKNOWN_REFERENCE),
    "hard rule on an unknown question": Spoilt(
        RISK, '{question = "autonomy", equals = "recommends"}',
        '{question = "autonmy", equals = "recommends"}', '  {question = "autonmy"',
        "hard_rules[4].when.all[1].question", Fault.UNKNOWN_REFERENCE),
    "eligibility rule on a question of the form": Spoilt(
        ELIGIBILITY, 'when = {question = "in_mexico", equals = "no"}',
        'when = {question = "area", equals = "energy"}', 'when = {question = "area"',
        "eligibility.rules[1].when.question", Fault.UNKNOWN_REFERENCE),
    "verdict without a text": Spoilt(
        ELIGIBILITY,
        'guidance.es = "Probablemente le sirva más una orientación ordinaria"\n'
        'guidance.en = "Ordinary guidance would probably serve you better"\n',
        "", "[eligibility.verdicts]", "eligibility.verdicts", Fault.MISSING),
    # --- risk and tiers
    "hard rule to an unknown tier": Spoilt(
        RISK, 'at_least = "high"', 'at_least = "extreme"', 'at_least = "extreme"',
        "hard_rules[1].at_least", Fault.UNKNOWN_REFERENCE),
    "prohibited tier that nothing leads to": Spoilt(
        RISK, 'at_least = "prohibited"', 'at_least = "high"', "[[hard_rules]]",
        "hard_rules", Fault.MISSING),
    "gap between tiers": Spoilt(
        LIMITED, "min_points = 8", "min_points = 9", "min_points", "tiers[1].min_points",
        Fault.INCONSISTENT),
    "overlap of tiers": Spoilt(
        LIMITED, "min_points = 8", "min_points = 7", "min_points", "tiers[1].min_points",
        Fault.INCONSISTENT),
    "tier after one that takes all": Spoilt(
        LIMITED, "max_points = 17\n", "", "min_points = 18", "tiers[2].min_points",
        Fault.INCONSISTENT, where=HIGH),
    "points beyond the last tier": Spoilt(
        HIGH, "min_points = 18", "min_points = 18\nmax_points = 80", "max_points",
        "tiers[2].max_points", Fault.INCONSISTENT),
    "tier without points": Spoilt(
        HIGH, "min_points = 18", "", "[[tiers]]", "tiers[2].min_points", Fault.MISSING),
    "prohibited tier with points": Spoilt(
        PROHIBITED, "prohibited = true", "prohibited = true\nmin_points = 99", "min_points",
        "tiers[3].min_points", Fault.NOT_ALLOWED),
    "prohibited tier with a metric": Spoilt(
        PROHIBITED, "prohibited = true", 'prohibited = true\nmetrics = ["error_rate"]', "metrics",
        "tiers[3].metrics", Fault.NOT_ALLOWED),
    "metric of no list": Spoilt(
        MINIMAL, '"availability"]', '"availabilty"]', "metrics", "tiers[0].metrics[2]",
        Fault.UNKNOWN_REFERENCE),
    "warning beyond the target": Spoilt(
        MONITORING, "warning = 97.5", "warning = 99.5", "breach = 95", "metrics[2].breach",
        Fault.INCONSISTENT),
    "breach of no class": Spoilt(
        MONITORING, 'breach_class = "serious"', 'breach_class = "grave"', "breach_class",
        "metrics[0].breach_class", Fault.UNKNOWN_REFERENCE),
    "breach that stops without an incident": Spoilt(
        MONITORING, 'breach_class = "serious"', "breach_suspends = true", "breach_suspends",
        "metrics[0].breach_suspends", Fault.INCONSISTENT),
    "complete report before the first": Spoilt(
        MONITORING, "complete_report_days = 20", "complete_report_days = 2",
        "complete_report_days = 2", "incident_classes[1].complete_report_days",
        Fault.INCONSISTENT),
    # --- stages and gates
    "document of several": Spoilt(
        LIMITED, 'key = "laboratory_data", kind = "document", by = "company"',
        'key = "laboratory_data", kind = "document", by = "every_authority"',
        'key = "laboratory_data"',
        "tiers[1].stages[1].gate[1].by", Fault.NOT_ALLOWED),
    "term of a document": Spoilt(
        LIMITED, 'key = "laboratory_data", kind = "document",',
        'key = "laboratory_data", kind = "document", answer_days = 5,', 'answer_days = 5',
        "tiers[1].stages[1].gate[1].answer_days", Fault.NOT_ALLOWED),
    "silence without a term": Spoilt(
        LIMITED, "answer_days = 15, silence", "silence", 'silence = "granted"',
        "tiers[1].completion[4].silence", Fault.INCONSISTENT),
    "silence that is no word": Spoilt(
        LIMITED, 'silence = "granted"', 'silence = "yes"', 'silence = "yes"',
        "tiers[1].completion[4].silence", Fault.NOT_ALLOWED),
    "gate of the first stage": Spoilt(
        MINIMAL, "max_days = 60",
        'max_days = 60\ngate = [{key = "a", kind = "document", by = "company", '
        'label = {es = "a", en = "b"}}]',
        "gate", "tiers[0].stages[0].gate", Fault.NOT_ALLOWED),
    "reports less often than the stage lasts": Spoilt(
        MINIMAL, "report_every_days = 60", "report_every_days = 181", "report_every_days",
        "tiers[0].stages[1].report_every_days", Fault.INCONSISTENT),
    "plan agreed when it can no longer be written": Spoilt(
        MINIMAL, 'kind = "no_open_incident", by = "platform"', 'kind = "plan_agreed", by = "lead"',
        '  {key = "test_incidents"', "tiers[0].stages[2].gate[3].kind", Fault.INCONSISTENT),
    "requirement of the wrong party": Spoilt(
        MINIMAL, 'kind = "metrics_within", by = "platform"', 'kind = "metrics_within", by = "lead"',
        '  {key = "test_metrics"', "tiers[0].stages[2].gate[2].by", Fault.NOT_ALLOWED),
    "plan that the secretariat agrees to": Spoilt(
        LIMITED, 'kind = "plan_agreed", by = "every_authority"',
        'kind = "plan_agreed", by = "secretariat"', '  {key = "plan_agreed"',
        "tiers[1].stages[1].gate[0].by", Fault.NOT_ALLOWED),
    "report that the secretariat accepts": Spoilt(
        MINIMAL, 'kind = "report_accepted", by = "lead"',
        'kind = "report_accepted", by = "secretariat"', '  {key = "test_reports"',
        "tiers[0].stages[2].gate[1].by", Fault.NOT_ALLOWED),
    "report that nobody accepts": Spoilt(
        MINIMAL, 'kind = "report_accepted", by = "lead"',
        'kind = "report_accepted", by = "platform"', '  {key = "test_reports"',
        "tiers[0].stages[2].gate[1].by", Fault.NOT_ALLOWED),
    "persons of a document": Spoilt(
        MINIMAL, 'kind = "document", by = "company"',
        'kind = "document", by = "company", persons = 2',
        '  {key = "final_report"', "tiers[0].completion[0].persons", Fault.NOT_ALLOWED),
    "days of an approval": Spoilt(
        MINIMAL, 'kind = "approval", by = "lead"', 'kind = "approval", by = "lead", days = 3',
        '  {key = "completion_lead"', "tiers[0].completion[2].days", Fault.NOT_ALLOWED),
    "more days than the stage has": Spoilt(
        MINIMAL, "days = 30, may", "days = 181, may", '  {key = "test_days"',
        "tiers[0].stages[2].gate[0].days", Fault.INCONSISTENT),
    "requirement twice in a tier": Spoilt(
        MINIMAL, 'key = "test_metrics"', 'key = "test_lead"',
        '  {key = "test_lead", kind = "metrics_within"', "tiers[0].stages[2].gate[2].key",
        Fault.DUPLICATE),
    "report of a stage without reports": Spoilt(
        LIMITED, 'key = "laboratory_report", kind = "document", by = "company"',
        'key = "laboratory_report", kind = "report_accepted", by = "lead"',
        '  {key = "laboratory_report"', "tiers[1].stages[2].gate[1].kind", Fault.INCONSISTENT),
    "metrics of a tier without metrics": Spoilt(
        MINIMAL, 'metrics = ["complaint_rate", "error_rate", "availability"]', "",
        '  {key = "test_metrics"', "tiers[0].stages[2].gate[2].kind", Fault.INCONSISTENT),
    "quorum of nobody": Spoilt(
        COORDINATION, "returns_allowed = 1", "returns_allowed = 1\nquorum = 0", "quorum",
        "coordination.quorum", Fault.NOT_ALLOWED),
    "quorum that no case can meet": Spoilt(
        COORDINATION, "returns_allowed = 1", "returns_allowed = 1\nquorum = 99", "quorum",
        "coordination.quorum", Fault.INCONSISTENT),
    # --- reliefs
    "reliefs of no question": Spoilt(
        COORDINATION, 'reliefs_question = "reliefs"', 'reliefs_question = "relief"',
        "reliefs_question", "coordination.reliefs_question", Fault.UNKNOWN_REFERENCE),
    "reliefs of a question without rows": Spoilt(
        COORDINATION, 'reliefs_question = "reliefs"', 'reliefs_question = "area"',
        "reliefs_question", "coordination.reliefs_question", Fault.NOT_ALLOWED),
    "reliefs without a provision": Spoilt(
        RULES, 'key = "provision"', 'key = "article"', "[[sections.questions.columns]]",
        "sections[3].questions[1].columns", Fault.MISSING),
    "relief of an unknown kind": Spoilt(
        RULES, 'value = "waiver"', 'value = "weiver"', '  {value = "weiver"',
        "sections[3].questions[1].columns[2].options[1].value", Fault.UNKNOWN_REFERENCE),
    "relief asked for in money": Spoilt(
        RULES, ASKED, ASKED.replace("long_text", "money").replace("max_words = 100\n", ""),
        'kind = "money"', "sections[3].questions[1].columns[3].kind", Fault.NOT_ALLOWED),
    "relief of any kind": Spoilt(
        RULES, 'key = "kind"', 'required = false\nkey = "kind"', "required = false",
        "sections[3].questions[1].columns[2].required", Fault.INCONSISTENT),
    "relief of a kind that is asked now and then": Spoilt(
        RULES, 'key = "kind"', 'ask_if = {question = "law", equals = "other"}\nkey = "kind"',
        'ask_if = {question = "law"', "sections[3].questions[1].columns[2].ask_if",
        Fault.INCONSISTENT),
    "more for one than for all": Spoilt(
        MINIMAL, "places_cap = 3", "amount_per_person_cap = 200\namount_total_cap = 199",
        "amount_per_person_cap", "tiers[0].stages[1].amount_per_person_cap", Fault.INCONSISTENT),
    "cap of nothing": Spoilt(
        MINIMAL, "places_cap = 3", "amount_total_cap = 0", "amount_total_cap",
        "tiers[0].stages[1].amount_total_cap", Fault.NOT_ALLOWED),
    "later, and not public at all": Spoilt(
        PACK, "conditions_are_public = true",
        'conditions_are_public = true\npublic_later = [{key = "tax_id", since = "ended"}]',
        "public_later", "public_later[0].key", Fault.UNKNOWN_REFERENCE),
    "name of the case that is published later": Spoilt(
        PACK, "conditions_are_public = true",
        'conditions_are_public = true\npublic_later = [{key = "innovation_name", since = "ended"}]',
        "public_later", "public_later[0].key", Fault.INCONSISTENT),
    "published at no moment": Spoilt(
        PACK, "conditions_are_public = true",
        'conditions_are_public = true\npublic_later = [{key = "hypothesis", since = "never"}]',
        "public_later", "public_later[0].since", Fault.NOT_ALLOWED),
    "records kept for two times": Spoilt(
        OUTCOMES, 'key = "accounts"', 'key = "drafts" #', 'key = "drafts" #', "retention[3].key",
        Fault.DUPLICATE),
    "records kept for no time": Spoilt(
        OUTCOMES, "months = 12", "months = 0", "months = 0", "retention[0].months",
        Fault.NOT_ALLOWED),
    "records of no kind": Spoilt(
        OUTCOMES, 'key = "accounts"', 'key = "secrets"', 'key = "secrets"', "retention[3].key",
        Fault.NOT_ALLOWED),
    # --- endings
    "extension asked for before the test begins": Spoilt(
        MONITORING, "ask_days_before = 30", "ask_days_before = 210", "ask_days_before",
        "extension.ask_days_before", Fault.INCONSISTENT),
    "extension that nobody approves": Spoilt(
        MONITORING, 'approved_by = ["every_authority"]', 'approved_by = ["platform"]',
        "approved_by", "extension.approved_by[0]", Fault.NOT_ALLOWED),
    "extension without a day to ask": Spoilt(
        MONITORING, "ask_days_before = 30\n", "", "[extension]", "extension.ask_days_before",
        Fault.MISSING),
    "amendment agreed twice by one": Spoilt(
        MONITORING, 'agreed_by = ["company", "every_authority"]',
        'agreed_by = ["company", "company"]', "agreed_by", "amendment.agreed_by[1]",
        Fault.DUPLICATE),
    "final report within no day": Spoilt(
        PACK, "final_report_days = 30", "final_report_days = 0", "final_report_days",
        "final_report_days", Fault.NOT_ALLOWED),
    "consent in words": Spoilt(
        PACK, "final_report_days = 30", 'report_needs_consent = "always"', "report_needs_consent",
        "report_needs_consent", Fault.WRONG_TYPE),
    "ground of nobody": Spoilt(
        OUTCOMES, BOTH, "by = []", "by = []", "suspension_grounds[0].by", Fault.NOT_ALLOWED),
    "ground of an unknown party": Spoilt(
        OUTCOMES, BOTH, 'by = ["public"]', 'by = ["public"]', "suspension_grounds[0].by[0]",
        Fault.NOT_ALLOWED),
    "ground twice of one party": Spoilt(
        OUTCOMES, BOTH, 'by = ["company", "authorities", "company"]', 'by = ["company"',
        "suspension_grounds[0].by[2]", Fault.DUPLICATE),
    "two grounds of one name": Spoilt(
        OUTCOMES, 'key = "own_decision"', 'key = "conditions_broken" # x',
        'key = "conditions_broken" #', "suspension_grounds[3].key", Fault.DUPLICATE),
    # --- standard conditions
    "two standard conditions of one code": Spoilt(
        CONDITIONS, 'code = "start_small"', 'code = "data_stay" # x', 'code = "data_stay" #',
        "standard_conditions[3].code", Fault.DUPLICATE),
    "standard condition of an unknown criterion": Spoilt(
        CONDITIONS, 'criterion = "learning"', 'criterion = "teaching"', 'criterion = "teaching"',
        "standard_conditions[6].criterion", Fault.UNKNOWN_REFERENCE),
    "two standard conditions in the same words": Spoilt(
        CONDITIONS, TAUGHT, f'text.en = "{PUBLICITY}"', "Los datos agregados y los errores",
        "standard_conditions[6].text", Fault.DUPLICATE),
    "standard condition without a purpose": Spoilt(
        CONDITIONS, 'purpose.en = "Others learn from the test, too."', "", "Otros también aprenden",
        "standard_conditions[6].purpose", Fault.LANGUAGE),
    "question on proportionality asked twice": Spoilt(
        CONDITIONS, 'key = "cost"', 'key = "risk" # x', 'key = "risk" #',
        "proportionality[2].key", Fault.DUPLICATE),
    # --- reasons for refusal
    "two reasons for refusal of one code": Spoilt(
        CRITERIA, 'code = "no_power"', 'code = "no_need" # x', 'code = "no_need" #',
        "refusal_reasons[6].code", Fault.DUPLICATE),
    "reason for refusal of an unknown criterion": Spoilt(
        CRITERIA, 'criterion = "limited_test"', 'criterion = "unlimited_test"',
        'criterion = "unlimited_test"', "refusal_reasons[4].criterion", Fault.UNKNOWN_REFERENCE),
    "reason for refusal in one language": Spoilt(
        CRITERIA, UNPROTECTED, "", 'text.es = "Queda un riesgo importante sin una medida',
        "refusal_reasons[2].text", Fault.LANGUAGE),
    "ground of rules that stop nothing": Spoilt(
        OUTCOMES, BOTH, 'by = ["company", "authorities", "rules"]', 'by = ["company", "auth',
        "suspension_grounds[0].by", Fault.INCONSISTENT),
}
# fmt: on


@pytest.mark.parametrize("spoilt", FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_named_with_file_line_and_key(tmp_path, spoilt):
    pack = copy_of_mx(tmp_path)
    replace(pack / spoilt.file, spoilt.old, spoilt.new)
    where = spoilt.where or spoilt.file
    line = line_of(pack / where, spoilt.at)
    found = problems_of(pack)
    assert [(problem.file, problem.line, problem.key, problem.fault) for problem in found] == [
        (f"mx/1.0.0/{where}", line, spoilt.key, spoilt.fault)
    ], "\n".join(map(str, found))
    assert_said_in_spanish(*found)
    assert_printed(pack, found)


def assert_printed(pack: Path, found: Sequence[PackProblem]) -> None:
    """Make sure that officers and machines are told all that is known of each fault."""
    lines = run("validate", pack).output.splitlines()
    told = json.loads(run("validate", pack, "--json").output)["problems"]
    for each, line, values in zip(found, lines[:-1], told, strict=True):
        assert line == f"{each} [found {each.found}; allowed: {each.allowed}]"
        assert values == asdict(each)


def test_fault_stands_in_one_line_whatever_it_speaks_of(tmp_path):
    pack = copy_of_mx(tmp_path)
    pack = pack.rename(pack.parent / "b\nc")
    stray = pack / "a\nmx:1: forged\u202e.toml"
    stray.write_text("", encoding="utf-8")
    problems = [*problems_of(pack)]
    stray.unlink()
    replace(pack / RISK, 'equals = "yes"', r'equals = "y\nes"')
    problems += problems_of(pack)
    replace(pack / COORDINATION, "answer_weight = 1", r'"answer\nweight\u200b" = 1')
    problems += problems_of(pack)
    assert len(problems) >= 4
    for problem in problems:
        assert f"{problem} {problem.found} {problem.allowed}".isprintable()


def test_grounds_that_keep_somebody_from_the_emergency_stop_are_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    file = pack / OUTCOMES
    for _ in range(2):
        replace(file, BOTH, 'by = ["authorities"]')
    replace(file, 'by = ["company"]', 'by = ["authorities", "rules"]')
    replace(file, 'by = ["authorities"]', 'by = ["rules"]')
    replace(
        pack / MONITORING,
        'breach_class = "serious"',
        'breach_class = "serious"\nbreach_suspends = true',
    )
    assert [(problem.key, problem.fault) for problem in problems_of(pack)] == [
        ("suspension_grounds", Fault.MISSING),
        ("suspension_grounds[3].by", Fault.DUPLICATE),
    ]


def test_authorities_that_follow_one_another_in_a_circle_are_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(
        pack / AUTHORITIES,
        '[[successions]]\nkey = "cofece_2025"',
        '[[successions]]\nkey = "back"\nauthority = "SABG"\non = 2026-01-01\n'
        'successors = [{code = "INAI", competences = ["personal_data"]}]\n'
        'open_cases = {es = "Continúan.", en = "They continue."}\n'
        'provision = {es = "Ley", en = "Law"}\n\n[[successions]]\nkey = "cofece_2025"',
    )
    found = {problem.key for problem in problems_of(pack)}
    assert {"successions[0].successors", "successions[2].successors"} <= found


def test_competence_that_a_succession_ends_needs_no_authority_from_then_on(tmp_path):
    pack = copy_of_mx(tmp_path)
    file = pack / AUTHORITIES
    replace(
        file, '"access_to_information", "transparency"]\nvalid_from', '"transparency"]\nvalid_from'
    )
    replace(file, '["access_to_information", "transparency"]},', '["transparency"]},')
    replace(file, 'key = "inai_2025"', 'key = "inai_2025"\nended = ["access_to_information"]')
    assert problems_of(pack) == ()
    replace(file, "on = 2025-10-17", "ended = []\non = 2025-10-17")
    replace(file, 'ended = ["access_to_information"]', "ended = []")
    assert {problem.key for problem in problems_of(pack)} == {"successions[0].successors"}


def test_faults_of_different_parts_are_told_together(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / MINIMAL, 'by = "lead"', 'by = "the_lead"')
    replace(pack / MONITORING, "breach = 20", "breach = false")
    replace(pack / INNOVATION, 'kind = "text"', 'kind = "txt"')
    assert [problem.key for problem in problems_of(pack)] == [
        "sections[1].questions[0].kind",
        "metrics[0].breach",
        "tiers[0].completion[2].by",
    ]


def test_live_stage_without_reports_is_told_with_what_follows_from_it(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / MINIMAL, "report_every_days = 60\n", "")
    assert [(problem.key, problem.fault) for problem in problems_of(pack)] == [
        ("tiers[0].stages[1].report_every_days", Fault.MISSING),
        ("tiers[0].stages[2].gate[1].kind", Fault.INCONSISTENT),
    ]


@pytest.mark.parametrize(
    ("kind", "by"), [("report_accepted", "lead"), ("metrics_within", "platform")]
)
def test_nothing_is_reported_before_the_second_stage(tmp_path, kind, by):
    pack = copy_of_mx(tmp_path)
    early = f'{{key = "early", kind = "{kind}", by = "{by}", label = {{es = "a", en = "b"}}}},'
    replace(pack / LIMITED, "gate = [", f"gate = [\n  {early}")
    [problem] = problems_of(pack)
    assert (problem.key, problem.fault) == ("tiers[1].stages[1].gate[0].kind", Fault.INCONSISTENT)


def test_tier_of_one_stage_is_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    only = (
        '[[tiers]]\nkey = "only"\nname = {es = "a", en = "b"}\nsummary = {es = "a", en = "b"}\n'
        "min_points = 18\nmax_points = 18\n"
        '[[tiers.stages]]\nkey = "plan"\nname = {es = "a", en = "b"}\n'
        'purpose = {es = "a", en = "b"}\nmax_days = 9\n\n'
    )
    replace(pack / HIGH, "[[tiers]]", f"{only}[[tiers]]")
    replace(pack / HIGH, "min_points = 18\nmetrics", "min_points = 19\nmetrics")
    [problem] = problems_of(pack)
    assert (problem.key, problem.fault) == ("tiers[2].stages", Fault.MISSING)


def test_tier_that_ends_before_it_begins_is_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / HIGH, "min_points = 18", "min_points = 18\nmax_points = 3")
    below, gap = problems_of(pack)
    assert (below.key, below.fault) == (gap.key, gap.fault)
    assert (gap.key, gap.fault) == ("tiers[2].max_points", Fault.INCONSISTENT)
    assert {below.allowed, gap.allowed} == {
        "at least 18, or no max_points",
        "at least 133, or no max_points",
    }


def test_prohibited_uses_need_a_prohibited_tier(tmp_path):
    pack = copy_of_mx(tmp_path)
    (pack / PROHIBITED).write_text("", encoding="utf-8")
    assert {
        ("tiers", Fault.MISSING),
        ("hard_rules", Fault.MISSING),
        ("hard_rules[0].at_least", Fault.UNKNOWN_REFERENCE),
    } <= {(problem.key, problem.fault) for problem in problems_of(pack)}


def test_prohibited_tier_stands_alone_and_last(tmp_path):
    pack = copy_of_mx(tmp_path)
    for file in (MINIMAL, LIMITED, HIGH):
        replace(pack / file, "min_points", "prohibited = true\nmin_points")
    found = {(problem.key, problem.fault) for problem in problems_of(pack)}
    assert ("tiers", Fault.MISSING) in found
    assert ("tiers[0].prohibited", Fault.INCONSISTENT) in found
    assert ("tiers[3].prohibited", Fault.INCONSISTENT) not in found


def test_start_conditions_are_asked_for_only_of_a_tier_that_has_some(tmp_path):
    pack = copy_of_mx(tmp_path)
    text = (pack / MINIMAL).read_text(encoding="utf-8")
    before, block, after = text.partition("start_conditions = [")
    text = before + after.partition("]\n\n")[2]
    assert block not in text
    (pack / MINIMAL).write_text(text, encoding="utf-8")
    [problem] = problems_of(pack)
    assert (problem.key, problem.fault) == ("tiers[0].stages[1].gate[1].kind", Fault.INCONSISTENT)


def test_texts_of_a_table_are_asked_for_by_its_keys(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / ELIGIBILITY, "[eligibility.verdicts]", "[verdicts]")
    told = {problem.key: problem.allowed for problem in problems_of(pack)}
    assert told["eligibility.verdicts"] == (
        "a table of texts, each under likely, guidance, not_yet, not_possible"
    )
    assert told.keys() == {"eligibility.verdicts", "verdicts"}


def test_file_is_no_public_field(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / PACK, '"hypothesis",', '"hypothesis",\n  "ethics_opinion",')
    replace(pack / "form-9-closing.toml", "maximum = 3\nmay_be_confidential = true", "maximum = 3")
    [problem] = problems_of(pack)
    assert (problem.key, problem.fault) == ("public_fields[9]", Fault.INCONSISTENT)


def test_tier_without_stages_is_named(tmp_path):
    pack = copy_of_mx(tmp_path)
    empty = (
        '[[tiers]]\nkey = "empty"\nname = {es = "a", en = "b"}\nsummary = {es = "a", en = "b"}\n'
        "min_points = 18\nmax_points = 18\n\n"
    )
    replace(pack / HIGH, "[[tiers]]", f"{empty}[[tiers]]")
    replace(pack / HIGH, "min_points = 18\nmetrics", "min_points = 19\nmetrics")
    [problem] = problems_of(pack)
    assert (problem.key, problem.line) == ("tiers[2].stages", line_of(pack / HIGH, "[[tiers]]"))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [('version = "1.0.0"', 'version = "1.0.1"', "version"), ('code = "mx"', 'code = "my"', "code")],
)
def test_pack_in_the_place_of_another_is_told_before_a_server_is_started(tmp_path, old, new, key):
    pack = copy_of_mx(tmp_path)
    replace(pack / PACK, old, new)
    [problem] = problems_of(pack)
    assert (problem.file, problem.key) == ("mx/1.0.0/pack.toml", key)
    result = run("validate", pack)
    assert result.exit_code == 1
    assert str(problem) in result.output
    assert problems_of(pack.rename(pack.parent / "draft")) == ()


def test_mark_with_which_some_editors_begin_a_file_is_no_fault(tmp_path):
    pack = copy_of_mx(tmp_path)
    file = pack / RISK
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert problems_of(pack) == ()
    file.write_bytes(b"\xef\xbb\xbf# \xff" + file.read_bytes())
    [problem] = problems_of(pack)
    assert (problem.line, problem.found) == (1, "the byte 0xff")


def test_problem_says_what_was_found_and_what_is_allowed(tmp_path):
    pack = copy_of_mx(tmp_path)
    replace(pack / COORDINATION, 'acceptance_silence = "granted"', 'acceptance_silence = "maybe"')
    [problem] = problems_of(pack)
    assert (problem.found, problem.allowed) == ('"maybe"', "granted, denied, none")
    assert problem.message == "must be one of: granted, denied, none"


def test_column_may_depend_on_the_columns_before_it(tmp_path):
    pack = copy_of_mx(tmp_path)
    condition = 'ask_if = {question = "law", equals = "other"}'
    replace(pack / RULES, 'key = "asked"', f'key = "asked"\n{condition}')
    assert problems_of(pack) == ()
    replace(pack / RULES, condition, 'ask_if = {question = "why", answered = true}')
    assert [problem.key for problem in problems_of(pack)] == [
        "sections[3].questions[1].columns[3].ask_if.question"
    ]
