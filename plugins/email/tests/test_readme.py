"""What the instructions say exists, in both languages, and the worker signs as we check."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from complaint_gift.plugin import Request
from complaint_gift_email import EmailPlugin
from complaint_gift_email.doors.opening import TRANSPORTS
from complaint_gift_email.settings import EmailSettings, ImapSettings, LmtpSettings, OauthSettings

HERE = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.ru.md")


@pytest.fixture(params=READMES)
def text(request: pytest.FixtureRequest) -> str:
    return (HERE / request.param).read_text("utf-8")


def test_every_setting_is_explained_and_no_other(text: str) -> None:
    known = set(EmailSettings().fields)
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \| .* \| .* \|$", text, re.M)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == known
    for schema in (ImapSettings, LmtpSettings, OauthSettings):
        assert all(f"`{name}`" in text for name in schema().fields)


def test_configuration_shown_is_accepted(text: str) -> None:
    found = re.search(r"```yaml\n(.*?)```", text, re.S)
    assert found
    shown: Any = yaml.safe_load(found[1])["sources"]["mail-main"]
    assert shown.pop("plugin") == "email"
    for part, key in ((shown, "thread_secret"), (shown["imap"], "password"), (shown["smtp"], "password")):
        part[key] = "resolved from its file"
    assert EmailSettings().load(shown)["imap"]["port"] == 993


def test_every_way_in_is_explained(text: str) -> None:
    assert all(f"| `{name}` |" in text for name in TRANSPORTS if name != "imap")


def test_both_languages_explain_the_same() -> None:
    english, russian = ((HERE / name).read_text("utf-8") for name in READMES)
    for pattern in (r"^## ", r"^\| ", r"^\d\. ", r"```"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, russian, re.M))


RUN = """
import worker from %s;
const raw = new TextEncoder().encode(%s);
globalThis.fetch = async (url, wish) => {
  console.log(JSON.stringify([url, wish.headers]));
  return { ok: true };
};
await worker.email(
  { raw: new Response(raw).body, from: "anna@customer.test", to: "support@shop.test" },
  { ADDRESS: "https://cg.example.com/hooks/mail-main", SECRET: %s },
);
"""


def test_worker_signs_as_we_check(kit: Any, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: tests/support/packages.sh names the package")
    body = kit.make_mail("Суп был холодный.")
    shutil.copy(HERE / "worker.js", tmp_path / "worker.mjs")
    script = tmp_path / "run.mjs"
    script.write_text(RUN % (json.dumps("./worker.mjs"), json.dumps(body.decode()), json.dumps(kit.SECRET)))
    told = subprocess.run([node, script], capture_output=True, text=True, check=True, timeout=60)
    url, headers = json.loads(told.stdout)
    assert url.endswith("/hooks/mail-main")
    request = Request(
        "POST", "/", {name: (value,) for name, value in headers.items()}, body, datetime.now(UTC)
    )
    EmailPlugin().verify(request, kit.make_source())
