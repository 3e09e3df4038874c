"""Check that the parts of a pack fit together: references, ranges, languages, requirements.

Each check takes a pack and yields what it finds wrong, with the path of the value in the file. A
check assumes nothing about the others, so that one fault does not hide the next.
"""

from typing import Any

from sandbox.domain.packs import PolicyPack
from sandbox.packs.checking.conditions import COMPARABLE, judge_conditions, judge_verdicts
from sandbox.packs.checking.coordination import (
    NEEDED_RELIEF_COLUMNS,
    judge_activity,
    judge_quorum,
    judge_refusal_reasons,
    judge_reliefs,
    judge_standard_conditions,
)
from sandbox.packs.checking.dialogue import judge_consultations, judge_round_tables
from sandbox.packs.checking.findings import Check, Finding, among, report
from sandbox.packs.checking.glossary import judge_glossary
from sandbox.packs.checking.hearing import judge_preliminary_result
from sandbox.packs.checking.names import (
    PARTY_WORDS,
    each_text,
    judge_authority_codes,
    judge_duplicate_names,
    judge_texts_in_every_language,
)
from sandbox.packs.checking.programme import (
    ENDED_BY,
    NEEDED_CLOCKS,
    judge_calendar,
    judge_calls,
    judge_clocks,
    judge_competences,
    judge_currency,
    judge_prefix,
    judge_validity,
)
from sandbox.packs.checking.questions import (
    ONLY_IN_FORM,
    ONLY_WITH,
    all_questions,
    check_questions,
    form_questions,
    judge_check_kinds,
    judge_columns,
    judge_one_title,
    judge_public_fields,
    judge_question_keys,
    judge_question_parts,
)
from sandbox.packs.checking.risk import (
    judge_hard_rules,
    judge_incident_classes,
    judge_metrics,
    judge_prohibited_tier,
    judge_tier_ranges,
    most_points,
)
from sandbox.packs.checking.stages import WHO, judge_extension, judge_grounds, judge_stages
from sandbox.packs.checking.successions import judge_successions, judge_windows
from sandbox.packs.positions import Path
from sandbox.packs.source import Source
from sandbox.packs.unread import Touched, is_unread

__all__ = [
    "COMPARABLE",
    "ENDED_BY",
    "NEEDED_CLOCKS",
    "NEEDED_RELIEF_COLUMNS",
    "ONLY_IN_FORM",
    "ONLY_WITH",
    "PARTY_WORDS",
    "WHO",
    "Finding",
    "all_questions",
    "among",
    "check",
    "check_questions",
    "each_text",
    "form_questions",
    "most_points",
    "report",
]

CHECKS: tuple[Check, ...] = (
    judge_duplicate_names,
    judge_authority_codes,
    judge_texts_in_every_language,
    judge_glossary,
    judge_prefix,
    judge_competences,
    judge_validity,
    judge_successions,
    judge_windows,
    judge_calls,
    judge_calendar,
    judge_currency,
    judge_clocks,
    judge_preliminary_result,
    judge_question_keys,
    judge_question_parts,
    judge_columns,
    judge_check_kinds,
    judge_one_title,
    judge_public_fields,
    judge_conditions,
    judge_verdicts,
    judge_tier_ranges,
    judge_prohibited_tier,
    judge_hard_rules,
    judge_metrics,
    judge_incident_classes,
    judge_stages,
    judge_extension,
    judge_grounds,
    judge_reliefs,
    judge_activity,
    judge_quorum,
    judge_refusal_reasons,
    judge_standard_conditions,
    judge_round_tables,
    judge_consultations,
)


def check(source: Source, pack: PolicyPack) -> None:
    """Add everything that does not fit together to the source's problems.

    Of a pack in which something could not be read, a check finds what it can say without that.
    """
    is_partial = bool(source.problems)
    for one in CHECKS:
        try:
            for finding in one(pack):
                # What would not be kept need not be found: its words would cost more than the pack.
                if source.is_full:
                    return
                # Of a faulty value one complaint is enough; the next run says what else there is.
                if not (is_partial and _leads_to_unread(pack, finding.path)):
                    report(source, finding)
        except Touched:
            continue
        except TypeError:
            # What is written in C looks at the type before it asks anything.
            if not is_partial:
                raise


def _leads_to_unread(pack: PolicyPack, path: Path) -> bool:
    value: Any = pack
    for step in path:
        if isinstance(step, str):
            value = getattr(value, step, None)
        else:
            value = value[step] if isinstance(value, tuple) else None
        if is_unread(value):
            return True
    return False
