"""Questions asked of the tables: one file per family, plain SQL, typed answers that name what they stand on."""
