"""Histories and forms from outside, taken as they are."""
