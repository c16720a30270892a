"""Faults: kills, cuts and races, each with a seed."""
