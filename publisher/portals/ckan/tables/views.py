"""How a resource is shown on its page: views, which CKAN does not make for what is written by ``package_revise``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckanapi.errors import NotFound, ValidationError

from publisher.messages import Messages, messages
from publisher.plan.model import Record
from publisher.portals.ckan.model import Options, Rights
from publisher.portals.ckan.tables.table import Caller
from publisher.portals.ckan.tables.types import column_ids
from publisher.text import fold

_IMAGES = frozenset({"png", "jpg", "jpeg", "gif"})
_TEXTS = frozenset({"json", "geojson", "xml", "rdf", "txt"})
"""What image_view and text_view show unless an administrator says otherwise (their config_declaration.yaml)."""
_LATITUDES = ("lat", "latitude", "vi_do", "vido")
_LONGITUDES = ("lon", "lng", "long", "longitude", "kinh_do", "kinhdo")


@dataclass(frozen=True, slots=True)
class Wish:
    """A view to be there: the plugin's name, which is the view's type, its title, and what the plugin is told.

    ``bare`` says that the view is of use without ``settings`` too.
    """

    type: str
    title: str
    settings: Mapping[str, str] = field(default_factory=dict)
    bare: bool = True


def ensure_views(
    transport: Caller,
    resource_id: str,
    resource: Record,
    rights: Rights,
    options: Options,
    *,
    table: bool | None = None,
    before: Sequence[str] = (),
    new: bool = False,
) -> tuple[str, ...]:
    """Let a CKAN resource have the views that fit it; the ids of those that are ours.

    ``table`` says whether its table is in the DataStore (by default, whether the record has columns); ``before`` are
    the ids that were ours, of which those that fit no more are removed. A view of a wished type is never made twice,
    whoever made it; one with our title is ours, whatever was noted after an interruption. ``new`` says that the
    resource was made just now, for which CKAN makes no view of a table by itself.

    Raises:
        ckanapi.errors.CKANAPIError, OpendataError: the views cannot be read or written.
    """
    wishes = wanted_views(resource, rights, options, bool(resource.get("columns")) if table is None else table)
    views = [] if new and table else transport.call("resource_view_list", {"id": resource_id})
    there = {str(view["id"]): view for view in views}
    types = {wish.type for wish in wishes}
    for view_id in before:
        if view_id in there and there[view_id]["view_type"] not in types:
            _remove(transport, view_id)
    return tuple(filter(None, (_ensure(transport, resource_id, wish, there, before) for wish in wishes)))


def wanted_views(resource: Record, rights: Rights, options: Options, table: bool) -> tuple[Wish, ...]:
    """The views that fit a record's resource and that the portal has plugins for; none for an empty form."""
    words = messages(options.languages[0])
    if table and options.tables and "datastore" in rights.plugins:
        wishes = [*_tables(rights, words), *_maps(resource, words), *_charts(resource, words)]
    elif resource.get("parts") and resource.get("format") in _IMAGES:
        wishes = [Wish("image_view", words.text("Image"))]
    elif resource.get("parts") and resource.get("format") in _TEXTS:
        wishes = [Wish("text_view", words.text("Text"))]
    else:
        wishes = []
    return tuple(wish for wish in wishes if wish.type in rights.plugins)


def _tables(rights: Rights, words: Messages) -> Iterator[Wish]:
    known = ("datatables_view", "recline_grid_view", "recline_view")
    for name in [name for name in known if name in rights.plugins][:1]:
        yield Wish(name, words.text("Table"))


def _maps(resource: Record, words: Messages) -> Iterator[Wish]:
    fields = resource.get("schema", {}).get("fields", ())
    ids = column_ids(resource.get("columns", ()))
    numbers = {fold(one["name"]).replace("-", "_"): one["name"] for one in fields if one.get("type") == "number"}
    latitude = next((numbers[name] for name in _LATITUDES if name in numbers), None)
    longitude = next((numbers[name] for name in _LONGITUDES if name in numbers), None)
    shape = next((one["name"] for one in fields if one.get("type") == "geojson"), None)
    if latitude in ids and longitude in ids:
        settings = {"map_field_type": "lat_long", "latitude_field": ids[latitude], "longitude_field": ids[longitude]}
        found = latitude in _LATITUDES[:2] and longitude in ("lon", "longitude")
        yield Wish("recline_map_view", words.text("Map"), settings, bare=found)
    elif shape in ids:
        settings = {"map_field_type": "geojson", "geojson_field": ids[shape]}
        yield Wish("recline_map_view", words.text("Map"), settings, bare=shape in ("geojson", "geom", "geometry"))


def _charts(resource: Record, words: Messages) -> Iterator[Wish]:
    chart = resource.get("chart") or {}
    ids = column_ids(resource.get("columns", ()))
    if chart.get("x") in ids and chart.get("y") in ids:
        kind = "lines" if chart.get("kind") == "line" else "columns"
        settings = {"graph_type": kind, "group": ids[chart["x"]], "series": ids[chart["y"]]}
        yield Wish("recline_graph_view", words.text("Chart"), settings, bare=False)


def _ensure(
    transport: Caller, resource_id: str, wish: Wish, there: Mapping[str, Mapping[str, Any]], before: Sequence[str]
) -> str | None:
    alike = [view for view in there.values() if view["view_type"] == wish.type]
    ours = [view for view in alike if view["id"] in before or view["title"] == wish.title]
    if not alike:
        return _create(transport, resource_id, wish)
    if not ours:
        return None
    view = ours[0]
    if view["title"] != wish.title:
        kept = {key: value for key, value in view.items() if key != "package_id"}
        transport.call("resource_view_update", {**kept, "title": wish.title})
    return str(view["id"])


def _create(transport: Caller, resource_id: str, wish: Wish) -> str | None:
    data = {"resource_id": resource_id, "view_type": wish.type, "title": wish.title}
    try:
        return str(transport.call("resource_view_create", {**data, **wish.settings})["id"])
    except ValidationError:
        if not wish.settings:
            raise
    # Recline of CKAN 2.10 knows the columns only while it draws its own form, and refuses every one by the API.
    return str(transport.call("resource_view_create", data)["id"]) if wish.bare else None


def _remove(transport: Caller, view_id: str) -> None:
    try:
        transport.call("resource_view_delete", {"id": view_id})
    except NotFound:
        return
