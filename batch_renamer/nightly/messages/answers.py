"""What became of a message at one address, in words: what the service answered, and what helps."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum

__all__ = ["INSTALL", "Answer"]

INSTALL = f"{shlex.quote(sys.executable)} -m pip install 'batch-renamer[notify]'"
"""What installs Apprise: into the environment of this program, whichever is active in the shell."""


class Answer(StrEnum):
    """What a service answered, or why there is no answer; the values are those that `child` sends."""

    DELIVERED = "delivered"
    MALFORMED = "malformed"
    NO_APPRISE = "no apprise"
    NO_HOST = "no host"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    PROXY = "proxy"
    CREDENTIALS = "credentials"
    NOT_OFFERED = "not offered"
    RECIPIENT = "recipient"
    GONE = "gone"
    TOO_LARGE = "too large"
    BUSY = "busy"
    STATUS = "status"
    LATE = "late"
    OTHER = "other"
    CUT = "cut"
    FAULT = "fault"

    def said(self, *, status: int | None = None, limit_s: float = 0) -> str:
        """Return the answer as a part of a sentence.

        Example:
            >>> Answer.STATUS.said(status=500), Answer.CUT.said(limit_s=20)
            ('it answered with the error 500', 'it gave no answer within 20 s')
        """
        return _SAID[self].format(status=status, limit_s=limit_s)

    @property
    def repair(self) -> str:
        """What helps; "" where nothing is wrong."""
        return _REPAIRS[self]


_SAID = {
    Answer.DELIVERED: "delivered",
    Answer.MALFORMED: "Apprise does not know such an address",
    Answer.NO_APPRISE: "Apprise is not installed",
    Answer.NO_HOST: "there is no server of that name",
    Answer.REFUSED: "the server refuses connections",
    Answer.UNREACHABLE: "the network of the server can't be reached",
    Answer.CERTIFICATE: "the certificate of the server is not trusted",
    Answer.PROXY: "the proxy does not connect to the server",
    Answer.CREDENTIALS: "it refused the user, password or token",
    Answer.NOT_OFFERED: "the server has no login, or no encryption, as the address asks for",
    Answer.RECIPIENT: "it refused the recipient or the sender",
    Answer.GONE: "it does not know this channel or webhook",
    Answer.TOO_LARGE: "the message is too large for it",
    Answer.BUSY: "it takes no more messages for now",
    Answer.STATUS: "it answered with the error {status}",
    Answer.LATE: "it answered too late; the message may have arrived",
    Answer.OTHER: "it did not take the message",
    Answer.CUT: "it gave no answer within {limit_s:g} s",
    Answer.FAULT: "Apprise ended with a fault",
}
_LATER = "Try again later; if it stays so, compare the address with the page of the service at https://appriseit.com/services/"
_COMPARE = "Compare the line with the page of the service at https://appriseit.com/services/"
_REPAIRS = {
    Answer.DELIVERED: "",
    Answer.MALFORMED: f"{_COMPARE}.",
    Answer.NO_APPRISE: f"Install it: {INSTALL}",
    Answer.NO_HOST: "Correct the name of the server in this line, or repair the network of this machine.",
    Answer.REFUSED: "Correct server and port in this line, or start the server.",
    Answer.UNREACHABLE: "Repair the network of this machine, or its firewall.",
    Answer.CERTIFICATE: "Correct the name of the server, or set SSL_CERT_FILE to the certificates of your network.",
    Answer.PROXY: "Correct HTTPS_PROXY or the proxy, or name the server in NO_PROXY.",
    Answer.CREDENTIALS: "Put a new password or token into this line; in it @ is written %40, and / is written %2F.",
    Answer.NOT_OFFERED: "Correct the port. For a server of your own without a login: mailto://, without a password.",
    Answer.RECIPIENT: "Correct the recipient and the sender in this line.",
    Answer.GONE: f"{_COMPARE}; the webhook may have been removed.",
    Answer.TOO_LARGE: "Write text-only before the address, so that no report is attached.",
    Answer.BUSY: "Try again later.",
    Answer.STATUS: f"{_LATER}.",
    Answer.LATE: f"{_LATER}.",
    Answer.OTHER: f"{_COMPARE}.",
    Answer.CUT: f"{_LATER}.",
    Answer.FAULT: "Install Apprise again: pip install --force-reinstall apprise.",
}
