"""What a portal is and what our token may do there, in four requests (five where it has forms of its own).

Read in the sources of CKAN 2.10, 2.11 and 2.12 and measured there: to CKAN a token that it does not know is nobody, and
nobody gets answers: ``status_show`` all of it, ``organization_list_for_user`` and ``group_list_authz`` empty lists, a
search with ``include_private`` what is public. Only ``user_show`` without an id needs somebody: it answers with the
token's own user, whose ``sysadmin`` flag no other action tells, and nobody gets 404.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ckanapi.errors import NotAuthorized

from publisher.errors import Exit, OpendataError
from publisher.portals.ckan.model import Body, Rights
from publisher.portals.ckan.wire.asking import Calls, all_objects, ask, ask_for, text

OLDEST = (2, 10)
"""The oldest version that is tried; one that hides its version is taken for it, since it can do least."""
_FORMS = "scheming_datasets"
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})")


def rights(transport: Calls, scope: Sequence[str] = ()) -> Rights:
    """What a portal can do and our token may do; with ``scope`` only in these organizations.

    A plain user may perhaps create organizations and groups, which no action tells: taken as not.

    Raises:
        OpendataError: ``portal-token-refused`` if the portal does not know the token, ``portal-no-rights`` if it may
            not write a dataset anywhere, ``portal-organization-unknown`` for a scope that is not there,
            ``portal-too-old``; what the transport raises.
    """
    me = ask_for(transport, "user_show", {})
    if me is None:
        raise OpendataError("portal-token-refused", Exit.USAGE)
    user, sysadmin = text(me, "name", "user_show"), me.get("sysadmin") is True
    with ThreadPoolExecutor(3) as pool:  # at the same time: a portal far away takes its time for each
        told = pool.submit(_status, transport)
        bodies = pool.submit(_listed, transport, "organization_list_for_user", {"permission": "create_dataset"})
        themes = pool.submit(_listed, transport, "group_list_authz", {})
    status = told.result()
    version = _version(status)
    if version is not None and version < OLDEST:
        raise OpendataError("portal-too-old", Exit.USAGE, version=".".join(map(str, version)))
    extensions = status.get("extensions")
    plugins = [one for one in extensions if isinstance(one, str)] if isinstance(extensions, list) else None
    listed = bodies.result()
    organizations = {body.name: identity for identity, body in listed.items()}
    strangers = [name for name in scope if name not in organizations and (sysadmin or not is_there(transport, name))]
    if strangers:
        raise OpendataError("portal-organization-unknown", Exit.USAGE, name=", ".join(strangers))
    if scope:
        organizations = {name: identity for name, identity in organizations.items() if name in scope}
    if not sysadmin and not organizations:
        raise OpendataError("portal-no-rights", Exit.USAGE, user=user)
    groups = themes.result()
    return Rights(
        version=version or OLDEST,
        plugins=frozenset(plugins or ()),
        user=user,
        sysadmin=sysadmin,
        organizations=organizations,
        groups={body.name: identity for identity, body in groups.items()},
        create_organizations=sysadmin,
        create_groups=sysadmin,
        fields=_fields(transport) if _FORMS in (plugins or ()) else frozenset(),
        hidden=version is None or plugins is None,
        bodies={**listed, **groups},
    )


def is_there(transport: Calls, organization: str) -> bool:
    """Whether a portal has an organization of this name."""
    quiet = ("include_datasets", "include_dataset_count", "include_users", "include_groups", "include_tags")
    return ask_for(transport, "organization_show", {"id": organization, **dict.fromkeys(quiet, False)}) is not None


def _status(transport: Calls) -> dict[str, Any]:
    """Version and plugins; empty where the portal shows them to nobody."""
    try:
        return ask(transport, "status_show", {}, dict)
    except OpendataError as error:
        if isinstance(error.__cause__, NotAuthorized):
            return {}
        raise


def _fields(transport: Calls) -> frozenset[str]:
    """The fields of the portal's own form for datasets (ckanext-scheming)."""
    schema = ask_for(transport, "scheming_dataset_schema_show", {"type": "dataset"}) or {}
    listed = schema.get("dataset_fields", [])
    fields = all_objects(listed, "scheming_dataset_schema_show") if isinstance(listed, list) else []
    return frozenset(one["field_name"] for one in fields if isinstance(one.get("field_name"), str))


def _version(status: dict[str, Any]) -> tuple[int, int] | None:
    found = _VERSION.match(str(status.get("ckan_version") or ""))
    return (int(found[1]), int(found[2])) if found else None


def _listed(transport: Calls, action: str, data: dict[str, Any]) -> dict[str, Body]:
    """Organizations or groups by id."""
    found = all_objects(ask(transport, action, data, list), action)
    return {
        text(one, "id", action): Body(
            text(one, "name", action), str(one.get("title") or ""), str(one.get("description") or "")
        )
        for one in found
    }
