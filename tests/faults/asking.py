"""What anybody may ask of one case, legal or not: bodies for every command, callers of every role, times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.cases.test_permissions import BY_HAND
from tests.faults.plain_words import NEEDS_ITEM, SPENT_BY

Body = dict[str, Any]
Bodies = st.SearchStrategy[Body]
LINES: Mapping[str, tuple[str, ...]] = {
    "lamp": ("lamp-factory",), "furniture": ("home-store",), "lamp-sales": ("lamp-sales",),
    "smart-equipment": ("textile",), "water-meter": ("water-meter",), "kettle": (),
}  # fmt: skip
"""A product line for each shipped regulation, and one that no regulation knows."""
ROLES = (
    "agent", "technician", "logistics", "quality", "dispute", "supervisor", "finance", "store",
    "warehouse", "management", "legal", "research", "partner", "bi", "admin", "service",
)  # fmt: skip
TWO_HATS = ("two-hats", "Two-Hats")
"""One person who acts in every role."""
FRESH = {"purchased_on": "lately", "goods_received_on": "lately"}
OLD = {"purchased_on": "long ago", "goods_received_on": "long ago"}
PROVED = {"has_proof": True, "has_fault_description": True}
NAMED = {"customer_name": "Kettle Lamp", "customer_phone": "13900001111", "description": "it hums"}
NEXT_YEAR = datetime(2027, 6, 1, tzinfo=UTC)
PAPER = [{"sha256": "a" * 64}]
AMOUNTS = (0, 1, 1_000, 4_000, 4_000, 5_000, 10_000, 60_000, 100_001, 200_000)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    """Draw one of these; None leaves the field out."""
    return st.sampled_from(values)


def body(**fields: Any) -> Bodies:
    """Draw a body: a strategy, a tuple of choices or one value for each field."""
    drawn = {
        name: held
        if isinstance(held, st.SearchStrategy)
        else one_of(*(held if isinstance(held, tuple) else (held,)))
        for name, held in fields.items()
    }
    return st.fixed_dictionaries(drawn).map(
        lambda d: {name: value for name, value in d.items() if value is not None}
    )


def money(*minor: int) -> st.SearchStrategy[Body]:
    """Draw an amount, now and then in another currency."""
    return st.builds(lambda m, c: {"minor": m, "currency": c}, one_of(*minor), one_of(*["CNY"] * 19, "EUR"))


MAYBE = (None, None, True, False)
LEAVE = {
    "subject": ("return", "exchange", "materials", "override", "override", "exclusion", "refund_account", "special",
                "part", "budget", "sample", *["compensation"] * 3, *["refund_limit"] * 5),
    "reason": ("other", "loss"),
}  # fmt: skip
ITEMS = {
    "override": ("refund-after-inspection", "classified-first", "three-hands", "revisited-before-closing",
                 "verified-before-inspection", "compensation-approved", "no-such-rule"),
    "exclusion": ("consultation-reply", "resolution:1", "no-such-clock"),
    "part": ("P-1", "P-2"), "compensation": ("C-1", "C-1", "C-2"), "budget": ("B-1", "B-1", "B-2"),
        "sample": ("P-1", None),
}  # fmt: skip

THEMES: Sequence[Body] = (
    {"subject": "refund_limit"}, {"subject": "refund_limit"}, {"subject": "materials"},
    {"subject": "override", "item": "refund-after-inspection"}, {"subject": "override", "item": "classified-first"},
    {"subject": "compensation", "item": "C-1"}, {"subject": "budget", "item": "B-1"},
)  # fmt: skip
"""What half of all leave in one example is about, so that asking, giving, refusing and using it meet."""


@st.composite
def leave(draw: st.DrawFn, /, **more: Any) -> Body:
    """Draw what leave is asked for or given for, mostly with its item."""
    found = draw(body(**LEAVE, **more))
    if found["subject"] not in SPENT_BY and draw(one_of(*[True] * 9, False)):
        found.pop("amount", None)
    items = ITEMS.get(found["subject"], (None, None, None, "P-1"))
    item = draw(one_of(*items, None)) if found["subject"] in NEEDS_ITEM else draw(one_of(*items))
    return found | ({} if item is None else {"item": item})


@st.composite
def correction(draw: st.DrawFn) -> Body:
    """Draw a correction: mostly of one thing, and `is_aimed` at a fact that has it; `hours` become a time."""
    told: Body = draw(
        st.one_of(
            st.just({"is_withdrawn": True}),
            body(
                changes=one_of(
                    {"is_passed": False}, {"is_passed": True}, {"is_solved": True}, {"severity": "major"}
                )
            ),
            st.builds(lambda amount: {"changes": {"amount": amount}}, money(*AMOUNTS)),
            st.builds(lambda paid: {"changes": {"paid": paid}}, money(*AMOUNTS)),
            body(hours=(1, 2, 5, 30, 100, -1)),
            st.just({}),
        )
    )
    aim: Body = {"corrects": draw(st.integers(0, 60)), "is_aimed": draw(one_of(True, True, True, False))}
    return aim | told | {"reason": "typing_error"}


INTAKE = st.builds(
    lambda one, bought, proved, named: one | bought | proved | named,
    body(channel=("phone", "store", "email"), sales_channel=(None, "online", "store"),
         paid=st.one_of(money(10_000, 10_000, 150_000), money(10_000), money(150_000), st.none()),
         is_known=None),
    one_of(FRESH, FRESH, FRESH, OLD, {}), one_of(PROVED, PROVED, {}), one_of(NAMED, NAMED, {}),
)  # fmt: skip

BODIES: Mapping[str, Bodies] = {
    "receive": INTAKE,
    "classify": body(
        kind=(
            "return",
            "return",
            "exchange",
            "repair",
            "repair",
            "complaint",
            "consultation",
            "opinion",
            "delivery",
        ),
        reason=("quality", "not_fit", "none", None),
        category=(None, "attitude", "product"),
        severity=(None, None, "major"),
        is_safety=(None, None, None, True),
        is_human_damage=(None, None, False, True),
        mode=(None, "on_site"),
        assigned_to=(None, None, "bo", "pat"),
        complexity=(None, "simple"),
        department=(None, None, "quality"),
    ),
    "ship": body(
        direction=("inbound", "outbound"),
        mode=("pickup", "customer_ships", "company_ships"),
        waybill=(None, "SF-1001", "SF-1002"),
    ),
    "inspect": body(
        stage=("return_check", "return_check", "arrival", "pre_delivery", "restock", "on_site"),
        disposition=("repair", "refund", "replace"),
        is_passed=(None, True, True, False),
        is_packaging_intact=MAYBE,
        is_human_damage=(None, None, None, True, False),
        are_accessories_complete=(None, None, True, False),
        cause=(None, None, "parts_missing"),
    ),
    "repair": body(mode=(None, "on_site"), is_function_tested=(None, True)),
    "refund": body(amount=money(*AMOUNTS), is_original_account=(None, None, None, True, False)),
    "revisit": body(method=("phone", "survey"), is_solved=(True, True, False)),
    "escalate": body(
        level=("supervisor", "management"), reason=("major", "unreasonable_demand", "technical", "other")
    ),
    "respond": body(
        step=("reply", "solution", "stop_use", "policy_explained", "disclosure", "contact"),
        channel=(None, "email"),
    ),
    "deliver": body(direction=("inbound", "outbound"), is_damaged=(None, True)),
    "quote": body(quote_no=("Q-1", "Q-2"), amount=money(5_000, 6_000)),
    "answer-quote": body(quote_no=("Q-1", "Q-2"), is_accepted=(True, False)),
    "request": leave(),
    "approve": leave(order_no=(None, "TH-7"), amount=st.one_of(st.none(), money(*AMOUNTS))),
    "reject": leave(),
    "replace": body(is_original_recovered=(None, True)),
    "pause": body(reason=("waiting_for_customer", "waiting_for_parts")),
    "resume": st.just({}),
    "book": body(begins_at=NEXT_YEAR, purpose=("delivery", "visit", None), is_agreed=(None, True)),
    "transfer": body(department=("tech_support", "quality"), assigned_to=(None, "bo", "pat")),
    "note": body(word=("mismatch", "seen", None)),
    "correct": correction(),
    "close": body(outcome=("solved", "refused", "withdrawn", "quote_declined", "unknown")),
    "reopen": body(reason=("not_solved", "fault_again")),
    "promise": body(
        purpose=("replacement", "visit"),
        is_agreed=(None, True),
        promised_at=(NEXT_YEAR, datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    "file": body(
        form=("delivery_slip", "service_record", "repair_record"),
        step=("signed", "made_out"),
        form_no=("F-1", "F-1", None),
    ),
    "verify": body(checked=("application", "purchase", "customer"), is_right=(True, True, False)),
    "arrive": body(purpose=(None, "delivery")),
    "install": body(is_function_tested=(None, True)),
    "track": body(direction=("inbound", "outbound"), transit=("in_transit", "delayed")),
    "take-custody": body(receipt_no=("R-1", "R-1", "R-2"), is_agreed=(None, True, False)),
    "return-custody": body(receipt_no=("R-1", "R-1", "R-2"), is_receipt_recovered=(True, True, False)),
    "move-stock": body(
        movement=("ordered", "issued", "used", "returned", "withdrawn"),
        stock=("component", "supplement", "sample"),
        item=("P-1", "P-2"),
        is_same_quality=(None, True),
        certificate_no=(None, "Z-9"),
    ),
    "compensate": body(
        kind=("direct_loss", "indirect_loss", "coupon", "goodwill"),
        amount=money(0, 4_000, 7_000),
        item=("C-1", "C-2"),
        formula="v1",
        attachments=st.one_of(st.none(), st.just(PAPER)),
    ),
    "charge": body(
        cost=("labour", "parts"),
        amount=money(100, 200),
        payer=("company", "customer"),
        voucher_no=("V-1", "V-2"),
        budget=(None, "B-1", "B-2"),
        is_over_budget=(None, True),
    ),
    "dispute": body(about=("liability", "amount")),
    "investigate": body(liable=("company", "carrier")),
    "mediate": body(body=("institute", "court"), result=("agreed", "failed")),
    "settle": body(settlement=("agreed", "decided"), is_accepted=(True, False)),
    "review": body(cause=("driver", "wiring"), improvement=("process", "none")),
    "merge": body(into=(*["twin"] * 4, "nowhere")),
    "escalate-clock": body(clock=("resolution:1", "no-such-clock"), level=("supervisor", "0.75")),
}
"""Every command there is, by its verb, with bodies that mostly hold together."""

WHEN = one_of(
    *[None] * 24,
    "10 minutes ago",
    "3 hours ago",
    "3 hours ago",
    "30 seconds before the case",
    "1 hour before the case",
    "3 seconds ahead",
    "1 hour ahead",
)
"""When somebody tells that it happened."""


def moment(when: str | None, now: datetime, begun: datetime) -> datetime | None:
    """Give the time that is told."""
    if when is None:
        return None
    amount, unit, *_ = when.split()
    away = timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(amount)})
    return now + away if when.endswith("ahead") else (now if when.endswith("ago") else begun) - away


def callers(verbs: Sequence[str]) -> st.SearchStrategy[tuple[str, str]]:
    """Draw a role and a name: mostly a role that may ask for one of these, else any."""
    may = [role for verb in verbs for role in BY_HAND.get(verb, "").split()]
    may += [] if {"approve", "reject"} & set(verbs) else ["service"]
    role, name = one_of(*may * (60 // len(may)), *ROLES), one_of(None, None, *TWO_HATS)
    return st.tuples(role, name).map(lambda who: (who[0], who[1] or NAMES.get(who[0], who[0])))


NAMES = {"technician": "bo", "partner": "pat"}
"""Whom cases are assigned to."""
