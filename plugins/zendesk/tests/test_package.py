"""The packed app, held against the rules by which Zendesk's own validator judges an upload."""

import json
import re
import struct
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from complaint_gift_zendesk import package as module
from complaint_gift_zendesk.commands import make_group
from complaint_gift_zendesk.package import NotPackable, build, package

SERVER = "https://cg.example.com"
LOCATIONS = {
    "background", "modal", "nav_bar", "new_ticket_sidebar", "organization_sidebar", "ticket_editor",
    "ticket_sidebar", "top_bar", "user_sidebar",
}  # fmt: skip
LOCATION_OPTIONS = {"url", "flexible", "autoLoad", "autoHide", "signed", "size"}
MANIFEST_KEYS = {
    "name", "author", "defaultLocale", "private", "singleInstall", "location", "parameters",
    "frameworkVersion", "domainWhitelist", "version",
}  # fmt: skip
TYPES = {"text", "checkbox", "url", "number", "multiline", "hidden", "oauth", "mtls"}
SCOPES = {
    "header", "body", "url", "jwt_secret_key", "jwt_claim", "basic_auth_username", "basic_auth_password",
}  # fmt: skip
LOCALE = re.compile(r"[a-z]{2,3}(-\w{2,3})?\.json")
TELLTALE = re.compile(r"token|key|pwd|password", re.I)
PARAMETER_KEYS = {"name", "type", "required", "secure", "default", "scopes"}
SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|xox[baprs]-|gh[pousr]_\w{36}|eyJ[\w-]{20,}\.eyJ"
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = build(tmp_path_factory.mktemp("app") / "app.zip", server=SERVER)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def manifest(app: dict[str, bytes]) -> dict[str, Any]:
    found = json.loads(app["manifest.json"])
    assert isinstance(found, dict)
    return found


def translations(app: dict[str, bytes]) -> dict[str, Any]:
    return {Path(name).stem: json.loads(raw) for name, raw in app.items() if name.startswith("translations/")}


def flatten(tree: dict[str, Any], prefix: str = "") -> set[str]:
    return {
        path
        for name, value in tree.items()
        for path in (flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name})
    }


def test_manifest_has_what_is_required_and_nothing_unknown(manifest: dict[str, Any]) -> None:
    assert {"author", "defaultLocale", "location", "frameworkVersion"} <= set(manifest) <= MANIFEST_KEYS
    assert manifest["frameworkVersion"] == "2.0"
    assert set(manifest["author"]) >= {"name", "email"}
    assert manifest["version"] == version("complaint-gift")


def test_locations_are_known_and_their_pages_exist(app: dict[str, bytes], manifest: dict[str, Any]) -> None:
    assert set(manifest["location"]) == {"support"}
    places = manifest["location"]["support"]
    assert set(places) == {"ticket_sidebar", "new_ticket_sidebar"} <= LOCATIONS
    for options in places.values():
        assert set(options) <= LOCATION_OPTIONS
        assert options["url"] in app


def test_parameters_are_wellformed_and_labelled(app: dict[str, bytes], manifest: dict[str, Any]) -> None:
    names = [p["name"] for p in manifest["parameters"]]
    assert len(set(names)) == len(names)
    for parameter in manifest["parameters"]:
        assert set(parameter) <= PARAMETER_KEYS
        assert parameter["type"] in TYPES
        for told in translations(app).values():
            assert told["app"]["parameters"][parameter["name"]]["label"].strip()


def test_secrets_are_secure_settings_without_a_default(manifest: dict[str, Any]) -> None:
    [secret] = [p for p in manifest["parameters"] if "jwt_secret_key" in p.get("scopes", [])]
    assert secret["secure"] is True
    assert secret["required"] is True
    assert secret["type"] == "text"
    for parameter in manifest["parameters"]:
        hidden = parameter.get("secure") or parameter["type"] == "hidden"
        assert not (hidden and "default" in parameter)
        assert hidden or not TELLTALE.search(parameter["name"])
        assert set(parameter.get("scopes", [])) <= SCOPES


def test_only_our_server_is_reachable(app: dict[str, bytes], manifest: dict[str, Any]) -> None:
    assert manifest["domainWhitelist"] == ["cg.example.com"]
    assert app["assets/server.js"] == b'export const SERVER = "https://cg.example.com";\n'


def test_translations_are_named_and_complete(app: dict[str, bytes], manifest: dict[str, Any]) -> None:
    names = [name.partition("/")[2] for name in app if name.startswith("translations/")]
    assert all(LOCALE.fullmatch(name) for name in names)
    assert f"{manifest['defaultLocale']}.json" in names
    told = translations(app)
    assert set(told) == {"en", "ru"}
    assert flatten(told["en"]) == flatten(told["ru"])
    for texts in told.values():
        assert texts["app"]["name"]
        assert set(texts) == {"app"}


def test_public_texts_are_there_for_the_marketplace(app: dict[str, bytes]) -> None:
    for texts in translations(app).values():
        assert {"short_description", "long_description", "installation_instructions"} <= set(texts["app"])


