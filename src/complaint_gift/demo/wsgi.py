"""The demo under gunicorn: the product itself, and beside it under /demo the helpdesk that it serves.

The product knows nothing of this: it gets a configuration whose Zendesk happens to answer next door.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.utils import redirect

from complaint_gift import runtime, web
from complaint_gift.demo.page import create_page
from complaint_gift.demo.setting_up import CLIENT, read_secret
from complaint_gift.demo.standin import Limits, create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_demo(environ: Mapping[str, str]) -> WSGIApplication:
    """The whole demo as one application; CG_CONFIG is what `prepare` returned."""
    config = Path(environ["CG_CONFIG"])
    product = web.create_app(runtime.build(runtime.load_settings(config, environ)))
    return beside(product, config.parent)


def beside(product: WSGIApplication, folder: Path) -> WSGIApplication:
    """Mount page and stand-in from `folder` next to `product`; "/" leads to the page."""
    clients = {CLIENT: read_secret(folder, "client-secret")}
    helpdesk = create_app(folder / "standin.sqlite3", clients=clients, limits=Limits())
    token = read_secret(folder, "review-token")
    page = create_page(helpdesk.extensions["desk"], bot=helpdesk.extensions["cast"].bot, token=token)
    # Deliveries left from the last run shall not wait for the first visitor.
    helpdesk.extensions["sender"].ensure_running()
    mounted = DispatcherMiddleware(product, {"/demo/zendesk": helpdesk, "/demo": page})

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") in ("", "/"):
            return redirect("/demo/")(environ, start)
        return mounted(environ, start)

    return answer


app = create_demo(os.environ)
