"""Parse what is typed about an enquiry."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from sandbox.domain.enquiries import EnquiryKind, RuleAnswer
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.forms import MultiCheckboxField, PlatformForm, Required, WordLimit
from sandbox.models import Enquiry

LONGEST_SUBJECT = 120
LONGEST_PROVISION = 300
MOST_WORDS = 600
KEEP, INVITE, CLOSE = "keep", "invite", "close"


class EnquiryForm(PlatformForm):
    """Ask what a company wants to hear, and about what."""

    start_key = HiddenField(validators=[Length(min=8, max=64)])
    organisation_id = RadioField(_l("Which organisation asks?"), [Required()])
    kind = RadioField(_l("What do you want to do?"), [Required()])
    subject = StringField(
        _l("What it is about"),
        [Required(), Length(max=LONGEST_SUBJECT)],
        description=_l("A few words by which you and we find it again."),
    )
    activity = TextAreaField(
        _l("What you do or plan"),
        [Required(), WordLimit(MOST_WORDS)],
        description=_l("In plain words: what the system does, with which data and for whom."),
        render_kw={"rows": 6},
    )
    text = TextAreaField(
        _l("What you want to know or tell us"),
        [Required(), WordLimit(MOST_WORDS)],
        render_kw={"rows": 6},
    )
    competences = MultiCheckboxField(
        _l("Which matters it touches"),
        description=_l("Choose those that you know of. You may leave it open."),
    )

    def offer(self, organisations: Sequence[tuple[str, str]], pack: PolicyPack, lang: str) -> None:
        """Offer what the rules in force know, and give the form its key when it is first shown."""
        self.organisation_id.choices = list(organisations)
        self.kind.choices = _kinds(pack)
        self.competences.choices = [(each.code, each.name.in_(lang)) for each in pack.competences]
        self.start_key.data = self.start_key.data or uuid4().hex
        if len(organisations) == 1:
            self.organisation_id.data = organisations[0][0]

    def is_new(self, earlier: Enquiry | None) -> bool:
        """Tell whether the form may be sent: not once more with other words."""
        if earlier is None or (earlier.text, earlier.kind) == (self.text.data, self.kind.data):
            return True
        self.start_key.data = uuid4().hex
        self.text.errors = [
            gettext(
                "This form has been sent already, with other words. What stands here now is not "
                "sent yet: send it again if it is still needed."
            )
        ]
        return False


def _kinds(pack: PolicyPack) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [
        (EnquiryKind.QUESTION.value, _l("Ask a question")),
        (EnquiryKind.INTEREST.value, _l("Express interest in taking part")),
    ]
    if pack.fast_answer is not None:
        hint = {"hint": gettext("Each competent authority answers within a term of its own.")}
        found.append(
            (EnquiryKind.FAST_ANSWER.value, _l("Ask whether any rule applies (fast answer)"), hint)
        )
    return found


class MessageForm(PlatformForm):
    """Read one more message of the organisation."""

    text = TextAreaField(
        _l("Your message"), [Required(), WordLimit(MOST_WORDS)], render_kw={"rows": 5}
    )


class AnswerForm(PlatformForm):
    """Read the answer of the secretariat, and what follows from it."""

    text = TextAreaField(
        _l("Your answer"),
        [Required(), WordLimit(MOST_WORDS)],
        description=_l("The organisation reads this text as you write it."),
        render_kw={"rows": 8},
    )
    then = RadioField(_l("What follows"), [Required()], default=KEEP)

    def offer(self, *, may_invite: bool, may_close: bool) -> None:
        """Offer what is possible with this enquiry now."""
        self.then.choices = [(KEEP, _l("Nothing more: it stays open for a reply"))]
        if may_invite:
            self.then.choices.append(
                (INVITE, _l("Invite the organisation to apply: it begins with one click"))
            )
        if may_close:
            self.then.choices.append((CLOSE, _l("Close the enquiry")))


class AskForm(PlatformForm):
    """Choose who is asked whether any rule applies."""

    authorities = MultiCheckboxField(
        _l("Authorities to ask"),
        [Required()],
        description=_l("Those that are competent for the matters are chosen already."),
    )


class FastAnswerForm(PlatformForm):
    """Read whether any rule of an authority applies."""

    authority_id = RadioField(_l("For which authority do you answer?"), [Required()])
    answer = RadioField(_l("Does any rule apply?"), [Required()])
    provision = StringField(
        _l("Which provision"),
        [Length(max=LONGEST_PROVISION)],
        description=_l("The law with its article, so that the organisation finds it."),
    )
    text = TextAreaField(
        _l("Your answer in words"),
        [Required(), WordLimit(MOST_WORDS)],
        description=_l("The organisation reads this text as you write it."),
        render_kw={"rows": 8},
    )

    def offer(self, authorities: Iterable[tuple[str, str]]) -> None:
        """Offer the authorities for which this person can still answer."""
        self.authority_id.choices = list(authorities)
        self.answer.choices = [
            (RuleAnswer.APPLIES.value, _l("Yes, a rule applies")),
            (RuleAnswer.NO_RULE.value, _l("No, no rule of ours applies")),
            (RuleAnswer.NOT_COMPETENT.value, _l("It is outside our competence")),
        ]
        if len(self.authority_id.choices) == 1:
            self.authority_id.data = self.authority_id.choices[0][0]

    def validate_provision(self, field: Any) -> None:
        """Ask for the provision where a rule applies."""
        if self.answer.data == RuleAnswer.APPLIES.value and not field.data:
            raise ValidationError(gettext("Name the provision that applies."))
