"""Speaking with a customer without a rep: the script's turns, and what a key sets in motion.

Each turn is kept in the call's log in the transaction that answers the carrier; what follows
from it is settled by the clock. An opt-out and a dispute are the exceptions: they are in force
when the carrier has its answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.legs import plan_rep_leg
from dialer.calling.suppress import suppress_number
from dialer.domain.hearing import hear
from dialer.domain.instruction import Ask, HangUp, Instruction, JoinRoom, Say
from dialer.domain.money import ReceivableState
from dialer.domain.script import Effect, Step, Turn, begin, follow, follow_settled
from dialer.domain.words import Disposition, Language, LegRole, SuppressionReason
from dialer.models.attempts import Attempt
from dialer.models.browser_phones import address_of
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Contact, best_zone
from dialer.models.events import Fact, append
from dialer.models.ledger import stop_asking
from dialer.models.money import Receivable
from dialer.models.people import User
from dialer.models.transitions import By
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.wording import say_date, say_money, speak_money

VOICEMAIL_STEP = "voicemail"
CALL_BACK_STEP = "call_back"
IN_FORCE_AT_ONCE = (Effect.SUPPRESS, Effect.DISPUTE)
CALL_BACK = Turn(says=("call_back",), disposition=Disposition.RESCHEDULED)


@dataclass(frozen=True)
class Talk:
    """A call without a rep, within the transaction that answers the carrier."""

    rt: Runtime
    session: Session
    call: Call
    attempt: Attempt

    @cached_property
    def contact(self) -> Contact:
        """Who is called."""
        return self.session.get_one(Contact, self.call.contact_id)

    @cached_property
    def task(self) -> CallTask | None:
        """What the call is for."""
        return self.session.get(CallTask, self.call.task_id) if self.call.task_id else None

    @cached_property
    def owner(self) -> User | None:
        """Whose customer it is."""
        owner_id = self.task.owner_id if self.task else None
        return self.session.get(User, owner_id) if owner_id else None

    @cached_property
    def receivable(self) -> Receivable | None:
        """The money that it is about."""
        receivable_id = self.task.receivable_id if self.task else None
        return self.session.get(Receivable, receivable_id) if receivable_id else None


def answer_customer(talk: Talk, step: str | None, digits: str | None) -> Instruction:
    """The script's answer to a leg that asks at a step with what was pressed."""
    if step == VOICEMAIL_STEP:
        return leave_message(talk)
    turn = CALL_BACK if step == CALL_BACK_STEP else next_turn(talk, step, digits or None)
    if turn.effect is Effect.CONNECT and not connect(talk):
        turn = CALL_BACK
    promise_on = promised_day(talk, turn)
    note_turn(talk, f"{step or ''}:{digits or ''}", turn, promise_on)
    take_effect(talk, turn)
    return put(talk, turn, promise_on)


def heed_late(talk: Talk, step: str, digits: str) -> None:
    """A key of a call that is over or was apologised to: what people may not lose takes effect."""
    if step in (VOICEMAIL_STEP, CALL_BACK_STEP):
        return
    turn = next_turn(talk, step, digits)
    if turn.effect in IN_FORCE_AT_ONCE:
        note_turn(talk, f"{step}:{digits}", turn, None)
        take_effect(talk, turn)


def next_turn(talk: Talk, step: str | None, key: str | None) -> Turn:
    """What the script says next; money that has come in meanwhile is thanked for instead."""
    at = None if step is None else read_step(step)
    if talk.receivable is not None and talk.receivable.is_settled:
        return follow_settled(at, key, paid=talk.receivable.state is ReceivableState.PAID)
    return begin() if at is None else follow(talk.call.purpose, at, key)


def understand(talk: Talk, step: str | None, speech: str) -> str | None:
    """The key that a spoken answer means at a step."""
    if step is None or step in (VOICEMAIL_STEP, CALL_BACK_STEP):
        return None
    at = read_step(step)
    script = talk.rt.scripts[talk.contact.language]
    return hear(speech, at.step, script.hears[at.step]) if at.step else None


def read_step(step: str) -> Turn:
    """The turn that a carrier's request follows on: `who_0_0` is step, second, repeats."""
    word, second, repeats = step.rsplit("_", 2)
    return Turn(says=(), step=Step(word), is_second=second == "1", repeats=int(repeats))


def write_step(turn: Turn) -> str:
    """The same, to be put into the path of the next request, so that a retry asks the same."""
    return f"{turn.step}_{int(turn.is_second)}_{turn.repeats}"


def promised_day(talk: Talk, turn: Turn) -> date | None:
    """The promised date on the called party's own calendar."""
    if turn.days is None:
        return None
    today = talk.rt.now().astimezone(ZoneInfo(best_zone(talk.contact, talk.call.number)))
    return today.date() + timedelta(days=turn.days)


