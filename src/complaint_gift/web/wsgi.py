"""The application for a WSGI server: `complaint_gift.web.wsgi:app`."""

import os

from complaint_gift import runtime, web

app = web.create_app(runtime.build(runtime.load_settings(None, os.environ)))
