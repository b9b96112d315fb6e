"""The Outlook add-in: Office's own mock and validator, and Outlook played in a real browser."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import node
import pytest

from complaint_gift.plugin import Source
from complaint_gift_email.outlook import collect, manifest
from complaint_gift_email.settings import EmailSettings

HERE = Path(__file__).resolve().parent
KEY = "installation-1-of-the-add-in"
SERVER = "https://cg.shop.test"


@pytest.fixture(scope="session")
def office_packages() -> Path:
    """The folder `node_modules` with Office's own libraries."""
    try:
        return node.install_packages(HERE)
    except node.NoNode as missing:
        if shutil.which("npm") is None:
            pytest.skip(str(missing))
        raise


@pytest.fixture(scope="session")
def make_source() -> Callable[..., Source]:
    def make(**changes: Any) -> Source:
        wish = {"address": "support@shop.test", "domains": ["shop.test"], "outlook": {"secrets": [KEY]}}
        return Source("mail-main", "email", EmailSettings().load(wish | changes))

    return make


@pytest.fixture(scope="session")
def script(make_source: Callable[..., Source], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """send.js as our server gives it."""
    path = tmp_path_factory.mktemp("outlook") / "send.js"
    path.write_bytes(collect(make_source(), SERVER)["send.js"])
    return path


@pytest.fixture(scope="session")
def package(make_source: Callable[..., Source], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what the package holds."""
    folder = tmp_path_factory.mktemp("package")
    for name, body in manifest.collect(make_source(), server=SERVER, company="Shop").items():
        (folder / name).write_bytes(body)
    return folder
