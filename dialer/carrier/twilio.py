"""Twilio behind the port."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from twilio.base.exceptions import TwilioException
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client

from dialer.carrier import signature, twiml
from dialer.carrier.callbacks import Callbacks
from dialer.carrier.events import read_asked, read_told
from dialer.carrier.failures import carrier_errors
from dialer.carrier.port import (
    Asked,
    CarrierCall,
    CarrierUncertain,
    Dial,
    Form,
    Placed,
    RoomDial,
    Seat,
    Told,
)
from dialer.carrier.records import receipt, record
from dialer.carrier.transport import TWILIO_API, Transport
from dialer.carrier.words import LEG_EVENTS, LIVE_WORDS, ROOM_EVENTS, ROOM_OVER
from dialer.domain.instruction import Instruction

NOT_IN_PROGRESS, NOT_FOUND = 21220, 20404
PAGE_SIZE, MAX_PAGES = 100, 2_000
# For so long the carrier's last answer tells its time.
FRESH_SECONDS = 60


class TwilioSettings(Protocol):
    """What of the settings this room reads."""

    @property
    def public_base_url(self) -> str: ...
    @property
    def twilio_account_sid(self) -> str: ...
    @property
    def twilio_auth_token(self) -> str: ...
    @property
    def twilio_auth_token_previous(self) -> str | None: ...
    @property
    def twilio_api_base_url(self) -> str | None: ...
    @property
    def twilio_api_key_sid(self) -> str | None: ...
    @property
    def twilio_api_key_secret(self) -> str | None: ...


class TwilioCarrier:
    """The carrier, for any number of threads. `http` puts another wire under the client."""

    def __init__(self, settings: TwilioSettings, http: Any = None) -> None:
        key, previous = settings.twilio_auth_token, settings.twilio_auth_token_previous
        self.account_sid = settings.twilio_account_sid
        self.keys = (key, previous) if previous else (key,)
        self.phone_key = (settings.twilio_api_key_sid, settings.twilio_api_key_secret)
        self.base_urls = signature.spellings(settings.public_base_url)
        self.callbacks = Callbacks(settings.public_base_url)
        self.wire = http or Transport(settings.twilio_api_base_url or TWILIO_API)
        self.client = Client(self.account_sid, key, http_client=self.wire)

    def place(self, dial: Dial) -> Placed:
        """Ring an address; when it answers, the carrier asks what to do with it.

        A machine is listened for in the background, to the end of its message, so that ours can
        follow the beep.
        """
        detection: dict[str, str] = {}
        if dial.detects_machine:
            detection = {
                "machine_detection": "DetectMessageEnd",
                "async_amd": "true",
                "async_amd_status_callback": self.callbacks.told("amd", dial.token),
            }
        with carrier_errors():
            call = self.client.calls.create(
                url=self.callbacks.voice(dial.token), **self.leg(dial), **detection
            )
            return receipt(call.sid, call.queue_time)

    def add_to_room(self, room_dial: RoomDial) -> Placed:
        """Ring an address and put whoever answers into a room that is open now.

        By the room's SID: by name, Twilio would open a new one for nobody but the customer.
        """
        dial, room_told = room_dial.dial, room_dial.room_token
        wishes: dict[str, str] = {}
        if dial.detects_machine:
            wishes["machine_detection"] = "Enable"
            wishes["amd_status_callback"] = self.callbacks.told("amd", dial.token)
        if room_dial.record:
            wishes["conference_record"] = "record-from-start"
            wishes["conference_recording_status_callback"] = self.callbacks.told(
                "recording", room_told
            )
        with carrier_errors():
            participant = self.client.conferences(room_dial.room_sid).participants.create(
                label=room_dial.label,
                early_media=True,
                beep="false",
                **seating(room_dial.seat),
                conference_status_callback=self.callbacks.told("conference", room_told),
                conference_status_callback_event=ROOM_EVENTS.split(),
                **self.leg(dial),
                **wishes,
            )
            return receipt(participant.call_sid, participant.queue_time)

    def leg(self, dial: Dial) -> dict[str, object]:
        """What every leg is placed with."""
        return {
            "to": dial.address,
            "from_": dial.from_number,
            "timeout": dial.ring_seconds,
            "time_limit": dial.limit_seconds,
            "status_callback": self.callbacks.told("status", dial.token),
            "status_callback_event": list(LEG_EVENTS),
        }

    def hang_up(self, carrier_sid: str) -> None:
        """End a leg; `completed` ends queued and ringing ones too."""
        with carrier_errors():
            try:
                self.client.calls(carrier_sid).update(status="completed")
            except TwilioException as error:
                if getattr(error, "code", None) not in (NOT_IN_PROGRESS, NOT_FOUND):
                    raise

    def ask_again(self, carrier_sid: str, token: str, step: str) -> None:
        """Redirect a live leg; one that is over needs no redirection."""
        with carrier_errors():
            try:
                self.client.calls(carrier_sid).update(url=self.callbacks.voice(token, step))
            except TwilioException as error:
                if getattr(error, "code", None) not in (NOT_IN_PROGRESS, NOT_FOUND):
                    raise

    def hold(self, room_sid: str, carrier_sid: str, *, on: bool) -> None:
        """Put a participant on hold, or back."""
        with carrier_errors():
            self.client.conferences(room_sid).participants(carrier_sid).update(hold=on)

    def reseat(self, room_sid: str, carrier_sid: str, seat: Seat) -> None:
        """Change how a participant sits in a room."""
        with carrier_errors():
            participant = self.client.conferences(room_sid).participants(carrier_sid)
            participant.update(**seating(seat))

    def find_room(self, name: str) -> str | None:
        """The SID of the open room of that name."""
        with carrier_errors():
            rooms = self.client.conferences.list(friendly_name=name, limit=PAGE_SIZE)
            return next((room.sid for room in rooms if room.status != ROOM_OVER), None)

    def fetch(self, carrier_sid: str) -> CarrierCall:
        """The carrier's record of one leg."""
        with carrier_errors():
            found = record(self.client.calls(carrier_sid).fetch())
            if found.carrier_sid != carrier_sid:
                raise CarrierUncertain("another call than was asked for")
            return found

    def list_calls(
        self, *, to: str | None = None, since: datetime | None = None, live_only: bool = False
    ) -> list[CarrierCall]:
        """The carrier's records, newest first.

        Never by StartTime, which a queued call has not: one that waits would be missed.
        """
        filters: list[dict[str, str]] = [{"to": to} if to else {}]
        if live_only:
            filters = [{**filters[0], "status": word} for word in LIVE_WORDS]
        with carrier_errors():
            found = {call.carrier_sid: call for wish in filters for call in self.pages(wish, since)}
        return sorted(found.values(), key=newest, reverse=True)

    def pages(self, filters: dict[str, str], since: datetime | None) -> Iterator[CarrierCall]:
        """Calls page by page, until a whole page is older than `since`."""
        page = self.client.calls.page(page_size=PAGE_SIZE, **filters)
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            calls = [record(call) for call in page]
            if calls and seen.issuperset(call.carrier_sid for call in calls):
                raise CarrierUncertain("a listing that goes in circles")
            seen.update(call.carrier_sid for call in calls)
            recent = [call for call in calls if not is_older(call, since)]
            yield from recent
            if calls and not recent:
                return
            page = page.next_page()
            if page is None:
                return
        raise CarrierUncertain("a listing without end")

    def time(self) -> datetime | None:
        """The carrier's clock, from the `Date` of its last answer, or of one that we ask for now.

        It only ever stops us: our own clock is not set by it.
        """
        if not isinstance(self.wire, Transport):
            return None
        if self.wire.time(FRESH_SECONDS) is None:
            with carrier_errors():
                self.client.api.accounts(self.account_sid).fetch()
        return self.wire.time(FRESH_SECONDS)

    def owned_numbers(self) -> frozenset[str]:
        """Incoming numbers, and caller IDs that were verified."""
        with carrier_errors():
            bought = self.client.incoming_phone_numbers.list(page_size=PAGE_SIZE)
            verified = self.client.outgoing_caller_ids.list(page_size=PAGE_SIZE)
            return frozenset(str(row.phone_number) for row in (*bought, *verified))

    def give_pass(self, identity: str, since: datetime, until: datetime) -> str:
        """An access token: this identity may be rung, and may ring nobody."""
        sid, secret = self.phone_key
        token = AccessToken(
            self.account_sid, sid, secret, grants=[VoiceGrant(incoming_allow=True)],
            identity=identity, nbf=int(since.timestamp()), valid_until=int(until.timestamp()),
        )  # fmt: skip
        return str(token.to_jwt())

    def verify(self, path: str, body: bytes, given: str) -> Form | None:
        """The parameters of a POST to one of our paths, if Twilio signed it for our account."""
        form = signature.parse_form(body)
        urls = [base + path for base in self.base_urls]
        if form is None or not signature.is_signed(self.keys, urls, form, given):
            return None
        ours = all(value == self.account_sid for name, value in form if name == "AccountSid")
        return form if ours else None

    def read(self, source: str, form: Form, received_at: datetime) -> Told:
        """Understand a told-callback. Raises BadShape."""
        return read_told(source, form, received_at)

    def read_asked(self, form: Form) -> Asked:
        """Understand a leg's request for instructions. Raises BadShape."""
        return read_asked(form)

    def render(self, instruction: Instruction) -> str:
        """The TwiML of an instruction."""
        return twiml.render(instruction, self.callbacks)


def newest(call: CarrierCall) -> tuple[bool, datetime | None]:
    """By creation; one without comes last."""
    return call.created_at is not None, call.created_at


def is_older(call: CarrierCall, since: datetime | None) -> bool:
    """Whether it is known to have been created before `since`."""
    return bool(since and call.created_at and call.created_at < since)


def seating(seat: Seat) -> dict[str, Any]:
    """A seat in Twilio's words; the one who is coached is named only where there is one."""
    wishes: dict[str, Any] = {
        "muted": seat.muted,
        "coaching": seat.coaches_sid is not None,
        "end_conference_on_exit": seat.ends_room,
    }
    return wishes if seat.coaches_sid is None else {**wishes, "call_sid_to_coach": seat.coaches_sid}
