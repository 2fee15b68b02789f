"""DTLS for media keys: the passive side of a handshake over datagrams, through memory."""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from dialer.simulator.running import wall_time
from dialer.simulator.webphone.srtp import KEY_LENGTH, SALT_LENGTH, Receiver, Sender

PROFILE = b"SRTP_AES128_CM_SHA1_80"
LABEL = b"EXTRACTOR-dtls_srtp"
LARGEST_DATAGRAM = 1200


class Identity:
    """A key and its self-signed certificate; only the fingerprint matters to browsers."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "phone")])
        now = wall_time()
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(self.key, hashes.SHA256())
        )
        self.fingerprint = fingerprint_of(self.certificate)

    def context(self) -> SSL.Context:
        context = SSL.Context(SSL.DTLS_METHOD)
        context.use_privatekey(self.key)
        context.use_certificate(self.certificate)
        context.set_tlsext_use_srtp(PROFILE)
        # Browsers' certificates are self-signed: the fingerprint in the description decides.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        return context


def fingerprint_of(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


class Refused(Exception):
    """The handshake failed, or the other end is not the one of the description."""


class Handshake:
    """One handshake; `feed` datagrams and send what it returns."""

    def __init__(self, context: SSL.Context) -> None:
        self._connection = SSL.Connection(context, None)
        self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(LARGEST_DATAGRAM)
        self.done = False
        self.closed = False

    def feed(self, datagram: bytes = b"") -> list[bytes]:
        """Go on with what came (or with nothing, when time is over). Raises Refused."""
        try:
            if datagram:
                self._connection.bio_write(datagram)
            self._go_on()
        except SSL.WantReadError:
            pass
        except (SSL.ZeroReturnError, SSL.SysCallError):
            self.closed = True
        except SSL.Error as error:
            raise Refused(str(error)) from error
        return self._out()

    def _go_on(self) -> None:
        if self.done:
            self._connection.recv(LARGEST_DATAGRAM)
            return
        self._connection.do_handshake()
        self.done = True

    def _out(self) -> list[bytes]:
        datagrams = []
        while True:
            try:
                datagrams.append(self._connection.bio_read(65536))
            except SSL.WantReadError:
                return datagrams

    def repeat(self) -> list[bytes]:
        """What is to be sent again when no answer came in time."""
        if self.done or self._connection.DTLSv1_get_timeout() != 0:
            return []
        self._connection.DTLSv1_handle_timeout()
        return self._out()

    def keys(self, fingerprint: str) -> tuple[Sender, Receiver]:
        """Both directions' keys, for the one whose certificate this is. Raises Refused."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None or fingerprint_of(certificate) != fingerprint:
            raise Refused("another certificate than was described")
        size = KEY_LENGTH + SALT_LENGTH
        material = self._connection.export_keying_material(LABEL, 2 * size)
        salts = material[2 * KEY_LENGTH :]
        theirs = Receiver(material[:KEY_LENGTH], salts[:SALT_LENGTH])
        ours = Sender(material[KEY_LENGTH : 2 * KEY_LENGTH], salts[SALT_LENGTH:])
        return ours, theirs
