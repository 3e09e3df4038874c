"""A new pack is tried on every case of the platform; nothing is changed by trying."""

import gc
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from sandbox.domain.calendar import Stop
from sandbox.domain.packs import (
    AllOf,
    AnswerValue,
    ClockUnit,
    DecisionRule,
    PolicyPack,
    PrioritySpec,
    QuestionSpec,
    RequirementKind,
    RequirementSpec,
    Silence,
    StageSpec,
    Text,
    Who,
)
from sandbox.domain.risk import tiering
from sandbox.domain.simulation import Aspect, Cause, Effect, Why
from sandbox.kernel.audit import AuditEntry
from sandbox.kernel.clock import local_day
from sandbox.models import Application, Submission
from sandbox.programme.queries import each_simulated, simulating
from sandbox.programme.simulation import (
    MOST_CHANGES,
    effect_sentence,
    simulated_sentences,
)
from tests.factories import (
    NOW,
    actor_for,
    make_admitted,
    make_assigned,
    make_company,
    make_draft,
    make_organisation,
    make_person,
    make_staff,
    make_submitted,
    make_team,
    mark_criteria,
    pack,
    start_review,
    take_position,
)
from tests.packs.copies import copy_of_mx
from tests.packs.copies import replace as rewrite
from tests.trial_factories import make_trial

TODAY = date(2026, 5, 4)


@pytest.fixture
def cases(app: Flask, session: Session) -> list[Application]:
    """Three cases: a draft, one that waits, one that was admitted."""
    owner = make_person(session)
    organisation = make_organisation(session, owner)
    company, caseworker = actor_for(session, owner), actor_for(session, make_staff(session))
    return [
        make_draft(session, organisation, company),
        make_submitted(session, organisation, company),
        make_admitted(
            session,
            organisation,
            company,
            caseworker,
            lead=make_team(session, pack().authorities[0].code),
        ),
    ]


def shorter() -> PolicyPack:
    clocks = [replace(c, length=9) if c.key == "decision" else c for c in pack().clocks]
    return replace(pack(), version="1.0.1", clocks=tuple(clocks))


def longer_stages() -> PolicyPack:
    tiers = [
        replace(tier, stages=tuple(replace(s, max_days=s.max_days + 1) for s in tier.stages))
        for tier in pack().tiers
    ]
    return replace(pack(), version="1.0.1", tiers=tuple(tiers))


def test_same_rules_change_no_case(session: Session, cases: list[Application]) -> None:
    same = replace(pack(), version="1.0.1")
    assert list(each_simulated(session, same, TODAY)) == [None, None]


def test_deadline_changes_only_where_the_decision_is_open(
    session: Session, cases: list[Application]
) -> None:
    waiting = cases[1].id
    [found] = [each for each in each_simulated(session, shorter(), TODAY) if each is not None]

    assert found.application_id == waiting
    [effect] = found.effects
    assert effect.aspect is Aspect.DEADLINE
    unit = ClockUnit.BUSINESS_DAYS
    assert effect.why == (Why(Cause.LENGTH, (unit, 60), (unit, 9)),)


def with_clock(key: str, **changes: Any) -> PolicyPack:
    clocks = [replace(each, **changes) if each.key == key else each for each in pack().clocks]
    return replace(pack(), version="1.0.1", clocks=tuple(clocks))


def with_positions_within(days: int) -> PolicyPack:
    new = with_clock("position", length=days)
    return replace(new, coordination=replace(new.coordination, position_days=days))


def with_tiers(**changes: Any) -> PolicyPack:
    tiers = tuple(replace(each, **changes) for each in pack().tiers)
    return replace(pack(), version="1.0.1", tiers=tiers)


def with_incidents() -> PolicyPack:
    classes = [replace(each, report_hours=1) for each in pack().incident_classes]
    return replace(pack(), version="1.0.1", incident_classes=tuple(classes))


