"""The address of a portal and its token, which come from outside the repository and belong to each other.

Whoever may propose a change to the repository may write any address into it. So a token goes only where something
outside the repository says that it belongs:

* a token of a variable (``token_env: CKAN_TOKEN``) to the address in a variable of the same family (``url_env:
  CKAN_URL``), or to the host in the variable ``CKAN_TOKEN_HOST``, which is then needed;
* a token of a file (``token_file``) to the host that stands behind it, as the second word of the same line.

A host is written as ``data.example.vn`` or ``data.example.vn:8443``; ``http://ckan.internal`` allows that the token is
sent there without encryption, which otherwise happens only within this machine.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from publisher.catalogue.model import PortalEntry
from publisher.errors import OpendataError

_PORTS = {"http": 80, "https": 443}
_LONGEST = 8192


class Origin(NamedTuple):
    """Who is spoken to: scheme, host and port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_this_machine(self) -> bool:
        """Whether nobody else can listen."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where a portal is, without a slash at the end, and the token that is sent there and nowhere else.

    ``exposed`` says that other people of this machine can read the token's file.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    header: str = "Authorization"
    exposed: bool = False

    @property
    def origin(self) -> Origin:
        """The only place that the token is sent to."""
        return origin_of(self.url)


def canonical(url: str) -> str:
    """An address as it will be asked, so that what is compared is what is used.

    Raises:
        ValueError: if it is no address over HTTP(S), or holds a user or password.
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in _PORTS or "\\" in url or "@" in parts.netloc:
        raise ValueError(url)
    try:
        prepared = requests.Request("GET", url.strip()).prepare().url
    except requests.RequestException as error:
        raise ValueError(url) from error
    if prepared is None:
        raise ValueError(url)
    return prepared


def origin_of(url: str) -> Origin:
    """Who an address speaks to.

    Raises:
        ValueError: as :func:`canonical`.
    """
    parts = urlsplit(canonical(url))
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError(url)
    return Origin(scheme, host, parts.port or _PORTS[scheme])


def address_of(entry: PortalEntry, environ: Mapping[str, str] = os.environ) -> str:
    """The portal's address: the variable's, else the entry's own.

    Raises:
        OpendataError: ``portal-address-missing``, ``portal-address-bad``.
    """
    named = environ.get(entry.url_env, "").strip() if entry.url_env else ""
    url = named or entry.url
    if not url:
        raise OpendataError("portal-address-missing", portal=entry.key, variable=entry.url_env or "url")
    try:
        origin_of(url)
        parts = urlsplit(canonical(url))
    except ValueError:
        raise OpendataError("portal-address-bad", portal=entry.key, source=_source(entry, bool(named))) from None
    if parts.query or parts.fragment:
        raise OpendataError("portal-address-bad", portal=entry.key, source=_source(entry, bool(named)))
    return canonical(url).rstrip("/")


def credentials(entry: PortalEntry, root: Path, environ: Mapping[str, str] = os.environ) -> Credentials:
    """Address and token of an entry; without a token where the entry names none.

    Raises:
        OpendataError: ``portal-address-missing``, ``portal-address-bad``; ``portal-token-missing``,
            ``portal-token-bad``, ``portal-token-inside``, ``portal-token-unreadable``; ``portal-token-unbound``,
            ``portal-token-elsewhere``, ``portal-token-unencrypted`` where the token may not go to the address.
    """
    url = address_of(entry, environ)
    if entry.token_env:
        variable = f"{entry.token_env}_HOST"
        token = environ.get(entry.token_env, "").strip()
        host = environ.get(variable, "").strip()
        exposed = False
        if not token:
            raise OpendataError("portal-token-missing", portal=entry.key, variable=entry.token_env)
        if not host and not _of_one_family(entry, environ):
            raise OpendataError("portal-token-unbound", portal=entry.key, host=str(origin_of(url)), place=variable)
    elif entry.token_file:
        path = _outside(entry, root)
        token, host, exposed = _read(entry, path)
        variable = str(path)
        if not host:
            raise OpendataError("portal-token-unbound", portal=entry.key, host=str(origin_of(url)), place=variable)
    else:
        return Credentials(url, None, entry.token_header)
    if not (token.isascii() and token.isprintable() and " " not in token and len(token) <= _LONGEST):
        raise OpendataError("portal-token-bad", portal=entry.key)
    _check(entry, origin_of(url), host, variable)
    return Credentials(url, token, entry.token_header, exposed)


def _of_one_family(entry: PortalEntry, environ: Mapping[str, str]) -> bool:
    """Whether the address stands in a variable beside the token's own: CKAN_URL beside CKAN_TOKEN.

    Variables of other names may hold what strangers wrote, as the title of a change does where a robot tests it.
    """
    if not entry.url_env or not entry.token_env or not environ.get(entry.url_env, "").strip():
        return False
    stem, mark, rest = entry.url_env.rpartition("_URL")
    return bool(stem and mark and not rest and entry.token_env.startswith(f"{stem}_"))


def _check(entry: PortalEntry, origin: Origin, host: str, place: str) -> None:
    """Hold the address against the host that the token belongs to, where one is named."""
    encrypted = not host.lower().startswith("http://")
    if host:
        try:
            bound = origin_of(host if "://" in host else f"{origin.scheme}://{host}")
        except ValueError:
            raise OpendataError("portal-token-host-bad", portal=entry.key, place=place) from None
        if (bound.host, bound.port) != (origin.host, origin.port):
            raise OpendataError(
                "portal-token-elsewhere", portal=entry.key, host=str(origin), bound=str(bound), place=place
            )
    if origin.scheme == "http" and encrypted and not origin.is_this_machine:
        raise OpendataError("portal-token-unencrypted", portal=entry.key, host=str(origin), place=place)


def _outside(entry: PortalEntry, root: Path) -> Path:
    path = (root / Path(entry.token_file or "").expanduser()).resolve()
    inside = path.is_relative_to(root.resolve()) or any((folder / ".git").exists() for folder in path.parents)
    if inside:
        raise OpendataError("portal-token-inside", portal=entry.key, path=str(path))
    return path


def _read(entry: PortalEntry, path: Path) -> tuple[str, str, bool]:
    """Token and host of a file, and whether others may read it (POSIX: by its mode)."""
    try:
        with path.open("rb") as stream:
            content = stream.read(2 * _LONGEST + 1)
            mode = os.fstat(stream.fileno()).st_mode if os.name == "posix" else 0
    except OSError:
        raise OpendataError("portal-token-unreadable", portal=entry.key, path=str(path)) from None
    words = content.decode("ascii", "replace").split()
    if not words or len(words) > 2 or len(content) > 2 * _LONGEST:
        raise OpendataError("portal-token-bad", portal=entry.key)
    return words[0], words[1] if len(words) == 2 else "", bool(mode & 0o077)


def _source(entry: PortalEntry, named: bool) -> str:
    return entry.url_env if named and entry.url_env else "catalog/portals.yaml"
