"""What the Forge app makes of Jira's answer to a reply, without a browser around it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPLY = Path(__file__).resolve().parent.parent / "forge" / "panel" / "reply.js"
PLAY = """
const [address, status, told, reason] = process.argv.slice(1);
const { sendReply } = await import(address);
const asked = [];
const jira = async (path, init) => {
  asked.push([init.method, path, JSON.parse(init.body)]);
  return new Response(told, { status: Number(status) });
};
let end;
try {
  end = await sendReply(jira, { key: "SD-1", text: "Sorry.", reason });
} catch (error) {
  end = error.constructor.name;
}
console.log(JSON.stringify({ end, asked }));
"""


def send(status: int, told: Any, reason: str = "") -> tuple[Any, list[Any]]:
    """(how it ended, what Jira was asked for); a text is told as it is, anything else as JSON."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: tests/support/packages.sh names the package")
    body = told if isinstance(told, str) else json.dumps(told)
    command = [node, "--input-type=module", "-e", PLAY, REPLY.as_uri(), str(status), body, reason]
    done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return done["end"], done["asked"]


def test_reply_that_jira_keeps_inside_is_not_called_sent() -> None:
    end, asked = send(201, {"id": "7", "public": False}, "It is true")
    assert end == "KeptInside"
    assert asked == [
        ["POST", "/rest/servicedeskapi/request/SD-1/comment", {"body": "Sorry.", "public": True}]
    ]


@pytest.mark.parametrize("told", [{"id": "7", "public": True}, {"id": "7"}, "null", "<html>"])
def test_reply_is_sent_once_whatever_else_is_said(told: Any) -> None:
    end, asked = send(201, told)
    assert (end, len(asked)) == (True, 1)


def test_reason_is_kept_with_the_reply() -> None:
    end, asked = send(201, {"id": "7", "public": True}, "It is true")
    assert end is True
    assert asked[1] == ["PUT", "/rest/api/3/comment/7/properties/complaint_gift", {"reason": "It is true"}]


@pytest.mark.parametrize(("status", "name"), [(404, "NoRequest"), (403, "Error"), (503, "Error")])
def test_reply_that_is_not_taken_is_an_error(status: int, name: str) -> None:
    assert send(status, {})[0] == name
