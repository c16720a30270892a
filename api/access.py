"""Who may ask which question: one table, role × question (evidence.md 4); what is not listed is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from cases.case import Case
from cases.codes import Kind, Role
from cases.errors import NotAllowed
from cases.events import Delivered, Replaced, Shipped
from cases.permissions import assigned_to


class Question(StrEnum):
    """What can be asked; the words double as scopes of a service's key."""

    CASES = "read-cases"
    """The list of cases, without money or personal data."""
    CASE = "read-case"
    """State, clocks, entitlements and findings of one case, personal data masked."""
    HISTORY = "read-history"
    """Every fact of a case, as recorded and as corrected, masked."""
    PAST = "read-past"
    """A case as it stood at an earlier instant, or as it was known then."""
    DASHBOARD = "read-dashboard"
    STATISTICS = "read-statistics"
    WORKLIST = "read-worklist"
    ALERTS = "read-alerts"
    """What there is to be told, people's late responses by pseudonym among it."""
    STOCK = "read-stock"
    COSTS = "read-costs"
    """What cases cost, against the budgets."""
    AUDITS = "read-audits"
    PROGRAMMES = "read-programmes"
    """What is owed by week, month, quarter or year, and what came of it."""
    STREAM = "follow-log"
    """Word of every fact of every case as it is recorded: which and where, nothing of what it says."""
    WEBHOOKS = "keep-webhooks"
    """Where notices are sent; nobody's key opens an address but an administrator's."""
    PROPOSALS = "read-proposals"
    """Rewards and penalties that were proposed: all of them by those who may propose, else one's own."""
    TABLES = "read-tables"
    """How the tables stand to the log, and what is parked; figures for a machine that watches."""
    RELEASE = "release"
    """Parked cases worked out again."""
    EXPORTS = "read-exports"
    """Every row of schema bi as a file, what was proposed of people among it."""
    UNMASK = "unmask"
    """One personal value in clear, for a stated purpose."""
    DESCRIPTION = "read-description"
    """How this API is to be used."""


Q = Question
_FIGURES = {Q.DASHBOARD, Q.STATISTICS}
_WORK = {Q.CASES, Q.WORKLIST}
_OVERSIGHT = {Q.AUDITS, Q.PROGRAMMES, Q.ALERTS}
_WHOLE = {Q.CASES, Q.CASE, Q.HISTORY, Q.PAST, Q.STREAM}

QUESTIONS: Mapping[Role, frozenset[Question]] = {
    Role.AGENT: frozenset({*_WORK, Q.CASE, Q.HISTORY, Q.DASHBOARD, Q.UNMASK, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.TECHNICIAN: frozenset({*_WORK, Q.CASE, Q.HISTORY, Q.UNMASK, Q.STOCK, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.LOGISTICS: frozenset({*_WORK, Q.CASE, Q.UNMASK, Q.STOCK, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.QUALITY: frozenset({*_WHOLE, *_FIGURES, *_OVERSIGHT, Q.WORKLIST, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.DISPUTE: frozenset({*_WHOLE, Q.UNMASK, Q.DESCRIPTION}),
    Role.SUPERVISOR: frozenset(
        {*_WHOLE, *_FIGURES, *_OVERSIGHT, Q.WORKLIST, Q.STOCK, Q.COSTS, Q.PROPOSALS, Q.DESCRIPTION}
    ),
    Role.FINANCE: frozenset({Q.CASES, Q.CASE, Q.PROGRAMMES, Q.COSTS, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.STORE: frozenset({Q.CASES, Q.CASE, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.WAREHOUSE: frozenset({*_WORK, Q.STOCK, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.MANAGEMENT: frozenset(
        {*_FIGURES, Q.CASES, Q.CASE, Q.PROGRAMMES, Q.ALERTS, Q.STOCK, Q.COSTS, Q.PROPOSALS, Q.DESCRIPTION}
    ),
    Role.LEGAL: frozenset({*_WHOLE, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.RESEARCH: frozenset({Q.CASES, Q.CASE, Q.STATISTICS, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.PARTNER: frozenset({Q.CASE, Q.UNMASK, Q.PROPOSALS, Q.DESCRIPTION}),
    Role.BI: frozenset({*_FIGURES, Q.STOCK, Q.COSTS, Q.EXPORTS, Q.DESCRIPTION}),
    Role.ADMIN: frozenset({*_FIGURES, Q.WEBHOOKS, Q.TABLES, Q.RELEASE, Q.DESCRIPTION}),
    Role.SERVICE: frozenset({Q.DESCRIPTION}),
}
SCOPED = frozenset(Question) - {Q.UNMASK, Q.WEBHOOKS, Q.EXPORTS, Q.PROPOSALS, Q.RELEASE, Q.DESCRIPTION}
"""What a service may ask where its key names it as a scope; never a value in clear, nor what becomes of people."""

WITHOUT_MONEY = frozenset({Role.LOGISTICS})
"""Who is told a case without its amounts (evidence.md 4)."""
MOVES = (Shipped, Delivered, Replaced)
GOODS_BACK = frozenset({Kind.REPAIR, Kind.RETURN, Kind.EXCHANGE})
"""What goods travel for."""
ALL_FIELDS = frozenset({"*"})
UNMASKED: Mapping[Role, frozenset[str]] = {
    Role.AGENT: frozenset({"customer_phone"}),
    Role.TECHNICIAN: frozenset({"customer_name", "customer_phone", "customer_address"}),
    Role.LOGISTICS: frozenset({"customer_name", "customer_phone", "customer_address"}),
    Role.PARTNER: frozenset({"customer_name", "customer_phone", "customer_address"}),
    Role.DISPUTE: ALL_FIELDS,
}
"""Which personal fields a role may see in clear: technicians, partners of their own cases, logistics of open ones."""


def may_ask(role: Role, question: Question, scopes: Collection[str] = ()) -> bool:
    """Tell whether a role may ask a question at all."""
    if role is Role.SERVICE and question in SCOPED:
        return question.value in scopes
    return question in QUESTIONS.get(role, frozenset())


def must_ask(role: Role, question: Question, scopes: Collection[str] = ()) -> None:
    """Raise NotAllowed where `may_ask` says no."""
    if not may_ask(role, question, scopes):
        raise NotAllowed(role=role.value, rule=question.value)


def must_see(role: Role, actor: str, case: Case) -> None:
    """Raise NotAllowed where a case is not this person's.

    Technicians see what is assigned to them or to nobody, partners only what is assigned to them, logistics the cases
    whose goods travel (A.10, S0 四/3).
    """
    if role is Role.TECHNICIAN and assigned_to(case) not in {None, actor}:
        raise NotAllowed("The case is assigned to somebody else", role=role.value, rule="assigned")
    if role is Role.PARTNER and assigned_to(case) != actor:
        raise NotAllowed("The case is not assigned to you", role=role.value, rule="own")
    if role is Role.LOGISTICS and not _travels(case):
        raise NotAllowed("No goods of this case are to be moved", role=role.value, rule="shipments")


def must_see_money(role: Role) -> None:
    """Raise NotAllowed for a role that never sees money."""
    if role in WITHOUT_MONEY:
        raise NotAllowed("This role sees no money", role=role.value, rule="money")


def _travels(case: Case) -> bool:
    """Tell whether goods were moved, or may still have to be."""
    is_moved = any(isinstance(known.fact, MOVES) for known in case.history)
    return is_moved or (not case.is_closed and case.kind in GOODS_BACK)


def must_unmask(role: Role, actor: str, field: str, case: Case) -> None:
    """Raise NotAllowed where this role may not see this field of this case in clear."""
    allowed = UNMASKED.get(role, frozenset())
    if field not in allowed and allowed is not ALL_FIELDS:
        raise NotAllowed(role=role.value, rule="unmask")
    if role in {Role.TECHNICIAN, Role.PARTNER} and assigned_to(case) != actor:
        raise NotAllowed("The case is not assigned to you", role=role.value, rule="assigned")
    if role is Role.LOGISTICS and case.is_closed:
        raise NotAllowed("The case is closed", role=role.value, rule="open-shipments")
