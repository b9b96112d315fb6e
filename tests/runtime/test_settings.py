"""A configuration is taken as a whole or refused with every problem: file:line, field, remedy."""

from pathlib import Path

import pytest
from marshmallow import Schema, fields

from complaint_gift.discovery import PluginNotUsable
from complaint_gift.runtime import settings as module
from complaint_gift.runtime.problems import SettingsError
from complaint_gift.runtime.secret import Secret
from complaint_gift.runtime.settings import load_settings


class DeskSchema(Schema):
    account_id = fields.String(required=True)
    client_secret = fields.String(required=True)
    signing_secrets = fields.List(fields.String(), required=True)
    token_url = fields.String()


class Desk:
    name = "desk"
    settings = DeskSchema


@pytest.fixture(autouse=True)
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(names: list[str]) -> dict[str, Desk]:
        if names != ["desk"]:
            raise PluginNotUsable(f"there is no plugin {names[0]!r}; installed are: desk")
        return {"desk": Desk()}

    monkeypatch.setattr(module, "load_plugins", load)


@pytest.fixture
def write(tmp_path: Path):
    def go(text: str) -> Path:
        path = tmp_path / "complaint-gift.yaml"
        path.write_text(text, "utf-8")
        return path

    return go


def problems_of(path: Path, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings(path, environ or {})
    return [str(problem) for problem in refused.value.problems]


def write_secret(path: Path, value: str = "x" * 24, mode: int = 0o600) -> None:
    path.write_text(value)
    path.chmod(mode)


WHOLE = """\
sources:
  desk-main:
    plugin: desk
    account_id: "7"
    client_secret: {env: DESK_SECRET}
    signing_secrets:
      - {file: signing}
playbook: {folder: ./rules, profile: minimal}
policy: policy.yaml
company: {personal_accounts: ["4"]}
review: {tokens: [{file: signing}]}
console: {password: {env: PASSWORD}, session_key: {file: signing}}
workers: 3
"""


def test_whole_file_is_read_with_its_secrets(write, tmp_path: Path) -> None:
    write_secret(tmp_path / "signing")
    environ = {"DESK_SECRET": " s3cret\n", "PASSWORD": "open", "DATA": str(tmp_path), "PORT": "9000"}
    settings = load_settings(write(WHOLE), environ)
    source = settings.sources["desk-main"]
    assert source.settings == {
        "account_id": "7",
        "client_secret": "s3cret",
        "signing_secrets": ["x" * 24],
    }
    assert settings.playbook_folder == tmp_path / "rules"
    assert settings.policy == tmp_path / "policy.yaml"
    assert settings.profile == "minimal"
    assert settings.workers == 3
    assert settings.database_url == f"sqlite:///{tmp_path}/complaint-gift.sqlite3"
    assert settings.address == "http://127.0.0.1:9000"
    assert settings.console is not None


def test_nothing_configured_is_usable(tmp_path: Path) -> None:
    settings = load_settings(None, {"DATA": str(tmp_path)})
    assert (settings.port, settings.sources, settings.redis_url) == (8080, {}, "")


def test_secrets_do_not_show_in_a_printed_configuration(write, tmp_path: Path) -> None:
    write_secret(tmp_path / "signing", "a-very-secret-word")
    environ = {"DESK_SECRET": "s3cret", "PASSWORD": "sesame", "DATABASE_URL": "postgresql://u:pw@h/d"}
    shown = repr(load_settings(write(WHOLE), environ))
    for word in ("a-very-secret-word", "s3cret", "sesame", "pw@h"):
        assert word not in shown
    assert repr(Secret("x")) == "Secret(…)"


def test_every_problem_is_told_at_once_with_its_line(write, tmp_path: Path) -> None:
    path = write(
        "sources:\n"
        "  desk-main:\n"
        "    plugin: desk\n"
        "    acount_id: '7'\n"
        "    client_secret: hunter2\n"
        "    signing_secrets: [{env: NOT_THERE}]\n"
        "  other: {plugin: nodesk}\n"
        "server: {threads: many}\n"
        "colour: blue\n"
    )
    told = problems_of(path)
    by_line = {int(line.split(":")[1]): line for line in told if "missing" not in line}
    assert "sources.desk-main.acount_id: nothing is called so; remove it or use one of: acc" in by_line[4]
    assert "client_secret: a secret may not stand in this file" in by_line[5]
    assert "NOT_THERE is not set; set NOT_THERE before starting" in by_line[6]
    assert "installed are: desk" in by_line[7]
    assert "server.threads" in by_line[8]
    assert "colour: nothing is called so; remove it or use one of: company, console" in by_line[9]
    assert any("sources.desk-main.account_id: it is missing; add `account_id:` here" in t for t in told)
    assert all(line.startswith(f"{path}:") for line in told)
    assert "hunter2" not in "".join(told)


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (b"", 0o600, "is empty"),
        (b" \n\n", 0o600, "is empty"),
        (b"word", 0o644, "chmod o-r"),
        (b"\xff\xfe", 0o600, "is not text"),
        (None, 0, "does not exist"),
    ],
)
def test_secret_file_that_cannot_be_trusted_is_refused(
    write, tmp_path: Path, content: bytes | None, mode: int, said: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
        (tmp_path / "token").chmod(mode)
    (told,) = problems_of(write("review:\n  tokens:\n    - {file: token}\n"))
    assert ":3: review.tokens[0]: " in told
    assert said in told


def test_a_secret_that_an_editor_marked_as_unicode_is_the_secret(write, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbfword\r\n")
    (tmp_path / "token").chmod(0o600)
    read = load_settings(write("review:\n  tokens:\n    - {file: token}\n"), {"DATA": str(tmp_path)})
    assert read.review_tokens == ("word",)


def test_a_section_whose_lines_were_all_taken_out_is_said_to_be_empty(write) -> None:
    (told,) = problems_of(write("sources:\n#  desk: {plugin: zendesk}\n"))
    assert told.endswith(":1: sources: it is empty; write its value or take the line out")


@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_secret_in_the_environment_is_refused(write, empty: str) -> None:
    (told,) = problems_of(write("review: {tokens: [{env: TOKEN}]}"), {"TOKEN": empty})
    assert "TOKEN is empty" in told


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: [1\nb: 2\n", 2, "expected"),
        ("url: http://a.example\nurl: http://b.example\n", 2, "duplicate key"),
        ("- one\n", 1, "holds no mapping"),
        ("a: &a [x, x, x]\nb: !!python/name:os.system\n", 1, "nothing is called so"),
        ("playbook: {profile: [full]}\n", 1, "playbook.profile"),
        ("sources: [desk]\n", 1, "sources"),
        ("sources: {desk: 5}\n", 1, "sources.desk"),
        ("sources: {desk: {}}\n", 1, "no plugin is named"),
        ("sources: {DESK main: {plugin: desk}}\n", 1, "small Latin letters"),
        ("url: desk.example\n", 1, "url"),
        ("review: {tokens: [{file: ''}]}\n", 1, "names nothing"),
    ],
)
def test_bad_file_is_refused_with_its_line(write, text: str, line: int, said: str) -> None:
    told = problems_of(write(text))
    assert said in "\n".join(told)
    assert f":{line}:" in told[0]


def test_alias_bomb_is_refused(write) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for before, name in zip("abcdef", "bcdefg", strict=True):
        bomb += f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n"
    assert "too many values" in problems_of(write(bomb))[0]


def test_missing_file_is_named(tmp_path: Path) -> None:
    (told,) = problems_of(tmp_path / "none.yaml")
    assert told == f"{tmp_path}/none.yaml:1: there is no such file; correct CG_CONFIG or --config"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("PORT", "0"), ("PORT", "70000"), ("PORT", "-1"), ("PORT", "²"),
     ("DATABASE_URL", "mysql://u:secret@h/d"), ("DATABASE_URL", "nonsense"), ("REDIS_URL", "http://:secret@x"),
     ("DATABASE_URL", "postgresql://u:se@cret:secret/1@db:5432/d"), ("REDIS_URL", "redis://:secret/1@db:6379/0"),
     ("REDIS_URL", "redis://db:port/0"), ("REDIS_URL", "redis://[secret/0")],
)  # fmt: skip
def test_bad_environment_is_refused_without_repeating_passwords(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, {name: value})
    assert f"environment: {name}:" in str(refused.value)
    assert "secret" not in str(refused.value)
