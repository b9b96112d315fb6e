"""What happens when somebody presses Send: the script in an engine as bare as that of classic Outlook."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
HERE = Path(__file__).resolve().parent
ALLOW = {"allowEvent": True}
PRINT = "p" * 32


def a_finding(rule: str, severity: str, quote: str | None = None, message: str = "") -> dict[str, Any]:
    return {
        "id": f"{rule}:{'missing' if quote is None else 0}",
        "rule": rule,
        "severity": severity,
        "missing": quote is None,
        "quote": quote,
        "message": message or f"About {rule}.",
    }


ERROR = a_finding("no-minimising", "error", "calm down", "It tells the customer what to feel.")
MISSING = a_finding("thank", "warning")
WORD = a_finding("vague", "warning", "soon")
IDEA = a_finding("idea", "info", "and")


def an_answer(verdict: str, *findings: dict[str, Any]) -> dict[str, Any]:
    return {"verdict": verdict, "findings": list(findings), "print": PRINT, "complete": True}


def said(**changes: Any) -> str:
    return json.dumps({"print": PRINT, "aside": [], "sent": False} | changes)


def server(verdict: str, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"status": 200, "body": an_answer(verdict, *findings)} | more


HOLD = server("hold", ERROR, MISSING)
WARN = server("warn", MISSING, WORD)
AWAY = {
    "down": {"away": "error"},
    "late": {"away": "timeout"},
    "broken-off": {"away": "abort"},
    "blocked": {"away": "throws"},
    "wrong-token": {"status": 401, "body": {"code": "not-authenticated"}},
    "forbidden": {"status": 403},
    "gone": {"status": 404},
    "too-many": {"status": 429, "body": "slow down"},
    "invalid": {"status": 422, "body": {"code": "invalid"}},
    "crashed": {"status": 500, "body": "<html>"},
    "unavailable": {"status": 503},
    "redirected": {"status": 302},
    "half-json": {"status": 200, "body": '{"verdict": "hold", "findings": ['},
    "html": {"status": 200, "body": "<html>sign in</html>"},
    "empty": {"status": 200, "body": ""},
    "null": {"status": 200, "body": "null"},
    "no-findings": {"status": 200, "body": '{"verdict": "hold"}'},
    "findings-are-no-list": {"status": 200, "body": '{"verdict": "hold", "findings": 7}'},
    "findings-of-nothing": {"status": 200, "body": '{"verdict": "hold", "findings": [null]}'},
    "unknown-verdict": {"status": 200, "body": an_answer("maybe", ERROR)},
    "verdict-is-no-word": {"status": 200, "body": '{"verdict": {}, "findings": []}'},
}
# Not even asked about.
UNASKED = {
    "internal": {"mail": {"to": ["lead@shop.test"], "cc": ["SUPPORT+x@Shop.Test"]}},
    "exchange-name": {"mail": {"to": ["/o=ExchangeLabs/cn=lead"]}},
    "nobody": {"mail": {"to": []}},
    "new": {"mail": {"type": "newMail"}},
    "forward": {"mail": {"type": "forward"}},
    "no-answer-by-subject": {"mail": {"type": "", "subject": "Cold soup"}},
    "no-text": {"mail": {"text": " \n"}},
    "no-token": {"token": ""},
    "to-fails": {"trouble": {"to": "fails"}},
    "to-throws": {"trouble": {"to": "throws"}},
    "body-fails": {"trouble": {"body": "fails"}},
    "body-throws": {"trouble": {"body": "throws"}},
}
HANGS = {f"{name}-hangs": {"trouble": {name: "hangs"}} for name in ("to", "body", "from", "sessionData")}
SCENARIOS: dict[str, dict[str, Any]] = {
    "pass": {"server": server("pass")},
    "pass-with-idea": {"server": server("pass", IDEA)},
    "warn": {"server": WARN},
    "warn-ru": {"server": WARN, "language": "ru-RU"},
    "warn-old": {"server": WARN, "sets": ["1.12"]},
    "hold": {"server": HOLD},
    "hold-ru": {"server": HOLD, "language": "ru"},
    "hold-old": {"server": HOLD, "sets": ["1.12"]},
    "block": {"server": server("block", ERROR)},
    "many": {
        "server": server("hold", MISSING, MISSING | {"id": "m2"}, WORD, IDEA, ERROR, ERROR | {"id": "e2"})
    },
    "long": {
        "server": server("hold", *[ERROR | {"id": str(n), "message": "очень длинно " * 60} for n in range(5)])
    },
    "reply-by-subject": {"server": HOLD, "mail": {"type": "", "subject": "Ответ: Суп"}},
    "bcc": {"server": HOLD, "mail": {"to": ["lead@shop.test"], "bcc": ["anna@customer.test"]}},
    "look-alike": {"server": HOLD, "mail": {"to": ["anna@shop.test.evil.example"]}},
    "from-fails": {"server": HOLD, "trouble": {"from": "fails"}},
    "subject-throws": {"server": HOLD, "trouble": {"subject": "throws"}},
    "address": {"server": HOLD, "token": "", "address": "?et=&installation=from%2Dthe%2Dpackage&x=1"},
    "sent-with-reason": {"server": HOLD, "kept": said(sent=True)},
    "reason-for-another-text": {"server": HOLD, "kept": said(sent=True, print="q" * 32)},
    "aside": {"server": server("hold", ERROR), "kept": said(aside=[ERROR["id"]])},
    "aside-some": {"server": HOLD, "kept": said(aside=[ERROR["id"]])},
    "aside-other": {"server": HOLD, "kept": said(aside=[MISSING["id"]])},
    "aside-block": {"server": server("block", ERROR), "kept": said(aside=[ERROR["id"]])},
    "kept-broken": {"server": HOLD, "kept": "{"},
    "kept-odd": {"server": HOLD, "kept": '[1, "x"]'},
    "hangs": {"server": {"away": "hangs"}},
    **{f"away-{name}": {"server": wish} for name, wish in AWAY.items()},
    **{f"unasked-{name}": {"server": HOLD} | wish for name, wish in UNASKED.items()},
    **{f"late-{name}": {"server": HOLD} | wish for name, wish in HANGS.items()},
}


@pytest.fixture(scope="module")
def became(office_packages: Path, script: Path) -> dict[str, Any]:
    """What became of every scenario, from one run."""
    command = ["node", str(HERE / "send.mjs"), str(office_packages), str(script)]
    told = json.dumps(SCENARIOS)
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ended(became: dict[str, Any], name: str) -> dict[str, Any]:
    """The one answer that Outlook got."""
    (options,) = became[name]["ended"]
    assert isinstance(options, dict)
    return options


@pytest.mark.parametrize("name", SCENARIOS)
def test_outlook_gets_exactly_one_answer(became: dict[str, Any], name: str) -> None:
    assert len(became[name]["ended"]) == 1
    assert became[name]["waits"] == [3000]


@pytest.mark.parametrize("name", [f"away-{name}" for name in AWAY])
def test_nothing_that_goes_wrong_keeps_a_mail(became: dict[str, Any], name: str) -> None:
    assert ended(became, name) == ALLOW
    assert became[name]["isEarly"]
    assert len(became[name]["asked"]) == 1


@pytest.mark.parametrize("name", ["hangs", *(f"late-{name}" for name in HANGS)])
def test_nobody_waits_longer_than_three_seconds(became: dict[str, Any], name: str) -> None:
    assert not became[name]["isEarly"]
    assert ended(became, name) == ALLOW


@pytest.mark.parametrize("name", [f"unasked-{name}" for name in UNASKED])
def test_mail_that_is_not_ours_never_leaves_outlook(became: dict[str, Any], name: str) -> None:
    assert ended(became, name) == ALLOW
    assert became[name]["asked"] == []


@pytest.mark.parametrize("name", ["pass", "pass-with-idea", "warn-old", "sent-with-reason", "aside"])
def test_good_mail_goes_out(became: dict[str, Any], name: str) -> None:
    assert ended(became, name) == ALLOW


def test_warning_asks_and_lets_send(became: dict[str, Any]) -> None:
    options = ended(became, "warn")
    assert (options["allowEvent"], options["sendModeOverride"]) == (False, "promptUser")
    assert options["errorMessage"] == (
        "Before this goes out:\n• About thank.\n• “soon”: About vague.\nYou can send it as it is."
    )


@pytest.mark.parametrize("name", ["hold", "hold-old", "block", "aside-block", "aside-other"])
def test_what_hurts_is_kept_softly(became: dict[str, Any], name: str) -> None:
    """The manifest's own mode, a soft block, holds where nothing overrides it."""
    options = ended(became, name)
    assert options["allowEvent"] is False
    assert "sendModeOverride" not in options
    assert "“calm down”: It tells the customer what to feel." in options["errorMessage"]


