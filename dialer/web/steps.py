"""The rungs of the ladder of reminders in the reader's words: by their days, not by their names."""

from dialer.domain.dunning import DunningStep
from dialer.web.context import runtime
from dialer.web.speech import gettext as _
from dialer.web.speech import ngettext


def step_words(name: str | None) -> str:
    """A step; one that the rules do not have any more is called by its name."""
    if not name:
        return _("Beside the steps")
    step = runtime().cadence.step(name)
    return days_words(step) if step is not None else name


def days_words(step: DunningStep) -> str:
    """When it is taken."""
    if step.days < 0:
        return ngettext("%(num)s day before", "%(num)s days before", -step.days)
    if step.days == 0:
        return _("On the day")
    return ngettext("%(num)s day after", "%(num)s days after", step.days)
