"""Why a verb on a customer was refused; nothing was changed when one of these is raised."""


class SellingError(Exception):
    """Something that the one who asked can put right."""


class NotFound(SellingError):
    """There is no such thing, or the user may not see it; nothing tells which."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"there is no such {kind}")
        self.kind = kind


class NotAllowed(SellingError):
    """The user sees it, but may not do this to it."""


class AlreadyOwned(SellingError):
    """Somebody was quicker: the account has an owner."""


class TaskStarted(SellingError):
    """The task is not waiting any more."""


class BadValue(SellingError):
    """A field holds what it cannot; the sentence says what it must be."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence
