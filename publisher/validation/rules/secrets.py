"""No password and no token stands in a YAML file.

Everything in git is read by everyone who can read the repository, now and in all its history. Portals
therefore name where a token is found (``token_env:`` or ``token_file:``), never the token, and no
address carries a user's password or a key.

To fix it, put the token into an environment variable or into a file outside the repository, and
name that. A token that was committed counts as known: have it withdrawn and a new one made.

Source: RFC 3986, 3.2.1, on passwords in addresses; the format of the catalogue itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from publisher.catalogue.model import PortalEntry
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, at_resource

CODE = "secret-in-yaml"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "token-file-inside": SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_NAMES = {
    "token",
    "access_token",
    "api_key",
    "apikey",
    "key",
    "password",
    "passwd",
    "pwd",
    "secret",
    "signature",
    "sig",
}
_TOKEN = re.compile(
    r"(?i)eyJ[\w-]{8,}\.[\w-]+|(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])"
    r"|(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b(?:gh[pousr]|glpat|xox[abp])[-_]\w{10,}"
)


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for entry in context.catalogue.portals.values():
        for field in ("url", "url_env", "token_env", "token_file", "path"):
            value = getattr(entry, field)
            if value is not None and (_TOKEN.search(value) or has_credentials(value)):
                yield entry.source.problem(CODE, field, key_name=field)
        if entry.token_file is not None and _inside(context.catalogue.root, entry):
            yield entry.source.problem("token-file-inside", "token_file")
    for dataset in context.datasets:
        if dataset.landing_page is not None and has_credentials(dataset.landing_page):
            yield at_dataset(dataset, CODE, "landing_page", key_name="landing_page")
        for resource in dataset.resources:
            if resource.url is not None and has_credentials(resource.url):
                yield at_resource(dataset, resource, CODE, "url", key_name="url")


def has_credentials(address: str) -> bool:
    """Whether an address carries a password, or a long value under a name such as ``token``."""
    if "@" not in address and "=" not in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    named = any(name.lower() in _NAMES and len(value) >= 8 for name, value in parse_qsl(parts.query))
    return named or (bool(parts.scheme) and parts.password is not None)


def _inside(root: Path, entry: PortalEntry) -> bool:
    path = Path(entry.token_file or "").expanduser()
    try:
        return (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False
