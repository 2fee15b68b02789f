"""A mail server on this machine, in a thread: it speaks SMTP and keeps what it is handed."""

import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class PostOffice:
    """`refuses` is the answer to every recipient, such as `550 no such user`."""

    refuses: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> "PostOffice":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller, caller.makefile("rwb") as wire:
                self._talk(wire)

    def _talk(self, wire: object) -> None:
        def say(line: str) -> None:
            wire.write(line.encode() + b"\r\n")  # type: ignore[attr-defined]
            wire.flush()  # type: ignore[attr-defined]

        say("220 here")
        for line in iter(wire.readline, b""):  # type: ignore[attr-defined]
            word = line[:4].upper().strip()
            if word == b"DATA":
                say("354 go on")
                body = b"".join(iter(wire.readline, b".\r\n"))  # type: ignore[attr-defined]
                parsed = message_from_bytes(body, policy=policy.default)
                self.letters.append(parsed)
            elif word == b"RCPT" and self.refuses:
                say(self.refuses)
                continue
            say("221 bye" if word == b"QUIT" else "250 fine")
            if word == b"QUIT":
                return
