"""A token of Cloud that may do less than our user: Atlassian says 401, as it does for a wrong password."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from complaint_gift.domain import Role, Visibility
from complaint_gift.plugin import Unreachable


def fetch(desk: Any, number: str) -> Any:
    return desk.plugin.fetch(number, desk.source, desk.api())


def probe(desk: Any) -> str:
    return "\n".join(desk.plugin.probe(desk.source, desk.api()))


def test_groups_that_it_may_not_see_keep_nothing_waiting(cloud: Any, tmp_path: Path) -> None:
    """Without members the other signs have to do; the log tells it no oftener than groups are asked for."""
    cloud.configure(agent_groups=["agents"])
    cloud.source = type(cloud.source)("jira-main", "jira", cloud.source.settings, tmp_path)
    cloud.narrowed.append("/group/member")
    number = cloud.open()
    cloud.write(number, "Sorry.")
    with capture_logs() as logs:
        for _ in range(2):
            assert fetch(cloud, number).messages[-1].author.role is Role.AGENT
    (told,) = (one["why"] for one in logs if one["event"] == "members of a group cannot be seen")
    assert "lacks the scope manage:jira-configuration; make a token that has it" in told


def test_groups_keep_waiting_while_the_credentials_are_wrong(cloud: Any) -> None:
    cloud.configure(agent_groups=["agents"])
    cloud.fail("/group/member", 401, said="Client must be authenticated to access this resource.")
    with pytest.raises(Unreachable, match="check the credentials"):
        fetch(cloud, cloud.open())


def test_service_desk_that_it_may_not_ask_leaves_readers_unknown(cloud: Any) -> None:
    number = cloud.open(customfield_10012=[{"id": "7", "name": "Soups Ltd"}])
    cloud.write(number, "Sorry.", public=None)
    cloud.narrowed.append("/servicedeskapi/")
    assert fetch(cloud, number).messages[-1].visibility is Visibility.UNKNOWN


def test_a_jira_that_does_not_tell_it_our_rights_is_believed(cloud: Any) -> None:
    cloud.narrowed.append("/mypermissions")
    assert fetch(cloud, "999") is None


@pytest.mark.parametrize(
    ("pattern", "scope"), [("/rest/api/3/issue/", "read:jira-work"), ("/myself", "read:jira-user")]
)
def test_what_cannot_do_without_waits_and_names_the_scope(cloud: Any, pattern: str, scope: str) -> None:
    """Whoever makes a better token finds the work still there, and no issue taken for deleted."""
    cloud.narrowed.append(pattern)
    with pytest.raises(Unreachable, match=f"lacks the scope {scope}; make a token that has it"):
        fetch(cloud, "999")


def test_status_names_the_scope_for_agent_groups(cloud: Any) -> None:
    cloud.configure(agent_groups=["agents"])
    cloud.narrowed.append("/group/member")
    said = probe(cloud)
    assert "lacks the scope manage:jira-configuration, so nobody is seen in agent_groups" in said
    assert "or list people under agents." in said
    assert "credentials" not in said


def test_status_names_the_scopes_of_what_goes_on_without(cloud: Any) -> None:
    cloud.narrowed.append("/servicedeskapi/|/rest/webhooks/")
    said = probe(cloud)
    assert "lacks the scope manage:servicedesk-customer, so people of an organisation" in said
    assert "lacks the scope read:servicedesk-request, so who can read" in said
    assert "Let an administrator look once" in said
    assert "credentials" not in said
