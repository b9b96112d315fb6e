"""The demo under gunicorn: the product itself, and beside it under /demo the helpdesk that it serves.

The product knows nothing of this: it gets a configuration whose Zendesk happens to answer next door.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.utils import redirect

from complaint_gift import runtime, web
from complaint_gift.demo.page import create_page
from complaint_gift.demo.setting_up import CLIENT, LEAD, read_secret
from complaint_gift.demo.standin import Limits, create_app
from complaint_gift.web.door import invite

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONSOLE = "/demo/console"
# Where a ticket has its page in a Zendesk; the demo shows it on its own.
TICKET = re.compile(r"/demo/zendesk/agent/tickets/(\d+)", re.ASCII)


def create_demo(environ: Mapping[str, str]) -> WSGIApplication:
    """The whole demo as one application; CG_CONFIG is what `prepare` returned."""
    config = Path(environ["CG_CONFIG"])
    parts = runtime.build(runtime.load_settings(config, environ), serving=True)
    runtime.keep_fresh(parts.playbook)
    return beside(web.create_app(parts), config.parent)


def beside(product: WSGIApplication, folder: Path) -> WSGIApplication:
    """Mount page and stand-in from `folder` next to `product`; "/" leads to the page."""
    clients = {CLIENT: read_secret(folder, "client-secret")}
    helpdesk = create_app(folder / "standin.sqlite3", clients=clients, limits=Limits())
    token = read_secret(folder, "review-token")
    bot = helpdesk.extensions["cast"].bot
    page = create_page(helpdesk.extensions["desk"], bot=bot, token=token, console=CONSOLE)
    # Deliveries left from the last run shall not wait for the first visitor.
    helpdesk.extensions["sender"].ensure_running()
    mounted = DispatcherMiddleware(product, {"/demo/zendesk": helpdesk, "/demo": page})

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in ("", "/"):
            return redirect("/demo/")(environ, start)
        if path == CONSOLE:
            return redirect(_invite(folder, environ.get("QUERY_STRING", "")))(environ, start)
        if (page := TICKET.fullmatch(path)) is not None:
            return redirect(f"/demo/#/{page[1]}")(environ, start)
        return mounted(environ, start)

    return answer


def _invite(folder: Path, query: str) -> str:
    """Who plays with the demo is its lead as well; the way in is the one for hosts that know their user."""
    asked = {name: values[0] for name, values in parse_qs(query).items() if name in ("lang", "conversation")}
    ticket = invite(read_secret(folder, "session-key"), LEAD)
    return "/console/enter?" + urlencode({"ticket": ticket, **asked})


app = create_demo(os.environ)
