"""Words put into the HTML of a mail by the pane: where a reader expects them, and nothing else changes."""

import json
import subprocess
from pathlib import Path

import pytest

import complaint_gift_email

pytestmark = pytest.mark.slow
MARKUP = Path(complaint_gift_email.__file__).parent / "outlook" / "app" / "markup.js"
THANKS = "Thank you for telling us."
GREETED = "<p class=x>Dear Anna,</p><p>The soup &amp; bread were&nbsp;cold.</p><p>Maria</p>"
SHOWN = "Dear Anna,\n\nThe soup & bread were cold.\n\nMaria"


def insert(body: str, shown: str, at: int, text: str, is_text: bool = False) -> str | None:
    code = (
        "const { insertAt } = await import(process.argv[1]);"
        "console.log(JSON.stringify(insertAt(...JSON.parse(process.argv[2]))));"
    )
    given = json.dumps([body, shown, at, text, is_text])
    command = ["node", "--input-type=module", "-e", code, MARKUP.as_uri(), given]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: str | None = json.loads(done.stdout)
    return found


def test_what_begins_a_line_stands_in_front_of_it_and_not_behind_the_greeting() -> None:
    at = SHOWN.index("The soup")
    assert insert(GREETED, SHOWN, at, f"{THANKS} ") == GREETED.replace("The soup", f"{THANKS} The soup")


def test_what_goes_on_a_line_stands_behind_its_words() -> None:
    at = SHOWN.index("\n\nMaria")
    wanted = GREETED.replace("cold.", "cold. 5 &lt; 6")
    assert insert(GREETED, SHOWN, at, " 5 < 6") == wanted


def test_a_mail_without_a_greeting_begins_with_it() -> None:
    assert insert("<div>Soup.</div>", "Soup.", 0, f"{THANKS} ") == f"<div>{THANKS} Soup.</div>"


def test_plain_text_stays_plain() -> None:
    assert (
        insert("Hi,\nSoup & bread.", "Hi,\nSoup & bread.", 4, "A > B. ", True) == "Hi,\nA > B. Soup & bread."
    )


@pytest.mark.parametrize(("body", "shown"), [("<p>Soup.</p><p>Soup.</p>", "Soup.\nSoup."), ("<p></p>", "")])
def test_a_place_that_is_not_plain_is_left_alone(body: str, shown: str) -> None:
    assert insert(body, shown, 0, THANKS) is None
