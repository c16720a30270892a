"""What the desk must answer, told plainly: lists of facts as tables of words, and no code of the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.cases.test_permissions import BY_HAND
from tests.faults.plain_clauses import Claim, Done, Table, broken, same_person
from tests.faults.plain_history import corrected, is_theirs, overdrawn, stands
from tests.faults.plain_words import (
    AFTER_A_MERGE,
    AFTER_THE_END,
    AMOUNTS,
    APART,
    BESIDE,
    FIRST,
    LEAVE,
    MAY_CHANGE,
    NEEDS_ITEM,
    ONCE,
    SPENT_BY,
    VERB_OF,
    Answer,
    Ask,
    No,
    same,
    whole,
)

MINUTE, LATE, SKEW = timedelta(minutes=1), timedelta(minutes=15), timedelta(seconds=5)
NEVER = datetime(1971, 1, 1, tzinfo=UTC)


@dataclass
class Plain:
    """One case under these texts; `stored` is all there is, the rest is read off it anew each time."""

    texts: Sequence[Table]
    stored: list[Done] = field(default_factory=list)
    is_desk: bool = False
    """At the desk every demand opens a case of its own."""

    def ask(self, ask: Ask, now: datetime) -> Answer:
        """Answer, and remember what was accepted."""
        try:
            return Answer("accepted" if self._decide(ask, now) else "quiet")
        except No as no:
            return no.answer

    def _decide(self, ask: Ask, now: datetime) -> bool:
        """Go through everything in the desk's order; tells whether something was recorded."""
        self._must_be_permitted(ask)
        self._must_be_well_formed(ask)
        if not self.stored and ask.verb != "receive":
            raise No("missing")
        self._must_be_theirs(ask)
        if ask.body.get("into") == "nowhere":
            raise No("missing")
        at = self._time(ask, now)
        if self._newest("Linked") and ask.verb not in AFTER_A_MERGE:
            raise No("state", "merged")
        if self.is_closed and ask.fact not in AFTER_THE_END:
            raise No("state", "closed")
        said = self._news(ask, at, now)
        if said is None:
            return False
        act = Done(len(self.stored) + 1, ask.fact, said, ask.actor, ask.role, at, now)
        for rule in broken(act, self.history, self.texts):
            raise No("clause", rule)
        self._must_hold(ask, act)
        self.stored.append(act)
        return True

    # What the case is

    @property
    def history(self) -> list[Done]:
        """The facts as corrected, in log order."""
        return corrected(self.stored)

    @property
    def cycle(self) -> list[Done]:
        """What happened since the last reopening, that one with it."""
        history = self.history
        starts = [place for place, fact in enumerate(history) if fact.name == "Reopened"]
        return history[starts[-1] :] if starts else history

    @property
    def is_closed(self) -> bool:
        return self._newest("Closed", "Linked", "Reopened") in {"Closed", "Linked"}

    @property
    def is_disputed(self) -> bool:
        return self._newest("Disputed", "Settled") == "Disputed"

    @property
    def paused_for(self) -> str | None:
        ends = [fact for fact in self.history if fact.name in {"Paused", "Resumed", "Closed", "Linked"}]
        return ends[-1].said.get("reason") if ends and ends[-1].name == "Paused" else None

    def _newest(self, *names: str) -> str | None:
        return next((fact.name for fact in reversed(self.history) if fact.name in names), None)

    @property
    def received(self) -> Table:
        return next((fact.said for fact in self.history if fact.name == "Received"), {})

    @property
    def begun_at(self) -> datetime | None:
        return next((fact.at for fact in self.history if fact.name == "Received"), None)

    @property
    def paid(self) -> int:
        return int(self.received.get("paid", {"minor": 0})["minor"])

    @property
    def refunded(self) -> int:
        return sum(fact.said["amount"]["minor"] for fact in self.history if fact.name == "Refunded")

    # Who may

    def _must_be_permitted(self, ask: Ask) -> None:
        if ask.role == "service":
            is_right = ask.verb not in {"approve", "reject", "escalate-clock"} and ask.has_scope
        else:
            is_right = ask.role in BY_HAND.get(ask.verb, "").split()
        if ask.door != "watcher" and not is_right:
            raise No("permission")

    def _must_be_theirs(self, ask: Ask) -> None:
        """Refuse what the role may do, but not here or not so."""
        assigned = next((f for f in reversed(self.history) if f.name in {"Classified", "Transferred"}), None)
        whose = assigned.said.get("assigned_to") if assigned else None
        is_check = ask.verb == "inspect" and ask.body["stage"] == "return_check"
        wrong = {
            "technician": whose not in {None, ask.actor} or is_check,
            "partner": whose != ask.actor or is_check,
            "quality": not is_check,
            "agent": ask.verb in {"approve", "reject"}
            and ask.body["subject"] not in {"materials", "return", "exchange"},
        }
        if wrong.get(ask.role) or (
            ask.role == "agent" and ask.verb == "correct" and not self._is_an_agents(ask)
        ):
            raise No("permission")

    def _is_an_agents(self, ask: Ask) -> bool:
        fact = self._stored(ask.body["corrects"])
        while fact and fact.name == "Corrected":
            fact = self._stored(fact.said["corrects"])
        return fact is None or "agent" in BY_HAND[VERB_OF[fact.name]].split()

    def _stored(self, version: int) -> Done | None:
        return self.stored[version - 1] if 0 < version <= len(self.stored) else None

    def _must_be_well_formed(self, ask: Ask) -> None:
        """Refuse a body that does not hold together by itself."""
        body = ask.body
        told = body.get("changes") or body.get("happened_at")
        wrong = {
            "receive": self.is_desk and bool(self.stored),
            **dict.fromkeys(
                ("request", "approve", "reject"),
                (body.get("subject") in NEEDS_ITEM and "item" not in body) or is_odd_amount(body),
            ),
            "inspect": body.get("stage") == "return_check" and "is_passed" not in body,
            "charge": body.get("is_over_budget", False) and "budget" not in body,
            "note": not body,
            "file": "form_no" not in body,
            "settle": not body.get("is_accepted") and body.get("settlement") != "decided",
            "correct": ask.at is not None or body.get("is_withdrawn", False) == bool(told),
        }
        if wrong.get(ask.verb):
            raise No("form")

    # When

    def _time(self, ask: Ask, now: datetime) -> datetime:
        """Give when it happened: not in the future, not before the demand, and late only with a document."""
        if ask.at is None:
            return now
        begun = self.begun_at or ask.at
        at = max(ask.at, begun)
        if ask.at > now + SKEW or ask.at <= begun - MINUTE or (at < now - LATE and not ask.has_document):
            raise No("form")
        return min(at, now)

    # What is new

    def _news(self, ask: Ask, at: datetime, now: datetime) -> Table | None:
        """Give what the fact would say, or nothing where that is known."""
        said = whole(ask.fact, ask.body)
        match ask.verb:
            case "receive":
                if self.received and self.received != said:
                    raise No("state", "received-once")
                is_news = not self.received
            case "pause":
                if self.paused_for not in {None, said["reason"]}:
                    raise No("state", "one-pause")
                is_news = self.paused_for is None
            case "resume":
                is_news = self.paused_for is not None
            case "close":
                is_news = not self.is_closed
            case "reopen":
                is_again = bool(
                    self.cycle and self.cycle[0].said == said and self.cycle[0].name == "Reopened"
                )
                if not self.is_closed and not is_again:
                    raise No("state", "closed-first")
                is_news = self.is_closed
            case "correct":
                if "happened_at" in said and said["corrects"] != 1:
                    said["happened_at"] = max(said["happened_at"], self.begun_at or now)
                is_news = self._is_right(ask, said, at, now)
            case "merge":
                is_news = not self._newest("Linked")
            case "escalate-clock":
                raise No("state", "not-due")
            case _:
                said = self._with_what_follows(said, ask)
                is_news = self._is_new(said, ask, at)
        return said if is_news else None

    def _with_what_follows(self, said: Table, ask: Ask) -> Table:
        """Add what the texts say of it: whose department, which rights, who pays the freight; and who had asked."""
        match ask.fact:
            case "Classified":
                act = Done(0, "Classified", said, "", "", NEVER, NEVER)
                claims = [Claim(text, [*self.history, act]) for text in self.texts]
                routes = [r["department"] for c in claims for r in c.text.get("routing", []) if c.applies(r)]
                return (
                    {"department": [*routes, "customer_service"][0]}
                    | said
                    | {"verdicts": [c.verdicts() for c in claims]}
                )
            case "Shipped":
                claims = [Claim(text, self.history) for text in self.texts]
                payers = [r["payer"] for c in claims for r in c.rights() if "payer" in r and c.applies(r)]
                return said | {"payer": "company" if "company" in payers else [*payers, "unknown"][0]}
            case "Approved":
                asked = [
                    f for f in self.history if f.name == "Requested" and same(f.said, said, "subject", "item")
                ]
                return said | ({"requested_by": asked[-1].actor} if asked else {})
            case _:
                return said

    def _is_new(self, said: Table, ask: Ask, at: datetime) -> bool:
        fact = ask.fact
        self._must_have_a_beginning(said, ask)
        if fact in ONCE:
            known = [f for f in self.history if f.name == fact and same(f.said, said, *ONCE[fact])]
            if known and known[0].said != said:
                raise No("state", f"{ask.verb}-once")
            return not known
        beside = {fact, *BESIDE.get(fact, ())}
        known = [f for f in self.cycle if f.name in beside and same(f.said, said, *APART.get(fact, ()))]
        is_known = bool(known) and (known[-1].name, known[-1].said) == (fact, said)
        is_known = is_known and (fact != "Approved" or is_theirs(known[-1], ask))
        is_new = not (is_known and (ask.at is None or fact == "Classified" or known[-1].at == at))
        if is_new and fact in {"Mediated", "Settled"} and not self.is_disputed:
            raise No("state", "disputed-first")
        if is_new and fact == "Promised" and said["promised_at"] <= at:
            raise No("state", "promise-ahead")
        return is_new

    def _must_have_a_beginning(self, said: Table, ask: Ask) -> None:
        """Refuse what answers nothing, and leave for an item that no text has."""
        first, number, rule = FIRST.get(ask.fact, ("", "", ""))
        if rule and not any(f.name == first and same(f.said, said, number) for f in self.history):
            raise No("state", rule)
        items = {
            "override": [
                i["id"] for t in self.texts for i in t["constraint"] if i.get("is_overridable", True)
            ],
            "exclusion": [item["id"] for text in self.texts for item in text["promise"]],
        }
        named = str(said.get("item")).split(":")
        if ask.fact in LEAVE and said["subject"] in items and not set(named) & set(items[said["subject"]]):
            raise No("state", "known-item")

    # Correcting

    def _is_right(self, ask: Ask, said: Table, at: datetime, now: datetime) -> bool:
        """Judge a correction; tells whether it changes anything."""
        target = self._stored(ask.body["corrects"])
        is_withdrawn = ask.body.get("is_withdrawn", False)
        if target is None:
            raise No("form")
        standing = next((fact for fact in self.history if fact.version == target.version), None)
        if target.name == "Corrected":
            if not is_withdrawn:
                raise No("form")
            if not stands(target, self.stored):
                return False
            below = target
            while below.name == "Corrected":
                below = self.stored[below.said["corrects"] - 1]
            if below.name in AMOUNTS and not ask.has_document:
                raise No("form")
        elif standing is None:
            if not is_withdrawn:
                raise No("state", "withdrawn-fact")
            return False
        else:
            self._must_be_correctable(ask, target, standing, now)
        act = Done(len(self.stored) + 1, "Corrected", said, ask.actor, ask.role, at, now)
        after = Plain(self.texts, [*self.stored, act])
        if after.early - self.early:
            raise No("state", "received-first")
        if after.refunded and not (after.paid >= after.refunded and after.is_one_currency):
            raise No("money", "refund-within-paid")
        if overdrawn(after.history, after.cycle):
            raise No("money", "leave-amount")
        return target.name == "Corrected" or after.history != self.history

    def _must_be_correctable(self, ask: Ask, target: Done, standing: Done, now: datetime) -> None:
        changes, right = ask.body.get("changes", {}), ask.body.get("happened_at")
        if ask.body.get("is_withdrawn") and target.name == "Received":
            raise No("state", "received-stays")
        begun = self.begun_at or now
        has_money = bool(changes.keys() & {"amount", "paid"}) or (
            ask.body.get("is_withdrawn") and bool(standing.said.keys() & {"amount", "paid"})
        )
        if (
            any(target.name not in MAY_CHANGE[name] for name in changes)
            or (has_money and not ask.has_document)
            or (right is not None and right > now)
            or (right is not None and target.name != "Received" and right <= begun - MINUTE)
            or (
                right is not None
                and not ask.has_document
                and right < min(target.recorded_at - LATE, target.at)
            )
        ):
            raise No("form")

    @property
    def early(self) -> set[int]:
        """Which facts lie before the demand."""
        return {fact.version for fact in self.history if self.begun_at and fact.at < self.begun_at}

    @property
    def is_one_currency(self) -> bool:
        money = [fact.said["amount"] for fact in self.history if fact.name == "Refunded"]
        return {one["currency"] for one in money} <= {self.received.get("paid", {}).get("currency")}

    # What holds under every text

    def _must_hold(self, ask: Ask, act: Done) -> None:
        """Money is kept, and whoever gives leave neither asked for it nor spends it."""
        said = act.said
        match act.name:
            case "Approved" if same_person(said.get("requested_by"), ask.actor):
                raise No("state", "four-eyes")
            case "Refunded":
                paid = self.received.get("paid")
                if paid is None or paid["currency"] != said["amount"]["currency"]:
                    raise No("money", "refund-within-paid")
                if not 0 < said["amount"]["minor"] <= self.paid - self.refunded:
                    raise No("money", "refund-within-paid")
                lifting = [
                    f for f in self.history if f.name == "Approved" and f.said["subject"] == "refund_limit"
                ]
                if any(same_person(fact.actor, ask.actor) for fact in lifting):
                    raise No("state", "four-eyes")
            case "Compensated":
                if said["amount"]["minor"] == 0:
                    raise No("money", "amount")
                if said["kind"] == "indirect_loss" and not said.get("attachments"):
                    raise No("state", "evidence")
                self._must_have_leave(ask, "compensation", said["item"])
            case "Linked" if self.refunded or "customer_phone" not in self.received:
                raise No("state", "merge-before-refund" if self.refunded else "merge-approved")
            case "Charged" if said["is_over_budget"]:
                self._must_have_leave(ask, "budget", said["budget"])
        if overdrawn([*self.history, act], [*self.cycle, act]):
            raise No("money", "leave-amount")

    def _must_have_leave(self, ask: Ask, subject: str, item: str) -> None:
        words = [
            fact
            for fact in self.cycle
            if fact.name in {"Approved", "Rejected"}
            and (fact.said["subject"], fact.said.get("item")) == (subject, item)
        ]
        if not words or words[-1].name == "Rejected":
            raise No("state", f"{subject}-approved")
        if same_person(words[-1].actor, ask.actor):
            raise No("state", "four-eyes")


def is_odd_amount(body: Table) -> bool:
    """Tell whether leave names an amount that nothing of its subject, or not just of its item, could spend."""
    _, field = SPENT_BY.get(body.get("subject", ""), ("", ""))
    return "subject" in body and "amount" in body and (field == "" or (field is None and "item" in body))
