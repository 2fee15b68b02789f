"""The door for phones that are browsers: Twilio's voice SDK registers, rings and talks here.

Signalling is JSON over a WebSocket at `/signal` (`websocket`, `switchboard`; tokens are judged by
`tickets`). Media is one UDP socket on loopback for all legs: ICE-lite (`stun`), DTLS (`dtls`), SRTP
(`srtp`), RTP with PCMU and telephone events (`rtp`, `pcmu`), described in `sdp`; a `peer` is one
leg's end of it. Every 20 ms the `mixer` lets everybody hear whom the exchange says they hear:
browsers, scripted phones with a voice (`voices`), and whatever TwiML plays. `studio` runs the
socket and the beat in a thread of its own.

The exchange stays deterministic and on its virtual clock: sound follows it and never leads.
"""
