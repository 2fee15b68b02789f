"""Passwords: what is taken, and how it is kept."""

import re
import unicodedata
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dialer.people.errors import WeakPassword

MIN_CHARACTERS = 12
MAX_BYTES = 1024
MIN_DIFFERENT = 5
OWN_CHARACTERS = 4
BESIDES_NAME = 8
NOBODYS_SALT = bytes(16)
# Nobody's password yet: an invited user has none until the link is used.
NO_PASSWORD = ""

# Words that long passwords are built from first, in English and in pinyin; digits and signs around
# and between them do not help. The longest is looked for first, lest its own part hides it.
COMMON_WORDS = (
    "abc", "admin", "administrator", "aini", "amanda", "andrew", "android", "apple", "asdf",
    "asdfgh", "baseball", "basketball", "batman", "call", "changeme", "charlie", "cheese",
    "china", "chocolate", "company", "computer", "cookie", "daniel", "default", "demo", "dialer",
    "dragon", "family", "flower", "football", "freedom", "friends", "god", "guest", "hello",
    "hunter", "iloveyou", "internet", "jennifer", "jessica", "jesus", "jordan", "killer",
    "letmein", "liverpool", "login", "love", "lovely", "manager", "master", "matrix", "michael",
    "microsoft", "monkey", "mustang", "nihao", "nintendo", "office", "pass", "passw", "passwd",
    "password", "phone", "pokemon", "princess", "private", "qazwsx", "qwer", "qwert", "qwerty",
    "qwertyuiop", "root", "sales", "samsung", "secret", "security", "shadow", "soccer",
    "starwars", "summer", "sunshine", "superman", "superuser", "supervisor", "system", "temp",
    "test", "trustno", "user", "welcome", "whatever", "winter", "woaini", "woaiwojia", "worker",
    "xiaoming", "xyz", "zaq", "zhang", "zhongguo", "zxcv", "zxcvbn", "zxcvbnm", "spring",
    "autumn", "january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday",
)  # fmt: skip
COMMON = re.compile("|".join(sorted(COMMON_WORDS, key=len, reverse=True)))
# Up to eight digits, as a date has, and signs around them.
EDGES = re.compile(r"^[\W_]*(?:\d{1,8}(?!\d))?[\W_]*|[\W_]*(?:(?<!\d)\d{1,8})?[\W_]*$")
LEET = str.maketrans("0134578@$!", "oieastbasi")
ROWS = (
    "01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "qwertyuiop", "asdfghjkl", "zxcvbnm",
)  # fmt: skip
WALKS = tuple(row for forward in ROWS for row in (forward, forward[::-1]))
WALK = 4

HASHER = PasswordHasher()


def normal_form(text: str) -> str:
    """One spelling for what looks the same, whichever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", text)


def is_too_long(password: str) -> bool:
    """Whether to refuse it before any work is spent on it."""
    return len(password) > MAX_BYTES or len(password.encode(errors="replace")) > MAX_BYTES


def check_strength(password: str, name: str) -> None:
    """Raises WeakPassword with the first rule that it breaks. No kind of character is asked for."""
    if is_too_long(password):
        raise WeakPassword("long")
    folded = normal_form(password).casefold()
    if len(folded) < MIN_CHARACTERS:
        raise WeakPassword("short")
    if len(set(folded)) < MIN_DIFFERENT or is_repeated(folded):
        raise WeakPassword("repetitive")
    if len(folded.replace(normal_form(name).casefold(), "")) < BESIDES_NAME:
        raise WeakPassword("name")
    if own_characters(folded) < OWN_CHARACTERS:
        raise WeakPassword("common")


def is_repeated(text: str) -> bool:
    """Whether it is the same piece over and over."""
    return text in (text + text)[1:-1]


def own_characters(folded: str) -> int:
    """How many characters are left without common words, walks over the keyboard, and a year or a
    date around them; whoever writes p@ssw0rd means password."""
    meant = EDGES.sub("", folded).translate(LEET)
    return min(len(EDGES.sub("", strip_common(strip_walks(text)))) for text in (folded, meant))


def strip_common(text: str) -> str:
    """Without words that are tried first."""
    return COMMON.sub("", text)


def strip_walks(text: str) -> str:
    """Without runs of four or more neighbours on a keyboard or in the alphabet."""
    kept, place = [], 0
    while place < len(text):
        step = walk_length(text, place)
        if step < WALK:
            kept.append(text[place])
            step = 1
        place += step
    return "".join(kept)


def walk_length(text: str, place: int) -> int:
    """How far the text goes along one of the rows, from this place on."""
    length = WALK
    while place + length <= len(text) and any(text[place : place + length] in w for w in WALKS):
        length += 1
    return length - 1


def hash_password(password: str, token: Callable[[], str]) -> str:
    """Argon2id with a salt of 128 bits from `token`, in the encoded form."""
    return HASHER.hash(encoded(password), salt=bytes.fromhex(token()))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it fits; without a hash to compare with, the same work is done for nobody."""
    if not password_hash:
        HASHER.hash(encoded(password), salt=NOBODYS_SALT)
        return False
    try:
        return HASHER.verify(password_hash, encoded(password))
    except (VerificationError, InvalidHashError):
        return False


def encoded(password: str) -> bytes:
    """Bytes to hash; a lone surrogate is no character and never fits anything."""
    return normal_form(password).encode(errors="replace")
