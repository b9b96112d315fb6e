"""`make train`: texts of tests/quality/corpus in, weights and out-of-fold scores out."""

import argparse
from pathlib import Path

from complaint_gift.learned.encoder import WEIGHTS
from complaint_gift.training import outcome
from complaint_gift.training.corpus import FOLDS
from complaint_gift.training.further import LIGHTLY, STRIDE, train_further
from complaint_gift.training.learning import Plan
from complaint_gift.training.run import prepare, run, run_all, scores_of

ROOT = Path(__file__).resolve().parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make train", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=ROOT / "tests/quality/corpus")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--scores", type=Path, default=ROOT / "tests/quality/learned-oof.json")
    parser.add_argument("--work", type=Path, default=ROOT / ".venv-train" / "work")
    parser.add_argument("--epochs", type=int, help=f"{Plan().epochs}; with --further {LIGHTLY.epochs}")
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--run", help="one run alone: a fold's number or final")
    parser.add_argument(
        "--further",
        nargs="+",
        metavar="FILE",
        help="teach the shipped weights these new files of the corpus",
    )
    parser.add_argument(
        "--stride",
        type=float,
        default=STRIDE,
        help="with --further: how far to go from the old weights to the new, 0 to 1",
    )
    asked = parser.parse_args()
    if asked.further:
        epochs = asked.epochs or LIGHTLY.epochs
        # A folder of its own: the scores of the last whole training stay.
        folder = asked.work / "further"
        train_further(asked.corpus, folder, asked.weights, asked.further, epochs, asked.stride)
        return
    plan = Plan(epochs=asked.epochs or Plan().epochs)
    if asked.run:
        run(asked.work, asked.run, plan)
        return
    ground = prepare(asked.corpus, asked.work, asked.folds)
    run_all(ground, plan)
    scores = scores_of(asked.work)
    outcome.write_scores(scores, asked.scores)
    outcome.write_weights(ground, asked.weights)
    outcome.write_thresholds(scores, asked.weights / "thresholds.json")
    print(outcome.report(scores))


if __name__ == "__main__":
    main()
