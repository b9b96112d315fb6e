"""What tokens of Cloud may be used for: the scopes that we need, and the answer when one is missing.

Tokens of OAuth have scopes, and so have those API tokens that are made with scopes; the gateway says 401 for
one that is missing, as it does for a wrong password, and only the words tell the two apart.
"""

from __future__ import annotations

from complaint_gift.plugin import Unreachable

# The least with which everything we do works, classic scopes as Atlassian recommends them: of the platform
# after its OpenAPI document, of the service desk after its reference (members of organisations: from memory).
SCOPES = (
    "read:jira-work", "write:jira-work", "read:jira-user", "read:servicedesk-request",
    "write:servicedesk-request", "manage:servicedesk-customer", "offline_access",
)  # fmt: skip
# Needed by nothing but the question who is in a group.
CONFIGURE = "manage:jira-configuration"
DESK = "/rest/servicedeskapi"
_SAID = b"scope does not match"


class LacksScope(Unreachable):
    """Our token is good, but not for this. What cannot do without waits for a better one."""


def is_lack(status: int, body: bytes) -> bool:
    """Whether a refusal is about a scope and not about who we are."""
    return status == 401 and _SAID in body


def scope_for(method: str, path: str) -> str:
    """The scope that a call of ours needs, "" where no scope would do."""
    reads = method == "GET" or path.endswith("/search/jql")
    if path.startswith("/rest/webhooks/"):
        return ""
    if path.startswith(f"{DESK}/organization"):
        return "manage:servicedesk-customer"
    if path.startswith(DESK):
        return "read:servicedesk-request" if reads else "write:servicedesk-request"
    if path.endswith("/group/member"):
        return CONFIGURE
    if path.endswith("/myself"):
        return "read:jira-user"
    return "read:jira-work" if reads else "write:jira-work"


def lack(source: str, method: str, path: str) -> LacksScope:
    """What to raise, with what a person has to do."""
    scope = scope_for(method, path)
    why = f"our token lacks the scope {scope}; make a token that has it" if scope else "no scope allows it"
    # Whoever makes a better token shall find the work still waiting.
    return LacksScope(f"{source}: {method} {path} was not let in, {why}.", retry_after=60.0, status=401)
