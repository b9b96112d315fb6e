"""Chromium with the packed extension, a helpdesk with real editors, a review service that a test scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_extension import Extension, run_extension, serve_pages, unpack_extension
from desk import CALM, SITE
from playwright.sync_api import Page, Playwright
from scripted_review import TOKEN, Review, serve_review
from serving import serve


@pytest.fixture(scope="module")
def scripted() -> Review:
    return Review()


@pytest.fixture
def review(scripted: Review) -> Review:
    """The service as a test scripts it; every test begins with a fresh one."""
    scripted.__dict__.update(Review(words={"calm down": CALM, "успокойтесь": CALM}).__dict__)
    return scripted


@pytest.fixture(scope="module")
def api(scripted: Review) -> Iterator[str]:
    with serve(serve_review(scripted)) as url:
        yield url


@pytest.fixture(scope="module")
def desk(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(serve_pages(packages, tmp_path_factory.mktemp("pages"))) as url:
        yield url


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_extension(tmp_path_factory.mktemp("extension"))


@pytest.fixture(scope="module")
def extension(
    playwright: Playwright, unpacked: Path, api: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Extension]:
    with run_extension(playwright, unpacked, tmp_path_factory.mktemp("home")) as extension:
        yield extension


@pytest.fixture
def open_desk(extension: Extension, review: Review, api: str, desk: str) -> Iterator[Callable[..., Page]]:
    """Open the helpdesk with an editor; settings other than the usual ones go to `configure`."""
    opened: list[Page] = []
    complaints: list[str] = []

    def go(
        editor: str = "prosemirror", *, number: int = 12, query: str = "", width: int = 1180, **settings: Any
    ) -> Page:
        usual = {"server": api, "token": TOKEN, "hosts": ["127.0.0.1"], "sites": [SITE], "language": "en"}
        wish = usual | settings
        if wish != getattr(extension, "configured", None):
            extension.configure(**wish)
            extension.configured = wish  # type: ignore[attr-defined]
        page = extension.context.new_page()
        page.set_viewport_size({"width": width, "height": 760})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(f"{desk}/tickets/{number}?editor={editor}{query}")
        page.wait_for_selector("body[data-ready]")
        opened.append(page)
        if wish["hosts"]:
            page.wait_for_selector("html[data-complaint-gift]")
        return page

    yield go
    for page in opened:
        page.close()
    assert complaints == []
