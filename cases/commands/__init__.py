"""What may be asked of a case: one command per fact, each a request body with its own `decide`."""
