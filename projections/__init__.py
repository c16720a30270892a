"""Tables for questions: pure rows of each case, kept in step with the log, rebuilt from it at will."""
