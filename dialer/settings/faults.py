"""What is wrong with a rule file, in one line."""

from pydantic import ValidationError


def first_fault(error: ValidationError) -> str:
    """The first fault as `key: must be …, got …`."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    return f"{key}: must be right ({fault['msg']}), got {fault['input']!r:.80}"
