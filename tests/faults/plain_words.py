"""The words of the plain model: commands and their facts, what goes unsaid, what stands apart; asks and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.faults.plain_clauses import Table

FACT_OF = {
    "receive": "Received", "classify": "Classified", "ship": "Shipped", "inspect": "Inspected", "repair": "Repaired",
    "refund": "Refunded", "revisit": "Revisited", "escalate": "Escalated", "respond": "Responded",
    "deliver": "Delivered", "quote": "Quoted", "answer-quote": "QuoteAnswered", "request": "Requested",
    "approve": "Approved", "reject": "Rejected", "replace": "Replaced", "pause": "Paused", "resume": "Resumed",
    "book": "Booked", "transfer": "Transferred", "note": "Noted", "correct": "Corrected", "close": "Closed",
    "reopen": "Reopened", "promise": "Promised", "file": "Filed", "verify": "Verified", "arrive": "Arrived",
    "install": "Installed", "track": "Tracked", "take-custody": "CustodyTaken", "return-custody": "CustodyReturned",
    "move-stock": "StockMoved", "compensate": "Compensated", "charge": "Charged", "dispute": "Disputed",
    "investigate": "Investigated", "mediate": "Mediated", "settle": "Settled", "review": "Reviewed",
    "merge": "Linked", "escalate-clock": "Escalated",
}  # fmt: skip
VERB_OF = {fact: verb for verb, fact in FACT_OF.items() if verb != "escalate-clock"}
UNSAID: dict[str, Table] = {
    "Received": {"product_line": "lamp", "sales_channel": "unknown", "has_proof": False, "has_fault_description": False,
                 "is_live": True},
    "Classified": {"reason": "none", "category": "other", "severity": "normal", "is_safety": False},
    "Inspected": {"cause": "unknown"}, "Repaired": {"mode": "mail_in", "cause": "unknown", "is_function_tested": False},
    "Refunded": {"is_original_account": True}, "Escalated": {"is_automatic": False}, "Delivered": {"is_damaged": False},
    "Responded": {"channel": "phone"}, "CustodyTaken": {"is_agreed": True}, "Charged": {"is_over_budget": False},
    "Arrived": {"purpose": "visit", "is_id_shown": False}, "StockMoved": {"quantity": 1},
    "Promised": {"is_agreed": False},
    "Installed": {"is_function_tested": False, "is_use_explained": False}, "Settled": {"is_recourse_told": False},
    "Investigated": {"cause": "unknown"}, "Reviewed": {"department": "unknown", "is_systematic": False},
}  # fmt: skip
"""What a fact says where its command said nothing."""
LEAVE = {"Requested", "Approved", "Rejected"}
NEEDS_ITEM = {"override", "exclusion", "part", "compensation", "budget"}
SPENT_BY: dict[str, tuple[str, str | None]] = {
    "return": ("Refunded", None), "refund_limit": ("Refunded", None), "compensation": ("Compensated", "item"),
    "budget": ("Charged", "budget"),
}  # fmt: skip
"""By which fact leave that names an amount is spent, and which field of it tells the item of the leave."""
APART = {
    **dict.fromkeys(LEAVE, ("subject", "item")), "Filed": ("form", "step", "form_no"), "Verified": ("checked",),
    "Promised": ("purpose",), "Tracked": ("direction",), "StockMoved": ("item", "stock"),
    "QuoteAnswered": ("quote_no",),
}  # fmt: skip
"""By which fields facts of one name stand apart, so that each of them is news once."""
BESIDE = {
    **dict.fromkeys(LEAVE, LEAVE), "Disputed": {"Settled"}, "Mediated": {"Disputed"}, "Settled": {"Disputed"},
    "Delivered": {"Shipped"},
}  # fmt: skip
"""After which other facts the same words are news again."""
ONCE = {
    "Quoted": ("quote_no",), "CustodyTaken": ("receipt_no",), "CustodyReturned": ("receipt_no",),
    "Compensated": ("item", "kind"), "Charged": ("voucher_no", "cost"),
}  # fmt: skip
"""What is on record once for each number."""
FIRST = {
    "QuoteAnswered": ("Quoted", "quote_no", "quote-first"), "Tracked": ("Shipped", "direction", "shipped-first"),
    "CustodyReturned": ("CustodyTaken", "receipt_no", "custody-first"),
}  # fmt: skip
"""What must be there before, of the same number or direction; the rule that says so."""
AFTER_THE_END = {
    "Reopened", "Closed", "Noted", "Corrected", "Revisited", "Escalated", "Responded", "Filed", "Verified", "Charged",
    "Reviewed", "Linked",
}  # fmt: skip
AFTER_A_MERGE = {"correct", "merge", "escalate-clock"}
AMOUNTS = {"Refunded", "Quoted", "Compensated", "Charged", "Received", "Disputed", "Approved"}
"""Facts with money in them: they go, and their amounts change, only with a document."""
MAY_CHANGE = {
    "amount": {"Refunded", "Quoted", "Compensated", "Charged", "Approved"}, "paid": {"Received"},
    "is_passed": {"Inspected"}, "is_solved": {"Revisited"}, "severity": {"Classified"},
}  # fmt: skip
RULES_OF_MONEY = {
    "refund-within-paid",
    "refund-above-limit",
    "coupons-within-value",
    "amount",
    "leave-amount",
}


@dataclass(frozen=True)
class Ask:
    """Somebody asks for something; `at` where they tell when it happened, `scopes` where a key names its commands."""

    verb: str
    body: Table
    role: str
    actor: str
    at: datetime | None = None
    has_document: bool = False
    has_scope: bool = True
    door: str = "api"

    @property
    def fact(self) -> str:
        return FACT_OF[self.verb]


@dataclass(frozen=True)
class Answer:
    """`accepted`, `quiet`, or the kind of a refusal (permission, form, missing, state, money, clause) and its rule."""

    kind: str
    rule: str = ""

    @classmethod
    def no(cls, kind: str, rule: str = "") -> Answer:
        return cls("money" if rule in RULES_OF_MONEY else kind, rule)


class No(Exception):
    """The plain model refuses."""

    def __init__(self, kind: str, rule: str = "") -> None:
        super().__init__(kind, rule)
        self.answer = Answer.no(kind, rule)


def whole(fact: str, body: Table) -> Table:
    """Give what a fact of this body says, with what nobody said."""
    return {name: value for name, value in (UNSAID.get(fact, {}) | body).items() if value is not None}


def same(one: Table, other: Table, *names: str) -> bool:
    return all(one.get(name) == other.get(name) for name in names)
