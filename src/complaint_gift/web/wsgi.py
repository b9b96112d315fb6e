"""The application for a WSGI server: `complaint_gift.web.wsgi:app`."""

import os

from complaint_gift import runtime, web

parts = runtime.build(runtime.load_settings(None, os.environ), serving=True)
runtime.keep_fresh(parts.playbook)
app = web.create_app(parts)
