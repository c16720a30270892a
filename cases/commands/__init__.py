"""What may be asked of a case: one command per fact, each a request body with its own `decide`."""

from __future__ import annotations

from cases.command import Command
from cases.commands.control import Approve, Close, Pause, Reject, Reopen, Request, Resume, Review, Transfer
from cases.commands.correcting import Correct
from cases.commands.dispute import Dispute, Investigate, Mediate, Settle
from cases.commands.goods import MoveStock, ReturnCustody, TakeCustody, Track
from cases.commands.intake import Classify, Receive
from cases.commands.joining import Merge
from cases.commands.money import AnswerQuote, Charge, Compensate, Quote, Refund
from cases.commands.talk import Escalate, File, Note, Promise, Respond, Revisit, Verify
from cases.commands.work import Arrive, Book, Deliver, Inspect, Install, Repair, Replace, Ship

__all__ = [
    "COMMANDS", "AnswerQuote", "Approve", "Arrive", "Book", "Charge", "Classify", "Close", "Command",
    "Compensate", "Correct", "Deliver", "Dispute", "Escalate", "File", "Inspect", "Install",
    "Investigate", "Mediate", "Merge", "MoveStock", "Note", "Pause", "Promise", "Quote", "Receive", "Refund",
    "Reject", "Reopen", "Repair", "Replace", "Request", "Respond", "Resume", "ReturnCustody", "Review",
    "Revisit", "Settle", "Ship", "TakeCustody", "Track", "Transfer", "Verify",
]  # fmt: skip

COMMANDS: dict[str, type[Command]] = {
    command.verb(): command
    for command in (
        Receive, Classify, Ship, Inspect, Repair, Refund, Revisit, Escalate, Respond, Deliver, Quote, AnswerQuote,
        Request, Approve, Reject, Replace, Pause, Resume, Book, Transfer, Note, Correct, Close, Reopen,
        Promise, File, Verify, Arrive, Install, Track, TakeCustody, ReturnCustody, MoveStock,
        Compensate, Charge, Dispute, Investigate, Mediate, Settle, Review, Merge,
    )
}  # fmt: skip
"""Every command by its verb, as its route spells it; the first eight record the milestones."""
