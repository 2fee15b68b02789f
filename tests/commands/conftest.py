"""A house with an open floor for each test."""
