"""What may be taken away from the at-most-once machine, one guard at a time."""

from dataclasses import dataclass

CALLING = "dialer/calling"
ATTEMPT = "dialer/domain/attempt.py"
PLACE, SENT = f"{CALLING}/place.py", f"{CALLING}/sent.py"
RECONCILE, TOLD = f"{CALLING}/reconcile.py", f"{CALLING}/told.py"
DUTIES = "dialer/scheduling/duties.py"
FAILURES = "dialer/carrier/failures.py"
TRANSITIONS = "dialer/models/transitions.py"
TABLES = "dialer/migrations/versions/0002_calls.py"


@dataclass(frozen=True)
class Edit:
    """`old` stands in the file exactly once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """M1 to M8 are whole designs that others live with; the rest lack one guard of a step."""

    name: str
    words: str
    edits: tuple[Edit, ...]


def mutant(name: str, words: str, *edits: tuple[str, str, str]) -> Mutant:
    return Mutant(name, words, tuple(Edit(*edit) for edit in edits))


def without_duty(name: str, words: str, *duties: str) -> Mutant:
    """The clock does nothing where a duty stood."""
    edits = [
        (DUTIES, f'Duty("{duty}", {duty},', f'Duty("{duty}", lambda _rt: 0,') for duty in duties
    ]
    return mutant(name, words, *edits)


MUTANTS = (
    mutant(
        "M1", "an intent whose sender died is planned again",
        (RECONCILE, "    ABANDON,\n", "    WITHHOLD as ABANDON,\n"),
    ),
    mutant(
        "M2", "a server error is taken for a refusal",
        (FAILURES, 'return CarrierUncertain(f"HTTP {status}, code {known}")',
         "return CarrierRefused(known, permanent=False)"),
    ),
    mutant(
        "M3", "a lost answer is taken for a refusal",
        (FAILURES, "return CarrierUncertain(type(error).__name__)",
         "return CarrierRefused(0, permanent=False)"),
    ),
    mutant(
        "M4", "what is told is joined by the carrier's name for the call alone",
        (TOLD, "sa.select(Attempt).where(Attempt.token == token)",
         "sa.select(Attempt).where(Attempt.carrier_sid == told.carrier_sid)"),
    ),
    without_duty(
        "M5", "nobody asks what became of anything",
        "abandon_intents", "resolve_doubts", "poll_silent", "audit_carrier",
    ),
    without_duty("M6", "the carrier's whole list is never compared", "audit_carrier"),
    mutant(
        "M7", "one list without the call is believed after half a minute",
        (ATTEMPT, "return misses >= 3 and age_seconds > settle",
         "return misses >= 1 and age_seconds > 30"),
    ),
    mutant(
        "M8", "a step does not ask whether the row is still what it was",
        (TRANSITIONS, """            Attempt.state == attempt.state,
            Attempt.epoch == attempt.epoch,
