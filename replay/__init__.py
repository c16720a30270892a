"""The past, again and provably: imports, as-of, verify, rebuild."""