@pytest.mark.parametrize("name", ["hold", "warn", "hold-ru", "warn-ru", "block", "many", "long"])
def test_question_leads_to_the_pane(became: dict[str, Any], name: str) -> None:
    options = ended(became, name)
    assert options["commandId"] == "openReplyCheck"
    assert json.loads(options["contextData"])["print"] == PRINT
    assert len(options["cancelLabel"]) <= 20
    assert len(options["errorMessage"]) <= 500


def test_russian_mailbox_is_asked_in_russian(became: dict[str, Any]) -> None:
    for name in ("hold-ru", "warn-ru"):
        head, *_, tail = ended(became, name)["errorMessage"].split("\n")
        assert not set("abcdefghijklmnopqrstuvwxyz") & set((head + tail).lower())
        assert became[name]["asked"][0]["draft"]["ui_language"] == "ru"
    assert "«calm down»: " in ended(became, "hold-ru")["errorMessage"]


def test_at_most_three_findings_are_told_and_errors_first(became: dict[str, Any]) -> None:
    lines = [line for line in ended(became, "many")["errorMessage"].split("\n") if line.startswith("•")]
    assert [line.partition(":")[0] for line in lines] == ["• “calm down”", "• About thank.", "• “soon”"]


@pytest.mark.parametrize("name", ["reply-by-subject", "bcc", "look-alike", "from-fails", "subject-throws"])
def test_answer_to_somebody_outside_is_read(became: dict[str, Any], name: str) -> None:
    assert ended(became, name)["allowEvent"] is False or name == "subject-throws"
    assert len(became[name]["asked"]) == 1


