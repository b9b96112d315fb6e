"""The encoder: texts to vectors on one or two threads, remembered sentence by sentence."""

import importlib.util
import json
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from complaint_gift.learned.heads import COMPLAINT, MOST_UNITS, PASSAGE_PIECES, SENTENCE_PIECES
from complaint_gift.learned.tokenizer import Tokenizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WEIGHTS: Final = Path(__file__).parent / "weights"
FILES: Final = ("encoder.onnx", "context.onnx", "pieces.tsv", "words.npy", "about.json")
REMEMBERED = 4096  # vectors of 1.5 KB


class Unavailable(Exception):
    """The weights or the library that runs them are not installed; everything goes on without them."""


def available(folder: Path = WEIGHTS) -> bool:
    """Whether the learned layer can be loaded here. Never raises."""
    try:
        libraries = all(importlib.util.find_spec(name) for name in ("onnxruntime", "numpy"))
        return libraries and all((folder / name).is_file() for name in FILES)
    except (OSError, ValueError, ImportError):
        return False


class Encoder:
    """Loads the weights of `folder`; raises Unavailable when they are missing or broken.

    Must be made after a fork, never before: the library's threads do not survive one.
    """

    def __init__(self, folder: Path = WEIGHTS, threads: int = 2) -> None:
        if not available(folder):
            raise Unavailable(f"the learned layer is not installed: {folder} or onnxruntime is missing")
        try:
            self._load(folder, threads)
        except Unavailable:
            raise
        except Exception as problem:
            raise Unavailable(f"the learned layer cannot be read from {folder}: {problem}") from problem
        self.limits: dict[str, Any] = _limits(folder)
        self._remembered: OrderedDict[tuple[str, int], Floats] = OrderedDict()
        self._lock = Lock()
        # Two sentences at once leave the threads idle for a shorter time than two threads on one sentence.
        self._abreast = ThreadPoolExecutor(threads, "encoder")

    def _load(self, folder: Path, threads: int) -> None:
        import numpy as np
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._sentence = onnxruntime.InferenceSession(str(folder / "encoder.onnx"), options)
        self._context = onnxruntime.InferenceSession(str(folder / "context.onnx"), options)
        self._words = np.load(folder / "words.npy", mmap_mode="r")
        self._width = self._words.shape[1] * 32
        self.about: dict[str, Any] = json.loads((folder / "about.json").read_text(encoding="utf8"))
        lines = (folder / "pieces.tsv").read_text(encoding="utf8").split("\n")
        parted = [line.rsplit("\t", 1) for line in lines if line]
        self.tokenizer = Tokenizer([piece for piece, _ in parted], [float(score) for _, score in parted])

    def vectors(self, units: Sequence[tuple[str, int]]) -> "Floats":
        """(units, width) for (text, kind) pairs; only what is not remembered is computed.

        Each text is computed alone: see `encoder_graph` of the training.
        """
        import numpy as np

        with self._lock:
            new = [unit for unit in dict.fromkeys(units) if unit not in self._remembered]
            self._remembered.update(zip(new, self._abreast.map(self._compute, new), strict=True))
            for unit in units:
                self._remembered.move_to_end(unit)
            result = np.stack([self._remembered[unit] for unit in units])
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
            return result

    def logits(self, vectors: "Floats", kinds: Sequence[int]) -> tuple["Floats", "Floats"]:
        """Logits of the reply heads (units, heads) and of the message outputs (units, outputs)."""
        import numpy as np

        first = next((number for number, kind in enumerate(kinds) if kind == COMPLAINT), 0)
        place = [number - (first if kind == COMPLAINT else 0) for number, kind in enumerate(kinds)]
        with self._lock:
            heads, message = self._context.run(
                None,
                {
                    "units": vectors[None],
                    "kind": np.array([kinds], np.int64),
                    "place": np.minimum(np.array([place], np.int64), MOST_UNITS - 1),
                },
            )
        return heads[0], message[0]

    def _compute(self, unit: tuple[str, int]) -> "Floats":
        text, kind = unit
        limit = PASSAGE_PIECES if kind == COMPLAINT else SENTENCE_PIECES
        words = unpack(self._words[self.tokenizer.ids(text, limit)])
        found: Floats = self._sentence.run(None, {"words": words[None]})[0][0]
        return found


def _limits(folder: Path) -> dict[str, Any]:
    """What `thresholds.json` says, nothing where it is missing."""
    path = folder / "thresholds.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}
    return found


def unpack(rows: Any) -> "Floats":
    """(rows, blocks, 18) bytes of four-bit numbers to (rows, width) floats."""
    import numpy as np

    rows = np.asarray(rows)
    scale = np.ascontiguousarray(rows[..., :2]).view(np.float16).astype(np.float32)
    halves = np.concatenate([rows[..., 2:] & 15, rows[..., 2:] >> 4], axis=-1)
    return ((halves.astype(np.float32) - 8) * scale).reshape(len(rows), -1)
