"""Packs what runs inside a helpdesk, with no tool from outside: modules as one script, files as one zip."""

from __future__ import annotations

import json
import posixpath
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

PANEL = Path(__file__).resolve().parent / "web" / "static" / "panel"
_IMPORT = re.compile(r'^import\s+(?:\{([^}]*)\}|(\w+))\s+from\s+"([^"]+)";\n', re.M)
_REEXPORT = re.compile(r'^export\s+\{([^}]*)\}\s+from\s+"([^"]+)";\n', re.M)
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_MOMENT = (1980, 1, 1, 0, 0, 0)
_EXPORT = re.compile(r"^export\s+((?:async\s+)?function\*?|const|let|class)\s+(\w+)", re.M)


class NotPackable(ValueError):
    """An app cannot be packed. The message is one sentence: what is wrong, what to write instead."""


def pack(path: Path, contents: Mapping[str, bytes]) -> Path:
    """Write the zip `path` of these files by their names: the same bytes every time. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not compressed: zlib's versions pack differently, and a whole app is smaller than one photograph.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, contents[name])
    return path


def read_origin(server: str) -> tuple[str, int | None]:
    """Host and port (None for the usual one) of an origin, https://cg.example.com; raises NotPackable."""
    try:
        parts = urlsplit(server.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise NotPackable(f"{server!r} is no address; write it like https://cg.example.com") from None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme != "https" or extra:
        raise NotPackable(f"{server!r} must be https and nothing but a host; write https://cg.example.com")
    return host, None if port == 443 else port


def is_host(name: str) -> bool:
    """Whether this is a host name with a domain, such as cg.example.com."""
    return _HOST.fullmatch(name) is not None


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
