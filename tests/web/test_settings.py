"""What users change about themselves."""

import pytest

from dialer.domain.words import Language
from tests.web.conftest import Come
from tests.web.visitor import PASSWORD
from tests.world import World


def test_language_and_theme_are_the_users_own(world: World, come: Come) -> None:
    visitor = come()
    visitor.post("/settings/look", language="zh-TW", theme="dark")
    user = world.user(world.here.rep_id)
    assert (user.language, user.theme) == (Language.ZH_TW, "dark")
    assert '<html lang="zh-Hant-TW" data-theme="dark">' in visitor.get("/settings").text


def test_what_is_no_language_changes_nothing(world: World, come: Come) -> None:
    come().post("/settings/look", language="tlh", theme="pink")
    user = world.user(world.here.rep_id)
    assert (user.language, user.theme) == (Language.EN, "auto")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("138 0013 8001", "+8613800138001"), ("+1 305 555 0142", "+13055550142"), ("", None)],
)
def test_the_phone_is_kept_in_one_spelling(
    world: World, come: Come, typed: str, kept: str | None
) -> None:
    come().post("/settings/phone", phone=typed, press_one="1")
    assert world.user(world.here.rep_id).phone == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("call me", "digits only"), ("110", "emergency number"), ("12345", "short number"),
        ("+86 999", "not a number"),
        ("+86 21 5555 0190 ext 5", "extension"),
    ],
)  # fmt: skip
def test_a_number_that_is_none_is_refused_with_the_reason(
    world: World, come: Come, typed: str, why: str
) -> None:
    response = come().post("/settings/phone", phone=typed)
    assert response.status_code == 422
    assert why in response.text.partition('id="phone-error"')[2][:700]
    assert world.user(world.here.rep_id).phone == "+862155550190"


def test_press_one_is_off_only_when_unticked(world: World, come: Come) -> None:
    come().post("/settings/phone", phone="+862155550190")
    assert world.user(world.here.rep_id).press_one is False


def test_a_new_password_logs_out_everywhere(come: Come) -> None:
    here, elsewhere = come(), come()
    here.post("/settings/password", old=PASSWORD, new="another long horse battery")
    assert elsewhere.get("/desk").status_code == here.get("/desk").status_code == 302
    assert come(None).log_in("wang.min", PASSWORD).status_code == 401
    assert come(None).log_in("wang.min", "another long horse battery").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("wrong", "another long horse battery", "present password"),
        (PASSWORD, "short", "12 characters"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "same few characters"),
        (PASSWORD, "password1234", "first that others"),
    ],
)
def test_a_bad_password_is_refused_beside_its_field(
    come: Come, old: str, new: str, why: str
) -> None:
    response = come().post("/settings/password", old=old, new=new)
    assert response.status_code == 422
    assert why in response.text


def test_all_pages_can_be_read_in_every_language(world: World, come: Come) -> None:
    visitor = come()
    for language in Language:
        visitor.post("/settings/look", language=language, theme="light")
        for path in ("/desk", "/accounts", f"/accounts/{world.here.account_id}", "/calls"):
            assert visitor.get(path).status_code == 200
