"""A user of Cloud lets our plugin in: asked, checked, kept, renewed by many processes and through crashes."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from click.testing import CliRunner, Result
from flask import Flask, Response, request
from standin_callers import Clock
from werkzeug.serving import make_server

from complaint_gift.demo.standin_jira import create_app
from complaint_gift.demo.standin_jira.consent import CLOUD_ID
from complaint_gift.plugin import PluginError, Refused, Source, Unreachable
from complaint_gift_jira import JiraPlugin, consent
from complaint_gift_jira.api import granted_to
from complaint_gift_jira.grant import Granted, GrantFile

# A process that asks for a token once the file `go` is there, and may die at the moment of keeping it.
RENEW = """
import os, sys, time
from pathlib import Path
from complaint_gift.client import Client
from complaint_gift_jira.grant import Granted, GrantFile

url, path, now, go, dies = sys.argv[1:]
write = GrantFile.write

def end(self, grant):
    if dies == "after":
        write(self, grant)
    os._exit(9)

if dies != "never":
    GrantFile.write = end
app = {"client_id": "ours", "client_secret": "a client secret"}
granted = Granted(Client(url, source="jira-main"), GrantFile(Path(path)), **app, clock=lambda: float(now))
print("ready", flush=True)
while not Path(go).exists():
    time.sleep(0.01)
