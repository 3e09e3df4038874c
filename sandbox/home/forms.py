"""Build the form of the anonymous eligibility check from the policy pack."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from sandbox.applications.forms import input_name
from sandbox.domain.packs import QuestionKind, QuestionSpec
from sandbox.kernel.forms import PlatformForm, Required


def eligibility_form(questions: tuple[QuestionSpec, ...], language: str) -> PlatformForm:
    """Make a form with one choice for each question; nothing it receives is stored."""
    fields = {
        input_name(question.key): RadioField(
            question.label.in_(language),
            [Required()],
            description=question.hint.in_(language) if question.hint else "",
            choices=_choices(question, language),
        )
        for question in questions
    }
    form: PlatformForm = type("EligibilityForm", (PlatformForm,), fields)()
    return form


def typed_answers(questions: Iterable[QuestionSpec], sent: Mapping[str, str]) -> dict[str, str]:
    """Read what was sent under the names of the inputs as answers to these questions."""
    names = {question.key: input_name(question.key) for question in questions}
    return {key: sent[name] for key, name in names.items() if name in sent}


def _choices(question: QuestionSpec, language: str) -> list[tuple[str, object]]:
    if question.kind is QuestionKind.YES_NO:
        return [("yes", _l("Yes")), ("no", _l("No"))]
    return [(option.value, option.label.in_(language)) for option in question.options]
