"""Statistics over the tables: rates with intervals, charts, repeats and rankings, as functions and views of `bi`."""
