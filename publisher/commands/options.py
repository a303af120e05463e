"""Options that several commands share: the same words mean the same everywhere."""

from __future__ import annotations

import click

PORTAL = click.option("--portal", help="The portal, by its key in catalog/portals.yaml (default: the only site).")
ADDRESS = click.option("--base-url", help="Read what is published from this address if the folder is empty.")
AS_OF = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Write the state of freshness on this day into the pages."
)
ROLLBACK = click.option("--rollback", is_flag=True, help="Allow a commit older than the published one.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")
WAIT = click.option("--wait", type=click.FloatRange(min=0), default=60.0, help="Seconds to wait for another publisher.")
SELECT = click.option(
    "--select", multiple=True, help="Only these datasets: a name such as truong-*, org:KEY, theme:KEY, status:STATUS."
)
DEEP = click.option(
    "--deep", is_flag=True, help="Look at tables and files on the portal themselves, not only at what is noted of them."
)
