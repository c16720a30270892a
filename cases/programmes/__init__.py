"""Programmes that are held: what is owed, each period an aggregate of its own."""
