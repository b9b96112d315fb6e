"""The packed extension: the same bytes every time, least rights, nothing that a page could use."""

import importlib.util
import json
import re
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parents[1]
SERVER = "https://cg.example.com"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_extension", HERE / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["chromium", "firefox"])
def packed(request: pytest.FixtureRequest, build: ModuleType) -> dict[str, bytes]:
    contents = build.collect(request.param, server=SERVER, hosts=["*.atlassian.net"])
    assert isinstance(contents, dict)
    return contents


def manifest_of(packed: dict[str, bytes]) -> dict[str, Any]:
    manifest = json.loads(packed["manifest.json"])
    assert isinstance(manifest, dict)
    return manifest


def test_same_sources_make_the_same_bytes(build: ModuleType, tmp_path: Path) -> None:
    one = build.build(tmp_path / "a.zip", "chromium").read_bytes()
    assert one == build.build(tmp_path / "b.zip", "chromium").read_bytes()


def test_everything_the_manifest_names_is_there(packed: dict[str, bytes]) -> None:
    manifest = manifest_of(packed)
    background = manifest["background"]
    named = [*manifest["icons"].values(), *manifest["action"]["default_icon"].values()]
    named += [manifest["options_ui"]["page"], *background.get("scripts", [background.get("service_worker")])]
    named += [manifest["storage"]["managed_schema"]] if "storage" in manifest else []
    named += re.findall(r'(?:src|href)="([^":]+)"', packed["options.html"].decode())
    assert [name for name in named if name not in packed] == []


def test_only_what_is_named_may_be_read(packed: dict[str, bytes], build: ModuleType) -> None:
    manifest = manifest_of(packed)
    assert manifest["host_permissions"] == ["https://*.atlassian.net/*", "https://cg.example.com/*"]
    assert manifest["permissions"] == ["storage", "scripting"]
    assert not {"content_scripts", "web_accessible_resources", "externally_connectable"} & set(manifest)
    bare = json.loads(build.collect("chromium")["manifest.json"])
    assert "host_permissions" not in bare, "without a name the browser grants nothing at installation"


def test_only_the_worker_can_call_the_server(packed: dict[str, bytes]) -> None:
    assert b"fetch(" in packed["worker.js"]
    content = packed["content.js"].decode()
    for way in ("fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "EventSource", "Authorization"):
        assert way not in content


def test_token_never_reaches_a_page(packed: dict[str, bytes]) -> None:
    answer = re.search(r'message\.kind === "site"\) return \{([^}]*)\}', packed["worker.js"].decode())
    assert answer is not None
    assert set(re.findall(r"\w+", answer[1])) == {"site", "language", "settings", "isSet", "server"}


def test_code_uses_no_way_to_run_text(packed: dict[str, bytes]) -> None:
    for name, raw in packed.items():
        if name.endswith(".js"):
            found = re.search(
                r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write", raw.decode()
            )
            assert found is None, f"{name}: {found}"
    assert not re.search(rb"<script(?![^>]*src)|\son\w+=|javascript:", packed["options.html"])


def test_words_are_there_in_both_languages(packed: dict[str, bytes]) -> None:
    told = [json.loads(packed[f"_locales/{code}/messages.json"]) for code in ("en", "ru")]
    assert set(told[0]) == set(told[1])
    wanted = set(re.findall(r"__MSG_(\w+)__", packed["manifest.json"].decode()))
    assert wanted <= set(told[0])
    assert all(0 < len(t["description"]["message"]) <= 132 for t in told)


def test_sites_have_every_field_and_hosts_of_their_own(packed: dict[str, bytes]) -> None:
    sites = json.loads(packed["sites.json"])
    fields = {
        "name",
        "title",
        "hosts",
        "editor",
        "composer",
        "ignore",
        "send",
        "customer",
        "internal",
        "conversation",
    }
    assert all(set(site) == fields for site in sites)
    hosts = [host for site in sites for host in site["hosts"]]
    assert len(hosts) == len(set(hosts))
    for site in sites:
        assert site["editor"]
        assert site["send"]
        if site["conversation"]:
            assert re.compile(site["conversation"]).groups == 1


def test_firefox_and_chromium_get_the_background_they_know(build: ModuleType) -> None:
    chromium, firefox = (manifest_of(build.collect(target)) for target in build.TARGETS)
    assert chromium["background"] == {"service_worker": "worker.js"}
    assert firefox["background"] == {"scripts": ["worker.js"]}
    assert "browser_specific_settings" not in chromium


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('import x, { y } from "./a.js";\n', "does not understand"),
        ("export default 1;\n", "does not understand"),
        ('import { a } from "./missing.js";\n', "there is no such file"),
        ('import { a } from "./entry.js";\n', "imports itself"),
    ],
)
def test_module_that_cannot_be_packed_is_named(
    build: ModuleType, tmp_path: Path, text: str, words: str
) -> None:
    entry = tmp_path / "entry.js"
    entry.write_text(text)
    with pytest.raises(build.NotPackable, match=words):
        build.bundle(entry)


@pytest.mark.parametrize("host", ["http://x.example", "*", "x", "a b.example", "*.*.example"])
def test_host_that_is_none_is_refused(build: ModuleType, host: str) -> None:
    with pytest.raises(build.NotPackable):
        build.collect("chromium", hosts=[host])


@pytest.mark.parametrize("server", ["http://cg.example.com", "cg.example.com", "ftp://x.example"])
def test_server_that_is_none_is_refused(build: ModuleType, server: str) -> None:
    with pytest.raises(build.NotPackable):
        build.collect("chromium", server=server)


def test_command_packs_for_both_browsers(
    build: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main(["--out", str(tmp_path), "--server", SERVER, "--host", "mail.google.com"]) == 0
    assert "Packed" in capsys.readouterr().out
    for target in build.TARGETS:
        with zipfile.ZipFile(tmp_path / f"complaint-gift-{target}.zip") as archive:
            assert "manifest.json" in archive.namelist()
    with pytest.raises(SystemExit):
        build.main(["--host", "nonsense"])
    assert "is no host" in capsys.readouterr().err
