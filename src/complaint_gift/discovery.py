"""How plugins are found: by their entry points, and only those that the configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

from complaint_gift.plugin import API, Plugin

GROUP = "complaint_gift.plugins"


class PluginNotUsable(Exception):
    """A configured plugin is missing, broken or of another contract version."""


def load_plugins(names: Iterable[str], points: Iterable[EntryPoint] | None = None) -> dict[str, Plugin]:
    """Load the plugins that the configuration names, and no others.

    Raises PluginNotUsable naming the plugin, its distribution and what to do.
    """
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP) if points is None else points:
        found.setdefault(point.name, []).append(point)
    return {name: _load(name, found) for name in dict.fromkeys(names)}


def _load(name: str, found: Mapping[str, list[EntryPoint]]) -> Plugin:
    candidates = found.get(name, [])
    if not candidates:
        known = ", ".join(sorted(found)) or "none"
        raise PluginNotUsable(f"there is no plugin {name!r}; installed are: {known}")
    if len(candidates) > 1:
        owners = ", ".join(_owner(p) for p in candidates)
        raise PluginNotUsable(f"plugin {name!r} is offered by {owners}; uninstall all but one")
    point = candidates[0]
    try:
        plugin = point.load()()
    except Exception as exc:
        raise PluginNotUsable(f"plugin {name!r} from {_owner(point)} does not load: {exc}") from exc
    if getattr(plugin, "api", None) != API:
        raise PluginNotUsable(
            f"plugin {name!r} from {_owner(point)} speaks contract version {getattr(plugin, 'api', None)!r}, "
            f"this installation speaks {API}; install a matching version"
        )
    if not isinstance(plugin, Plugin):
        missing = [a for a in _MEMBERS if not hasattr(plugin, a)]
        raise PluginNotUsable(f"plugin {name!r} from {_owner(point)} lacks {', '.join(missing)}")
    return plugin


_MEMBERS = (
    "name", "settings", "handled", "ignored", "can", "answers", "kept_headers",
    "verify", "key", "parse", "connect", "fetch", "perform", "is_own",
)  # fmt: skip


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unknown distribution"