def test_logos_are_there_in_their_sizes(app: dict[str, bytes]) -> None:
    for name, side in (("logo.png", 320), ("logo-small.png", 128)):
        raw = app[f"assets/{name}"]
        assert raw.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", raw[16:24]) == (side, side)
    assert ElementTree.fromstring(app["assets/logo.svg"]).tag.endswith("svg")


def test_icons_are_no_way_in(app: dict[str, bytes]) -> None:
    for name, raw in app.items():
        if name.endswith(".svg"):
            assert not re.search(rb"<script|on\w+=|href|<foreignObject|<!ENTITY", raw, re.I), name


def test_nothing_is_loaded_over_plain_http(app: dict[str, bytes]) -> None:
    for name, raw in app.items():
        if name.endswith((".js", ".html", ".css")):
            assert b"http://" not in raw, name


def test_scripts_come_from_the_app_or_from_zendesk(app: dict[str, bytes]) -> None:
    page = app["assets/iframe.html"].decode()
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', page)
    assert scripts[0] == "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"
    assert all(f"assets/{name}" in app for name in scripts[1:])
    styles = re.findall(r'<link[^>]*href="([^"]+)"', page)
    assert all(f"assets/{name}" in app for name in styles)
    assert not re.search(r"<script(?![^>]*src)|\son\w+=|javascript:", page)


def test_every_import_leads_to_a_file(app: dict[str, bytes]) -> None:
    for name, raw in app.items():
        if not name.endswith(".js"):
            continue
        for target in re.findall(r'from "([^"]+)"', raw.decode()):
            parts = (Path(name).parent / target).as_posix().split("/")
            assert "/".join(p for p in parts if p != ".") in app, f"{name} imports {target}"


def test_code_uses_no_way_to_run_text(app: dict[str, bytes]) -> None:
    for name, raw in app.items():
        if name.endswith(".js"):
            found = re.search(
                r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write", raw.decode()
            )
            assert found is None, f"{name}: {found}"


def test_no_secret_travels_along(app: dict[str, bytes]) -> None:
    for name, raw in app.items():
        assert not SECRETS.search(raw.decode("utf-8", "ignore")), name


def test_requests_are_signed_by_the_proxy(app: dict[str, bytes]) -> None:
    service = app["assets/service.js"].decode()
    for wanted in (
        "secure: true",
        "cors: false",
        "{{jwt.token}}",
        "{{setting.shared_secret}}",
        "autoRetry: false",
    ):
        assert wanted in service


def test_archive_is_flat_small_and_clean(app: dict[str, bytes], tmp_path: Path) -> None:
    assert "manifest.json" in app
    assert all(not part.startswith(".") for name in app for part in name.split("/"))
    assert not any(name.startswith(("tmp/", "/")) or ".." in name for name in app)
    assert sum(map(len, app.values())) < 500_000
    with zipfile.ZipFile(build(tmp_path / "app.zip", server=SERVER)) as archive:
        for entry in archive.infolist():
            assert entry.external_attr >> 16 == 0o644, "no links, nothing that runs"


def test_same_sources_make_the_same_bytes(tmp_path: Path) -> None:
    first = build(tmp_path / "a" / "one.zip", server=SERVER).read_bytes()
    second = build(tmp_path / "two.zip", server=f"{SERVER}/").read_bytes()
    assert first == second


def test_hidden_and_temporary_files_stay_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "app"
    (folder / "tmp").mkdir(parents=True)
    for name in ("tmp/x.js", ".secret.js", "notes.txt", "a.js"):
        (folder / name).write_text("x")
    assert dict(module._read_folder(folder, "assets/")) == {"assets/a.js": b"x"}


@pytest.mark.parametrize(
    "server",
    [
        "http://cg.example.com",
        "cg.example.com",
        "https://cg.example.com:8443",
        "https://cg.example.com/app",
        "https://user@cg.example.com",
        "https://localhost",
        "https://127.0.0.1",
        "https://[::1",
        "https://xn--*.example",
        'https://a"b.example.com',
        "",
    ],
)
def test_address_that_zendesk_cannot_reach_is_refused(tmp_path: Path, server: str) -> None:
    with pytest.raises(NotPackable):
        build(tmp_path / "app.zip", server=server)
    assert not (tmp_path / "app.zip").exists()


def test_command_says_what_it_made_and_what_comes_next(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "app.zip"
    told = CliRunner().invoke(package, ["--server", SERVER, "--out", str(out)])
    assert told.exit_code == 0, told.output
    assert out.is_file()
    assert "Upload private app" in told.output


def test_command_belongs_to_the_group_of_the_plugin() -> None:
    assert make_group(lambda: []).commands["package"] is package


def test_command_explains_a_wrong_address(tmp_path: Path) -> None:
    told = CliRunner().invoke(package, ["--server", "http://x", "--out", str(tmp_path / "a.zip")])
    assert told.exit_code == 2
    assert "must be https" in told.output
