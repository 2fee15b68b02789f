"""A phone company in a box: a program of its own that speaks Twilio's Voice wire.

    python -m dialer.simulator --port 9000 --seed 1 --speed 10

It imports nothing else of `dialer`, and nothing else of `dialer` imports it. Its account comes from
`TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` and `CALLER_IDS`.

Core (deterministic, on a virtual clock, no I/O and no threads):
`exchange` holds everything; `agenda` is the clock and `process` what waits on it; `lines` is the
life of a leg; `orders`, `scripts`, `gathering` and `dialing` execute TwiML; `conferences` seats
people, `detection` hears machines, `tapes` records; `phones` follow their `manners` and the
`network` has moods; `courier` signs and retries callbacks; `witness` writes down what happened.

Doors: `rest` answers Twilio's REST requests as plain values (`rest_calls`, `rest_conferences`,
`resources`; read by `forms`, written by `shapes` and `replies`); `server` carries them over HTTP,
`running` lets wall time pass and `posting` delivers callbacks; `control` is the wall of phones;
`webphone` is the door for phones that are browsers, with real sound.
"""
