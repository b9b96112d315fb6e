"""Logs: JSON lines without words of customers, without secrets, one line each."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from complaint_gift.runtime.logs import configure_logs


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    configure_logs(terminal=False)
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_event_is_one_json_line_with_time_and_level(capsys) -> None:
    structlog.get_logger("x").info("delivery-done", delivery=7, why="сломано\nвчера")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["delivery"]) == ("delivery-done", "info", 7)
    assert line["why"] == "сломано ⏎ вчера"
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize(
    "key", ["text", "body", "quote", "token", "secret", "password", "authorization", "email"]
)
def test_what_may_hold_words_or_secrets_is_blanked(capsys, key: str) -> None:
    structlog.get_logger("x").warning("odd", **{key: "Mrs Smith's soup"})
    assert "soup" not in json.dumps(lines(capsys))


def test_error_shows_its_kind_and_place_and_none_of_its_words(capsys) -> None:
    secret = "soup of Mrs Smith"
    try:
        raise ValueError(secret)
    except ValueError as exc:
        structlog.get_logger("x").error("broke", exc_info=exc)
        logging.getLogger("other").exception("broke too")
    ours, theirs = lines(capsys)
    for line in (ours, theirs):
        assert line["error"] == "ValueError"
        assert "test_logs.py:" in str(line["where"])
        assert secret not in json.dumps(line)


def test_other_libraries_come_along_in_the_same_form(capsys) -> None:
    logging.getLogger("gunicorn.error").warning("Worker timeout (pid:%s)", 7)
    logging.getLogger("urllib3").info("noise")
    assert [line["event"] for line in lines(capsys)] == ["Worker timeout (pid:7)"]
