"""What may be asked of a case: one command per fact, each a request body with its own `decide`."""

from __future__ import annotations

from cases.command import Command
from cases.commands.control import Approve, Close, Pause, Reject, Reopen, Request, Resume, Transfer
from cases.commands.correcting import Correct
from cases.commands.intake import Classify, Receive
from cases.commands.money import AnswerQuote, Quote, Refund
from cases.commands.talk import Escalate, Note, Respond, Revisit
from cases.commands.work import Book, Deliver, Inspect, Repair, Replace, Ship

__all__ = [
    "COMMANDS", "AnswerQuote", "Approve", "Book", "Classify", "Close", "Command", "Correct", "Deliver", "Escalate",
    "Inspect", "Note", "Pause", "Quote", "Receive", "Refund", "Reject", "Reopen", "Repair", "Replace", "Request",
    "Respond", "Resume", "Revisit", "Ship", "Transfer",
]  # fmt: skip

COMMANDS: dict[str, type[Command]] = {
    command.verb(): command
    for command in (
        Receive, Classify, Ship, Inspect, Repair, Refund, Revisit, Escalate, Respond, Deliver, Quote, AnswerQuote,
        Request, Approve, Reject, Replace, Pause, Resume, Book, Transfer, Note, Correct, Close, Reopen,
    )
}  # fmt: skip
"""Every command by its verb, as its route spells it; the first eight record the milestones."""
