"""What happened and why: facts, decisions, promises, constraints and the store."""
