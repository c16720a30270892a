"""The shipped sample: invented lamp cases, written by the seeded generator beside it."""