print(granted.header())
"""


@dataclass
class Site:
    """A stand-in Cloud with its OAuth, a source that is let in by consent, and what was asked for."""

    app: Flask
    url: str
    clock: Clock
    source: Source
    asked: list[tuple[str, str, str]]

    @property
    def granted(self) -> Granted:
        """As the plugin makes it, but with the clock of the stand-in."""
        made = granted_to(self.source)
        app = {"client_id": "ours", "client_secret": "a client secret"}
        return Granted(made.client, made.kept, **app, clock=lambda: self.clock.now)

    @property
    def file(self) -> Path:
        assert self.source.folder is not None
        return self.source.folder / "grant.json"

    def renewals(self) -> int:
        return sum(kind == "refresh_token" for _, _, kind in self.asked)

    def consent(self, **changes: Any) -> list[str]:
        """As the command does it; the user clicks at once."""
        source = replace(self.source, settings={**self.source.settings, **changes})
        return list(consent.authorise(source, lambda address, _: visit(address)))

    def process(self, dies: str = "never") -> subprocess.Popen[str]:
        """See RENEW."""
        told = (self.url, str(self.file), str(self.clock.now), str(self.file.parent / "go"), dies)
        return subprocess.Popen([sys.executable, "-c", RENEW, *told], stdout=subprocess.PIPE, text=True)

    def go(self) -> None:
        """Let them ask."""
        (self.file.parent / "go").touch()

    def grow_old(self) -> None:
        """The access token ends."""
        self.clock.now += 3700


def visit(address: str) -> str:
    return requests.get(address, allow_redirects=False, timeout=20).headers["Location"]


@pytest.fixture
def site(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    clients = {"ours": "a client secret"}
    app = create_app(tmp_path / "jira.sqlite3", clients=clients, deliver=False, clock=clock, seed=1)
    asked: list[tuple[str, str, str]] = []

    def remember(answer: Response) -> Response:
        told = request.get_json(silent=True) or {}
        asked.append((request.method, request.script_root + request.path, told.get("grant_type", "")))
        return answer

    app.after_request(remember)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    wish = {
        "base_url": url, "client_id": "ours", "client_secret": "a client secret", "cloud_id": CLOUD_ID,
        "oauth": "consent", "bot_user_id": app.extensions["cast"].bot, "header_tokens": ["x" * 24],
        "callback": "http://localhost:8474/callback",
    }  # fmt: skip
    source = Source("jira-main", "jira", JiraPlugin.settings().load(wish), tmp_path / "private")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    made = Site(app, url, clock, source, asked)
    monkeypatch.setattr(consent, "granted_to", lambda _: made.granted)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# -- asking


def test_consent_lets_the_plugin_in_through_the_gateway(site: Site) -> None:
    told = site.consent()
    assert site.app.extensions["cast"].bot in told[0]
    api = JiraPlugin().connect(site.source)
    assert api.myself()["accountId"] == site.app.extensions["cast"].bot
    assert site.asked[-1][1] == f"/ex/jira/{CLOUD_ID}/rest/api/3/myself"


def test_address_asks_for_what_we_need_and_for_a_refresh_token(site: Site) -> None:
    parts = urlsplit(consent.make_address(site.source, "a state"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (query["state"], query["response_type"], query["audience"]) == (
        "a state",
        "code",
        "api.atlassian.com",
    )
    assert {"offline_access", "write:servicedesk-request"} <= set(query["scope"].split())
    plain = replace(site.source, settings={**site.source.settings, "base_url": ""})
    assert consent.make_address(plain, "s").startswith("https://auth.atlassian.com/authorize?")


def test_tokens_are_kept_for_us_alone_and_written_nowhere_else(site: Site) -> None:
    told = " ".join(site.consent())
    kept = json.loads(site.file.read_text())
    assert site.file.stat().st_mode & 0o777 == 0o600
    assert site.file.parent.stat().st_mode & 0o777 == 0o700
    assert kept["refresh"] not in told
    assert kept["access"] not in told
    assert kept["refresh"] not in repr(GrantFile(site.file).read())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cloud_id": "99999999-0000-4000-8000-1c2d3e4f5a6b"}, "but cloud_id says 99999999"),
        ({"bot_user_id": "somebody"}, "was signed in, but bot_user_id says somebody"),
    ],
)
def test_grant_of_another_site_or_user_is_not_kept(site: Site, changes: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        site.consent(**changes)
    assert not site.file.exists()


def test_refusal_of_the_user_is_said_in_atlassians_words(site: Site) -> None:
    site.app.config["CONSENTS_AS"] = ""
    with pytest.raises(Refused, match="did not authorize"):
        site.consent()


@pytest.mark.parametrize("returned", ["", "a-code", "http://localhost:8474/callback?code=x&state=other"])
def test_answer_to_another_question_is_not_taken(site: Site, returned: str) -> None:
    with pytest.raises(Refused, match="not the whole address"):
        list(consent.authorise(site.source, lambda *_: returned))
    assert not [kind for *_, kind in site.asked if kind]


def test_code_is_taken_once(site: Site) -> None:
    code = parse_qs(urlsplit(visit(consent.make_address(site.source, "s"))).query)["code"][0]
    site.granted.exchange(code, site.source.settings["callback"])
    with pytest.raises(Refused, match="invalid_grant"):
        site.granted.exchange(code, site.source.settings["callback"])


# -- the command


def run(site: Site, *args: str, **more: Any) -> Result:
    return CliRunner().invoke(JiraPlugin().commands(lambda: [site.source]), list(args), **more)


def test_command_takes_the_pasted_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent.chance, "token_urlsafe", lambda _: "a-state")
    returned = visit(consent.make_address(site.source, "a-state"))
    found = run(site, "authorise", "--paste", input=returned + "\n")
    assert (found.exit_code, "Authorised as" in found.output) == (0, True)
    assert f"{site.url}/authorize?" in found.output


def test_command_hears_the_browser_of_this_machine(site: Site, free_port: int) -> None:
    callback = f"http://127.0.0.1:{free_port}/callback"
    source = replace(site.source, settings={**site.source.settings, "callback": callback})
    seen: list[tuple[int, str]] = []

    def ask(address: str, state: str) -> str:
        browser = threading.Thread(target=browse, args=(address, callback, seen))
        browser.start()
        try:
            return consent.listen(callback, state, source, patience=30)
        finally:
            browser.join()

    assert "Authorised" in next(iter(consent.authorise(source, ask)))
    assert [status for status, _ in seen] == [400, 400, 200]
    assert "Вернитесь в терминал" in seen[-1][1]


def browse(address: str, callback: str, seen: list[tuple[int, str]]) -> None:
    """Two strays before the right answer."""
    returned = visit(address)
    elsewhere = returned.replace("/callback", "/favicon.ico")
    for url in (elsewhere, f"{callback}?{urlencode({'code': 'x', 'state': 'guess'})}", returned):
        for _ in range(50):
            try:
                answer = requests.get(url, headers={"Accept-Language": "ru"}, timeout=20)
                break
            except requests.ConnectionError:
                threading.Event().wait(0.05)
        answer.encoding = "utf-8"
        seen.append((answer.status_code, answer.text))


def test_nobody_who_comes_back_is_said(site: Site, free_port: int) -> None:
    with pytest.raises(Unreachable, match="nobody came back"):
        consent.listen(f"http://127.0.0.1:{free_port}/callback", "s", site.source, patience=0)


def test_port_that_is_taken_is_said(site: Site) -> None:
    taken = urlsplit(site.url).port
    with pytest.raises(Unreachable, match="add --paste"):
        consent.listen(f"http://127.0.0.1:{taken}/callback", "s", site.source)


def test_command_for_another_way_in_says_so(site: Site) -> None:
    object.__setattr__(site.source, "settings", {**site.source.settings, "oauth": "service-account"})
    assert "let in another way" in run(site, "authorise").output


def test_webhooks_want_an_administrator_and_status_does_not_ask_about_them(site: Site) -> None:
    site.consent()
    assert "CG_JIRA_ADMIN_TOKEN" in run(site, "install", "--url", "https://cg.example.com").output
    assert "webhook" not in run(site, "status").output


def test_service_account_is_let_in_by_its_own_credentials_and_asks_once(site: Site) -> None:
    object.__setattr__(site.source, "settings", {**site.source.settings, "oauth": "service-account"})
    plugin = JiraPlugin()
    for _ in range(2):
        assert plugin.connect(site.source).myself()["accountId"] == site.app.extensions["cast"].bot
    assert [kind for *_, kind in site.asked if kind] == ["client_credentials"]


# -- renewing


def test_token_is_renewed_with_the_newest_refresh_token(site: Site) -> None:
    site.app.config["REFRESH_REUSE"] = 0.0
    site.consent()
    seen = {site.granted.header()}
    for _ in range(4):
        site.grow_old()
        seen.add(site.granted.header())
        assert site.granted.header() in seen
    assert (len(seen), site.renewals()) == (5, 4)


def test_new_refresh_token_is_on_the_disk_before_the_access_token_is_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.consent()
    site.grow_old()
    done: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: done.append("synced"))
    grant = site.granted
    monkeypatch.setattr(GrantFile, "write", spy(GrantFile.write, done))
    header = grant.header()
    assert done == ["synced", "synced", "written"]
    assert header == f"Bearer {json.loads(site.file.read_text())['access']}"


def spy(write: Callable[..., None], done: list[str]) -> Callable[..., None]:
    def written(self: GrantFile, grant: Any) -> None:
        write(self, grant)
        done.append("written")

    return written


@pytest.mark.timeout(120)
def test_many_processes_renew_once(site: Site) -> None:
    site.app.config["REFRESH_REUSE"] = 0.0
    site.consent()
    site.grow_old()
    workers = [site.process() for _ in range(5)]
    assert [worker.stdout.readline() for worker in workers if worker.stdout] == ["ready\n"] * 5
    site.go()
    headers = {worker.communicate(timeout=100)[0].splitlines()[-1] for worker in workers}
    assert (len(headers), site.renewals()) == (1, 1)
    sent = requests.get(f"{site.url}/rest/api/3/myself", headers={"Authorization": headers.pop()}, timeout=20)
    assert sent.status_code == 200


def die_while_writing(site: Site, moment: str) -> None:
    """A process that ends between Atlassian's answer and the use of what it brought."""
    site.go()
    worker = site.process(moment)
    worker.communicate(timeout=100)
    assert worker.returncode == 9


