"""The carrier's own voice SDK in Chromium, against the simulator alone; and ears for both ends.

Microphones are tones made in the page, so that what is heard can be told apart.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from playwright.sync_api import Page
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from dialer.simulator.courier import Answer
from dialer.simulator.exchange import Exchange, Settings
from dialer.simulator.running import Runner, wall_time
from dialer.simulator.server import make
from tests.browser.conftest import ROOT, Opener

SDK = ROOT / "node_modules" / "@twilio" / "voice-sdk" / "dist" / "twilio.min.js"
SCRIPT = Path(__file__).parent / "phones.js"
ROOM = '<Response><Dial><Conference waitUrl="">room</Conference></Dial></Response>'
LOUD, SILENT = 0.1, 0.02

# A microphone that is a tone of so many hertz; the page's own processing would damp it.
MICROPHONE = """(hertz => {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const level = context.createGain();
    const out = context.createMediaStreamDestination();
    tone.frequency.value = hertz;
    level.gain.value = 0.5;
    tone.connect(level).connect(out);
    tone.start();
    return out.stream;
  };
})(HERTZ)"""

# How loud each tone is in a stream, for the next third of a second.
EAR = """async ([source, tones]) => {
  const stream = eval(source);
  const context = new AudioContext();
  const listener = context.createAnalyser();
  listener.fftSize = 8192;
  context.createMediaStreamSource(stream).connect(listener);
  await new Promise((over) => setTimeout(over, 350));
  const samples = new Float32Array(listener.fftSize);
  listener.getFloatTimeDomainData(samples);
  const heard = tones.map((hertz) => {
    const turn = 2 * Math.PI * hertz / context.sampleRate;
    let [real, other] = [0, 0];
    samples.forEach((sample, at) => {
      real += sample * Math.cos(turn * at);
      other += sample * Math.sin(turn * at);
    });
    return 2 * Math.hypot(real, other) / samples.length;
  });
  await context.close();
  return heard;
}"""


def give_microphone(page: Page, hertz: int) -> None:
    page.add_init_script(MICROPHONE.replace("HERTZ", str(hertz)))


def hears(page: Page, source: str, *tones: int) -> list[bool]:
    """Whether each of the tones is in the stream that the page's `source` names."""
    levels = page.evaluate(EAR, [source, list(tones)])
    assert all(level > LOUD or level < SILENT for level in levels), levels
    return [level > LOUD for level in levels]


def phone_hears(simulator: str, number: str, *tones: int) -> list[bool]:
    """Whether each of the tones reaches a simulated phone."""
    wanted = ",".join(map(str, tones))
    url = f"{simulator}/simulator/phones/{quote(number)}/ear?hertz={wanted}"
    levels = requests.get(url, timeout=5).json()["tones"]
    return [levels[str(hertz)] > LOUD for hertz in tones]


def eventually(true: Callable[[], bool], page: Page, *, seconds: float = 8) -> None:
    """Look again and again; the page goes on meanwhile."""
    for _ in range(round(seconds * 10)):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("still not so")


@contextmanager
def serving(server: Any) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@Request.application
def site(request: Request) -> Response:
    if request.path == "/sdk.js":
        return Response(SDK.read_bytes(), mimetype="text/javascript")
    if request.path == "/phones.js":
        return Response(SCRIPT.read_bytes(), mimetype="text/javascript")
    scripts = '<script src="/phones.js"></script><script src="/sdk.js"></script>'
    icon = '<link rel="icon" href="data:,">'
    return Response(f"<!doctype html><title>phone</title>{icon}{scripts}", mimetype="text/html")


class Lab:
    """A simulator on loopback, and pages with nothing but the SDK in them."""

    def __init__(self, site_url: str, simulator: str, runner: Runner, open_page: Opener) -> None:
        self.site, self.simulator, self.runner = site_url, simulator, runner
        self._open_page = open_page
        with runner.held() as x:
            self.settings = x.settings
            headers = {"Content-Type": "text/xml"}
            x.deliver = lambda _webhook, done: done(Answer(status=200, headers=headers, body=ROOM))

    def token(self, identity: str, **wishes: Any) -> str:
        settings = self.settings
        token = AccessToken(
            settings.account_sid, settings.api_key_sid, settings.api_key_secret,
            identity=identity, **wishes,
        )  # fmt: skip
        token.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid="AP1"))
        return str(token.to_jwt())

    def phone(self, identity: str, hertz: int, **wishes: Any) -> Page:
        """A page whose device is registering."""
        page = self._open_page()
        give_microphone(page, hertz)
        page.goto(self.site)
        host = self.simulator.removeprefix("http://")
        page.evaluate(
            "([token, host]) => open(token, host)", [self.token(identity, **wishes), host]
        )
        return page

    def registered(self, identity: str, hertz: int, **wishes: Any) -> Page:
        page = self.phone(identity, hertz, **wishes)
        page.wait_for_function("device.state === 'registered'")
        return page

    def rings(self, identity: str) -> str:
        """Have the carrier ring a phone into the room; the call's SID."""
        return self._post("Calls.json", To=f"client:{identity}", Url="https://dialer.test/voice")

    def joins(self, number: str, manner: str | dict[str, Any]) -> str:
        """Have a scripted phone join the room."""
        wish: Any = {"number": number, "manner": manner}
        requests.post(f"{self.simulator}/simulator/phones", json=wish, timeout=5)
        return self._post("Conferences/room/Participants.json", To=number)

    def _post(self, path: str, **form: str) -> str:
        account = self.settings.account_sid
        answer = requests.post(
            f"{self.simulator}/2010-04-01/Accounts/{account}/{path}",
            auth=(account, self.settings.auth_token),
            data={"From": self.settings.caller_ids[0], **form}, timeout=5,
        ).json()  # fmt: skip
        return str(answer.get("call_sid") or answer["sid"])

    def mood(self, effect: str, identity: str = "", **limits: Any) -> None:
        kind = f"client:{identity}" if identity else ""
        wish: Any = {"effect": effect, "kind": kind, **limits}
        requests.post(f"{self.simulator}/simulator/moods", json=wish, timeout=5)

    def calm(self) -> None:
        requests.delete(f"{self.simulator}/simulator/moods", timeout=5)

    def status(self, sid: str) -> str:
        with self.runner.held() as x:
            return x.calls[sid].status

    def keys(self, identity: str) -> str:
        with self.runner.held() as x:
            given = (g for g in x.witness.given if g.number == f"client:{identity}")
            return "".join(g.text for g in given)


@contextmanager
def a_lab(open_page: Opener) -> Iterator[Lab]:
    settings = Settings(
        start=wall_time(), calls_per_second=50, speed=20, voice_url="https://dialer.test/voice"
    )
    server, runner = make(Exchange(settings), "127.0.0.1", 0)
    runner.start()
    with serving(server) as url, serving(make_server("127.0.0.1", 0, site, threaded=True)) as pages:
        yield Lab(pages, url, runner, open_page)
    runner.stop()
