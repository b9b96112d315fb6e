"""Scores part at 0.5 wherever the line of a head lies."""

import hashlib
import importlib
import json
from pathlib import Path

import numpy as np
import pytest

from complaint_gift.learned.calibration import Calibration, language_of, logit

LIMITS = {"a": {"en": (0.9, 0.9), "ru": (0.2, 0.2)}}


@pytest.mark.parametrize(("text", "line"), [("We are sorry", 0.9), ("Нам жаль", 0.2), ("😀", 0.9)])
def test_a_raw_score_on_the_line_becomes_one_half(text: str, line: float) -> None:
    scores = Calibration(["a", "b"], LIMITS).scores(np.array([[logit(line), 0.0]], np.float32), [text])
    assert scores[0] == pytest.approx([0.5, 0.5])


def test_order_is_kept_and_extremes_stay_between_zero_and_one() -> None:
    logits = np.array([[-500.0], [-1.0], [2.0], [500.0]], np.float32)
    scores = Calibration(["a"], LIMITS).scores(logits, ["x"] * 4)[:, 0]
    assert list(scores) == sorted(scores)
    assert 0 <= scores[0] < scores[-1] <= 1


@pytest.mark.parametrize(("sentences", "line"), [(1, 0.3), (2, 0.3), (5, 0.8), (40, 0.8)])
def test_the_line_of_a_whole_reply_is_another_than_that_of_a_sentence(sentences: int, line: float) -> None:
    logits = np.full((sentences, 1), logit(line), np.float32)
    scores = Calibration(["a"], {"a": {"en": (0.3, 0.8)}}).scores(logits, ["x"] * sentences)
    assert scores == pytest.approx(np.full((sentences, 1), 0.5))


def test_between_the_two_lengths_the_line_moves_evenly() -> None:
    calibration = Calibration(["a"], {"a": {"en": (0.3, 0.8)}})
    short, between, whole = (
        logit(float(calibration.scores(np.zeros((n, 1), np.float32), ["x"] * n)[0, 0])) for n in (2, 3, 4)
    )
    assert short > between > whole
    assert between == pytest.approx((short + whole) / 2, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "language"),
    [("Привет", "ru"), ("Hello", "en"), ("", "en"), ("Ваш Wi-Fi роутер", "ru"), ("§ 4", "en")],
)
def test_language_is_voted_by_letters(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(("line", "moved"), [(0.5, 0.6), (0.6, 0.5), (0.4, 0.69)])
def test_scores_stored_out_of_fold_follow_a_line_that_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: float, moved: float
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "quality")
    out_of_fold = importlib.import_module("texts").OutOfFold
    head, text = "no-threats", "Pay or we shall see you in court."
    key = hashlib.sha256(f"{text}\n".encode()).hexdigest()[:16]
    stored = {"lines": {head: {"en": [0.5, 0.9]}}, "replies": {key: {head: [[0, len(text), 0.6]]}}}
    (tmp_path / "scores").write_text(json.dumps(stored))
    (tmp_path / "limits").write_text(json.dumps({"heads": {head: {"en": [line, 0.9]}}}))
    found = out_of_fold(tmp_path / "scores", tmp_path / "limits").of(text)
    assert found[head] == [(0, len(text), moved)]
