"""The door for programs: JSON under /api/v1, and what operators watch."""

from dialer.api.install import install_api

__all__ = ["install_api"]
