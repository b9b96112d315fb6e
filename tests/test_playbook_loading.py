"""Loading: the default laid under one's own, what is remembered, what happens when files change."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from shouting import RULE, SIGNAL, own_playbook, put

from complaint_gift.domain import Severity
from complaint_gift.playbook import LivePlaybook, PlaybookError, load_playbook, signal_files
from complaint_gift.playbook.memory import Memory
from complaint_gift.text import Text
from complaint_gift.text.cachefile import cache_folder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own_playbook(tmp_path / "playbook")


def test_a_folder_stands_alone_unless_it_extends_the_default(folder: Path) -> None:
    assert list(load_playbook(folder).rules) == ["no-shouting"]
    put(folder, "playbook.yaml", "extends: default\nprofile: minimal\n")
    playbook = load_playbook(folder)
    assert {"no-shouting", "no-fake-apology"} <= playbook.rules.keys()
    assert playbook.profile == "minimal"


def test_an_id_of_the_default_is_changed_key_by_key(folder: Path) -> None:
    put(folder, "playbook.yaml", "extends: default\noff: [no-threats]\n")
    put(folder, "rules/mine.yaml", "id: no-fake-apology\nseverity: info\nmessage: {en: Mine.}\n")
    playbook, shipped = load_playbook(folder), load_playbook()
    mine, theirs = playbook.rules["no-fake-apology"], shipped.rules["no-fake-apology"]
    assert mine.severity is Severity.INFO
    assert mine.message["en"] == "Mine."
    assert (mine.message["ru"], mine.check) == (theirs.message["ru"], theirs.check)
    assert [example.text for example in mine.examples] == [example.text for example in theirs.examples]
    assert "no-threats" not in playbook.rules


def test_own_phrases_add_to_a_signal_or_replace_it(folder: Path) -> None:
    put(folder, "playbook.yaml", "extends: default\nprofile: minimal\n")
    put(
        folder,
        "signals/en/mine.yaml",
        "signal: apology\nphrases: [oopsie]\nexamples: {found: [oopsie], silent: [x]}\n",
    )
    added = load_playbook(folder)
    assert (
        {s.name for s in added.signals("Oopsie.")}
        == {s.name for s in added.signals("We are sorry.")}
        == {"apology"}
    )
    put(
        folder,
        "signals/en/mine.yaml",
        "signal: apology\nreplace: yes\nphrases: [oopsie]\nexamples: {found: [oopsie], silent: [x]}\n",
    )
    replaced = load_playbook(folder)
    assert {s.name for s in replaced.signals("Oopsie.")} == {"apology"}
    assert not replaced.signals("We are sorry.")


def test_the_hash_changes_with_every_file(folder: Path) -> None:
    before = load_playbook(folder).hash
    assert load_playbook(folder).hash == before
    put(folder, "signals/en/shouting.yaml", SIGNAL + "# a comment\n")
    assert load_playbook(folder).hash != before


def test_what_was_read_is_remembered_and_a_broken_memory_is_ignored(folder: Path, tmp_path: Path) -> None:
    load_playbook(folder)
    kept = next((tmp_path / "cache").glob("playbook-*.json"))
    assert json.loads(kept.read_text())["files"]
    again = load_playbook(folder)
    for garbage in ("", "{", "[]", '{"stamp": 1}', '{"stamp": "x", "files": 5, "sound": 5}'):
        kept.write_text(garbage)
        assert load_playbook(folder).hash == again.hash
    packed = json.loads(kept.read_text()) if kept.read_text().startswith('{"stamp"') else {}
    packed["files"] = {key: [["what", 1]] for key in packed.get("files", {})}
    kept.write_text(json.dumps(packed))
    assert load_playbook(folder).hash == again.hash


def test_remembered_mistakes_are_found_again(folder: Path) -> None:
    put(folder, "signals/en/shouting.yaml", SIGNAL.replace("#caps #caps", "(#caps"))
    for _ in range(2):
        with pytest.raises(PlaybookError, match="never closed"):
            load_playbook(folder)


def test_only_the_folders_used_last_are_remembered(tmp_path: Path) -> None:
    cache, folders = tmp_path / "cache", [tmp_path / f"rules-{number}" for number in range(20)]
    remember(folders[0])
    used = next(cache.glob("*.json"))
    (cache / "tmpold.part").touch()
    os.utime(cache / "tmpold.part", (0, 0))
    (cache / "tmpnew.part").touch()
    (cache / "npm-of-somebody").mkdir()
    for folder in folders[1:]:
        remember(folder)
        for path in cache.glob("*.json"):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 60))
        assert Memory(folders[0]).is_sound("a"), "what is used stays, however old"
    assert len(list(cache.glob("*.json"))) == 16
    assert used.exists()
    others = {path.name for path in cache.iterdir() if path.suffix != ".json"}
    assert others == {"tmpnew.part", "npm-of-somebody"}
    assert Memory(folders[-1]).is_sound("a")
    assert not Memory(folders[1]).is_sound("a")


def remember(folder: Path) -> None:
    memory = Memory(folder)
    memory.call_sound("a")
    memory.save()


def test_memories_are_removed_while_others_read_and_write(tmp_path: Path) -> None:
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(25):
                remember(tmp_path / f"rules-{number}-{turn}")
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    remember(tmp_path / "last")
    assert len(list((tmp_path / "cache").iterdir())) == 16


def test_no_cache_folder_is_no_obstacle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_CACHE", "/proc/nowhere")
    assert load_playbook(folder).rules
    assert cache_folder({}) is None
    assert cache_folder({"HOME": "/h"}) == Path("/h/.cache/complaint-gift")
    assert cache_folder({"HOME": "/h", "XDG_CACHE_HOME": "/c"}) == Path("/c/complaint-gift")
    assert not Memory(folder).is_sound("anything")


def test_a_good_change_is_taken_over_and_a_bad_one_is_not(folder: Path) -> None:
    live = LivePlaybook(folder)
    first = live()
    assert not live.refresh()
    put(folder, "rules/shouting.yaml", RULE.replace("kind: forbid", "kind: forbit"))
    assert not live.refresh()
    assert live() is first
    assert live.problems is not None
    assert "Did you mean `forbid`?" in str(live.problems)
    put(folder, "rules/shouting.yaml", RULE.replace("Lower your voice", "Softly"))
    assert live.refresh()
    assert live().rules["no-shouting"].message["en"] == "Softly."
    assert live.problems is None


def test_a_change_that_was_not_taken_over_for_another_reason_is_tried_again(folder: Path) -> None:
    def fail(_: object) -> None:
        raise OSError("away")

    live = LivePlaybook(folder)
    put(folder, "rules/shouting.yaml", RULE.replace("Lower your voice", "Softly"))
    with pytest.raises(OSError, match="away"):
        live.refresh(fail)
    assert live.refresh()
    assert live().rules["no-shouting"].message["en"] == "Softly."


def test_a_folder_may_be_called_like_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "default/playbook.yaml", "extends: default\n")
    put(tmp_path, "default/rules/mine.yaml", "id: no-threats\nseverity: info\n")
    monkeypatch.chdir(tmp_path)
    assert load_playbook("default").rules["no-threats"].severity is Severity.INFO


def test_another_latin_language_takes_part_only_where_a_text_sounds_like_it(folder: Path) -> None:
    put(
        folder,
        "signals/de/laut.yaml",
        """
