"""The pages: the SLA board first, then complaints, worklist, cases, audits and the API's own documentation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import access
from api.access import Question
from api.asking import MONTH
from api.audits import audit_of, months_of
from api.auth import Here
from api.case_answers import Entry
from api.console import complaining
from api.console.entitlements import outcome
from api.console.names import shown
from api.console.rendering import page
from api.console.visiting import Visits
from api.described import describe
from api.figures import month_of
from api.finding import case_id_of
from api.forms import form_of, forms_of
from api.installation import Installation
from api.past import tell
from api.queries import told as told_to
from api.reading import asked
from cases.codes import Department, EscalationReason, Kind, Role, Stage
from cases.events import MILESTONES
from cases.regulation.targets import Measure
from projections.questions.cases import CaseFilter, case_list
from projections.questions.complaints import complaint_statistics, months_on
from projections.questions.findings import finding_counts
from projections.questions.freshness import freshness
from projections.questions.sla import Period, sla_dashboard
from projections.questions.targets import target_standings
from projections.questions.worklist import worklist
from projections.tables.dims import FACT_LABELS

router: Final = APIRouter(include_in_schema=False)
SPANS: Final = {"30": 30, "90": 90, "365": 365, "all": 36_500}
LONGEST: Final = 12
ROWS: Final = 50
Choice = Annotated[str | None, Query(max_length=40)]


def chosen(codes: type[Department | Kind | Stage], value: str | None) -> str | None:
    """Take a filter from the address; an unknown word filters nothing."""
    return value if value in {code.value for code in codes} else None


def yes_or_no(value: str | None) -> bool | None:
    """Read a three-way choice."""
    return {"yes": True, "no": False}.get(value or "")


@router.get("/")
def board(
    *,
    request: Request,
    here: Here,
    visitor: Visits,
    span: Choice = None,
    department: Choice = None,
    kind: Choice = None,
    live: Choice = None,
) -> HTMLResponse:
    """Show how every promise is kept."""
    visitor.must(Question.DASHBOARD)
    now = here.ledger.now()
    is_live = yes_or_no(live)
    days = span if span in SPANS else _usual_span(here, now)
    since = here.day_before(now, SPANS[days])
    period = Period(
        since=since,
        until=now,
        department=chosen(Department, department),
        kind=chosen(Kind, kind),
        is_live=is_live,
    )
    with asked(here) as connection:
        figures = sla_dashboard(
            connection, at=now, period=period, zone=here.settings.business_timezone, longest=LONGEST
        )
        findings = finding_counts(connection, since=since, until=now, is_live=is_live)
        stand = freshness(connection)
    return page(
        "board", request, here, visitor.language, visitor,
        board=figures, findings=findings, span=days, spans=list(SPANS), departments=list(Department), kinds=list(Kind),
        behind=stand.positions_behind, newest=stand.log_position, may_open=visitor.may(Question.CASE),
    )  # fmt: skip


def _usual_span(here: Installation, now: datetime) -> str:
    """Choose the last 90 days; everything where nothing has started since, as in an old log that was imported."""
    newest = _newest_clock(here)
    return "all" if newest is not None and newest < now - timedelta(days=SPANS["90"]) else "90"


def _newest_clock(here: Installation) -> datetime | None:
    """Tell when the newest clock started."""
    newest: datetime | None = here.ledger.rows("SELECT max(started_at) FROM bi.fct_sla_clocks")[0][0]
    return newest


@router.get("/targets")
def targets(
    *, request: Request, here: Here, visitor: Visits,
    month: Annotated[str | None, Query(pattern=MONTH)] = None,
) -> HTMLResponse:  # fmt: skip
    """Show a month held against the targets; where none is named this one, or the last in which clocks started."""
    visitor.must(Question.DASHBOARD)
    now = here.ledger.now()
    this = _this_month(here, now)
    shown_month = month_of(month) or _this_month(here, min(now, _newest_clock(here) or now))
    with asked(here) as connection:
        found = target_standings(connection, at=now, month=shown_month, zone=here.settings.business_timezone)
    return page(
        "targets", request, here, visitor.language, visitor, found=found, before=months_on(shown_month, -1),
        after=months_on(shown_month, 1) if shown_month < this else None,
        measures={measure.value: measure for measure in Measure}, may_open=visitor.may(Question.CASE),
    )  # fmt: skip


@router.get("/complaints")
def complaints(*, request: Request, here: Here, visitor: Visits, live: Choice = None) -> HTMLResponse:
    """Show what people complain of, and how it changes."""
    visitor.must(Question.STATISTICS)
    now = here.ledger.now()
    last = _newest_month(here, now)
    with asked(here) as connection:
        counted = complaint_statistics(
            connection, at=now, first=months_on(last, -5), last=last, is_live=yes_or_no(live)
        )
    said = complaining.shown(counted, _this_month(here, now))
    return page("complaints", request, here, visitor.language, visitor, counted=counted, said=said)


def _this_month(here: Installation, now: datetime) -> date:
    return now.astimezone(here.zone).date().replace(day=1)


def _newest_month(here: Installation, now: datetime) -> date:
    """Choose this month, or the last one with complaints where half a year had none."""
    this = _this_month(here, now)
    newest = here.ledger.rows("SELECT max(received_month) FROM bi.fct_complaints")[0][0]
    return newest if newest is not None and newest < months_on(this, -5) else this


@router.get("/worklist")
def due(
    *, request: Request, here: Here, visitor: Visits, live: Choice = None, department: Choice = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> HTMLResponse:  # fmt: skip
    """Show which open clocks fall due next; those of imported history where no live case is open."""
    visitor.must(Question.WORKLIST)
    list_of = partial(
        worklist, at=here.ledger.now(), limit=ROWS, cursor=cursor, department=chosen(Department, department),
        assigned_to=visitor.known.actor if visitor.known.role is Role.TECHNICIAN else None,
    )  # fmt: skip
    with asked(here) as connection:
        found = list_of(connection, is_live=live != "no")
        is_instead = not (live or cursor or found.items)
        found = list_of(connection, is_live=False) if is_instead else found
    return page(
        "worklist", request, here, visitor.language, visitor, found=found, is_live=live != "no" and not is_instead,
        is_instead=is_instead,
        departments={code.value: code for code in Department}, kinds={code.value: code for code in Kind},
        stages={code.value: code for code in Stage}, may_open=visitor.may(Question.CASE),
    )  # fmt: skip


@router.get("/cases")
def cases(
    *, request: Request, here: Here, visitor: Visits, kind: Choice = None, stage: Choice = None, case_no: Choice = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> HTMLResponse:  # fmt: skip
    """Show cases, newest first."""
    visitor.must(Question.CASES)
    mine = visitor.known.actor if visitor.known.role is Role.TECHNICIAN else None
    wanted = CaseFilter(
        kind=chosen(Kind, kind), stage=chosen(Stage, stage), case_no=case_no or None, assigned_to=mine
    )
    with asked(here) as connection:
        found = case_list(connection, at=here.ledger.now(), wanted=wanted, limit=ROWS, cursor=cursor)
    return page(
        "cases", request, here, visitor.language, visitor, found=found, kinds={code.value: code for code in Kind},
        stages={code.value: code for code in Stage}, departments={code.value: code for code in Department},
        may_open=visitor.may(Question.CASE),
    )  # fmt: skip


@router.get("/cases/{case_id}")
def case(case_id: str, request: Request, here: Here, visitor: Visits) -> HTMLResponse:
    """Show one case: state, clocks, entitlements, findings and its timeline."""
    visitor.must(Question.CASE)
    telling = tell(here, case_id_of(here, case_id), here.ledger.now())
    access.must_see(visitor.known.role, visitor.known.actor, telling.case)
    told = telling.timeline() if visitor.may(Question.HISTORY) else None
    firsts = {entry.fact: entry for entry in reversed(told.entries if told else ()) if not is_alarm(entry)}
    steps = [(FACT_LABELS[kind.name()], firsts.get(kind.name())) for kind in MILESTONES]
    return page(
        "case", request, here, visitor.language, visitor, file=telling.file(), told=told, steps=steps,
        fields=lambda fact, fields: shown(fact, fields, visitor.language),
        outcome=lambda result: outcome(result, visitor.language),
        forms=() if visitor.known.role in access.WITHOUT_MONEY else tuple(forms_of(telling)),
    )  # fmt: skip


@router.get("/cases/{case_id}/forms/{form}")
def form(case_id: str, form: str, request: Request, here: Here, visitor: Visits) -> HTMLResponse:
    """Show one form of a case as it is printed."""
    visitor.must(Question.CASE)
    telling = told_to(here, visitor.known, case_id)
    return page("form", request, here, visitor.language, visitor, form=form_of(telling, form))


def is_alarm(entry: Entry) -> bool:
    """Tell whether an entry is a warning of the watcher: the case did not go up with it."""
    fields = entry.recorded.fields
    return fields.get("is_automatic") is True and fields.get("reason") == EscalationReason.DUE_SOON


@router.get("/audits")
def audits(request: Request, here: Here, visitor: Visits) -> HTMLResponse:
    """Show every month of the audit programme."""
    visitor.must(Question.AUDITS)
    return page("audits", request, here, visitor.language, visitor, months=months_of(here))


@router.get("/audits/{month}")
def audit(month: str, request: Request, here: Here, visitor: Visits) -> HTMLResponse:
    """Show one month: frame, draw and the cases drawn."""
    visitor.must(Question.AUDITS)
    return page(
        "audit", request, here, visitor.language, visitor, audit=audit_of(here, month),
        kinds={code.value: code for code in Kind}, may_open=visitor.may(Question.CASE),
    )  # fmt: skip


@router.get("/docs")
def docs(request: Request, here: Here, visitor: Visits) -> HTMLResponse:
    """Show how the API is used."""
    visitor.must(Question.DESCRIPTION)
    document = describe(request.app)
    operations = [
        (verb.upper(), path, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    return page(
        "docs", request, here, visitor.language, visitor, document=document, operations=operations,
        base=str(request.base_url),
    )  # fmt: skip
