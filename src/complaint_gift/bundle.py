"""JavaScript modules of ours as one classic script, for places that load no modules; no tool from outside."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path

PANEL = Path(__file__).resolve().parent / "web" / "static" / "panel"
_IMPORT = re.compile(r'^import\s+(?:\{([^}]*)\}|(\w+))\s+from\s+"([^"]+)";\n', re.M)
_REEXPORT = re.compile(r'^export\s+\{([^}]*)\}\s+from\s+"([^"]+)";\n', re.M)
_EXPORT = re.compile(r"^export\s+((?:async\s+)?function\*?|const|let|class)\s+(\w+)", re.M)


class NotPackable(ValueError):
    """An app cannot be packed. The message is one sentence: what is wrong, what to write instead."""


def bundle(entry: Path) -> str:
    """The module `entry` and all that it imports as one classic script; raises NotPackable.

    Understands what our code uses: named imports and exports, `export {...} from`, style sheets as text, and
    `@panel/` for the folder of the review panel.
    """
    order: dict[str, str] = {}
    _add_module(entry.resolve(), order, ())
    modules = "\n".join(order.values())
    return f'"use strict";\n(() => {{\n{modules}\n}})();\n'


def _add_module(path: Path, order: dict[str, str], above: tuple[Path, ...]) -> str:
    name = "$" + re.sub(r"\W", "_", posixpath.join(path.parent.name, path.name))
    if name in order:
        return name
    if path in above:
        raise NotPackable(f"{path.name} imports itself by way of {above[-1].name}")
    text = path.read_text("utf-8")
    if path.suffix == ".css":
        # A page may have another root size than we drew for; 1rem is 16px everywhere.
        sized = re.sub(r"([\d.]+)rem\b", lambda m: f"{float(m[1]) * 16:g}px", text)
        order[name] = f"const {name} = {json.dumps(sized, ensure_ascii=False)};"
        return name
    body, exports = _rewrite(path, text, order, (*above, path))
    order[name] = (
        f"// {path.name}\nconst {name} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();"
    )
    return name


def _rewrite(path: Path, text: str, order: dict[str, str], above: tuple[Path, ...]) -> tuple[str, list[str]]:
    exports: list[str] = []

    def add_import(match: re.Match[str]) -> str:
        module = _add_module(_resolve(path, match[3]), order, above)
        if match[2]:
            return f"const {match[2]} = {module};\n"
        return f"const {{ {match[1].strip().replace(' as ', ': ')} }} = {module};\n"

    def add_reexport(match: re.Match[str]) -> str:
        module = _add_module(_resolve(path, match[2]), order, above)
        names = [name.strip() for name in match[1].split(",") if name.strip()]
        exports.extend(f"{name}: {module}.{name}" for name in names)
        return ""

    def add_export(match: re.Match[str]) -> str:
        exports.append(match[2])
        return f"{match[1]} {match[2]}"

    text = _EXPORT.sub(add_export, _REEXPORT.sub(add_reexport, _IMPORT.sub(add_import, text)))
    left = re.search(r"^(?:import|export)\b.*", text, re.M)
    if left:
        raise NotPackable(f"{path.name}: the packer does not understand {left[0]!r}")
    return text.rstrip(), exports


def _resolve(path: Path, name: str) -> Path:
    found = (
        PANEL / name.removeprefix("@panel/") if name.startswith("@panel/") else path.parent / name
    ).resolve()
    if not found.is_file():
        raise NotPackable(f"{path.name} imports {name}, and there is no such file")
    return found
