"""Instructions in Twilio's markup."""

import re

from twilio.twiml.voice_response import Dial as DialVerb
from twilio.twiml.voice_response import Gather, VoiceResponse

from dialer.carrier.callbacks import Callbacks
from dialer.carrier.words import ROOM_EVENTS, TAPE_EVENTS
from dialer.domain.instruction import Ask, HangUp, Instruction, JoinRoom, Say
from dialer.domain.words import Language

# (voice, language) for speaking; the codes for hearing differ.
VOICE = {
    Language.ZH_CN: ("Polly.Zhiyu-Neural", "cmn-CN"),
    Language.ZH_TW: ("Google.cmn-TW-Wavenet-A", "cmn-TW"),
    Language.EN: ("Polly.Joanna-Neural", "en-US"),
}
# What XML cannot carry, even escaped; a document with one of these is an error to the caller.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
HEARD_LANGUAGE = {
    Language.ZH_CN: "cmn-Hans-CN",
    Language.ZH_TW: "cmn-Hant-TW",
    Language.EN: "en-US",
}


def render(instruction: Instruction, callbacks: Callbacks) -> str:
    """The document, with every text escaped."""
    response = VoiceResponse()
    match instruction:
        case HangUp():
            response.hangup()
        case Say():
            speak(response, instruction.language, instruction.lines)
            response.hangup()
        case Ask():
            response.append(gather(instruction, callbacks))
        case JoinRoom():
            speak(response, instruction.language, instruction.lines)
            response.append(dial_room(instruction, callbacks))
    return str(response)


def gather(ask: Ask, callbacks: Callbacks) -> Gather:
    """Lines that a key, or a word, may interrupt."""
    hearing: dict[str, str] = {}
    if ask.hears_speech:
        hearing = {"language": HEARD_LANGUAGE[ask.language], "speech_timeout": "auto"}
    verb = Gather(
        input="dtmf speech" if ask.hears_speech else "dtmf",
        num_digits=1,
        timeout=ask.wait_seconds,
        action=callbacks.voice(ask.token, ask.step),
        action_on_empty_result=True,
        **hearing,
    )
    speak(verb, ask.language, ask.lines)
    return verb


def dial_room(join: JoinRoom, callbacks: Callbacks) -> DialVerb:
    """A silent room that starts with its first two, and ends with whoever `ends_room`."""
    options: dict[str, str] = {}
    if join.records:
        options = {
            "record": "record-from-start",
            "recording_status_callback": callbacks.told("recording", join.token),
            "recording_status_callback_event": TAPE_EVENTS,
        }
    if not join.waits_with_music:
        options["wait_url"] = ""
    verb = DialVerb()
    verb.conference(
        join.room,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=join.ends_room,
        participant_label=join.label,
        status_callback=callbacks.told("conference", join.token),
        status_callback_event=ROOM_EVENTS,
        **options,
    )
    return verb


def speak(verb: VoiceResponse | Gather, language: Language, lines: tuple[str, ...]) -> None:
    """One Say per line, so that the voice pauses between them."""
    voice, code = VOICE[language]
    for line in lines:
        verb.say(UNSPEAKABLE.sub(" ", line), voice=voice, language=code)