signal: shouting
phrases: ["(schreien|brüllen) wir", "leider nicht möglich"]
examples: {found: ["schreien wir"], silent: ["ruhig"]}
""",
    )
    playbook = load_playbook(folder)
    assert [s.name for s in playbook.signals("Das ist leider nicht möglich.")] == ["shouting"]
    assert not playbook.signals("That is not possible.")
    assert playbook.review("Das ist leider nicht möglich.").findings


def test_many_threads_may_ask_a_fresh_playbook_at_once() -> None:
    playbook = load_playbook(profile="minimal")
    texts = [
        f"We are sorry if you felt {word}. Простите, если {word}."
        for word in ("hurt", "ignored", "обидели", "angry")
    ] * 4
    answers: list[object] = [None] * len(texts)

    def ask(number: int) -> None:
        answers[number] = playbook.review(texts[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    alone = load_playbook(profile="minimal")
    assert answers == [alone.review(text) for text in texts]


def test_nothing_is_parsed_again_once_the_files_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    load_playbook(profile="minimal")
    parsed: list[object] = []
    monkeypatch.setattr(Memory, "keep", lambda _self, content, _documents: parsed.append(content))
    load_playbook(profile="minimal").review("We are sorry.")
    assert parsed == []


def test_a_change_above_has_the_shipped_playbook_neither_parsed_nor_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "playbook.yaml", "extends: default\n")
    load_playbook(folder)
    put(folder, "signals/en/shouting.yaml", SIGNAL.replace("#caps #caps", "#caps"))
    parsed: list[object] = []
    read: list[str] = []
    monkeypatch.setattr(Memory, "keep", lambda _self, content, _documents: parsed.append(content))
    monkeypatch.setattr(signal_files, "check_size", lambda _nodes: read.append("a phrase"))
    load_playbook(folder)
    assert (len(parsed), read) == (1, ["a phrase"])


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("We are sorry about the delay.", {"en"}),
        ("Простите за задержку.", {"ru"}),
        ("Простите за задержку посылки с Samsung Galaxy.", {"ru"}),
        ("Sorry, мы вернём деньги.", {"en", "ru"}),
        ("Tut uns leid, das ist leider nicht möglich, wir bitten um Entschuldigung.", {"en", "de"}),
        ("18:00 😀", set()),
        ("", set()),
    ],
)
def test_a_text_is_read_in_the_languages_it_is_written_in(text: str, languages: set[str]) -> None:
    playbook = load_playbook(profile="minimal")
    assert playbook.languages.of(Text(text)) == languages


def test_what_needs_no_words_is_found_in_every_language() -> None:
    playbook = load_playbook(profile="full")
    for text in ("Dear {{name}}", "Уважаемый {{name}}", "{{name}} 18:00"):
        assert "no-copy-paste" in {finding.rule for finding in playbook.review(text).findings}, text


def test_a_signal_that_spares_has_to_be_known(folder: Path) -> None:
    text = f"{SIGNAL}learned: {{head: no-threats, spared_by: [shoutin]}}\n"
    put(folder, "signals/en/shouting.yaml", text)
    with pytest.raises(PlaybookError) as caught:
        load_playbook(folder)
    (problem,) = caught.value.problems
    assert "`spared_by` names an unknown signal `shoutin`" in problem.text
    assert problem.remedy.startswith("Did you mean")
    assert problem.line == text.count("\n")


def test_exceptions_alone_add_to_a_signal_that_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    put(folder, "playbook.yaml", "extends: default\n")
    text = "We have already told you twice."
    before = {one.name for one in load_playbook(folder).signals(text)}
    put(folder, "signals/en/ours.yaml", 'signal: already-told\nunless: ["told you twice"]\n')
    after = {one.name for one in load_playbook(folder).signals(text)}
    assert before - after == {"already-told"}


def test_exceptions_to_nothing_are_told(folder: Path) -> None:
    put(folder, "signals/en/typo.yaml", "signal: shoutin\nunless: [hey]\n")
    with pytest.raises(PlaybookError) as caught:
        load_playbook(folder)
    (problem,) = caught.value.problems
    assert (problem.text, problem.line) == ("the signal `shoutin` finds nothing", 1)
    assert "`unless` alone adds to a signal that is there" in problem.remedy


def test_every_language_may_except_from_what_is_found_without_words(folder: Path) -> None:
    put(folder, "signals/en/todo.yaml", "signal: todo\nregex: ['todo']\n")
    put(folder, "signals/ru/todo.yaml", 'signal: todo\nunless: ["задача *"]\n')
    playbook = load_playbook(folder)
    assert [one.name for one in playbook.signals("Это todo.")] == ["todo"]
    assert not playbook.signals("Это задача todo.")
