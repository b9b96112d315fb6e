"""`python -m complaint_gift.learned SOCKET`: the one process that holds the weights."""

import sys

from complaint_gift.learned.server import serve

if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:]))
