"""Views and functions of `bi` over its tables: what spans cases, and what only an instant tells."""
