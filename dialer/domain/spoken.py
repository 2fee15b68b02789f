"""Numbers as they are spoken, in English and in both Chinese spellings."""

from decimal import Decimal
from typing import Final

from dialer.domain.words import Language

LOW: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
HIGH: Final = "- - twenty thirty forty fifty sixty seventy eighty ninety"
ONES: Final = tuple(LOW.split())
TENS: Final = tuple(HIGH.split())
SCALES: Final = ("", " thousand", " million", " billion", " trillion", " quadrillion")
DIGITS: Final = "零一二三四五六七八九"
PLACES: Final = ("", "十", "百", "千")
BIG: Final = {Language.ZH_CN: ("", "万", "亿", "兆"), Language.ZH_TW: ("", "萬", "億", "兆")}
POINT: Final = {Language.ZH_CN: "点", Language.ZH_TW: "點"}


def speak_number(number: Decimal, language: Language) -> str:
    """A number that is not negative, in words; decimals digit by digit as they are given."""
    whole, _, decimals = f"{number:f}".partition(".")
    decimals = decimals if decimals.strip("0") else ""
    if language is Language.EN:
        words = english(int(whole))
        return f"{words} point {' '.join(ONES[int(d)] for d in decimals)}" if decimals else words
    words = chinese(int(whole), BIG[language])
    spoken = "".join(DIGITS[int(d)] for d in decimals.rstrip("0"))
    return f"{words}{POINT[language]}{spoken}" if spoken else words


def english(number: int) -> str:
    """A whole number in English words."""
    if number == 0:
        return ONES[0]
    groups = []
    for scale in SCALES:
        number, group = divmod(number, 1000)
        if group:
            groups.append(hundreds(group) + scale)
        if not number:
            break
    return " ".join(reversed(groups))


def hundreds(number: int) -> str:
    """1 to 999."""
    words = [f"{ONES[number // 100]} hundred"] if number >= 100 else []
    rest = number % 100
    if rest >= 20:
        words.append(TENS[rest // 10] + (f"-{ONES[rest % 10]}" if rest % 10 else ""))
    elif rest:
        words.append(ONES[rest])
    return " ".join(words)


def chinese(number: int, big: tuple[str, ...]) -> str:
    """A whole number in Chinese words, by groups of four digits."""
    if number == 0:
        return DIGITS[0]
    words, needs_zero = "", False
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            needs_zero = bool(words)
            continue
        if words and (needs_zero or group < 1000):
            words += DIGITS[0]
        words += four(group) + big[place]
        needs_zero = False
    return words.removeprefix("一") if words.startswith("一十") else words


def four(number: int) -> str:
    """1 to 9999; a gap within is read as one zero."""
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += (DIGITS[0] if gap and words else "") + DIGITS[digit] + PLACES[place]
        gap = not digit
    return words
