"""The examples in deploy/ are read by the programs that they are meant for."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from complaint_gift.discovery import load_plugins
from complaint_gift.notify import Messenger
from complaint_gift.runtime import load_settings
from complaint_gift.runtime.parts import ears_socket
from complaint_gift.service.policy import ASSIGNEE
from complaint_gift.service.policyfile import load_policy
from complaint_gift.web.hooks import LARGEST_HOOK
from complaint_gift.web.protect import LARGEST_BODY

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
SECRETS = (
    "ZENDESK_CLIENT_SECRET",
    "CG_REVIEW_TOKEN", "CG_CONSOLE_PASSWORD", "CG_SESSION_KEY",
)  # fmt: skip
FILLED = dict.fromkeys(SECRETS, "a long secret text of many letters")
SYSTEMD = sorted((DEPLOY / "systemd").glob("*.service"))


def find(program: str, package: str) -> str:
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"needs {program}: apt-get install {package}")
    return path


def run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=os.environ | environ, capture_output=True, text=True, timeout=60, check=False
    )


def names_of_secrets() -> list[str]:
    text = (DEPLOY / "example.env").read_text()
    return re.findall(r"^([A-Z_]+)=$", text, re.MULTILINE)


@pytest.fixture
def compose(tmp_path: Path) -> list[str]:
    if shutil.which("docker") and run("docker", "compose", "version").returncode == 0:
        return ["docker", "compose"]
    return [find("docker-compose", "docker-compose")]


def test_compose_reads_its_file(compose: list[str]) -> None:
    filled = dict.fromkeys(names_of_secrets(), "secret")
    told = run(*compose, "-f", str(DEPLOY / "compose.yaml"), "config", **filled)
    assert told.returncode == 0, told.stderr
    for service in ("web", "worker", "ticker", "ears", "database", "valkey"):
        assert f"  {service}:" in told.stdout


def test_compose_has_a_gate_for_those_who_ask_for_it(compose: list[str]) -> None:
    filled = dict.fromkeys(names_of_secrets(), "secret")
    told = run(*compose, "--profile", "gate", "-f", str(DEPLOY / "compose.yaml"), "config", **filled)
    assert told.returncode == 0, told.stderr
    gate = YAML(typ="safe").load(told.stdout)["services"]["gate"]
    assert gate["command"] == ["complaint-gift", "gate"]
    port = load_settings(DEPLOY / "gate.yaml", FILLED).sources["mail"].settings["gate"]["port"]
    assert str(port) in str(gate["ports"])
    assert str(port) in str(gate["healthcheck"]["test"])


@pytest.mark.parametrize("name", ["example.yaml", "gate.yaml"])
def test_the_product_reads_its_example_configurations(name: str) -> None:
    assert load_settings(DEPLOY / name, FILLED).sources


def test_example_can_be_used_before_zendesk_has_given_its_secret() -> None:
    source = load_settings(DEPLOY / "example.yaml", FILLED).sources["zendesk-main"]
    assert source.settings["signing_secrets"] == []
    assert source.settings["signing_secret_file"].startswith("/var/lib/complaint-gift/")


def test_example_tells_somebody() -> None:
    settings = load_settings(DEPLOY / "example.yaml", FILLED)
    assert settings.policy is not None
    policy = load_policy(settings.policy)
    assert all(policy.people[rung.to] for rung in policy.ladder if rung.to != ASSIGNEE)
    ways = {channel for person in policy.everybody() for channel, _ in person.ways}
    assert ways <= {*Messenger(settings.notify).channels}


def test_parts_that_run_alone_find_the_learned_layer() -> None:
    """Compose and systemd start it where the other parts look for it."""
    socket = str(ears_socket(load_settings(None, {"DATA": "/var/lib/complaint-gift"})))
    compose = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())
    assert compose["services"]["ears"]["command"] == ["python", "-m", "complaint_gift.learned", socket]
    unit = (DEPLOY / "systemd" / "complaint-gift-ears.service").read_text()
    assert f"bin/python -m complaint_gift.learned {socket}\n" in unit


def test_nginx_leads_to_every_address_but_those_of_this_machine() -> None:
    site = (DEPLOY / "nginx" / "complaint-gift.conf").read_text()
    led = re.findall(r"location (= )?(\S+) \{\s+(?:client_max_body_size.*\s+)?proxy_pass", site)
    table = (ROOT / "README.md").read_text().partition("## Addresses")[2].partition("## ")[0]
    addresses = set(re.findall(r"`(?:[A-Z]+ )?(/[^`<]*)[^`]*`", table))
    assert len(addresses) > 8
    closed = {
        address
        for address in addresses
        if not any(address == path if exact else f"{address}/".startswith(path) for exact, path in led)
    }
    assert closed == {"/readyz", "/metrics"}


def test_nginx_takes_what_the_plugins_take() -> None:
    site = (DEPLOY / "nginx" / "complaint-gift.conf").read_text()
    hooks = re.search(r"location /hooks/ \{\s+client_max_body_size (\d+)m;", site)
    assert hooks is not None
    others = re.search(r"^    client_max_body_size (\d+)m;", site, re.MULTILINE)
    assert others is not None
    assert int(others[1]) * 2**20 >= LARGEST_BODY
    plugins = load_plugins(["zendesk", "jira", "email", "generic"]).values()
    assert int(hooks[1]) * 2**20 >= max(getattr(plugin, "largest", LARGEST_HOOK) for plugin in plugins)


def test_compose_refuses_a_missing_secret(compose: list[str]) -> None:
    filled = dict.fromkeys(names_of_secrets(), "secret") | {"POSTGRES_PASSWORD": ""}
    told = run(*compose, "-f", str(DEPLOY / "compose.yaml"), "config", **filled)
    assert told.returncode != 0
    assert "deploy/.env" in told.stderr


@pytest.mark.parametrize("unit", SYSTEMD, ids=lambda path: path.name)
def test_systemd_reads_the_unit(unit: Path, tmp_path: Path) -> None:
    program = find("systemd-analyze", "systemd")
    # The programs of the unit are not installed here; everything else must hold.
    text = re.sub(r"^(Exec\w+=)/opt/\S+", r"\1/bin/true", unit.read_text(), flags=re.MULTILINE)
    name = unit.name.replace("@.", "@1.")
    (tmp_path / name).write_text(text)
    told = run(program, "verify", "--man=no", str(tmp_path / name))
    about_it = [line for line in told.stderr.splitlines() if name in line or "Unknown" in line]
    assert told.returncode == 0, told.stderr
    assert about_it == []


def test_nginx_reads_its_configuration(tmp_path: Path) -> None:
    program = find("nginx", "nginx-light")
    site = (DEPLOY / "nginx" / "complaint-gift.conf").read_text()
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = run(
        find("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
        "-subj", "/CN=gift.example.com", "-keyout", str(key), "-out", str(certificate),
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    site = re.sub(r"(ssl_certificate_key\s+)\S+;", rf"\1{key};", site)
    site = re.sub(r"(ssl_certificate\s+)\S+;", rf"\1{certificate};", site)
    site = site.replace("listen 443 ssl", "listen 127.0.0.1:18443 ssl").replace(
        "listen 80", "listen 127.0.0.1:18080"
    )
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/nginx.pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log {tmp_path}/access.log;\n{site}\n}}\n"
    )
    told = run(program, "-t", "-c", str(main), "-e", str(tmp_path / "error.log"))
    assert told.returncode == 0, told.stderr
