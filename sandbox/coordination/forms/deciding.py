"""Parse what is typed where a case is decided, or the company heard before it."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField, ValidationError

from sandbox.applications.forms import RefusalForm
from sandbox.coordination.forms.lengths import LONGEST_TEXT_WORDS
from sandbox.domain.hearing import CompanyAnswer, needs_reply, needs_text
from sandbox.domain.packs import RefusalReasonSpec
from sandbox.kernel.forms import PlatformForm, Required, VersionedForm, WordLimit
from sandbox.models import PreliminaryResult


class DecisionForm(RefusalForm, VersionedForm):
    """Say why it is refused, add what the letter should say, and answer the company."""

    remarks = TextAreaField(
        _l("Remarks"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("They stand in the letter beside the outcome."),
    )
    reply = TextAreaField(
        _l("What you answer to the company"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("It stands in the letter beside what the company said."),
    )

    answer: CompanyAnswer | None = None

    @property
    def asks_for_reply(self) -> bool:
        """Tell whether the company said anything that can be answered."""
        return self.answer is not None and needs_text(self.answer)

    @property
    def must_reply(self) -> bool:
        """Tell whether what the company said may not be left without an answer."""
        return needs_reply(self.answer)

    def validate_reply(self, field: Any) -> None:
        """Ask for an answer where the company contested the result."""
        if self.must_reply and not (field.data or "").strip():
            raise ValidationError(
                gettext("Write what you answer: the company contested the preliminary result.")
            )

    @property
    def given(self) -> dict[str, Any]:
        """Return what was typed, as the services take it."""
        return {
            "remarks": self.remarks.data or "",
            "reply": self.reply.data or "" if self.asks_for_reply else "",
            "codes": self.chosen,
            "expected_version": self.version.data,
        }


def decision_form(
    version: int,
    heard: Sequence[PreliminaryResult],
    reasons: Sequence[RefusalReasonSpec] = (),
    suggested: Collection[str] = (),
) -> DecisionForm:
    """Make the form with which a lead announces or decides, after what the company has said.

    Shape: `reasons` are those of which a refusal needs one, `suggested` the codes that are ticked.
    """
    form = DecisionForm(data={"version": version})
    form.offer(reasons, suggested)
    last = heard[-1].answer if heard else None
    form.answer = None if last is None else CompanyAnswer(last)
    return form


class PreliminaryAnswerForm(PlatformForm):
    """Say what the company thinks of a preliminary result."""

    answer = RadioField(
        _l("Your answer"),
        [Required()],
        choices=[
            (CompanyAnswer.COMMENTS.value, _l("We comment on it")),
            (
                CompanyAnswer.CONTESTS.value,
                _l("We contest it"),
                {"hint": _l("The lead authority must then answer you in its decision.")},
            ),
            (
                CompanyAnswer.NOTHING.value,
                _l("We have nothing to say"),
                {"hint": _l("The lead authority can then decide at once.")},
            ),
        ],
    )
    text = TextAreaField(
        _l("What you want to say"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l(
            "All authorities on the case read it. Leave it empty if you have nothing to say. "
            "You can answer once."
        ),
        render_kw={"rows": 8},
    )

    def validate_text(self, field: Any) -> None:
        """Ask for words where the answer is nothing without them."""
        answer = self.answer.data
        if answer and needs_text(CompanyAnswer(answer)) and not (field.data or "").strip():
            raise ValidationError(
                gettext("Write what you want to say, or choose that you have nothing to say.")
            )

    @property
    def given(self) -> dict[str, Any]:
        """Return what was typed, as the service takes it."""
        return {"answer": CompanyAnswer(self.answer.data), "text": self.text.data or ""}
