"""What was worked out once and is kept, up to a number: when it is reached, all of it is forgotten together."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


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
