"""Where the built scripts and styles stand."""

import json
import logging
from pathlib import Path

from flask import url_for

logger = logging.getLogger(__name__)


def read_manifest(folder: Path) -> dict[str, str]:
    """Which file each source was built into; empty, with a warning, before the first build."""
    try:
        return dict(json.loads((folder / "dist" / "manifest.json").read_text()))
    except FileNotFoundError:
        logger.warning("the pages' scripts and styles are not built: run make setup")
        return {}


class Assets:
    """`asset("js/desk.js")` in a template is the URL of what that source was built into.

    Names carry a hash of what is in them, so a browser may keep them for ever.
    """

    def __init__(self, folder: Path) -> None:
        self.built = read_manifest(folder)

    def __call__(self, source: str) -> str:
        return url_for("static", filename=f"dist/{self.built.get(source, source)}")
