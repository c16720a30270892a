"""A sample that nobody can pick, and anybody can draw again."""
