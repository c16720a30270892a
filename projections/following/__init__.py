"""Keeping the tables in step with the log: who leads, what a page does, what is watched meanwhile."""
