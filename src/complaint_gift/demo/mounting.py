"""What stands beside the product in the demo: the page, and the helpdesks that it plays with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.utils import redirect

from complaint_gift.demo.jira_side import JiraSide
from complaint_gift.demo.page import create_page
from complaint_gift.demo.setting_up import CLIENT, LEAD, open_jira, read_secret
from complaint_gift.demo.sides import Side, ZendeskSide
from complaint_gift.demo.standin import Limits, create_app
from complaint_gift.demo.standin_jira import EMAIL, JiraLimits
from complaint_gift.demo.standin_jira import create_app as create_jira
from complaint_gift.web.door import invite

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONSOLE = "/demo/console"
# Where a ticket has its page in a Zendesk, an issue in a Jira; the demo shows both on its own.
TICKET = re.compile(r"/demo/zendesk/agent/tickets/(\d+)", re.ASCII)
ISSUE = re.compile(r"/demo/jira/browse/([A-Z][A-Z0-9_]*-\d+)", re.ASCII)


def beside(product: WSGIApplication, folder: Path, *, deliver: bool = True) -> WSGIApplication:
    """Mount page and stand-ins from `folder` next to `product`; "/" leads to the page.

    `deliver=False`: nobody sends webhooks but who asks a sender to.
    """
    clients = {CLIENT: read_secret(folder, "client-secret")}
    helpdesk = create_app(folder / "standin.sqlite3", clients=clients, limits=Limits(), deliver=deliver)
    logins = {EMAIL: read_secret(folder, "jira-token")}
    jira = create_jira(
        folder / "jira.sqlite3", logins=logins, tokens={}, limits=JiraLimits(), deliver=deliver
    )
    sides: dict[str, Side] = {
        "zendesk": ZendeskSide(helpdesk.extensions["desk"], helpdesk.extensions["cast"].bot),
        "jira": JiraSide(jira.extensions["desk"], jira.extensions["cast"].bot),
    }
    page = create_page(sides, token=read_secret(folder, "review-token"), console=CONSOLE)
    for played in (helpdesk, jira) if deliver else ():
        # Deliveries left from the last run shall not wait for the first visitor.
        played.extensions["sender"].ensure_running()
    mounted = DispatcherMiddleware(product, {"/demo/zendesk": helpdesk, "/demo/jira": jira, "/demo": page})

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in ("", "/"):
            return redirect("/demo/")(environ, start)
        if path == CONSOLE:
            return redirect(_invite(folder, environ.get("QUERY_STRING", "")))(environ, start)
        if (shown := _page_of(path, folder)) is not None:
            return redirect(shown)(environ, start)
        return mounted(environ, start)

    return answer


def _page_of(path: str, folder: Path) -> str | None:
    if (ticket := TICKET.fullmatch(path)) is not None:
        return f"/demo/?desk=zendesk#/{ticket[1]}"
    if (named := ISSUE.fullmatch(path)) is None:
        return None
    with open_jira(folder).reading() as records:
        key = records.get("key", named[1])
    return f"/demo/?desk=jira#/{key['issue']}" if key else "/demo/?desk=jira"


def _invite(folder: Path, query: str) -> str:
    """Who plays with the demo is its lead as well; the way in is the one for hosts that know their user."""
    asked = {name: values[0] for name, values in parse_qs(query).items() if name in ("lang", "conversation")}
    ticket = invite(read_secret(folder, "session-key"), LEAD)
    return "/console/enter?" + urlencode({"ticket": ticket, **asked})
