"""What a table is, and every table of `bi`: one file per table or family, with the rows that a case has in it."""