def with_rule(rule: DecisionRule) -> PolicyPack:
    rules = replace(pack().coordination, decision_rule=rule)
    return replace(pack(), version="1.0.1", coordination=rules)


FINAL = replace(pack(), version="1.0.1", final_report_days=2)
GRANTED = {"silence": Silence.GRANTED}


@pytest.mark.parametrize(
    ("new", "is_waiting", "told"),
    [
        (with_clock("return_answer", length=3), True, "clocks.return_answer.length"),
        (with_clock("position", length=5), True, "clocks.position.length"),
        (with_positions_within(5), True, "clocks.position.length"),
        (with_clock("decision", **GRANTED), True, "clocks.decision.silence"),
        (with_rule(DecisionRule.LEAD_DECIDES), True, "coordination.decision_rule"),
        (with_incidents(), False, "incident_classes."),
        (with_clock("exit_report", length=5), False, "clocks.exit_report.length"),
        (FINAL, False, "final_report_days"),
    ],
)
def test_rules_by_which_a_case_is_worked_next_are_told(
    app: Flask, session: Session, new: PolicyPack, told: str, *, is_waiting: bool
) -> None:
    trial = make_trial(session, app.extensions["file_store"]).trial
    waiting = make_submitted(session, *make_company(session, "Otra"))
    [found] = [each for each in each_simulated(session, new, TODAY) if each]
    assert found.application_id == (waiting.id if is_waiting else trial.application_id)
    assert found.effects == ()
    assert found.changes
    assert {change.path.startswith(told) for change in found.changes} == {True}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"metrics": ()}, Cause.METRIC),
        ({"start_conditions": ()}, Cause.START_CONDITION),
    ],
)
def test_what_a_test_measures_and_begins_with_is_told_of_every_case(
    session: Session, cases: list[Application], changes: dict[str, Any], cause: Cause
) -> None:
    found = [each for each in each_simulated(session, with_tiers(**changes), TODAY) if each]
    assert {each.application_id for each in found} == {cases[1].id, cases[2].id}
    for case in found:
        [effect] = case.effects
        assert effect.aspect is Aspect.GATES
        assert {why.cause for why in effect.why} == {cause}


