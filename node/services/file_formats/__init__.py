"""The files that lists come in, by whatever program they were written: each becomes a table of rows."""
