"""Pages for people: each route parses, calls one verb, and renders."""

from dialer.web.install import install

__all__ = ["install"]