""", ""),
    ),
    mutant(
        "T1", "an occurrence may have two attempts",
        (TABLES, """        "uq_attempts_occurrence",
        "attempts",
        ["occurrence"],
        unique=True,""", """        "uq_attempts_occurrence",
        "attempts",
        ["occurrence"],
        unique=False,"""),
    ),
    mutant(
        "T2a", "two may call one number at once",
        (TABLES, """        "uq_attempts_number_busy",
        "attempts",
        ["number_id"],
        unique=True,""", """        "uq_attempts_number_busy",
        "attempts",
        ["number_id"],
        unique=False,"""),
    ),
    mutant(
        "T2b", "a claim leaves the epoch as it was",
        (TRANSITIONS, "epoch=attempt.epoch + (step is CLAIM)", "epoch=attempt.epoch"),
    ),
    without_duty("T3a", "a dead claim is held for ever", "release_claims"),
    mutant(
        "T3b", "an intent does not ask whose claim it is",
        (PLACE, "if attempt.epoch != epoch or attempt.lease_until_at is None:",
         "if attempt.lease_until_at is None:"),
    ),
    mutant(
        "T3c", "an intent does not ask whether its lease is over",
        (PLACE, "rt.stopping() or attempt.lease_until_at < now or call", "rt.stopping() or call"),
    ),
    mutant(
        "T4", "what is too late is sent all the same",
        (PLACE, "if limit is None or by.at + timedelta(seconds=RING_MARGIN_SECONDS) <= limit:",
         "if True:"),
    ),
    mutant(
        "T5a", "the gate is not asked again before the request",
        (PLACE, """        if not is_allowed(rt, session, call, attempt, actor):
            return None
        stale_at""", "        stale_at"),
    ),
    mutant(
        "T5b", "a hold between claim and intent is not seen",
        (PLACE, "if not may_send(session, now) or give_up_late", "if give_up_late"),
    ),
    mutant(
        "T5c", "an intent is not written down before the request",
        (PLACE, "        if not take(session, attempt, INTEND, by, intent_at=now, sends=sends,",
         "        if not dict(intent_at=now, sends=sends,"),
    ),
    mutant(
        "T6", "whoever slept after the intent sends all the same",
        (PLACE, "if rt.monotonic() - intent.begun <= STALL_SECONDS:", "if True:"),
    ),
    mutant(
        "T7", "another call under the same token is not noticed",
        (SENT, """        elif attempt.carrier_sid not in (None, placed.carrier_sid):
            note_second(session, call, attempt, placed.carrier_sid, by.at)
""", ""),
    ),
    mutant(
        "T8", "a number that was refused for good is tried again",
        (SENT, "if refusal.permanent:", "if refusal.trips_breaker:"),
    ),
    mutant(
        "T9", "what was turned away is sent again at once",
        (SENT, '"not_before_at": by.at + wait,', '"not_before_at": by.at,'),
    ),
    mutant(
        "T10", "a doubtful request is sent again",
        (SENT, "    if take(session, attempt, DOUBT, by, check_at=by.at + timedelta(seconds=20)):",
         "    if take(session, attempt, BACK_OFF, by, intent_at=None):"),
    ),
    without_duty("T11", "an intent whose sender died is nobody's", "abandon_intents"),
    mutant(
        "T12a", "a listed call is taken, whoever owns it",
        (RECONCILE, "return owner in (None, attempt.id)", "return True"),
    ),
    mutant(
        "T12b", "what the carrier tells proves nothing",
        (ATTEMPT, "for candidate in (FINISH, FIND_DONE, CORRECT) if is_final else (FIND_LIVE,):",
         "for candidate in (FINISH, CORRECT) if is_final else ():"),
    ),
    mutant(
        "T13", "the end of a leg ends nothing",
        (ATTEMPT, "(FINISH, FIND_DONE, CORRECT) if is_final", "(FIND_DONE, CORRECT) if is_final"),
    ),
    mutant(
        "T14", "a doubt is never closed",
        (ATTEMPT, "return misses >= 3 and age_seconds > settle", "return False"),
    ),
    mutant(
        "T15", "who is called again is answered under the old token, too",
        (f"{CALLING}/decide.py", "            attempt.token_revoked_at = rt.now()\n", ""),
    ),
    mutant(
        "T16", "a late outcome corrects nothing",
        (ATTEMPT, "(FINISH, FIND_DONE, CORRECT) if is_final", "(FINISH, FIND_DONE) if is_final"),
    ),
    without_duty("T17a", "what must not live is not hung up", "hang_up_seconds"),
    mutant(
        "T17b", "a revoked token is as good as any",
        (f"{CALLING}/answer.py",
         "is_wanted = attempt.state in MAY_LIVE and attempt.token_revoked_at is None",
         "is_wanted = attempt.state in MAY_LIVE"),
    ),
    without_duty("T18", "what waits at the carrier past its time is left there", "cancel_late"),
)  # fmt: skip
