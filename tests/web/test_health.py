"""What supervisors, balancers and Prometheus are told."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient

from complaint_gift.runtime import Parts
from complaint_gift.runtime.queue import connect_to_ring
from complaint_gift.runtime.valkey import EmbeddedValkey


def beat(parts: Parts, name: str, ago: float = 0) -> None:
    with parts.store.transaction() as rows:
        rows.beat(name, datetime.now(UTC) - timedelta(seconds=ago))


def test_alive_needs_nobody(client: FlaskClient, parts: Parts) -> None:
    os.remove(parts.settings.data / "test.sqlite3")
    assert client.get("/healthz").json == {"status": "ok"}


def test_readiness_names_every_part_that_is_missing(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    checks = answer.json["checks"]
    assert checks["database"] == "ok"
    assert checks["writer"] == "ok"
    assert "Redis does not answer" in checks["queue"]
    assert "complaint-gift ticker" in checks["ticker"]
    assert "complaint-gift worker" in checks["worker"]


def test_ready_when_all_parts_live(client: FlaskClient, parts: Parts, tmp_path: Path) -> None:
    beat(parts, "ticker")
    beat(parts, "worker:host:1", ago=300)
    beat(parts, "worker:host:2", ago=10)
    server = EmbeddedValkey(tmp_path / "v")
    server.start()
    try:
        parts.queue.connection.connection_pool.disconnect()
        parts.queue.connection.connection_pool = connect_to_ring(server.url).connection_pool
        answer = client.get("/readyz")
        parts.queue.connection.connection_pool.disconnect()
    finally:
        server.stop()
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_part_that_has_been_silent_is_gone(client: FlaskClient, parts: Parts) -> None:
    beat(parts, "ticker", ago=300)
    assert "no ticker is alive" in client.get("/readyz").json["checks"]["ticker"]


def test_dead_workers_do_not_count_and_are_forgotten(client: FlaskClient, parts: Parts) -> None:
    for number in range(3):
        beat(parts, f"worker:host:{number}", ago=86_400 + number)
    beat(parts, "worker:host:9", ago=50)
    assert "no worker is alive" in client.get("/readyz").json["checks"]["worker"]
    beat(parts, "ticker")
    with parts.store.reading() as rows:
        assert set(rows.tally().heartbeats) == {"worker:host:9", "ticker"}
    assert client.get("/readyz").json["checks"]["worker"] != "ok"


def test_database_that_is_away_is_said(client: FlaskClient, parts: Parts) -> None:
    path = parts.settings.data / "test.sqlite3"
    os.remove(path)
    path.mkdir()
    checks = client.get("/readyz").json["checks"]
    assert str(path) in checks["database"]
    assert "complaint_gift_database_up 0.0" in client.get("/metrics").text


def test_metrics_count_without_words(client: FlaskClient, parts: Parts) -> None:
    client.post("/hooks/notes-main", data=b"secret soup", headers={"X-Signature": "right"})
    beat(parts, "worker:host:1", ago=3)
    told = client.get("/metrics").text
    assert 'complaint_gift_deliveries{state="new"} 1.0' in told
    assert 'complaint_gift_deliveries_total{outcome="accepted",source="notes-main"}' in told
    assert "complaint_gift_oldest_delivery_seconds" in told
    assert 'complaint_gift_heartbeat_seconds{part="worker"}' in told
    assert "soup" not in told
