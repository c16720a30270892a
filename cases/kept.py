"""What was worked out once and is kept, up to a number: when it is reached, all of it is forgotten together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
Owner = TypeVar("Owner")


class Kept(dict[K, V]):
    """Answers by what they depend on. Two threads may work out the same answer; neither is told anything wrong."""

    def __init__(self, most: int) -> None:
        """Keep so many at most."""
        super().__init__()
        self._most = most

    def keep(self, key: K, value: V) -> V:
        """Keep an answer, and give it back."""
        if len(self) >= self._most:
            self.clear()
        self[key] = value
        return value


class once(Generic[Owner, V]):  # noqa: N801 - it is read as a word, like property
    """A property worked out when first asked and kept with its object, for objects that one thread has.

    functools.cached_property does the same and, before Python 3.12, takes a lock that costs more than most answers.
    """

    def __init__(self, work_out: Callable[[Owner], V]) -> None:
        """Take what works it out."""
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, known: None, owner: type[Owner]) -> once[Owner, V]: ...

    @overload
    def __get__(self, known: Owner, owner: type[Owner]) -> V: ...

    def __get__(self, known: Owner | None, owner: type[Owner]) -> once[Owner, V] | V:
        """Give what was worked out."""
        if known is None:
            return self
        answer = known.__dict__[self._work_out.__name__] = self._work_out(known)
        return answer
