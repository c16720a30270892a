"""Clocks: what was promised, from when to when, and whether it was kept."""
