"""Configuration, the composition root, the queue, the embedded Valkey and the process tree.

What stands here is loaded when it is asked for: `complaint-gift review` needs neither database nor queue.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from complaint_gift.runtime.parts import Parts, build, current, hold, keep_fresh
    from complaint_gift.runtime.problems import Problem, SettingsError
    from complaint_gift.runtime.settings import Settings, load_settings

__all__ = [
    "Parts",
    "Problem",
    "Settings",
    "SettingsError",
    "build",
    "current",
    "hold",
    "keep_fresh",
    "load_settings",
]

_HOMES = {
    "Parts": "parts",
    "Problem": "problems",
    "Settings": "settings",
    "SettingsError": "problems",
    "build": "parts",
    "current": "parts",
    "hold": "parts",
    "keep_fresh": "parts",
    "load_settings": "settings",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
