"""Rewards and penalties: proposed by a person, decided by another one, appealed by whom they concern."""
