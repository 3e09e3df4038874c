"""Answer the questions of a section in a browser, whatever their kinds."""

from collections.abc import Mapping

from sandbox.domain.conditions import holds
from sandbox.domain.packs import AnswerValue, QuestionKind, QuestionSpec, SectionSpec
from tests.browsing import Visitor
from tests.factories import complete_answers
from tests.journeys.story import ANSWERS, Story


def believable_answers(
    story: Story, own: Mapping[str, AnswerValue] | None = None
) -> dict[str, AnswerValue]:
    """Answer all that a mild case is asked, with the pack's own examples where a text is wanted.

    `own` are answers to give instead; those of the stories about the first programme if none.
    """
    wanted = ANSWERS if own is None else own
    given: dict[str, AnswerValue] = complete_answers(story.pack, **wanted)  # type: ignore[arg-type]
    for key, answer in given.items():
        question = story.question(key)
        if question.kind is QuestionKind.ROWS and isinstance(answer, list):
            row = {column.key: _example(story, column, answer[0]) for column in question.columns}
            given[key] = [row]
        elif key not in wanted:
            given[key] = _example(story, question, {key: answer})
    return given


def _example(story: Story, question: QuestionSpec, answers: object) -> str:
    assert isinstance(answers, dict)
    if question.example is not None:
        return story.word(question.example)
    value: str = answers[question.key]
    return value


def fill_section(
    visitor: Visitor, section: SectionSpec, answers: Mapping[str, AnswerValue]
) -> None:
    """Answer what the section asks, question by question, as they stand on the page."""
    shown = visitor.value("on_page").split()
    for question in section.questions:
        is_shown = question.key in shown and holds(question.ask_if, answers)
        if is_shown and question.key in answers:
            fill_in(visitor, f"q_{question.key}", question, answers[question.key])


def fill_in(visitor: Visitor, name: str, question: QuestionSpec, answer: AnswerValue) -> None:
    """Give one answer."""
    match question.kind:
        case QuestionKind.ROWS:
            assert isinstance(answer, list)
            for number, row in enumerate(answer):
                assert isinstance(row, dict)
                for column in question.columns:
                    fill_in(visitor, f"{name}-{number}-q_{column.key}", column, row[column.key])
        case QuestionKind.MANY:
            assert isinstance(answer, list)
            visitor.choose(name, *map(str, answer))
        case QuestionKind.CHOICE | QuestionKind.YES_NO:
            is_list = visitor.page.locator(f'select[name="{name}"]').count()
            (visitor.select if is_list else visitor.choose)(name, str(answer))
        case QuestionKind.DATE:
            year, month, day = str(answer).split("-")
            for part, value in (("day", day), ("month", month), ("year", year)):
                visitor.fill(f"{name}-{part}", value)
        case QuestionKind.MONEY:
            visitor.fill(name, str(int(str(answer)) // 100))
        case _:
            visitor.fill(name, str(answer))
