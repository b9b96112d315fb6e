"""The smallest playbook of one's own: a rule, its signal, and files put into a folder."""

from __future__ import annotations

from pathlib import Path

RULE = """
id: no-shouting
kind: forbid
signals: [shouting]
profiles: [minimal, standard, full]
message: {en: Lower your voice.}
examples:
  en: {fires: ["HEY YOU", "STOP THAT"], passes: ["hey", "stop"]}
"""
SIGNAL = """
signal: shouting
phrases: ["#caps #caps"]
examples: {found: ["HEY YOU"], silent: ["hey"]}
"""


def put(root: Path, name: str, text: str) -> Path:
    """Write a file of the folder, whatever folders it stands in; gives its path."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def own_playbook(root: Path) -> Path:
    """Both files in their places."""
    put(root, "rules/shouting.yaml", RULE)
    put(root, "signals/en/shouting.yaml", SIGNAL)
    return root
