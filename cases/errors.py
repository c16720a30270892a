"""Every way the business can say no, as one tree.

CaseledgerError
├── Refused                  a rule forbids it now; cites the clause
│   └── NotAllowed           this role may not do it
├── Malformed                the request itself is wrong; names field and cure, never values
├── NotFound                 no such case, clock, month, position
├── Conflict
│   ├── CaseIsBusy           somebody else wrote first; read again and retry
│   ├── VersionMismatch      If-Match names an older version
│   ├── KeyReused            the idempotency key was used for another request
│   └── KeyInFlight          the same key is being worked on
├── Unauthenticated          no credential or an unknown one
├── Unavailable              the database did not answer in time; retry
├── VaultLocked              the vault's keys are missing or do not fit
└── BrokenHistory            stored facts or reference documents cannot be read or trusted
└── UnknownTopic
"""

from __future__ import annotations

from typing import Any


class CaseledgerError(Exception):
    """Anything the product refuses or cannot do; `details` never holds a caller's values."""

    title = "Something is wrong"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        """Keep a sentence for people and the details for machines."""
        self.message = message or self.title
        self.details: dict[str, Any] = details
        super().__init__(self.message)


class Refused(CaseledgerError):
    """A rule forbids it; `clause` and `rule` in the details name it."""

    title = "A rule forbids this now"


class NotAllowed(Refused):
    """This role may not do that (evidence.md 4)."""

    title = "Your role may not do this"


class Malformed(CaseledgerError):
    """The request is not of the right form; `errors` lists field and cure."""

    title = "The request is malformed"


class NotFound(CaseledgerError):
    """There is no such thing."""

    title = "Not found"


class Conflict(CaseledgerError):
    """The state has moved on."""

    title = "The state has moved on"


class CaseIsBusy(Conflict):
    """Somebody else wrote to this case first; `version` in the details is the newest known."""

    title = "Somebody else wrote to this case first"


class VersionMismatch(Conflict):
    """If-Match names another version than the case has."""

    title = "The case has changed since you read it"


class KeyReused(Conflict):
    """The idempotency key was used for a different request."""

    title = "This Idempotency-Key was used for another request"


class KeyInFlight(Conflict):
    """The same request is still being worked on."""

    title = "The same request is still being worked on"


class Unauthenticated(CaseledgerError):
    """No credential, or one that is not valid."""

    title = "A valid credential is needed"


class Unavailable(CaseledgerError):
    """The database did not answer in time."""

    title = "The service is not available at the moment"


class VaultLocked(CaseledgerError):
    """The keys of the vault are missing, open to others, or do not fit it; the message says how to cure it."""

    title = "The vault cannot be opened"


class BrokenHistory(CaseledgerError):
    """What is stored cannot be read or trusted."""

    title = "The stored history is broken"


class UnknownTopic(BrokenHistory):
    """A topic that no published fact carries."""

    title = "No published fact carries this topic"
