"""Is it alive, is it ready, and how is it doing: for supervisors, balancers and Prometheus."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import redis
from flask import Blueprint, Response, current_app, jsonify

from complaint_gift.runtime import Parts
from complaint_gift.runtime.gate import has_doors
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.web import metrics

ALIVE = timedelta(seconds=45)  # a part that has said nothing for so long is counted as gone

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def say_alive() -> Response:
    """200 while this process answers; asks nobody else, so a broken database restarts nothing."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def say_ready() -> tuple[Response, int]:
    """200 when all of it works, else 503 with the parts that do not."""
    parts: Parts = current_app.extensions["parts"]
    checks = check(parts, datetime.now(UTC))
    is_ready = all(state == "ok" for state in checks.values())
    return jsonify({"status": "ok" if is_ready else "not ready", "checks": checks}), 200 if is_ready else 503


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Counts without a word of anybody's message."""
    parts: Parts = current_app.extensions["parts"]
    return Response(metrics.render(parts), content_type="text/plain; version=0.0.4; charset=utf-8")


def check(parts: Parts, now: datetime) -> dict[str, str]:
    """Each part and "ok" or what is wrong with it, in words."""
    checks = {"database": "ok", "writer": "ok", "queue": "ok", "ticker": "ok", "worker": "ok"}
    try:
        with parts.store.reading() as rows:
            beats = rows.tally().heartbeats
    except StoreUnavailable as exc:
        return checks | {"database": str(exc), "ticker": "unknown", "worker": "unknown"}
    if not parts.store.writer_alive():
        checks["writer"] = "deliveries wait too long for the database: look for a full disk or a long backup"
    try:
        parts.queue.connection.ping()
    except redis.RedisError as exc:
        checks["queue"] = f"Redis does not answer ({type(exc).__name__}); work goes on with the next sweep"
    wanted = ("ticker", "worker", *(("gate",) if has_doors(parts.settings) else ()))
    for part in wanted:
        checks[part] = "ok"
        seen = max((at for name, at in beats.items() if name.partition(":")[0] == part), default=None)
        if seen is None or now - seen > ALIVE:
            checks[part] = f"no {part} is alive; start `complaint-gift {part}`"
    return checks
