"""What stands on the wire between a browser and the phone company, byte by byte."""

import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.simulator.exchange import Exchange, Settings
from dialer.simulator.server import make
from dialer.simulator.webphone import rtp, sdp, stun
from dialer.simulator.webphone.srtp import Broken, Keys, Receiver, Sender
from dialer.simulator.webphone.websocket import LARGEST_MESSAGE, Closed, WebSocket
from tests.simulator.test_server import listening

KEY = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
SALT = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
# RFC 5769, 2.1: a request of "evtj:h6vY" with the password below.
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae80220010"
    "5354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a6836765920202000080014"
    "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"


def test_session_keys_are_those_of_the_standard() -> None:
    keys = Keys(KEY, SALT, 0)
    assert keys.cipher.hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert keys.seal.hex().upper() == "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"
    assert keys.salt >> 16 == 0x30CBBC08863D8C85D49DB34A9AE1


def test_packets_open_again_over_two_rollovers() -> None:
    sender, receiver = Sender(KEY, SALT), Receiver(KEY, SALT)
    for count in range(0, 140_000, 700):
        header = rtp.header(count, count * 160, 7)
        assert receiver.packet(sender.packet(header, b"sound")) == header + b"sound"


def test_reports_open_again() -> None:
    report = rtp.report(7, 1.0, 160, 1, rtp.Reception())
    sender, receiver = Sender(KEY, SALT), Receiver(KEY, SALT)
    assert receiver.report(sender.report(report)) == report


@given(data=st.binary(max_size=80))
def test_what_was_not_sealed_for_us_is_dropped(data: bytes) -> None:
    with pytest.raises(Broken):
        Receiver(KEY, SALT).packet(data)


@given(place=st.integers(0, 30))
def test_a_changed_bit_is_noticed(place: int) -> None:
    sealed = bytearray(Sender(KEY, SALT).packet(rtp.header(1, 160, 7), b"sound"))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(Broken):
        Receiver(KEY, SALT).packet(bytes(sealed))


def test_a_check_with_the_right_password_is_ours() -> None:
    assert stun.is_stun(REQUEST)
    check = stun.read_check(REQUEST)
    assert check
    assert check.ufrag == "evtj"
    assert stun.is_sealed(check, PASSWORD)
    assert not stun.is_sealed(check, PASSWORD + "x")


def test_an_answer_to_a_check_tells_the_address() -> None:
    check = stun.read_check(REQUEST)
    assert check
    answer = stun.answer(check, PASSWORD, ("192.0.2.1", 32853))
    assert answer[8:20] == check.transaction
    assert bytes.fromhex("002000080001a147e112a643") in answer


@given(data=st.binary(max_size=200))
def test_no_datagram_breaks_the_reader(data: bytes) -> None:
    datagram = struct.pack("!HHI", 1, len(data) + 12 & 0xFFFF, stun.COOKIE) + bytes(12) + data
    check = stun.read_check(datagram)
    assert check is None or not stun.is_sealed(check, PASSWORD)


@given(text=st.text())
def test_no_text_is_taken_for_a_description(text: str) -> None:
    with pytest.raises(sdp.BadDescription):
        sdp.read(text)


@pytest.fixture
def pair() -> Iterator[tuple[WebSocket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    theirs.settimeout(5)
    try:
        yield WebSocket(ours, "dGhlIHNhbXBsZSBub25jZQ=="), theirs
    finally:
        theirs.close()
        ours.close()


def frame(data: bytes, kind: int = 1, *, last: bool = True, masked: bool = True) -> bytes:
    mask = b"\x01\x02\x03\x04"
    head = struct.pack("!BB", last << 7 | kind, masked << 7 | min(len(data), 126))
    if len(data) > 125:
        head += struct.pack("!H", len(data))
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data)) if masked else data
    return head + (mask if masked else b"") + body


def test_the_handshake_is_that_of_the_standard(pair: tuple[WebSocket, socket.socket]) -> None:
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in pair[1].recv(500)


def test_a_message_may_come_in_pieces(pair: tuple[WebSocket, socket.socket]) -> None:
    pair[1].sendall(frame("您".encode(), last=False) + frame("好".encode(), kind=0))
    assert pair[0].receive() == "您好"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(b"x", masked=False), 1002),
        (frame(b"x", kind=2), 1003),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x81\xff" + struct.pack("!Q", LARGEST_MESSAGE + 1), 1009),
        (frame(b"\x03\xe9", kind=8), 1001),
    ],
)
def test_what_is_no_message_closes_the_socket(
    pair: tuple[WebSocket, socket.socket], sent: bytes, code: int
) -> None:
    pair[1].sendall(sent)
    with pytest.raises(Closed) as closed:
        pair[0].receive()
    assert closed.value.code == code


def test_endless_pieces_are_too_much(pair: tuple[WebSocket, socket.socket]) -> None:
    piece = frame(b"x" * 60_000, last=False)
    pair[1].sendall(piece + frame(b"x" * 60_000, kind=0, last=False))
    with pytest.raises(Closed, match="1009"):
        pair[0].receive()


def test_who_floods_the_socket_is_shown_the_door() -> None:
    server, runner = make(Exchange(Settings()), "127.0.0.1", 0)
    runner.start()
    with listening(server), socket.create_connection(("127.0.0.1", server.port), 5) as flooder:
        flooder.sendall(HANDSHAKE)
        assert b"101" in flooder.recv(500)
        flooder.sendall(frame(b"\n") * 500)
        said = b""
        while more := flooder.recv(4096):
            said += more
    runner.stop()
    assert said.endswith(b"\x88\x02" + struct.pack("!H", 1008))


HANDSHAKE = (
    b"GET /signal HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
