"""A YAML file with its line numbers: read once, secrets resolved, any field found again by its path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from complaint_gift.runtime.problems import Problem, SettingsError
from complaint_gift.runtime.secret import SecretNotUsable, resolve_secret

LARGEST_FILE = 1_000_000
LARGEST_TREE = 20_000  # values; an alias bomb is small on disk
Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """`tree` is plain dicts and lists with Secrets in place; `problems` collects what is wrong."""

    path: Path
    tree: dict[str, Any]
    source: CommentedMap
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: Path_, text: str, remedy: str) -> None:
        """Note a problem at this path (keys and list indexes), with its line."""
        line = _line_of(self.source, path)
        self.problems.append(Problem(f"{self.path}:{line}", dotted(path), text, remedy))


def dotted(path: Path_) -> str:
    """sources.zendesk-main.signing_secrets[0]"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_document(path: Path, environ: Mapping[str, str]) -> Document:
    """Read the file; raises SettingsError when it is no YAML mapping. Bad secrets become problems."""
    source = _read_yaml(path)
    document = Document(path, {}, source)
    count = [0]
    document.tree = _plain(document, source, (), environ, count)
    return document


def _read_yaml(path: Path) -> CommentedMap:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _refuse(path, 1, "the file is larger than 1 MB", "give the path of the configuration")
        found = YAML().load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise _refuse(path, 1, "there is no such file", "correct CG_CONFIG or --config") from None
    except UnicodeDecodeError:
        raise _refuse(path, 1, "the file is not UTF-8 text", "save it as UTF-8") from None
    except OSError as exc:
        raise _refuse(
            path, 1, f"the file cannot be read ({exc.strerror})", "correct its permissions"
        ) from None
    except MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        text = str(exc.problem or "this is not YAML").split("\n")[0]
        raise _refuse(path, line, text, "correct the YAML at this line") from None
    except (YAMLError, RecursionError, ValueError) as exc:
        text = str(exc).split("\n")[0] or "this is not YAML"
        raise _refuse(path, 1, text, "correct the YAML") from None
    if found is None:
        return CommentedMap()
    if not isinstance(found, CommentedMap):
        raise _refuse(path, 1, "the file holds no mapping", "begin with `sources:`")
    return found


def _refuse(path: Path, line: int, text: str, remedy: str) -> SettingsError:
    return SettingsError([Problem(f"{path}:{line}", "", text, remedy)])


def _plain(document: Document, value: Any, path: Path_, environ: Mapping[str, str], count: list[int]) -> Any:
    count[0] += 1
    if count[0] > LARGEST_TREE or len(path) > 50:
        raise _refuse(document.path, 1, "the file unfolds into too many values", "use fewer YAML aliases")
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)) in ("file", "env"):
            return _secret(document, value, path, environ)
        return {str(k): _plain(document, v, (*path, str(k)), environ, count) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(document, v, (*path, i), environ, count) for i, v in enumerate(value)]
    # ruamel keeps styles in subclasses of str, int and float; nobody else shall meet them.
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _secret(document: Document, value: Mapping[str, Any], path: Path_, environ: Mapping[str, str]) -> Any:
    ((kind, place),) = value.items()
    if not isinstance(place, str) or not place.strip():
        document.complain(path, f"{kind}: names nothing", f"write {{{kind}: {_EXAMPLE[kind]}}}")
        return None
    try:
        return resolve_secret(kind, place, document.path.parent, environ)
    except SecretNotUsable as exc:
        document.complain(path, exc.text, exc.remedy)
        return None


_EXAMPLE = {"file": "secrets/name", "env": "NAME"}


def _line_of(source: Any, path: Path_) -> int:
    """The line of the deepest part of the path that the file has, counted from 1."""
    line = 1
    node = source
    for part in path:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(part)[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line
