"""Tests mirror the rooms (cases, projections, replay, api); the house itself is proved in test_house.py."""
