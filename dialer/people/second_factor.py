"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for its loss.

The app's secret is derived from SECRET_KEY and a salt, so that no table holds it: whoever steals
the database alone cannot make codes. With another SECRET_KEY the apps are to be set up again.
"""

import base64
import hashlib
import hmac
from datetime import datetime

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.models import RecoveryCode, User, UserSession
from dialer.people import throttle
from dialer.people.errors import NotThere, WrongCode
from dialer.people.log_in import SessionSecret, is_owed, open_session, secret_hash
from dialer.people.rights import check_not_oneself, find_managed
from dialer.people.users import audit, end_sessions, prove
from dialer.runtime import Runtime

ISSUER = "Dialer"
STEP_SECONDS = 30
# A telephone's clock may be half a minute wrong in either direction.
DRIFT_STEPS = 1
RECOVERY_CODES = 8
RECOVERY_BYTES = 10


def needs_factor(rt: Runtime, user: User) -> bool:
    """Whether the user has to set up a second factor before anything else."""
    return user.factor_at is None and user.role in rt.people.second_factor_roles


def begin(rt: Runtime, user_id: int) -> None:
    """A fresh secret, which counts once a code was made with it; one that counts is left alone."""
    with rt.sessions.write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        if user.factor_at is None:
            user.factor_salt = rt.token() + rt.token()


def app_secret(rt: Runtime, user: User) -> str:
    """The base32 text that the app is given."""
    text = f"second factor:{user.id}:{user.factor_salt}"
    digest = hmac.digest(rt.settings.secret_key.encode(), text.encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode()


def app_address(rt: Runtime, user: User) -> str:
    """The otpauth address that the app reads from a picture."""
    return pyotp.TOTP(app_secret(rt, user)).provisioning_uri(name=user.name, issuer_name=ISSUER)


def step_of(rt: Runtime, user: User, code: str) -> int | None:
    """The step of time in which a code was made, unless it or a later one was used before."""
    if user.factor_salt is None or not (code.isascii() and code.isdecimal()):
        return None
    app, now = pyotp.TOTP(app_secret(rt, user)), int(rt.now().timestamp()) // STEP_SECONDS
    fits = [
        step
        for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
        if hmac.compare_digest(app.generate_otp(step), code)
    ]
    return next((step for step in fits if step > (user.factor_step or 0)), None)


def confirm(rt: Runtime, user_id: int, code: str) -> list[str]:
    """The app makes codes that fit: from now on one is asked for. Returns the recovery codes.

    Raises WrongCode or Throttled.
    """
    keys = [throttle.proof_key(user_id)]
    with rt.sessions.write() as session:
        throttle.count_try(session, keys, rt.now())
    with rt.sessions.write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        step = step_of(rt, user, clean(code))
        if step is None or user.factor_at is not None:
            raise WrongCode
        user.factor_at, user.factor_step = rt.now(), step
        throttle.forgive(session, keys, rt.now())
        audit(session, rt.now(), user_id, "factor.on", user_id)
        return write_recovery_codes(rt, session, user_id)


def clean(code: str) -> str:
    """A code without the blanks and hyphens that people type, in lower case."""
    return "".join(c for c in code.casefold()[:64] if c not in " -")


def write_recovery_codes(rt: Runtime, session: Session, user_id: int) -> list[str]:
    """Fresh codes in place of the old ones; only their hashes are kept."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [make_recovery_code(rt.token()) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(user_id=user_id, code_hash=secret_hash(clean(code)), created_at=rt.now())
        for code in codes
    )
    return codes


def make_recovery_code(token: str) -> str:
    """80 random bits that can be written down: `abcd-efgh-ijkl-mnop`."""
    text = base64.b32encode(bytes.fromhex(token)[-RECOVERY_BYTES:]).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def show_code(
    rt: Runtime, half: str, code: str, user_agent: str = "", address: str = ""
) -> SessionSecret:
    """Turn a half-open session into a whole one with a new secret.

    Raises NotThere if the half is over, WrongCode or Throttled.
    """
    owner_id = find_owing(rt, half)
    keys = [throttle.proof_key(owner_id)]
    with rt.sessions.write() as session:
        throttle.count_try(session, keys, rt.now())
    with rt.sessions.write() as session:
        user = session.get_one(User, owner_id, with_for_update=True)
        take_code(rt, session, user, clean(code))
        end_half(session, half, rt.now())
        throttle.forgive(session, keys, rt.now())
        return open_session(rt, session, user.id, user_agent, address=address)


def find_owing(rt: Runtime, half: str) -> int:
    """Whose half-open session it is. Raises NotThere."""
    with rt.sessions.read() as session:
        found = session.scalar(
            sa.select(UserSession)
            .join(UserSession.user)
            .options(joinedload(UserSession.user))
            .where(UserSession.secret_hash == secret_hash(half), is_owed(rt.now()))
        )
    if found is None or found.user.factor_at is None:
        raise NotThere("session")
    return found.user_id


def take_code(rt: Runtime, session: Session, user: User, code: str) -> None:
    """Use up a code of the app, or else a recovery code. Raises WrongCode."""
    step = step_of(rt, user, code)
    if step is not None:
        user.factor_step = step
        return
    used = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == secret_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=rt.now())
        .returning(RecoveryCode.id)
    ).all()
    if not used:
        raise WrongCode
    audit(session, rt.now(), user.id, "factor.recovery", user.id)


def end_half(session: Session, half: str, now: datetime) -> None:
    """A half-open session is used once. Raises NotThere if somebody was quicker."""
    ended = session.execute(
        sa.update(UserSession)
        .where(UserSession.secret_hash == secret_hash(half), UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(UserSession.id)
    ).all()
    if not ended:
        raise NotThere("session")


def count_left(session: Session, user_id: int) -> int:
    """How many recovery codes are left."""
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(sa.select(sa.func.count()).where(*unused)) or 0


def renew_recovery_codes(rt: Runtime, user_id: int, password: str) -> list[str]:
    """Fresh recovery codes. Raises WrongLogin or Throttled, and NotThere without a factor."""
    prove(rt, user_id, password)
    with rt.sessions.write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        if user.factor_at is None:
            raise NotThere("second factor")
        audit(session, rt.now(), user_id, "factor.codes", user_id)
        return write_recovery_codes(rt, session, user_id)


def turn_off(rt: Runtime, user_id: int, password: str) -> None:
    """Go on with the password alone. Raises WrongLogin or Throttled."""
    prove(rt, user_id, password)
    with rt.sessions.write() as session:
        forget_factor(session, session.get_one(User, user_id), user_id, rt.now())


def forget_factor(session: Session, user: User, actor_id: int | None, now: datetime) -> None:
    """No code is asked for any more; a new app gets a new secret."""
    user.factor_salt = user.factor_at = user.factor_step = None
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    audit(session, now, actor_id, "factor.off", user.id)


def take_off(rt: Runtime, actor: User, user_id: int) -> None:
    """Help somebody who lost both telephone and recovery codes; every session of theirs ends.

    Raises NotThere or NotOneself.
    """
    with rt.sessions.write() as session:
        user = find_managed(session, actor, user_id)
        check_not_oneself(actor, user)
        forget_factor(session, user, actor.id, rt.now())
        end_sessions(session, user.id, rt.now())
