"""The least that a server can do: a Flask view that answers 204 to whatever it is sent."""

from flask import Flask


def make_application() -> Flask:
    """The app."""
    app = Flask(__name__)

    @app.post("/<path:anything>")
    def nothing(anything: str) -> tuple[str, int]:
        return "", 204

    return app
