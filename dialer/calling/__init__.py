"""Verbs on one call and its task: load, decide, write, commit, carrier, write."""
