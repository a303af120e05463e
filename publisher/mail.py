"""Mails as files (``.eml``) and over SMTP. No text can add a header or a recipient; no password is an argument."""

from __future__ import annotations

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from publisher.errors import Exit, OpendataError
from publisher.text import one_line

TIMEOUT = 30
MAX_HEADER = 300
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,250}\Z")
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one mailbox, in text and in HTML that says the same."""

    to: str
    to_name: str
    subject: str
    text: str
    html: str
    id: str
    language: str


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server; ``secure`` speaks TLS from the start, otherwise STARTTLS is asked for."""

    host: str
    port: int
    user: str | None = None
    secure: bool = False


def compose(mail: Mail, sender: str, sender_name: str, at: datetime) -> EmailMessage:
    """The message (RFC 5322), its lines ended as SMTP wants them.

    Raises:
        OpendataError: ``mail-bad-address``.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender, sender_name)
    message["To"] = _address(mail.to, mail.to_name)
    message["Subject"] = _header(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{_header(mail.id)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    # Only now, as making it multipart moves what begins with "Content-" into the first part.
    message["Content-Language"] = _header(mail.language)
    message.set_boundary(f"=_{_header(mail.id).partition('@')[0]}")
    return message


def _header(text: str) -> str:
    """A text as a header may hold it: without line ends and other control characters, and not too long."""
    return one_line(text, MAX_HEADER)


def is_mailbox(text: str) -> bool:
    """Whether a text is one plain mailbox, such as ``phong@example.org``."""
    return _MAILBOX.match(text) is not None


def _address(mailbox: str, name: str) -> Address:
    if not is_mailbox(mailbox):
        raise OpendataError("mail-bad-address", name=_header(name))
    try:
        return Address(display_name=_header(name), addr_spec=mailbox)
    except (ValueError, MessageError) as error:
        raise OpendataError("mail-bad-address", name=_header(name)) from error


def server_of(address: str) -> Server:
    """The server of ``smtp://user@host:587`` or ``smtps://user@host``.

    Raises:
        OpendataError: ``mail-bad-server``, ``mail-password-in-address``.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise OpendataError("mail-bad-server") from error
    if parts.password is not None:
        raise OpendataError("mail-password-in-address")
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise OpendataError("mail-bad-server")
    user = unquote(parts.username) if parts.username else None
    return Server(parts.hostname, port or _PORTS[parts.scheme], user, parts.scheme == "smtps")


@contextmanager
def connected(server: Server, password: str | None) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted unless the server is this computer, and logged in where there is a user.

    Raises:
        OpendataError: ``mail-unreachable``, ``mail-not-encrypted``, ``mail-login-refused``.
    """
    context = ssl.create_default_context()
    try:
        if server.secure:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise _unreachable(server, error) from error
    with smtp:
        try:
            smtp.ehlo()
            if not server.secure and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
                smtp.ehlo()
            elif not server.secure and not is_this_computer(server.host):
                raise OpendataError("mail-not-encrypted", host=server.host)
            if server.user:
                smtp.login(server.user, password or "")
        except smtplib.SMTPAuthenticationError as error:
            raise OpendataError("mail-login-refused", Exit.NO, host=server.host) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _unreachable(server, error) from error
        yield smtp


def send(smtp: smtplib.SMTP, message: EmailMessage) -> bool:
    """Hand a message over; whether the server took it.

    Raises:
        OpendataError: ``mail-unreachable`` if the connection is lost.
    """
    try:
        smtp.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused):
        return False  # smtplib itself has ended the transaction, or the connection where the server wants that
    except (OSError, smtplib.SMTPException) as error:
        raise OpendataError("mail-unreachable", Exit.UNREACHABLE, host="", reason=type(error).__name__) from error
    return True


def is_this_computer(host: str) -> bool:
    """Whether a host is this computer's own loopback, where nobody listens on the way."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unreachable(server: Server, error: Exception) -> OpendataError:
    return OpendataError("mail-unreachable", Exit.UNREACHABLE, host=server.host, reason=type(error).__name__)
