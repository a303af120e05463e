"""A real SMTP server on 127.0.0.1 that keeps what it is given."""

from __future__ import annotations

import email.policy
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Protocol
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


@dataclass
class Box:
    """What the server took, and from whom it takes nothing."""

    port: int = 0
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    refuse: str = ""
    saying: str = "550 no such mailbox"

    async def handle_RCPT(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refuse:
            return self.saying
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Protocol, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content))
        return "250 OK"

    def login(self, server: Protocol, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"dung", handled=False)

    @property
    def mails(self) -> list[EmailMessage]:
        return [BytesParser(policy=email.policy.default).parsebytes(content) for _, _, content in self.taken]


@pytest.fixture
def smtp() -> Iterator[Callable[..., Box]]:
    """Start servers: ``smtp(context=…)`` with TLS by STARTTLS, ``smtp(login=True)`` with names and passwords."""
    running: list[Controller] = []

    def start(*, context: ssl.SSLContext | None = None, login: bool = False, **refusal: str) -> Box:
        box = Box()
        box.refuse, box.saying = refusal.get("refuse", box.refuse), refusal.get("saying", box.saying)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            box.port = probe.getsockname()[1]
        options: dict[str, Any] = {"authenticator": box.login, "auth_require_tls": True, "auth_required": True}
        controller = Controller(
            box,
            hostname="127.0.0.1",
            port=box.port,
            tls_context=context,
            require_starttls=context is not None,
            **(options if login else {}),
        )
        controller.start()
        running.append(controller)
        return box

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only who is told trusts, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    call = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    try:
        subprocess.run(
            [*call, "-addext", "subjectAltName=IP:127.0.0.1", "-out", str(made), "-keyout", str(key)],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return made, key