def test_last_days_for_positions_are_told_and_those_taken_are_not(
    app: Flask, session: Session
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    lead, other = make_team(session, "INAI"), make_team(session, "IFT")
    case = make_assigned(session, organisation, company, caseworker, lead=lead, associates=(other,))
    start_review(session, case, lead, other)
    mark_criteria(session, case, other)
    take_position(session, case, other)
    today = local_day(NOW, pack().calendar.timezone)
    [found] = list(each_simulated(session, with_clock("position", length=5), today))
    assert found is not None
    [effect] = found.effects
    assert effect.aspect is Aspect.POSITIONS
    [(before, until), (after, sooner)] = [*effect.before, *effect.after]
    assert (before, after) == ("INAI", "INAI")
    assert sooner < until
    with app.app_context(), force_locale("en"):
        words = list(simulated_sentences(with_clock("position", length=5), found))
    assert words[0].startswith("Last day for positions: INAI ")
    assert len(words) == 2


def test_of_many_other_rules_some_are_told_and_the_others_counted(
    app: Flask, session: Session, cases: list[Application]
) -> None:
    reasons = tuple(replace(each, code=f"{each.code}_x") for each in pack().refusal_reasons)
    new = replace(pack(), version="1.0.1", refusal_reasons=reasons)
    [found] = [each for each in each_simulated(session, new, TODAY) if each]
    with app.app_context(), force_locale("en"):
        words = list(simulated_sentences(new, found))
    assert len(found.changes) == 2 * len(reasons)
    assert len(words) == MOST_CHANGES + 1
    left = len(found.changes) - MOST_CHANGES
    assert words[-1] == f"{left} more differences between the versions bear on it."


def test_priority_that_is_gained_is_told(
    app: Flask, session: Session, cases: list[Application]
) -> None:
    always = PrioritySpec("first", Text({"es": "Antes"}), Text({"es": "Porque sí."}), AllOf(()))
    new = replace(pack(), version="1.0.1", priorities=(always,))
    found = [each for each in each_simulated(session, new, TODAY) if each]
    assert [each.effects for each in found] == [
        (Effect(Aspect.PRIORITY, (), (always,), (), ()),)
    ] * 2
    assert [each.changes for each in found] == [(), ()]
    # Whoever reads no answers learns nothing that only answers say.
    with app.app_context(), force_locale("es"):
        told = list(simulated_sentences(new, found[0]))
        assert told == ["Prioridad: ninguna según sus reglas, «Antes» según las nuevas."]
        assert list(simulated_sentences(new, found[0], reasons=False)) == []


def test_other_words_for_the_same_rules_change_no_case(
    session: Session, cases: list[Application]
) -> None:
    told = with_clock("position", name=Text({"es": "Otra cosa", "en": "Something else"}))
    assert list(each_simulated(session, told, TODAY)) == [None, None]


def test_every_submitted_case_is_tried_in_whatever_pieces(
    session: Session, cases: list[Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = {cases[1].id, cases[2].id}
    monkeypatch.setattr(simulating, "CHUNK", 1)
    found = [each for each in each_simulated(session, longer_stages(), TODAY) if each]

    assert {each.application_id for each in found} == submitted
    assert all(effect.aspect is Aspect.STAGES for each in found for effect in each.effects)


def test_cases_of_another_programme_are_left_out(
    session: Session, cases: list[Application]
) -> None:
    assert list(each_simulated(session, replace(pack(), code="other"), TODAY)) == []


def test_trying_changes_nothing(session: Session, cases: list[Application]) -> None:
    def state() -> list[object]:
        session.rollback()
        rows = session.execute(
            select(Application.tier, Application.version).order_by(Application.id)
        )
        return [*rows, session.scalar(select(func.count(AuditEntry.id)))]

    before, flushed = state(), []
    event.listen(session, "before_flush", lambda *_: flushed.append(True))
    found = [each for each in each_simulated(session, longer_stages(), TODAY) if each]
    assert len(found) == 2
    assert (list(session.new), list(session.dirty), list(session.deleted)) == ([], [], [])
    assert flushed == []
    assert state() == before


def test_trying_leaves_the_objects_of_the_caller_and_keeps_none_of_its_own(
    session: Session, cases: list[Application]
) -> None:
    session.expunge_all()
    session.add_all(cases)
    gc.collect()
    held = set(session.identity_map.keys())
    list(each_simulated(session, longer_stages(), TODAY))
    gc.collect()

    assert all(case in session for case in cases)
    assert set(session.identity_map.keys()) <= held


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Lead: INAI under its rules, IFT under the new ones.",
        ),
        ("es", "Coordinadora: INAI según sus reglas, IFT según las nuevas."),
    ],
)
def test_both_sides_are_what_rules_propose(app: Flask, language: str, words: str) -> None:
    with app.app_context(), force_locale(language):
        assert effect_sentence(pack(), pack(), Effect(Aspect.LEAD, "INAI", "IFT", (), ())) == words


def test_tier_that_the_new_rules_call_otherwise_is_named_in_the_words_of_the_old(
    session: Session, app: Flask, cases: list[Application]
) -> None:
    renamed = [
        replace(tier, key=f"other_{place}", name=Text({"es": "Otro", "en": "Other"}))
        for place, tier in enumerate(pack().tiers)
    ]
    rules = [
        replace(rule, at_least=renamed[[t.key for t in pack().tiers].index(rule.at_least)].key)
        for rule in pack().hard_rules
    ]
    new = replace(pack(), version="1.0.1", tiers=tuple(renamed), hard_rules=tuple(rules))
    found = [each for each in each_simulated(session, new, TODAY) if each]
    effects = [each for case in found for each in case.effects if each.aspect is Aspect.TIER]
    names = {tier.key: tier.name.in_("en") for tier in pack().tiers}

    assert [case.rules for case in found] == [pack(), pack()]
    assert len(effects) == 2
    with app.app_context(), force_locale("en"):
        for each in effects:
            words = effect_sentence(pack(), new, each)
            before = names[str(each.before)]
            assert words.startswith(f"Tier: {before} under its rules, Other under the new ones.")


