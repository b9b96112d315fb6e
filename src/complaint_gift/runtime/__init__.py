"""Configuration, the composition root, the queue, the embedded Valkey and the process tree."""

from complaint_gift.runtime.build import Parts, build, current, hold, keep_fresh
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
