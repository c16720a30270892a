"""Tables from the log alone: planned, filled by several processes, compared, and put in place."""
