"""The whole product in one process, beside the stand-ins of the demo: real server, database, plugins, rules.

Nothing is played but the queue: what would wait in Valkey waits in a list, until `settle`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from complaint_gift import runtime, web
from complaint_gift.demo import prepare
from complaint_gift.demo.mounting import beside
from complaint_gift.demo.setting_up import open_jira
from complaint_gift.demo.standin.desk import Desk
from complaint_gift.demo.standin_jira import JiraSender
from complaint_gift.demo.standin_jira.memory import Cast, cast
from complaint_gift.runtime.parts import Parts
from complaint_gift.store import upgrade


class Bells:
    """Remembers who rang."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []

    def ring(self, kind: str, id: int) -> None:  # noqa: A002 - the name of the protocol
        self.rung.append((kind, id))


class Pipeline:
    """A running installation. `jira` is the memory of its stand-in, `cast` who is there."""

    def __init__(self, parts: Parts, bells: Bells, jira: Desk, url: str) -> None:
        self.parts, self.bells, self.jira, self.url = parts, bells, jira, url
        self.cast: Cast = cast(jira)
        self.sender = JiraSender(jira, pause=0.0)

    def settle(self, rounds: int = 12) -> None:
        """Deliver, process and perform until nobody rings any more."""
        for _ in range(rounds):
            sent = self.sender.deliver_due()
            rung, self.bells.rung = self.bells.rung, []
            for kind, number in rung:
                does = self.parts.service.process if kind == "delivery" else self.parts.service.perform
                does(number)
            if not sent and not rung:
                return


@contextmanager
def run_pipeline(data: Path) -> Iterator[Pipeline]:
    """Everything of the demo under `data`; webhooks go out only when somebody settles."""
    server = make_server("127.0.0.1", 0, lambda environ, start: shown["app"](environ, start), threaded=True)
    shown: dict[str, object] = {}
    config = prepare(data, server.port)
    environ = {"CG_CONFIG": str(config), "DATA": str(data), "PORT": str(server.port), "HOST": "127.0.0.1"}
    settings = runtime.load_settings(config, environ)
    upgrade(settings.database_url)
    bells = Bells()
    parts = runtime.build(settings, bell=bells)
    shown["app"] = beside(web.create_app(parts), config.parent, deliver=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Pipeline(parts, bells, open_jira(config.parent), f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        server.server_close()
        parts.store.close()
