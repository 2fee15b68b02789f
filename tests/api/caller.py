"""A program that calls the API with a token of its own. Answers are Any, as JSON is."""

from dataclasses import dataclass
from typing import Any

from dialer.people.tokens import add_token
from tests.world import World

BRIEF = {"point": "三年保修，今晚签约送安装", "target_stage": 4}


@dataclass(frozen=True)
class Caller:
    """Requests as one user; `key` is the Idempotency-Key."""

    world: World
    token: str

    def get(self, path: str, **query: Any) -> Any:
        return self.send("GET", path, query_string=query)

    def post(self, path: str, body: Any = None, key: str | None = None, **options: Any) -> Any:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.send("POST", path, json=body, headers=headers, **options)

    def send(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        client = self.world.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def click(self, key: str = "first", **changes: Any) -> Any:
        body = {
            "contact_id": self.world.here.contact_id,
            "purpose": "follow_up",
            "brief": BRIEF,
            **changes,
        }
        return self.post("/calls", {k: v for k, v in body.items() if v is not None}, key)


def caller(world: World, name: str = "wang.min", *scopes: str) -> Caller:
    return Caller(world, add_token(world.rt, "a program", name, scopes or ("all",)))


def problem(response: Any) -> str:
    """The word in which the problem's type ends."""
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == response.status_code
    return str(response.json["type"]).rpartition("/")[2]
