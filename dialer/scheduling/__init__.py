"""The clock: one table of duties, ticked in a process of its own. The database is the agenda."""
