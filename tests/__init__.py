"""Tests mirror the rooms: tests/cases, tests/projections, tests/replay, tests/api; the house itself in test_house.py."""
