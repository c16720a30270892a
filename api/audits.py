"""The monthly audit as it is told: frame, draw and the cases drawn, with what it takes to draw again."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path

from api.access import Question
from api.asking import MONTH
from api.auth import Here, asks
from api.described import ASKED, refusals
from api.installation import Installation
from api.keys import Credential
from cases.audits import fold, programme_id
from cases.errors import NotFound
from cases.events_audit import FrameFrozen, ItemReplaced, NoncesRevealed, Pick, ProgrammeOpened, SampleDrawn
from cases.period import Period
from cases.programmes.owed import duties
from projections.questions.answers import Part
from replay.audit.checklist import Answer
from replay.audit.draw import how_to_draw
from replay.audit.review import review

router: Final = APIRouter(tags=["figures"])
PROGRAMME: Final = "monthly-sample"


class CheckAnswer(Part):
    """A question of the check-list with what the facts answer, and the versions of the facts that say so."""

    question: str
    clause: str
    label_zh: str
    label_en: str
    answer: Answer
    answer_zh: str
    answer_en: str
    because: tuple[int, ...]


class CheckedCase(Part):
    """A drawn case with its check-list, filled as far as facts go (S0 六/3)."""

    item: str
    case_id: UUID
    version: int
    answers: tuple[CheckAnswer, ...]


class AuditAnswer(Part):
    """One month of one programme. What was not done yet is null; a nonce is shown only once it was revealed."""

    programme: str
    month: str
    stream_id: UUID
    opened: ProgrammeOpened
    frame: FrameFrozen | None
    revealed: NoncesRevealed | None
    drawn: SampleDrawn | None
    replaced: tuple[ItemReplaced, ...]
    checks: tuple[CheckedCase, ...]
    position: int


def months_of(here: Installation, programme: str = PROGRAMME) -> list[FrameFrozen]:
    """Give the months that were frozen, newest first."""
    return list(reversed(fold(here.ledger.load(programme_id(programme))).frozen.values()))


def audit_of(here: Installation, month: str, programme: str = PROGRAMME) -> AuditAnswer:
    """Tell a month of a programme; raises Malformed, NotFound."""
    asked = Period.parse(month)
    period = str(asked)
    stream = programme_id(programme)
    facts = here.ledger.load(stream)
    known = fold(facts)
    if known.opened is None or period not in known.frozen:
        duty = next((one for one in duties(here.published().reference) if one.drawn_as == programme), None)
        cure = f"; draw one with: {how_to_draw(duty, asked)}" if duty else ""
        raise NotFound(f"No sample was frozen for this period{cure}")
    return AuditAnswer(
        programme=programme,
        month=period,
        stream_id=stream,
        opened=known.opened,
        frame=known.frozen.get(period),
        revealed=known.revealed.get(period),
        drawn=known.drawn.get(period),
        replaced=known.replaced.get(period, ()),
        checks=checks_of(here, programme, known.picks(period)),
        position=facts[-1].position,
    )


def checks_of(here: Installation, programme: str, picks: tuple[Pick, ...]) -> tuple[CheckedCase, ...]:
    """Fill the check-list of every drawn case."""
    reviewed = review(here.ledger, here.published().reference, programme, picks)
    return tuple(
        CheckedCase(
            item=one.pick.item,
            case_id=one.pick.case_id,
            version=one.pick.version,
            answers=tuple(
                CheckAnswer(
                    question=found.question.id,
                    clause=found.question.clause,
                    label_zh=found.question.label.zh,
                    label_en=found.question.label.en,
                    answer=found.answer,
                    answer_zh=found.answer.zh,
                    answer_en=found.answer.en,
                    because=found.because,
                )
                for found in one.answers
            ),
        )
        for one in reviewed
    )


@router.get(
    "/audits/{month}",
    operation_id="read_audit",
    summary="Read the monthly audit sample",
    responses=refusals(ASKED),
)
def read_audit(
    month: Annotated[str, Path(pattern=MONTH, examples=["2026-10"])],
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.AUDITS))],
    programme: str = PROGRAMME,
) -> AuditAnswer:
    """Tell how the sample of a month came about (S0 六/2), by which frame, nonces and seed, and what was drawn."""
    return audit_of(here, month, programme)