def test_death_after_writing_loses_nothing(site: Site) -> None:
    site.app.config["REFRESH_REUSE"] = 0.0
    site.consent()
    site.grow_old()
    die_while_writing(site, "after")
    assert site.granted.header().startswith("Bearer ")
    assert site.renewals() == 1


def test_death_before_writing_is_mended_with_the_token_before(site: Site) -> None:
    site.consent()
    site.grow_old()
    die_while_writing(site, "before")
    site.clock.now += 120
    header = site.granted.header()
    site.grow_old()
    assert site.granted.header() != header
    assert site.renewals() == 3


def test_refresh_token_that_is_gone_asks_a_person_and_is_not_asked_about_again(site: Site) -> None:
    site.app.config["REFRESH_REUSE"] = 0.0
    site.consent()
    site.grow_old()
    die_while_writing(site, "before")
    for _ in range(3):
        with pytest.raises(
            Unreachable, match=r"takes our refresh token no more; .* jira authorise"
        ) as caught:
            site.granted.header()
        assert caught.value.retry_after == 60
    assert site.renewals() == 2
    site.clock.now += 700
    with pytest.raises(Unreachable):
        site.granted.header()
    assert site.renewals() == 3
    site.consent()
    assert site.granted.header().startswith("Bearer ")


def test_grant_that_nobody_used_for_ninety_days_asks_a_person(site: Site) -> None:
    site.consent()
    site.clock.now += 91 * 86_400
    with pytest.raises(Unreachable, match="jira authorise"):
        site.granted.header()


def test_doctor_and_status_ask_for_consent_in_a_sentence(site: Site) -> None:
    sentence = (
        "jira-main: nobody has authorised us yet; let an administrator run `complaint-gift jira authorise"
    )
    with pytest.raises(PluginError, match=re.escape(sentence)):
        JiraPlugin().probe(site.source, JiraPlugin().connect(site.source))
    assert sentence in run(site, "status").output


def test_wrong_secret_of_the_app_is_not_taken_for_a_lost_grant(site: Site) -> None:
    site.consent()
    site.grow_old()
    grant = site.granted
    grant._app["client_secret"] = "another"
    with pytest.raises(Unreachable, match="check the credentials"):
        grant.header()
    assert site.granted.header().startswith("Bearer ")


def test_young_token_that_is_not_let_in_is_not_renewed_over_and_over(site: Site) -> None:
    site.consent()
    header = site.granted.header()
    assert site.granted.renew(header) is False
    assert site.granted.renew("Bearer of somebody before") is True
    site.clock.now += 300
    assert site.granted.renew(header) is True
    assert site.granted.header() != header
    assert site.renewals() == 1


def test_grant_of_another_app_is_none(site: Site) -> None:
    site.consent()
    kept = json.loads(site.file.read_text())
    site.file.write_text(json.dumps(kept | {"made_for": "another"}))
    with pytest.raises(Unreachable, match="nobody has authorised"):
        site.granted.header()
    site.file.write_text("{")
    with pytest.raises(Unreachable, match="nobody has authorised"):
        site.granted.header()


def test_folder_that_cannot_be_written_is_said(site: Site) -> None:
    site.consent()
    site.file.unlink()
    site.file.mkdir()
    with pytest.raises(Unreachable, match="cannot be kept"):
        site.granted.header()
