"""What can go wrong with the database itself, each with the cure that a person can apply.

StoreError (an Unavailable)
├── DatabaseUnreachable      nothing answers, or it answers with a refusal to connect
├── NotInitialised           the database answers, but roles or tables are missing
├── NotPermitted             this login may not do what is asked
├── WrongMajor               the stored cluster or the server is of another PostgreSQL major
├── NoBinaries               no PostgreSQL program of a supported version was found
├── NoAccount                as root: no unprivileged user can run the server
├── FolderClosed             a folder on the way cannot be entered, or is not ours
├── ServerStuck              the server neither starts nor stops in time
└── MigrationRefused         the applied steps and the shipped files disagree
"""

from __future__ import annotations

from cases.errors import Unavailable


class StoreError(Unavailable):
    """The database cannot be used; `cure` says what to do about it. Neither names a secret."""

    title = "The database cannot be used"

    def __init__(self, message: str | None = None, *, cure: str = "") -> None:
        """Keep what is wrong and its cure apart, so that a command line can print them on two lines."""
        super().__init__(message)
        self.cure = cure

    def __str__(self) -> str:
        """Both sentences."""
        return f"{self.message}. {self.cure}".rstrip(". ") + "." if self.cure else self.message


class DatabaseUnreachable(StoreError):
    """Nothing answers at the address, or not in time."""

    title = "The database does not answer"


class NotInitialised(StoreError):
    """The database answers, but it has not been set up for this version."""

    title = "The database is not set up"


class NotPermitted(StoreError):
    """The login lacks a right that this needs."""

    title = "This database login may not do that"


class WrongMajor(StoreError):
    """Another PostgreSQL major than needed."""

    title = "This is another major version of PostgreSQL"


class NoBinaries(StoreError):
    """No usable PostgreSQL programs."""

    title = "No PostgreSQL programs were found"


class NoAccount(StoreError):
    """PostgreSQL refuses to run as root, and no other user can be used."""

    title = "No unprivileged user can run the database server"


class FolderClosed(StoreError):
    """A folder cannot be entered or used by the database server."""

    title = "A folder is closed"


class ServerStuck(StoreError):
    """The embedded server does neither start nor stop in time."""

    title = "The embedded database server is stuck"


class MigrationRefused(StoreError):
    """An applied step has changed, is missing, or would come too late."""

    title = "The database's steps and the shipped ones disagree"
