#!/bin/sh
# Trains the weights in an environment of its own, seeded: minutes with a GPU, a night on two cores without one,
# two hours with --epochs 3 --folds 2. With --further NAME... half an hour: the shipped weights learn those files too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cd "$root"
[ -x .venv-train/bin/python ] || "${PYTHON:-python3}" -m venv .venv-train
.venv-train/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
# What torch frees after a step it asks for again in the next: kept, no half of the time goes to the kernel (glibc).
export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_ARENA_MAX=1
OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}" PYTHONPATH="$root/src" exec .venv-train/bin/python -m complaint_gift.training "$@"
