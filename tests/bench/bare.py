"""The least that Flask can do with a POST: what the receiver is compared with, under the same server."""

from flask import Flask

app = Flask(__name__)


@app.route("/healthz")
@app.post("/bare")
def say_hello() -> str:
    return "hello"