def test_limits_are_told_in_the_currency_of_each_of_the_rules(app: Flask) -> None:
    name = Text({"es": "Ensayo", "en": "Trial"})
    stage = StageSpec(key="trial", name=name, purpose=name, max_days=40)
    limits = (stage, "amount_total_cap", 300), (stage, "amount_total_cap", 500)
    effect = Effect(Aspect.GATES, ("a",), ("b",), (), (), (Why(Cause.LIMIT, *limits),))
    with app.app_context(), force_locale("en"):
        words = effect_sentence(pack(), replace(pack(), currency="EUR"), effect)
    assert words.endswith("“Trial”: most money in all 5.00 EUR instead of $3.00 MXN.")


@pytest.mark.parametrize(
    ("language", "term", "still", "free", "gone", "longer"),
    [
        (
            "en",
            "the term was 60 business days and is now 2 months",
            (
                "the clock stands still on 11–12 May 2026 (Stopped: the company was asked for "
                "information)"
            ),
            "1 June 2026 is now no business day",
            "“Trial” is gone",
            "“Trial” may last 41 calendar days instead of 40 calendar days",
        ),
        (
            "es",
            "el plazo era de 60 días hábiles y ahora es de 2 meses",
            "el plazo se detiene el 11–12 may 2026 (Detenido: se pidió información a la empresa)",
            "1 de junio de 2026 ahora no es día hábil",
            "«Ensayo» desaparece",
            "«Ensayo» puede durar 41 días naturales en lugar de 40 días naturales",
        ),
    ],
)
def test_what_in_the_rules_makes_the_difference_is_told(
    app: Flask, language: str, term: str, still: str, free: str, gone: str, longer: str
) -> None:
    name = Text({"es": "Ensayo", "en": "Trial"})
    stage = StageSpec(key="trial", name=name, purpose=name, max_days=40)
    lengths = (ClockUnit.BUSINESS_DAYS, 60), (ClockUnit.MONTHS, 2)
    stop = Stop(date(2026, 5, 11), date(2026, 5, 13), "information_requested")
    causes = (
        Why(Cause.LENGTH, *lengths),
        Why(Cause.STOP, after=stop),
        Why(Cause.FREE_DAY, after=date(2026, 6, 1)),
    )
    due = Effect(Aspect.DEADLINE, TODAY, date(2026, 6, 1), (), (), causes)
    plans = (Why(Cause.STAGE, stage), Why(Cause.STAGE, stage, replace(stage, max_days=41)))
    plan = Effect(Aspect.STAGES, (), (replace(stage, max_days=41),), (), (), plans)
    with app.app_context(), force_locale("es_MX" if language == "es" else language):
        assert effect_sentence(pack(), pack(), due).endswith(f": {term}; {still}; {free}.")
        # Who does not read the case does not learn when its company was asked.
        assert effect_sentence(pack(), pack(), due, reasons=False).endswith(f": {term}; {free}.")
        said = effect_sentence(pack(), pack(), plan)
        assert said.endswith(f": {gone}; {longer}.")
        # A stage is called by its name, never by its key.
        assert {"es": "«Ensayo» (41 días)", "en": "“Trial” (41 days)"}[language] in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "es",
            (
                "Cambia lo que las etapas piden y permiten. Por qué: "
                "«Dictamen» se pide de otra forma; «Dictamen» se pide; «Dictamen» ya no se pide; "
                "«Ensayo»: máximo de participantes 7 en lugar de sin límite; "
                "«Ensayo»: monto máximo en total $5.00 MXN en lugar de $3.00 MXN."
            ),
        ),
        (
            "en",
            (
                "What the stages ask for and allow changes. Why: “Opinion” is asked for otherwise; "
                "“Opinion” is asked for; “Opinion” is no longer asked for; "
                "“Trial”: most participants 7 instead of no limit; "
                "“Trial”: most money in all $5.00 MXN instead of $3.00 MXN."
            ),
        ),
    ],
)
def test_what_gates_ask_for_otherwise_is_told(app: Flask, language: str, words: str) -> None:
    name, opinion = Text({"es": "Ensayo", "en": "Trial"}), Text({"es": "Dictamen", "en": "Opinion"})
    stage = StageSpec(key="trial", name=name, purpose=name, max_days=40)
    asked = RequirementSpec("opinion", RequirementKind.DOCUMENT, opinion, Who.LEAD)
    causes = (
        Why(Cause.REQUIREMENT, asked, replace(asked, by=Who.COMPANY)),
        Why(Cause.REQUIREMENT, None, asked),
        Why(Cause.REQUIREMENT, asked, None),
        Why(Cause.LIMIT, (stage, "participants_cap", None), (stage, "participants_cap", 7)),
        Why(Cause.LIMIT, (stage, "amount_total_cap", 300), (stage, "amount_total_cap", 500)),
    )
    effect = Effect(Aspect.GATES, ("a",), ("b",), (), (), causes)
    with app.app_context(), force_locale("es_MX" if language == "es" else language):
        assert effect_sentence(pack(), pack(), effect) == words


