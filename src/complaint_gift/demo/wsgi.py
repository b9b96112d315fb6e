"""The demo under gunicorn: the product itself, and beside it under /demo the helpdesks that it serves.

The product knows nothing of this: it gets a configuration whose Zendesk and Jira happen to answer next door.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from complaint_gift import runtime, web
from complaint_gift.demo.mounting import beside

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create_demo(environ: Mapping[str, str]) -> WSGIApplication:
    """The whole demo as one application; CG_CONFIG is what `prepare` returned."""
    config = Path(environ["CG_CONFIG"])
    parts = runtime.build(runtime.load_settings(config, environ), serving=True)
    runtime.keep_fresh(parts.playbook)
    return beside(web.create_app(parts), config.parent)


app = create_demo(os.environ)
