"""Why a verb on a user was refused. The doors say it in the reader's language."""


class PeopleError(Exception):
    """Something about a user that the one who asked can put right."""


class WrongLogin(PeopleError):
    """The name or the password is wrong; nothing tells which."""

    def __init__(self) -> None:
        super().__init__("the name or the password is wrong")


class Throttled(PeopleError):
    """Too many failed log-ins; try again in `minutes`."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"too many failed log-ins; try again in {minutes} min")
        self.minutes = minutes


class WeakPassword(PeopleError):
    """A password that is not taken; `rule` is short, long, common, name or repetitive."""

    SENTENCES = {  # noqa: RUF012 - read only
        "short": "the password must have at least 12 characters",
        "long": "the password must have at most 1,024 bytes",
        "common": "the password is one of those that are tried first",
        "name": "the password must not be built from the name",
        "repetitive": "the password must not repeat the same few characters",
    }

    def __init__(self, rule: str) -> None:
        super().__init__(self.SENTENCES[rule])
        self.rule = rule


class BadUserName(PeopleError):
    """A name that is empty, longer than 80 characters, or holds control characters."""

    def __init__(self) -> None:
        super().__init__("a name has 1 to 80 characters, and no control characters")


class NameTaken(PeopleError):
    """There is a user of that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a user named {name!r} already")
        self.name = name


class NoSuchUser(PeopleError):
    """No user of that name may act."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no active user named {name!r}")
        self.name = name


class UnknownScope(PeopleError):
    """A scope that does not exist."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"scope must be one of calls, records, board, all, got {scope!r}")
        self.scope = scope


class NotThere(PeopleError):
    """There is no such user, session, token or team, or it is not the asker's to change."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"there is no such {kind}, or it is not yours to change")
        self.kind = kind


class NotOneself(PeopleError):
    """Nobody disables themselves or changes their own role: a colleague has to."""

    def __init__(self) -> None:
        super().__init__("nobody may do this to themselves")


class LastAdmin(PeopleError):
    """Without an administrator nobody could let anybody in again."""

    def __init__(self) -> None:
        super().__init__("there must be an administrator who may log in")


class BadTeam(PeopleError):
    """A team's name that is empty, too long or taken."""

    def __init__(self) -> None:
        super().__init__("a team has a name of its own, of 1 to 80 characters")


class LinkSpent(PeopleError):
    """A link that is unknown, used, replaced by a newer one, or too old."""

    def __init__(self) -> None:
        super().__init__("this link does not count any more")


class CodeNeeded(PeopleError):
    """The password was right; `half` is the secret of a session that still owes a code."""

    def __init__(self, half: str) -> None:
        super().__init__("a code of the second factor is needed")
        self.half = half


class WrongCode(PeopleError):
    """A code that is wrong, was used already, or comes too late."""

    def __init__(self) -> None:
        super().__init__("the code is wrong, or it was used already")


class TooManyDials(PeopleError):
    """A user dialled faster than anybody talks; try again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many calls in a short time; try again in {seconds} s")
        self.seconds = seconds


class KeyReused(PeopleError):
    """An idempotency key came again with another body."""
