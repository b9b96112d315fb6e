"""What is wrong between us and a Zendesk account, in sentences, for `doctor` and `zendesk status`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from complaint_gift.plugin import Refused, Source
from complaint_gift_zendesk import webhook
from complaint_gift_zendesk.api import API, Zendesk, is_gone

SKEW = 60.0
SHARE = 0.1


def probe(source: Source, api: Zendesk) -> list[str]:
    """One sentence for each thing that is wrong; raises Refused or Unreachable when nobody lets us in."""
    found = list(_look_at_access(source, api))
    for look in (_look_at_bot, _look_at_webhook):
        found += _allowed(look, source, api)
    return found


def _allowed(look: Callable[[Source, Zendesk], Iterator[str]], source: Source, api: Zendesk) -> list[str]:
    try:
        return list(look(source, api))
    except Refused as exc:
        said = str(exc).removeprefix(f"{source.name}: ")
        return [f"{said} Let the user of the OAuth client be an administrator to have this checked."]


def _look_at_access(source: Source, api: Zendesk) -> Iterator[str]:
    # Not /users/me: without credentials it answers 200 with an anonymous user.
    answer = api.client.send("GET", f"{API}/tickets/count")
    try:
        counted = isinstance(answer.json().get("count"), dict)
    except (ValueError, AttributeError):
        counted = False
    if not counted:
        yield f"what answers at {api.client.base_url} is not Zendesk; check subdomain."
        return
    away = answer.clock_apart()
    if away > SKEW:
        text = f"the clock of this machine is {away:.0f} seconds away from Zendesk's; signatures will expire"
        yield f"{text}; let it follow a time server."


def _look_at_bot(source: Source, api: Zendesk) -> Iterator[str]:
    number = source.settings["bot_user_id"]
    try:
        user = api.part(api.client.get(f"{API}/users/{number}"), "user")
    except Refused as exc:
        if not is_gone(exc):
            raise
        yield f"there is no user {number}; put the id of our own user into bot_user_id."
        return
    if user.get("role") not in ("agent", "admin"):
        yield f"user {number} is no agent and cannot write internal notes; make it one."
    if user.get("suspended") or user.get("active") is False:
        yield f"user {number} is suspended or deleted; our notes will be refused."


def _look_at_webhook(source: Source, api: Zendesk) -> Iterator[str]:
    settings = source.settings
    hooks, elsewhere = webhook.find_ours(api, source, settings["endpoint"])
    for hook in elsewhere if not hooks else ():
        yield f"our webhook leads to {hook.get('endpoint')}, not to {settings['endpoint']}."
    if not hooks:
        yield "Zendesk has no webhook of ours; run `complaint-gift zendesk install`."
        return
    if len(hooks) > 1:
        text = f"{len(hooks)} webhooks of ours tell everything {len(hooks)} times"
        yield f"{text}; run `complaint-gift zendesk install`, which removes duplicates."
    hook = hooks[0]
    wish = webhook.wanted(source, settings["endpoint"] or str(hook.get("endpoint")))
    different = [name for name in webhook.differences(hook, wish) if name not in ("name", "description")]
    if different:
        yield (
            f"our webhook differs from what it should be in {', '.join(different)}; "
            "run `complaint-gift zendesk install`."
        )
    number = str(hook.get("id"))
    if webhook.read_secret(api, number) not in settings["signing_secrets"]:
        text = "the signing secret of our webhook is not among signing_secrets, so every event is turned away"
        yield f"{text}; run `complaint-gift zendesk install`, then restart."
    failed, total = webhook.count_failures(api, number)
    if failed > total * SHARE:
        text = f"{failed} of the last {total} events did not reach us"
        yield f"{text}; see Admin Center, Webhooks, Activity for the answers that Zendesk got."
