"""Sentences in the reader's language; the library that finds them has no types."""

import flask_babel


def gettext(sentence: str, **values: object) -> str:
    """A sentence with its named values filled in."""
    return str(flask_babel.gettext(sentence, **values))


def ngettext(one: str, many: str, num: int) -> str:
    """A sentence about a number of things, which stands in it as %(num)s."""
    return str(flask_babel.ngettext(one, many, num))
