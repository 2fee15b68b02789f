"""The link in a letter by which nobody gets any more of them."""

import pytest
import sqlalchemy as sa

from dialer.models import AuditEntry, EmailAddress
from dialer.selling.letters import set_email
from tests.selling.owing import rep
from tests.web.conftest import Come
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def path(world: World) -> str:
    set_email(world.rt, rep(world), world.here.contact_id, "zw@example.com", "said so")
    return f"/unsubscribe/{mailbox(world).token}"


def mailbox(world: World) -> EmailAddress:
    with world.sessions.read() as session:
        return session.get_one(EmailAddress, world.here.contact_id)


def test_looking_at_the_link_ends_nothing(world: World, come: Come, path: str) -> None:
    page = come(None).get(path)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert f'action="{path}"' in page.text
    assert mailbox(world).unsubscribed_at is None


def test_a_mail_programs_one_click_ends_the_letters(world: World, come: Come, path: str) -> None:
    stranger = come(None).client
    answers = [stranger.post(path, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert mailbox(world).unsubscribed_at == world.rt.now()
    with world.sessions.read() as session:
        ended = sa.select(AuditEntry.actor_id).where(AuditEntry.action == "contact.unsubscribe")
        assert session.scalars(ended).all() == [None]


@pytest.mark.parametrize("token", ["nobody", "x" * 500, "a%00b", "%FF", "' OR 1=1 --", "<script>"])
def test_a_link_that_nobody_was_sent_ends_nothing(
    world: World, come: Come, path: str, token: str
) -> None:
    answer = come(None).client.post(f"/unsubscribe/{token}")
    assert answer.status_code in (400, 404)
    assert "<script>alert" not in answer.text
    assert mailbox(world).unsubscribed_at is None


def test_whoever_is_logged_in_is_nobody_there(world: World, come: Come, path: str) -> None:
    assert "wang.min" not in come().get(path).text
