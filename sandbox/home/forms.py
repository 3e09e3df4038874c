"""Build the form of the anonymous eligibility check from the policy pack."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from sandbox.domain.packs import QuestionKind, QuestionSpec
from sandbox.kernel.forms import PlatformForm, Required


def eligibility_form(questions: tuple[QuestionSpec, ...], language: str) -> PlatformForm:
    """Make a form with one choice for each question; nothing it receives is stored."""
    fields = {
        question.key: RadioField(
            question.label.in_(language),
            [Required()],
            description=question.hint.in_(language) if question.hint else "",
            choices=_choices(question, language),
        )
        for question in questions
    }
    form: PlatformForm = type("EligibilityForm", (PlatformForm,), fields)()
    return form


def _choices(question: QuestionSpec, language: str) -> list[tuple[str, object]]:
    if question.kind is QuestionKind.YES_NO:
        return [("yes", _l("Yes")), ("no", _l("No"))]
    return [(option.value, option.label.in_(language)) for option in question.options]
