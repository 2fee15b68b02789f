"""Logs: one line an event, `extra` fields beside it, and no full telephone number anywhere."""

import json
import logging
import re
import sys
import traceback
from pathlib import PurePath
from typing import Any

from dialer.domain.policy import Policy
from dialer.settings import Settings

# Seven digits or more, however they are grouped, are taken for a number; SIDs and hashes have
# letters on both sides and stay readable.
NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ ().-]?\d){6,14}(?![\w-])")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def mask_numbers(text: str) -> str:
    """Hide the middle of everything that may be a telephone number."""

    def hide(match: re.Match[str]) -> str:
        digits = match.group()
        return digits[:2] + "*" * (len(digits) - 4) + digits[-2:]

    return NUMBER.sub(hide, text)


def extras(record: logging.LogRecord) -> dict[str, Any]:
    """The fields that the caller added."""
    return {key: value for key, value in vars(record).items() if key not in STANDARD}


def log_rules(log: logging.Logger, policy: Policy, zone_data: str) -> None:
    """Say at start which rules and data decide, and who opened which rule, and why."""
    ends = min(calendar.last_on for calendar in policy.calendars.values())
    log.info(
        "the gate's rules",
        extra={
            "policy": policy.digest, "zone_data": zone_data, "presets": len(policy.presets),
            "holidays_until": ends.year,
        },
    )  # fmt: skip
    for preset, widening in policy.widenings.items():
        log.warning(
            "a rule is looser than we ship it",
            extra={
                "preset": preset, "by": widening.by, "reason": widening.reason,
                "on": f"{widening.on:%d %b %Y}",
            },
        )  # fmt: skip


def trouble(error: Exception) -> dict[str, str]:
    """What a log may know of an exception: its text could have numbers in it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return {
        "error": type(error).__name__,
        "where": f"{PurePath(frame.filename).name}:{frame.lineno}",
    }


class TextLines(logging.Formatter):
    """For people: time, level, room, sentence, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, without line breaks of a stranger's making."""
        fields = " ".join(f"{key}={value!r}" for key, value in extras(record).items())
        sentence = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        at = self.formatTime(record, "%H:%M:%S")
        line = f"{at} {record.levelname} {record.name}: {sentence} {fields}".rstrip()
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return mask_numbers(line)


class JsonLines(logging.Formatter):
    """For machines: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One object; values that JSON does not know become text."""
        entry = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "room": record.name,
            "says": record.getMessage(),
            **extras(record),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return mask_numbers(json.dumps(entry, default=str, ensure_ascii=False))


def set_up_logs(settings: Settings) -> None:
    """Send all logs of this process to standard error, in the format that was asked for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
