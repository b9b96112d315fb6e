"""An admin who knows YAML writes a playbook: the right works, the wrong is told with its place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from complaint_gift.cli import main

pytestmark = pytest.mark.slow

SETTINGS = "extends: default\nshadow: [no-selfies]\n"
RULE = """\
id: no-selfies
kind: forbid
profiles: [standard]
when: {channel: chat}
signals: [selfie]
message: {en: Ask for no pictures of people., ru: Не просите фотографий людей.}
examples:
  en:
    fires:
      - {text: Send us a selfie., context: {channel: chat}}
      - {text: A selfie would help us., context: {channel: chat}}
    passes: [Send us a selfie., {text: Do not send a selfie., context: {channel: chat}}]
  ru:
    fires:
      - {text: Пришлите селфи., context: {channel: chat}}
      - {text: Нужно ваше селфи., context: {channel: chat}}
    passes: [Пришлите селфи., {text: Не присылайте селфи., context: {channel: chat}}]
"""
SOFTER = """\
id: no-dead-end
severity: info
message: {en: "Name one thing that we can do.", ru: "Назовите хоть одно, что мы можем."}
"""
ENGLISH, RUSSIAN = 'signal: selfie\nphrases: ["selfie"]\n', 'signal: selfie\nphrases: ["селфи"]\n'
DEAD_END = "There is nothing we can do."
TOP, OWN, SOFT = "playbook.yaml", "rules/no-selfies.yaml", "rules/softer.yaml"
EN, RU = "signals/en/selfie.yaml", "signals/ru/selfie.yaml"
FILES = {TOP: SETTINGS, OWN: RULE, SOFT: SOFTER, EN: ENGLISH, RU: RUSSIAN}


def write(folder: Path, **changed: str) -> Path:
    for name, text in (FILES | changed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def call(*args: str, given: str = "") -> Result:
    return CliRunner().invoke(main, list(args), input=given, env={"CG_CONFIG": None, "CG_CACHE": ""})


def test_own_playbook_works(tmp_path: Path) -> None:
    folder = str(write(tmp_path))
    assert call("rules", "test", "no-selfies", "selfie", "--playbook", folder).exit_code == 0
    review = ("review", "-", "--playbook", folder, "--words-only", "--language", "ru")
    assert "Назовите хоть одно, что мы можем." in call(*review, given=DEAD_END).output
    assert call(*review, given=DEAD_END).exit_code == 0, "softened, so it holds nothing"
    assert call("review", "-", "--words-only", given=DEAD_END).exit_code == 1


def test_a_signal_that_no_rule_asks_for_is_told_with_the_nearest(tmp_path: Path) -> None:
    said = call("rules", "test", "--playbook", str(write(tmp_path)))
    assert "no rule asks" not in said.output
    folder = str(write(tmp_path, **{RU: RUSSIAN.replace("selfie", "sefie")}))
    said = call("rules", "test", "--playbook", folder)
    assert f"{RU}:1: no rule asks for the signal sefie. Did you mean selfie?" in said.output.replace("\n", "")


def test_an_example_that_its_rule_never_sees_is_told(tmp_path: Path) -> None:
    blind = RULE.replace("{text: Send us a selfie., context: {channel: chat}}", "Send us a selfie.")
    told = call("rules", "test", "no-selfies", "--playbook", str(write(tmp_path, **{OWN: blind})))
    assert told.exit_code == 1
    assert "its `when` does not hold" in told.output


def test_a_rule_in_shadow_is_explained_and_not_shown(tmp_path: Path) -> None:
    folder = str(write(tmp_path))
    explain = ("rules", "explain", "Send us a selfie.", "--playbook", folder)
    told = call(*explain, "--context", '{"channel": "chat"}').output
    assert "In shadow: counted, shown to nobody\n  warning no-selfies: «selfie»" in told
    assert "In shadow" not in call(*explain, "--context", '{"channel": "email"}').output
    assert "no-selfies" not in call("review", "-", "--playbook", folder, given="Send us a selfie.").output


# (file, its new text, where, what, how to mend)
MISTAKES = {
    "severity": (SOFT, SOFTER.replace("info", "fatal"), ":2:11", "cannot be `fatal`", "Known: error"),
    "key": (SOFT, SOFTER.replace("sev", "sv"), ":2:1", "unknown key `sverity`", "`severity`?"),
    "id": (SOFT, SOFTER.replace("end", "ends"), ":1:5", "no rule `no-dead-ends`", "`no-dead-end`?"),
    "extends": (TOP, SETTINGS.replace("lt", "lts"), ":1:10", "cannot be `defaults`", "`default`?"),
    "shadow": (TOP, SETTINGS.replace("fies", "fie"), ":2:10", "unknown rule `no-selfie`", "`no-selfies`?"),
    "block": (TOP, SETTINGS + "block: [no-dead-end]\n", ":3:9", "`info`", "`severity: error`"),
    "kind": (SOFT, SOFTER + "most: 2\n", ":4:1", "does not belong here", "for `limit`"),
    "colon": (SOFT, "id: no-dead-end\nwhy: a: b\n", ":2:7", "a colon where no key", "into quotes"),
    "tab": (SOFT, "id: no-dead-end\n\tkind: forbid\n", ":2:1", "a tab", "Use spaces"),
    "language": (SOFT, "id: no-dead-end\nwhy: So.\n", ":2:6", "in which language", "`why: {en:"),
    "code": (
        OWN,
        RULE.replace("channel: chat", "language: русский"),
        ":4:18",
        "`русский` is no",
        "en and ru",
    ),
    "when": (OWN, RULE.replace("channel", "first_repy"), ":4:8", "`first_repy`", "`first_reply`?"),
    "slot": (SOFT, "id: no-dead-end\nwhy: {ru: '{имя}'}\n", ":2:11", "slot {имя}", "customer_name"),
    "signal": (OWN, RULE.replace("[selfie]", "[selfies]"), ":5:11", "unknown signal", "`selfie`?"),
    "bracket": (EN, ENGLISH.replace('"self', '"(self'), ":2:12", "never closed", "with `)`"),
    "regex": (RU, RUSSIAN.replace("фи", "ф[иы]"), ":2:12", "`селф[иы]`", "`(a|b)`"),
    "empty": (EN, "signal: selfie\nphrases: []\n", ":2:10", "empty list", "one phrase"),
    "twice": (SOFT, "id: no-selfies\nseverity: info\n", "softer.yaml:1:5", "there twice", "another id"),
    "missing": (
        SOFT,
        "id: apologise-explicitly\nseverity: error\n",
        ":2:11",
        "at most a",
        "severity: warning",
    ),
    "language folder": (
        "signals/english/selfie.yaml",
        ENGLISH,
        "signals/english/selfie.yaml:1:1",
        "nothing reads a file here",
        "signals/en/selfie.yaml",
    ),
    "few": (
        SOFT,
        'id: no-dead-end\nmessage: {de: "Halt."}\n',
        ":1:1",
        "0 `fires` examples in de",
        "at least 2",
    ),
}


def test_a_rule_without_a_line_on_its_aim_is_listed_with_its_message(tmp_path: Path) -> None:
    folder = str(write(tmp_path))
    for language, said in (("en", "Ask for no pictures of people."), ("ru", "Не просите фотографий людей.")):
        lines = call("rules", "list", "--playbook", folder, "--language", language).output.splitlines()
        assert [line for line in lines if line.split()[1:2] == ["no-selfies"] and said in line]


def test_shipped_examples_are_left_out_where_an_own_condition_does_not_hold_for_them(tmp_path: Path) -> None:
    narrow = "id: no-hiding-behind-rules\nwhen: {channel: chat}\n"
    folder = str(write(tmp_path, **{SOFT: narrow}))
    told = call("rules", "test", "no-hiding-behind-rules", "--playbook", folder)
    assert told.exit_code == 0, told.output
    assert "5 shipped ones left out: your `when` does not hold for them" in told.output
    wrong = RULE.replace("{text: Send us a selfie., context: {channel: chat}}\n", "Send us a selfie.\n", 1)
    told = call("rules", "test", "no-selfies", "--playbook", str(write(tmp_path, **{OWN: wrong})))
    assert told.exit_code == 1, "an example of the rule itself is left out by nobody"
    assert "silent because its `when` does not hold" in told.output


@pytest.mark.parametrize(
    ("name", "hint"), [("no-selfis", "Did you mean no-selfies?"), ("xyz", "rules list --all")]
)
def test_a_name_that_nothing_has_is_told_with_the_nearest(tmp_path: Path, name: str, hint: str) -> None:
    told = call("rules", "test", name, "--playbook", str(write(tmp_path)))
    assert told.exit_code == 2
    assert hint in told.output


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_where_it_is_and_how_it_is_mended(name: str, tmp_path: Path) -> None:
    file, text, where, what, remedy = MISTAKES[name]
    told = call("rules", "list", "--playbook", str(write(tmp_path, **{file: text})))
    assert told.exit_code == 2
    assert where in told.output
    assert what in told.output
    assert remedy in told.output
    assert "Traceback" not in told.output


def test_a_broken_signal_is_no_second_mistake_of_its_rule(tmp_path: Path) -> None:
    file, text, *_ = MISTAKES["bracket"]
    folder = write(tmp_path, **{file: text})
    (folder / RU).unlink()
    told = call("rules", "list", "--playbook", str(folder)).output
    assert "The playbook has a mistake:" in told
    assert "unknown signal" not in told


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        (EN, 'signal: selfie\nphrases: ["selfie"\n', "a list in [ ] is not closed"),
        ("signals/EN/selfie.yaml", ENGLISH, "nothing reads a file here"),
        (TOP, "extend: default\n", "unknown key `extend`"),
        (TOP, "", "the file is empty"),
        (TOP, "- extends: default\n", "not a list"),
    ],
)
def test_a_file_that_cannot_be_used_is_the_only_mistake(
    name: str, text: str, what: str, tmp_path: Path
) -> None:
    folder = write(tmp_path, **{name: text})
    if name.startswith("signals"):
        (folder / RU).unlink()
    if name.startswith("signals/EN"):
        (folder / EN).unlink()
    told = call("rules", "list", "--playbook", str(folder)).output
    assert what in told
    assert "The playbook has a mistake:" in told


def test_a_shipped_rule_is_not_known_before_the_playbook_stands_on_the_shipped_one(tmp_path: Path) -> None:
    told = call("rules", "list", "--playbook", str(write(tmp_path, **{TOP: "off: [no-threats]\n"}))).output
    assert told.count("It is a shipped rule: write `extends: default` into playbook.yaml.") == 2


def test_two_names_in_one_text_are_told_as_a_list(tmp_path: Path) -> None:
    folder = write(tmp_path, **{TOP: "extends: default\noff: no-threats, no-dead-end\n"})
    assert (
        "Write a list: `off: [no-threats, no-dead-end]`."
        in call("rules", "list", "--playbook", str(folder)).output
    )


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    (tmp_path / "playbook.yaml").write_text("profile: standard\n", "utf-8")
    told = call("rules", "list", "--playbook", str(tmp_path))
    assert told.exit_code == 2
    assert "holds no rule" in told.output
    assert "`extends: default`" in told.output


@pytest.mark.parametrize(("language", "sentence"), [("en", "Send a selfie."), ("ru", "Пришлите селфи.")])
def test_a_new_rule_begins_in_shadow_and_fails_until_it_is_written(
    language: str, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "playbook.yaml").write_text("extends: default\n", "utf-8")
    made = call("rules", "new", "ours", "--from", sentence, "--language", language, "--into", str(tmp_path))
    assert made.exit_code == 0
    told = call("rules", "test", "ours", "--playbook", str(tmp_path))
    assert told.exit_code == 1
    assert "still says TODO in enforces, message, why, suggestion, examples" in told.output
    assert "(shadow)" in call("rules", "list", "--playbook", str(tmp_path)).output


def test_the_shipped_rules_speak_on_beside_a_new_one(tmp_path: Path) -> None:
    folder = str(tmp_path / "playbook")
    assert call("rules", "new", "ours", "--from", "Send a selfie.", "--into", folder).exit_code == 0
    assert call("review", "-", "--playbook", folder, "--words-only", given=DEAD_END).exit_code == 1


def test_a_new_folder_is_no_second_playbook(tmp_path: Path) -> None:
    (tmp_path / "playbook.yml").write_text("profile: minimal\n", "utf-8")
    assert "playbook.y" not in call("rules", "new", "ours", "--into", str(tmp_path)).output
    assert not (tmp_path / "playbook.yaml").exists()


def test_a_new_rule_takes_no_shipped_one_s_place(tmp_path: Path) -> None:
    told = call("rules", "new", "no-threats", "--into", str(tmp_path))
    assert told.exit_code == 2
    assert "`no-threats` is a shipped rule." in told.output
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_mistyped_command_is_answered_with_the_nearest() -> None:
    told = call("revew")
    assert told.exit_code == 2
    assert "Did you mean" in told.output
    assert "review" in told.output


def test_coverage_counts_no_example_that_waits_for_its_words(tmp_path: Path) -> None:
    folder = str(write(tmp_path))
    assert call("rules", "new", "no-haste", "--from", "Hurry up.", "--into", folder).exit_code == 0
    told = call("rules", "coverage", "--playbook", folder).output
    line = next(line for line in told.splitlines() if line.startswith("no-haste"))
    assert "en 1/0" in line
    assert "no examples in" in line
