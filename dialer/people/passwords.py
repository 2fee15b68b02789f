"""Passwords: what is taken, and how it is kept."""

import unicodedata
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dialer.people.errors import WeakPassword

MIN_CHARACTERS = 12
MAX_BYTES = 1024
MIN_DIFFERENT = 5
OWN_CHARACTERS = 8
NOBODYS_SALT = bytes(16)
COMMON = frozenset({
    "123456789012", "1234567890123", "12345678901234", "qwertyuiop12", "qwertyuiop123",
    "password1234", "password12345", "password123456", "passwordpassword", "administrator",
    "administrator1", "iloveyou1234", "letmein12345", "welcome12345", "changeme1234",
    "qwerty123456", "1q2w3e4r5t6y", "abcdefghijkl", "woaini123456", "woaini1314520",
})  # fmt: skip

HASHER = PasswordHasher()


def normal_form(text: str) -> str:
    """One spelling for what looks the same, whichever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", text)


def is_too_long(password: str) -> bool:
    """Whether to refuse it before any work is spent on it."""
    return len(password) > MAX_BYTES or len(password.encode(errors="replace")) > MAX_BYTES


def check_strength(password: str, name: str) -> None:
    """Raises WeakPassword with the first rule that it breaks."""
    if is_too_long(password):
        raise WeakPassword("long")
    folded = normal_form(password).casefold()
    if len(folded) < MIN_CHARACTERS:
        raise WeakPassword("short")
    if folded in COMMON:
        raise WeakPassword("common")
    if len(set(folded)) < MIN_DIFFERENT:
        raise WeakPassword("repetitive")
    if len(folded.replace(normal_form(name).casefold(), "")) < OWN_CHARACTERS:
        raise WeakPassword("name")


def hash_password(password: str, token: Callable[[], str]) -> str:
    """Argon2id with a salt of 128 bits from `token`, in the encoded form."""
    return HASHER.hash(encoded(password), salt=bytes.fromhex(token()))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it fits; without a hash to compare with, the same work is done for nobody."""
    if password_hash is None:
        HASHER.hash(encoded(password), salt=NOBODYS_SALT)
        return False
    try:
        return HASHER.verify(password_hash, encoded(password))
    except (VerificationError, InvalidHashError):
        return False


def encoded(password: str) -> bytes:
    """Bytes to hash; a lone surrogate is no character and never fits anything."""
    return normal_form(password).encode(errors="replace")