@pytest.mark.parametrize("name", ["reason-for-another-text", "kept-broken", "kept-odd"])
def test_reason_counts_for_its_own_text_only(became: dict[str, Any], name: str) -> None:
    assert ended(became, name)["allowEvent"] is False


def test_what_is_left_when_errors_are_set_aside_only_asks(became: dict[str, Any]) -> None:
    options = ended(became, "aside-some")
    assert options["sendModeOverride"] == "promptUser"
    assert "calm down" not in options["errorMessage"]


def test_question_to_our_server_says_what_is_needed_and_no_more(became: dict[str, Any]) -> None:
    (asked,) = became["hold"]["asked"]
    assert asked["line"] == ["POST", "https://cg.shop.test/outlook/mail-main/review"]
    assert asked["headers"] == {"Content-Type": "application/json", "Authorization": f"Bearer {'t' * 24}"}
    assert asked["timeout"] == 3000
    assert asked["draft"] == {
        "text": "Please calm down.",
        "subject": "Re: Cold soup",
        "sender": "support@shop.test",
        "sender_name": "Support",
        "recipients": ["anna@customer.test"],
        "conversation": "AAQkADAw",
        "answers": "<first@customer.test>",
        "is_reply": True,
        "ui_language": "en",
    }


def test_secret_of_the_package_is_kept_for_classic_outlook(became: dict[str, Any]) -> None:
    (asked,) = became["address"]["asked"]
    assert asked["headers"]["Authorization"] == "Bearer from-the-package"
    assert became["address"]["saved"] == [{"complaint-gift": "from-the-package"}]
    assert became["hold"]["saved"] == []


def test_script_is_of_2016_and_one_piece(office_packages: Path, script: Path) -> None:
    """Classic Outlook's engine knows no newer syntax and loads no modules."""
    parse = (
        "const {parse} = require(process.argv[1] + '/acorn');"
        "const code = require('fs').readFileSync(process.argv[2], 'utf8');"
        "parse(code, {ecmaVersion: 2016, sourceType: 'script'});"
    )
    command = ["node", "-e", parse, str(office_packages), str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    code = script.read_text("utf-8")
    assert not any(word in code for word in ("document.", "window.", "localStorage", "fetch(", "onReady"))
