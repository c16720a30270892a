"""A regulation as data: its items, how they bind a case, and what they forbid or grant."""
