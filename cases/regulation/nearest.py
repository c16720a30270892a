"""The word that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that is nearest; None where none is near."""
    return next(iter(get_close_matches(word, sorted(known), n=1)), None)


def meant(word: str, known: Iterable[str]) -> str:
    """Ask `; did you mean …?` where a known word is near; nothing where none is."""
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else ""
