"""Who may ask for what: one table, role × command, with the relation to the case; what is not listed is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from cases.caller import Caller
from cases.case import Case
from cases.codes import InspectionStage, Role, Subject
from cases.command import Command
from cases.commands import COMMANDS, Approve, Correct, Inspect, Reject
from cases.errors import NotAllowed
from cases.events import Classified, Corrected, Transferred


class Relation(StrEnum):
    """To which cases a permission reaches."""

    ANY = "any"
    ASSIGNED = "assigned"
    """Cases that are assigned to the caller or to nobody."""
    OWN = "own"
    """Cases that are assigned to the caller (S3 二)."""
    RETURN_CHECK = "return_check"
    """Any case, but only the return check of it (S0 五/1(4)), which in turn no technician makes."""
    REVIEW = "review"
    """Any case, but only the materials and the return order of it (S0 三/2, 五/1(2))."""
    OWN_FACTS = "own_facts"
    """Any case, but only facts that the role itself may record."""
    SCOPED = "scoped"
    """Any case, where the credential names the command as a scope."""
    DIGESTS = "digests"
    """Programmes that sum figures up, costs among them; none that ranks or evaluates people."""
    WATCHER = "watcher"
    """Any case, by the watcher itself: no credential reaches it."""


_PROGRAMME = ("hold", "rectify", "follow", "publish")
"""What is asked of a programme in a period, not of a case (cases/programmes)."""
_PROPOSAL = ("propose", "decide")
"""What is asked of a proposal; the regulation says which of the roles decides (cases/proposals)."""
_MONTH = ("publish-month",)
"""What is asked of a month: who answers for the work or looks at it reports it (S0 六/1, S1 七/4)."""
_AGENT = (
    "receive", "classify", "respond", "note", "revisit", "escalate", "answer-quote", "request", "pause", "resume",
    "book", "transfer", "refund", "close", "reopen", "promise", "file", "verify", "dispute", "investigate",
    "settle", "review", "merge",
)  # fmt: skip
_TECHNICIAN = (
    "inspect", "quote", "repair", "replace", "respond", "note", "request", "pause", "resume", "book", "promise",
    "file", "arrive", "install", "take-custody", "return-custody", "move-stock", "investigate",
)  # fmt: skip
_LOGISTICS = (
    "ship", "deliver", "replace", "note", "request", "track", "arrive", "install", "take-custody", "return-custody",
    "move-stock", "file",
)  # fmt: skip
_SUPERVISOR = (
    "approve", "reject", "transfer", "classify", "escalate", "respond", "note", "correct", "close", "reopen",
    "promise", "file", "verify", "dispute", "investigate", "mediate", "settle", "review",
    "merge", *_PROGRAMME, *_PROPOSAL, *_MONTH,
)  # fmt: skip
_FINANCE = ("refund", "note", "compensate", "charge", "file")
_STORE = ("receive", "respond", "transfer", "request", "note", "file")
_WAREHOUSE = ("move-stock", "request", "note", "file")
_MANAGEMENT = ("approve", "reject", "note", *_PROGRAMME, *_PROPOSAL, *_MONTH, "answer-appeal")
_LEGAL = ("investigate", "mediate", "settle", "note", "file")
_RESEARCH = ("note", "file")
_PARTNER = (
    "inspect", "repair", "replace", "respond", "note", "request", "book", "promise", "file", "arrive", "install",
    "take-custody", "return-custody", "move-stock",
)  # fmt: skip
_SERVICE = tuple(verb for verb in COMMANDS if verb not in {"approve", "reject"})

WATCHED = frozenset({"escalate-clock", "escalate-alert"})
"""The commands without a route (cases/watching.py)."""
_REVIEWED = frozenset({Subject.MATERIALS, Subject.RETURN, Subject.EXCHANGE})
_VERB_OF = {command.fact.name(): verb for verb, command in COMMANDS.items()}

_WORK: Mapping[Role, Mapping[str, Relation]] = {
    Role.AGENT: {
        **dict.fromkeys(_AGENT, Relation.ANY),
        **dict.fromkeys(("approve", "reject"), Relation.REVIEW),
        "correct": Relation.OWN_FACTS,
    },
    Role.TECHNICIAN: dict.fromkeys(_TECHNICIAN, Relation.ASSIGNED),
    Role.LOGISTICS: dict.fromkeys(_LOGISTICS, Relation.ANY),
    Role.QUALITY: {
        "inspect": Relation.RETURN_CHECK,
        **dict.fromkeys(("hold", "rectify", "follow", *_MONTH), Relation.ANY),
    },
    Role.DISPUTE: {},
    Role.SUPERVISOR: dict.fromkeys(_SUPERVISOR, Relation.ANY),
    Role.FINANCE: {**dict.fromkeys(_FINANCE, Relation.ANY), "hold": Relation.DIGESTS},
    Role.STORE: dict.fromkeys(_STORE, Relation.ANY),
    Role.WAREHOUSE: dict.fromkeys(_WAREHOUSE, Relation.ANY),
    Role.MANAGEMENT: dict.fromkeys(_MANAGEMENT, Relation.ANY),
    Role.LEGAL: dict.fromkeys(_LEGAL, Relation.ANY),
    Role.RESEARCH: dict.fromkeys(_RESEARCH, Relation.ANY),
    Role.PARTNER: dict.fromkeys(_PARTNER, Relation.OWN),
    Role.BI: {},
    Role.ADMIN: {},
    Role.SERVICE: {**dict.fromkeys(_SERVICE, Relation.SCOPED), **dict.fromkeys(WATCHED, Relation.WATCHER)},
}
_CONCERNED = {"appeal": Relation.OWN}
"""Against what was decided about oneself: everybody whose work is judged."""
TABLE: Mapping[Role, Mapping[str, Relation]] = {
    role: verbs if role is Role.SERVICE or not verbs else {**verbs, **_CONCERNED}
    for role, verbs in _WORK.items()
}
"""The decision table (evidence.md 4); the oracle of its test is written out there a second time."""


def permits(role: Role, verb: str, scopes: Collection[str] = ()) -> bool:
    """Tell whether a role may ever ask for a command; the relation to the case is judged when it is known."""
    relation = TABLE.get(role, {}).get(verb)
    if relation is Relation.SCOPED:
        return verb in scopes
    return relation not in {None, Relation.WATCHER}


def must_permit(role: Role, verb: str, scopes: Collection[str] = ()) -> None:
    """Raise NotAllowed where `permits` says no."""
    if not permits(role, verb, scopes):
        raise NotAllowed(role=role.value, command=verb)


def must_relate(caller: Caller, command: Command, case: Case) -> None:
    """Raise NotAllowed where the role may ask for the command, but not of this case or not in this way."""
    relation = TABLE.get(caller.role, {}).get(command.verb())
    if relation is Relation.ASSIGNED and assigned_to(case) not in {None, caller.actor}:
        raise NotAllowed("The case is assigned to somebody else", role=caller.role.value, rule="assigned")
    if relation is Relation.OWN and assigned_to(case) != caller.actor:
        raise NotAllowed("The case is not assigned to you", role=caller.role.value, rule="own")
    if relation is Relation.RETURN_CHECK and not _is_return_check(command):
        raise NotAllowed("Quality records return checks only", role=caller.role.value, rule="return-check")
    if relation is Relation.REVIEW and not _is_review(command):
        raise NotAllowed(
            "Agents decide on materials and return orders only; a supervisor decides the rest",
            role=caller.role.value,
            rule="review",
        )
    if relation is Relation.OWN_FACTS and _corrected_verb(command, case) not in TABLE[caller.role]:
        raise NotAllowed(
            "This fact is another role's to record, and so to correct; ask a supervisor",
            role=caller.role.value,
            rule="own-facts",
        )
    if caller.role in {Role.TECHNICIAN, Role.PARTNER} and _is_return_check(command):
        raise NotAllowed("Return checks are for quality", role=caller.role.value, rule="return-check")
    if command.verb() in WATCHED and (relation, caller.source.system) != (Relation.WATCHER, "watcher"):
        raise NotAllowed(
            "Only the watcher tells levels of clocks and alerts", role=caller.role.value, rule="watcher"
        )


def must_take_part(role: Role, kind: str) -> None:
    """Raise NotAllowed where the role neither holds nor reads programmes of a kind."""
    if TABLE[role].get("hold") is Relation.DIGESTS and kind != "digest":
        raise NotAllowed("Only digests are yours to hold and to read", role=role.value, rule="digests")


def assigned_to(case: Case) -> str | None:
    """Name who a case is assigned to, by its newest classification or transfer."""
    for known in reversed(case.history):
        if isinstance(known.fact, Classified | Transferred):
            return known.fact.assigned_to
    return None


def _is_review(command: Command) -> bool:
    return isinstance(command, Approve | Reject) and command.subject in _REVIEWED


def _corrected_verb(command: Command, case: Case) -> str | None:
    """Name the command that records what a correction corrects; a correction's own is the fact below it."""
    stored = {known.originator_version: known.fact for known in case.stored}
    fact = stored.get(command.corrects) if isinstance(command, Correct) else None
    while isinstance(fact, Corrected):
        fact = stored.get(fact.corrects)
    return _VERB_OF[fact.name()] if fact else "correct"


def _is_return_check(command: Command) -> bool:
    return isinstance(command, Inspect) and command.stage is InspectionStage.RETURN_CHECK
