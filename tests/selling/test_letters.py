"""Letters: only with consent, addressed in person, sent once, and logged whatever happens."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from dialer.domain.words import Language
from dialer.models import Contact, EmailAddress, Letter
from dialer.models.account_money import letters_of
from dialer.models.letters import LetterState
from dialer.selling.errors import BadValue
from dialer.selling.letters import resend_notice, set_email, unsubscribe
from dialer.selling.sending import send_letters
from tests.selling.owing import owe, rep
from tests.selling.post_office import PostOffice
from tests.world import World


@pytest.fixture
def office(world: World) -> Iterator[PostOffice]:
    with PostOffice() as opened:
        settings = replace(
            world.rt.settings, smtp_url=opened.url, mail_from="Company <billing@example.com>"
        )
        world.rt = replace(world.rt, settings=settings)
        yield opened


def consent(world: World, source: str = "order form") -> None:
    set_email(world.rt, rep(world), world.here.contact_id, "zhang@example.com", source)


def resend(world: World) -> Letter:
    letter_id = resend_notice(world.rt, rep(world), owe(world))
    send_letters(world.rt)
    return letter(world, letter_id)


def letter(world: World, letter_id: int) -> Letter:
    with world.sessions.read() as session:
        return session.get_one(Letter, letter_id)


def token(world: World) -> str:
    with world.sessions.read() as session:
        return session.get_one(EmailAddress, world.here.contact_id).token


def test_a_notice_is_addressed_in_person_in_the_customers_language(
    world: World, office: PostOffice
) -> None:
    consent(world)
    sent = resend(world)
    (mail,) = office.letters
    body = mail.get_content()
    assert (mail["To"], sent.state) == ("zhang@example.com", LetterState.SENT)
    assert "张伟，您好" in body
    assert "INV-7" in mail["Subject"]
    assert "¥1,234.50" in body
    assert f"https://dialer.test/unsubscribe/{token(world)}" in body
    assert mail["List-Unsubscribe"].strip() == f"<https://dialer.test/unsubscribe/{token(world)}>"


def test_a_name_cannot_break_out_of_its_line(world: World, office: PostOffice) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        contact.name, contact.language = "Zhang\r\nBcc: all@example.com", Language.EN
    consent(world)
    resend(world)
    assert office.letters[0]["Bcc"] is None


def test_without_consent_nothing_is_sent_and_the_log_says_so(
    world: World, office: PostOffice
) -> None:
    consent(world, source="")
    refused = resend(world)
    assert (refused.state, refused.reason) == (LetterState.REFUSED, "no_consent")
    assert office.letters == []


def test_without_an_address_the_log_says_so(world: World, office: PostOffice) -> None:
    assert resend(world).reason == "no_address"


def test_without_a_mail_server_the_log_says_so(world: World) -> None:
    consent(world)
    assert resend(world).reason == "no_server"


def test_whoever_unsubscribes_gets_not_even_what_waits(world: World, office: PostOffice) -> None:
    consent(world)
    letter_id = resend_notice(world.rt, rep(world), owe(world))
    assert unsubscribe(world.rt, token(world))
    assert send_letters(world.rt) == 0
    assert letter(world, letter_id).reason == "unsubscribed"
    assert office.letters == []


def test_a_consent_taken_back_before_the_letter_leaves_stops_it(
    world: World, office: PostOffice
) -> None:
    consent(world)
    letter_id = resend_notice(world.rt, rep(world), owe(world))
    consent(world, source="")
    assert send_letters(world.rt) == 0
    assert letter(world, letter_id).reason == "no_consent"
    assert office.letters == []


def test_a_link_that_nobody_was_given_does_nothing(world: World) -> None:
    consent(world)
    assert not unsubscribe(world.rt, "0" * 32)


def test_a_letter_is_sent_once(world: World, office: PostOffice) -> None:
    consent(world)
    resend(world)
    assert send_letters(world.rt) == 0
    assert len(office.letters) == 1


def test_an_address_that_does_not_exist_fails_for_good(world: World, office: PostOffice) -> None:
    office.refuses = "550 no such user"
    consent(world)
    failed = resend(world)
    assert (failed.state, failed.reason) == (LetterState.FAILED, "recipient refused: 550")


def test_a_busy_server_is_tried_again_under_the_same_name(world: World, office: PostOffice) -> None:
    office.refuses = "451 later"
    consent(world)
    waiting = resend(world)
    assert waiting.state is LetterState.WAITING
    office.refuses = ""
    world.sim.advance(300)
    assert send_letters(world.rt) == 1
    assert office.letters[0]["Message-ID"] == waiting.message_id


def test_a_server_that_stays_away_ends_in_a_failure_that_people_see(
    world: World, office: PostOffice
) -> None:
    office.refuses = "451 later"
    consent(world)
    resend(world)
    for _ in range(5):
        world.sim.advance(timedelta(hours=2).total_seconds())
        send_letters(world.rt)
    with world.sessions.read() as session:
        (found,) = letters_of(session, world.here.account_id)
    assert (found.state, found.tries) == (LetterState.FAILED, 5)


@pytest.mark.parametrize(
    "address", ["", "zhang", "a@b", "a b@c.de", "a@b.c\nBcc: x@y.z", "张@b.cn"]
)
def test_what_is_no_address_is_refused(world: World, address: str) -> None:
    with pytest.raises(BadValue):
        set_email(world.rt, rep(world), world.here.contact_id, address, "form")
    with world.sessions.read() as session:
        assert session.scalars(sa.select(EmailAddress)).all() == []
