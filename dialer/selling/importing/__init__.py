"""Bringing in spreadsheets: reading them, row by row, into accounts, suppressions and the rest."""
