"""The carrier asks what to do with a leg. A person holds the line: the answer is always TwiML."""

import logging
import re

from flask import Blueprint, Response

from dialer.calling.answer import answer_voice
from dialer.calling.spool import KEY, Spooled, spool
from dialer.carrier.port import Asked, BadShape, Form
from dialer.domain.instruction import Instruction, Say
from dialer.domain.words import Language
from dialer.logs import trouble
from dialer.runtime import Runtime
from dialer.webhooks.door import Turned, add_door, signed_form

STEP = re.compile("[a-z0-9_]{1,32}")
# The carrier waits for fifteen seconds, a locked database makes us wait for five.
TRIES = 2
REGION_LANGUAGE = {"CN": Language.ZH_CN, "TW": Language.ZH_TW}

log = logging.getLogger(__name__)


def add_voice_routes(blueprint: Blueprint, rt: Runtime) -> None:
    """A leg's first question, and those at the steps of a script."""

    def view(token: str, step: str | None = None) -> Response:
        return answer(rt, token, step)

    add_door(blueprint, "/voice/<token>", "voice", view)
    add_door(blueprint, "/voice/<token>/<step>", "voice_step", view)


def answer(rt: Runtime, token: str, step: str | None) -> Response:
    """200 and TwiML for whatever the carrier signed."""
    if step is not None and not STEP.fullmatch(step):
        raise Turned(404, "step")
    form = signed_form(rt, token)
    try:
        asked = rt.carrier.read_asked(form)
    except BadShape as error:
        log.warning("a signed question of another shape", extra={"why": str(error)})
        raise Turned(400, "shape") from None
    instruction = instruct(rt, token, step, asked)
    if instruction is None:
        keep_key(rt, token, step, asked, form)
        instruction = apologise(rt)
    return Response(rt.carrier.render(instruction), mimetype="text/xml")


def instruct(rt: Runtime, token: str, step: str | None, asked: Asked) -> Instruction | None:
    """What to do with the leg, asked twice if need be; None with the database away or on a bug."""
    for _ in range(TRIES):
        try:
            return answer_voice(
                rt, token, step, asked.carrier_sid, asked.digits, asked.speech, asked.answered_by
            )
        except Exception as error:  # noqa: BLE001 - a person holds the line, whatever it is
            log.error("a leg's question went unanswered", extra=trouble(error))
    return None


def keep_key(rt: Runtime, token: str, step: str | None, asked: Asked, form: Form) -> None:
    """What somebody pressed is heard later: it may be the wish not to be called again."""
    if step is not None and asked.digits:
        spool(rt, Spooled(source=f"{KEY}{step}", token=token, form=form, received_at=rt.now()))


def apologise(rt: Runtime) -> Instruction:
    """A sentence in the language of our own region, for nobody can look up the leg's."""
    language = REGION_LANGUAGE.get(rt.settings.default_region, Language.EN)
    return Say(language=language, lines=(rt.scripts[language].texts["apology"],))