@pytest.mark.parametrize(
    ("language", "last"),
    [("es", "Cambiarían 2 de 2 casos."), ("en", "2 of 2 cases would change.")],
)
def test_command_names_each_case_and_counts_them(
    app: Flask, cases: list[Application], tmp_path: object, language: str, last: str
) -> None:
    new = copy_of_mx(tmp_path)  # type: ignore[arg-type]
    for tier in ("tier-1-minimal", "tier-2-limited", "tier-3-high"):
        file = new / f"{tier}.toml"
        file.write_text(file.read_text().replace("max_days = ", "max_days = 1"))
    rewrite(new / "pack.toml", 'version = "1.0.0"', 'version = "1.0.1"')
    new = new.rename(new.with_name("1.0.1"))
    references = [each.reference for each in cases[1:]]
    command = ["packs", "simulate", str(new), "--language", language]
    result = app.test_cli_runner().invoke(args=command)

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == last
    assert all(str(reference) in result.output for reference in references)


def test_trial_run_tells_no_answer_that_was_marked_as_confidential(
    app: Flask, session: Session
) -> None:
    owner = make_person(session)
    organisation = make_organisation(session, owner)
    scored_by: dict[str, AnswerValue] = {"sectors": ["health"], "health_use": "supports"}
    make_submitted(session, organisation, actor_for(session, owner), **scored_by)
    sent = session.scalars(select(Submission)).one()
    scored = next(each for each in tiering(pack(), sent.content["answers"]).reasons if each.answer)
    assert scored.question is not None
    assert scored.answer is not None
    harsh = replace(
        pack(),
        version="1.0.1",
        sections=tuple(
            replace(section, questions=tuple(map(_heavier, section.questions)))
            for section in pack().sections
        ),
    )

    def told() -> str:
        [found] = [each for each in each_simulated(session, harsh, TODAY) if each]
        with app.app_context(), force_locale("en"):
            return "\n".join(effect_sentence(pack(), harsh, each) for each in found.effects)

    label, answer = scored.label.in_("en"), scored.answer.in_("en")
    assert f"“{label}” “{answer}”" in told()
    marked = {**sent.content, "confidential": [scored.question]}
    session.execute(update(Submission).values(content=marked))
    session.commit()
    assert answer not in told()
    assert f"“{label}” (confidential)" in told()


def _heavier(question: QuestionSpec) -> QuestionSpec:
    """Let every option that counts count so much that its case has another tier."""
    return replace(
        question,
        options=tuple(
            replace(option, points=option.points and option.points + 20)
            for option in question.options
        ),
    )
