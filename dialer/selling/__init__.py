"""Verbs on customers: accounts, contacts, and the calls planned with them."""
