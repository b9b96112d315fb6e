"""A new rule, sketched: a file to fill in rather than an empty page."""

from __future__ import annotations

import re
from pathlib import Path

from complaint_gift.playbook import Rule
from complaint_gift.playbook.loading import DEFAULT
from complaint_gift.playbook.rule import Example
from complaint_gift.playbook.strays import is_yaml

_TODO = "TODO"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RULE = """\
id: {id}
kind: forbid                  # forbid, require, require_if, order, limit ...: see `rules schema`
severity: warning             # error holds a reply, warning and info advise
scope: [public-reply]
profiles: [standard, full]
shadow: yes                   # counted, shown to nobody; remove it once `rules precision` convinces you
when: {{complaint: yes}}
signals: [{id}]
enforces: "TODO: one line on what this rule wants"
message:
  {language}: "TODO: what the writer should do, in one short sentence"
why:
  {language}: "TODO: why it matters"
suggestion:
  {language}: "TODO: words to use instead[[, {{customer_name}}]]"
examples:
  {language}:
    fires:
      - {sentence}
      - "TODO: a second text that has to fire"
    passes:
      - "TODO: a near-miss that must not fire: the same words negated, or quoted from the customer"
      - "TODO: a second near-miss"
"""
_SIGNAL = """\
# word = any form, =word = this form, (a|b c) = choice, _3 = up to 3 words between, word* = any ending
signal: {id}
phrases:
  - {phrase}
unless: []
counts_if: {{negated: no, quoted: no, conditional: yes}}
examples:
  found:
    - {sentence}
  silent: []
"""


def sketch_rule(identity: str, sentence: str, language: str, into: Path) -> list[Path]:
    """Write rules/ID.yaml and signals/LANGUAGE/ID.yaml; returns the paths.

    A folder without a playbook.yaml gets one, so that the shipped rules speak on beside the new one.
    Raises ValueError for an id that cannot be one, FileExistsError rather than overwriting, OSError.
    """
    if not _ID.fullmatch(identity):
        raise ValueError(f"`{identity}` cannot be an id: use small letters, digits and dashes.")
    if (DEFAULT / "rules" / f"{identity}.yaml").exists():
        raise ValueError(
            f"`{identity}` is a shipped rule. Choose another id; to change that rule, write its id and "
            f"only the keys that differ into {into / 'rules'}."
        )
    if not re.fullmatch("[a-z]{2}", language):
        raise ValueError(f"`{language}` is no language: use a code such as en or ru.")
    words = " ".join(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", sentence)[:6])
    slots = {
        "id": identity,
        "language": language,
        "sentence": _quoted(sentence or "TODO: a text that has to fire"),
        "phrase": _quoted(words or "todo"),
    }
    rule = into / "rules" / f"{identity}.yaml"
    signal = into / "signals" / language / f"{identity}.yaml"
    for path in (rule, signal):
        if path.exists():
            raise FileExistsError(f"{path} is there already; choose another id or edit it.")
    for path, template in ((rule, _RULE), (signal, _SIGNAL)):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = template.format(**slots)
        path.write_text(text.replace("unless: []\n", "").replace("  silent: []\n", ""), encoding="utf-8")
    if not any(path.stem.lower() == "playbook" and is_yaml(path.name) for path in into.iterdir()):
        settings = into / "playbook.yaml"
        settings.write_text("extends: default\n", encoding="utf-8")
        return [settings, rule, signal]
    return [rule, signal]


def is_written(example: Example) -> bool:
    """Whether somebody has put a text in the place of a sketched example."""
    return not example.text.startswith(_TODO)


def unwritten(rule: Rule) -> list[str]:
    """The keys of a sketched rule that still wait for their words."""
    keys = ("enforces", "message", "why", "reading", "suggestion")
    waiting = [key for key in keys if any(text.startswith(_TODO) for text in getattr(rule, key).values())]
    return waiting if all(map(is_written, rule.examples)) else [*waiting, "examples"]


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
