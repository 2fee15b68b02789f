"""Somebody at a browser: keeps cookies, sends the CSRF token, as the pages' scripts do."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from dialer.people.log_in import SESSION_SECRET

PASSWORD = "correct horse battery"
BASE_URL = "https://dialer.test"


class Visitor:
    """One browser."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        response = self.client.get(path, base_url=BASE_URL, **options)
        shown = response.get_data().decode(errors="replace")  # a workbook is no text
        found = re.search(r'name="csrf-token" content="([^"]+)"', shown)
        self.token = found[1] if found else self.token
        return response

    def post(self, path: str, **fields: Any) -> TestResponse:
        """A form that a person sends."""
        data = {"csrf_token": self.token, **fields}
        return self.client.post(path, data=data, base_url=BASE_URL)

    def ask(self, path: str, **fields: Any) -> TestResponse:
        """What a page's script posts."""
        headers = {"X-CSRF-Token": self.token, "Accept": "application/json"}
        return self.client.post(path, data=fields, headers=headers, base_url=BASE_URL)

    def bring(self, secret: str) -> None:
        """Come with a session that is open already."""
        with self.client.session_transaction(base_url=BASE_URL) as cookie:
            cookie[SESSION_SECRET] = secret
        self.get("/settings")

    def log_in(self, name: str, password: str = PASSWORD, **fields: Any) -> TestResponse:
        self.get("/login")
        return self.post("/login", name=name, password=password, **fields)
