"""Where a delivery comes from: the published vectors, the account, the secret that everybody knows."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from complaint_gift.plugin import NotAuthentic, Request
from complaint_gift_zendesk.proof import verify
from complaint_gift_zendesk.settings import TEST_SECRET

# Inputs of Zendesk's older documentation page. What it publishes as their signature follows a scheme that is
# no longer in use (body, then timestamp); the other one is the current scheme over the same inputs.
SECRET, MOMENT, BODY = (
    "HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=",
    "2021-07-25T10:00:00Z",
    b'{"say": "hello"}',
)
CURRENT = "Rry/4TtIdFyawtXXp8QdI6tlAUUQ/5kL1OTp5qo/ZIk="
OUTDATED = "tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw="


def deliver(kit: Any, signature: str) -> Request:
    headers = {
        "x-zendesk-webhook-signature": (signature,),
        "x-zendesk-webhook-signature-timestamp": (MOMENT,),
        "x-zendesk-account-id": (kit.ACCOUNT,),
    }
    return Request("POST", "/", headers, BODY, datetime(2021, 7, 25, 10, 1, tzinfo=UTC))


def test_current_scheme_is_accepted(kit: Any) -> None:
    verify(deliver(kit, CURRENT), kit.make_source(signing_secrets=[SECRET]))


def test_outdated_scheme_is_refused(kit: Any) -> None:
    with pytest.raises(NotAuthentic, match="fits none"):
        verify(deliver(kit, OUTDATED), kit.make_source(signing_secrets=[SECRET]))


def test_body_may_be_empty(kit: Any) -> None:
    verify(kit.sign(b""), kit.make_source())


def test_secret_that_zendesk_publishes_is_refused(kit: Any) -> None:
    with pytest.raises(NotAuthentic):
        verify(kit.sign(BODY, TEST_SECRET), kit.make_source())
    source = kit.make_source()
    careless = replace(source, settings={**source.settings, "signing_secrets": [TEST_SECRET]})
    with pytest.raises(NotAuthentic, match="no signing secret"):
        verify(kit.sign(BODY, TEST_SECRET), careless)


def test_nothing_is_accepted_before_a_secret_is_configured(kit: Any) -> None:
    for secrets in ([], None):
        with pytest.raises(NotAuthentic, match="zendesk install"):
            verify(kit.sign(BODY, ""), kit.make_source(signing_secrets=secrets))


@pytest.mark.parametrize("account", ["1", "", "021900417", "21900417 ", "٢١٩٠٠٤١٧"])
def test_header_must_name_our_account(kit: Any, account: str) -> None:
    with pytest.raises(NotAuthentic, match="another Zendesk account"):
        verify(kit.sign(b"{}", account=account), kit.make_source())


@pytest.mark.parametrize("account", [1, "1", "", -1, True, 2.5, [], {}, "x" * 99, 10**40])
def test_signed_body_must_name_our_account(kit: Any, account: Any) -> None:
    body = json.dumps({"account_id": account, "type": "x"}).encode()
    with pytest.raises(NotAuthentic, match="another Zendesk account"):
        verify(kit.sign(body), kit.make_source())


@pytest.mark.parametrize(
    "body", [b'{"account_id": 21900417}', b'{"account_id": "21900417"}', b"{}", b"nonsense"]
)
def test_own_account_or_none_is_accepted(kit: Any, body: bytes) -> None:
    verify(kit.sign(body), kit.make_source())


def test_window_is_configurable_and_counts_from_the_signature(kit: Any) -> None:
    request = replace(kit.sign(BODY), received_at=kit.NOW.replace(minute=9))
    with pytest.raises(NotAuthentic, match="540 seconds too old"):
        verify(request, kit.make_source())
    verify(request, kit.make_source(timestamp_window=600))


def test_deliveries_of_the_stand_in_are_accepted(kit: Any, desk: Any, receiver: Any) -> None:
    """Over real HTTP: the stand-in signs by its own code, written after the same documentation."""
    from complaint_gift.demo.standin.webhooks import add_webhook, find

    with desk.desk.transaction() as records:
        wish = {
            "name": "ours", "endpoint": receiver.url + "/hooks/zendesk-main", "http_method": "POST",
            "request_format": "json", "status": "active",
            "subscriptions": ["zen:event-type:ticket.comment_added"],
        }  # fmt: skip
        number = add_webhook(records, wish, desk.cast.lead)["id"]
        secret = find(records, number)["_secret"]
    ticket = desk.open("Где мой суп? 🍲")
    desk.write(ticket, "Нам очень жаль.")
    assert desk.app.extensions["sender"].deliver_due() == 2
    source = desk.configure(signing_secrets=[secret])
    for request in receiver.got:
        verify(request, source)
        (event,) = desk.plugin.parse(kit.store(request.body), source)
        assert event.conversation == ticket
    with pytest.raises(NotAuthentic):
        verify(receiver.got[0], desk.configure(signing_secrets=["another"]))
