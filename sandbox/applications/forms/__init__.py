"""Build the forms of an application from its policy pack, and read what people type into them."""

from sandbox.applications.forms.fields import (
    MOST_RADIOS,
    RowForm,
    answer_in,
    data_of,
    field_for,
    in_language,
    input_name,
    mark_name,
)
from sandbox.applications.forms.layout import (
    Group,
    arranged,
    keys_on_page,
    revealed_by,
)
from sandbox.applications.forms.messages import (
    file_message,
    problem_message,
)
from sandbox.applications.forms.others import (
    LONGEST_REASON,
    AnswersForm,
    CopyForm,
    ReasonForm,
    ReturnForm,
    StartForm,
    SubmitForm,
    ViewForm,
    WithdrawForm,
    answers_form,
    return_form,
)
from sandbox.applications.forms.refusing import DeclineForm, RefusalForm, decline_form
from sandbox.applications.forms.sections import (
    Difference,
    SectionForm,
    digest,
    inputs_of,
    refreshed,
    section_form,
)

__all__ = [
    "LONGEST_REASON",
    "MOST_RADIOS",
    "AnswersForm",
    "CopyForm",
    "DeclineForm",
    "Difference",
    "Group",
    "ReasonForm",
    "RefusalForm",
    "ReturnForm",
    "RowForm",
    "SectionForm",
    "StartForm",
    "SubmitForm",
    "ViewForm",
    "WithdrawForm",
    "answer_in",
    "answers_form",
    "arranged",
    "data_of",
    "decline_form",
    "digest",
    "field_for",
    "file_message",
    "in_language",
    "input_name",
    "inputs_of",
    "keys_on_page",
    "mark_name",
    "problem_message",
    "refreshed",
    "return_form",
    "revealed_by",
    "section_form",
]