def note_turn(talk: Talk, asked_with: str, turn: Turn, promise_on: date | None) -> None:
    """Keep the turn; the same question with the same key is the same turn."""
    now = talk.rt.now()
    data = {
        "step": turn.step,
        "effect": turn.effect,
        "disposition": turn.disposition,
        "promise_on": promise_on and promise_on.isoformat(),
    }
    append(
        talk.session,
        Fact(
            kind="turn",
            at=now,
            received_at=now,
            call_id=talk.call.id,
            attempt_id=talk.attempt.id,
            data={key: str(value) for key, value in data.items() if value},
            dedupe_key=f"turn:{talk.attempt.id}:{asked_with}",
        ),
    )


def take_effect(talk: Talk, turn: Turn) -> None:
    """What must be in force before another word is said."""
    if turn.effect is Effect.SUPPRESS:
        source = f"call {talk.call.id}, key 9"
        reason = SuppressionReason.OPT_OUT
        suppress_number(talk.session, talk.call.number_id, reason, source, None, talk.rt.now())
    if turn.effect is Effect.DISPUTE and talk.receivable is not None:
        stop_asking(talk.session, talk.receivable, talk.rt.now(), "script")


def connect(talk: Talk) -> bool:
    """Have the owner rung for a customer who waits in the room; False if the owner is not free.

    Asked twice by a carrier that repeats its question, the owner is still rung once.
    """
    call, owner = talk.call, talk.owner
    if owner is None or call.rep_id is not None:
        return call.rep_id is not None
    if not is_free(talk.session, owner, talk.rt.now()):
        return False
    call.rep_id, call.team_id = owner.id, owner.team_id
    call.brief_point = brief_for(talk, owner.language)
    talk.session.flush()
    by = By(actor="script", at=talk.rt.now(), reason="the customer asked for the owner")
    plan_rep_leg(talk.rt, talk.session, call, owner, f"connect:{call.id}", by)
    wake_clock(talk.session)
    return True


def brief_for(talk: Talk, language: Language) -> str:
    """What the owner reads while the telephone rings: who asks, and what for."""
    words = matter_words(talk, language, say_money)
    text = talk.rt.scripts[language].texts["asked_for_you"]
    return text.format_map({"company": "", "name": talk.contact.name, **words})


def is_free(session: Session, user: User, now: datetime) -> bool:
    """Whether a user can be rung now."""
    if user.disabled_at is not None or user.paused_at is not None:
        return False
    if address_of(session, user, now) is None:
        return False
    busy = sa.exists().where(Call.rep_id == user.id, Call.ended_at.is_(None))
    return not session.execute(sa.select(busy)).scalar_one()


def put(talk: Talk, turn: Turn, promise_on: date | None) -> Instruction:
    """The turn as an instruction, in the customer's language."""
    language, token = talk.contact.language, talk.attempt.token
    lines = fill(talk, turn.says, promise_on)
    if turn.step is not None:
        return Ask(
            language=language, lines=lines, token=token, step=write_step(turn), hears_speech=True
        )
    if turn.effect is Effect.CONNECT:
        return JoinRoom(
            room=talk.call.room,
            label=str(LegRole.CUSTOMER),
            token=token,
            language=language,
            lines=lines,
            waits_with_music=True,
        )
    return Say(language=language, lines=lines)


def fill(talk: Talk, names: tuple[str, ...], promise_on: date | None = None) -> tuple[str, ...]:
    """The texts with their placeholders filled."""
    script = talk.rt.scripts[talk.contact.language]
    matter = matter_words(talk, talk.contact.language, speak_money)
    words = {"company": script.company, "name": talk.contact.name, **matter}
    if promise_on is not None:
        words["promise_on"] = say_date(promise_on, talk.contact.language)
    return tuple(script.texts[name].format_map(words) for name in names)


def matter_words(
    talk: Talk, language: Language, amount_word: Callable[[int, str, Language], str]
) -> dict[str, str]:
    """What the matter's texts may name; a voice needs amounts in words, a reader in figures."""
    words = {
        "owner": talk.owner.full_name if talk.owner else "",
        "matter": talk.task.note if talk.task else "",
    }
    owed = talk.receivable
    if owed is None:
        return words
    amount = amount_word(owed.open_minor, owed.currency, language)
    return {
        "owner": words["owner"],
        "matter": words["matter"] or f"{owed.reference}, {amount}",
        "reference": owed.reference,
        "amount": amount,
        "due_on": say_date(owed.due_on, language),
    }


def leave_message(talk: Talk) -> Instruction:
    """After the beep: a message that reveals nothing, or nothing, as the rules say."""
    step = talk.task.step if talk.task else None
    if not talk.rt.cadence.speaks_to_machines(talk.call.purpose, step):
        return HangUp()
    return Say(language=talk.contact.language, lines=fill(talk, ("voicemail",)))
