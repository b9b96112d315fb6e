"""What is wrong between us and a Jira, in sentences, for `doctor` and `jira status`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from complaint_gift.plugin import Refused, Source
from complaint_gift_jira import webhook
from complaint_gift_jira.api import Jira
from complaint_gift_jira.directory import open_directory
from complaint_gift_jira.ids import mapping, read_names, text
from complaint_gift_jira.parse import SERVICE_DESK
from complaint_gift_jira.register import list_hooks, open_register
from complaint_gift_jira.scopes import DESK, LacksScope, scope_for
from complaint_gift_jira.settings import CLOUD, CONSENT

SKEW = 600.0
# Of service projects: whoever lacks it is a customer there, and customers write in public only.
AGENT = {"SERVICEDESK_AGENT": "work as an agent, so its notes would come out public"}
LINK = {"LINK_ISSUES": "link issues, for escalations"}
MOVE = {"TRANSITION_ISSUES": "move issues on, for escalations"}
RIGHTS = {
    "BROWSE_PROJECTS": "browse the project",
    "ADD_COMMENTS": "add comments",
    "EDIT_OWN_COMMENTS": "edit its own comments, to bring a note up to date",
    "DELETE_OWN_COMMENTS": "delete its own comments, to take a note back that came out public",
    "EDIT_ISSUES": "edit issues, for labels and priority",
    "ASSIGN_ISSUES": "assign issues",
}
# What goes on without its answer, and what that means: nobody else would tell.
UNASKED = {
    f"{DESK}/organization": "people of an organisation are not known as customers",
    f"{DESK}/request": "who can read a comment is unknown where the comment does not say",
}


def probe(source: Source, api: Jira, admin: Jira | None = None) -> list[str]:
    """One sentence for each thing that is wrong; raises Refused or Unreachable when nobody lets us in.

    Whom a person has let in by consent sees no webhooks; they are looked at where `admin` is there as well.
    """
    found = list(_look_at_access(source, api))
    for look in (_look_at_projects, _look_at_fields, _look_at_scopes):
        found += _allowed(look, source, api)
    if admin is not None or source.settings["oauth"] != CONSENT:
        found += _allowed(_look_at_webhook, source, admin or api)
    return found


def _allowed(look: Callable[[Source, Jira], Iterator[str]], source: Source, api: Jira) -> list[str]:
    try:
        return list(look(source, api))
    except (Refused, LacksScope) as exc:
        said = str(exc).removeprefix(f"{source.name}: ")
        return [f"{said} Let an administrator look once with `complaint-gift jira status`."]


def _look_at_access(source: Source, api: Jira) -> Iterator[str]:
    answer = api.send("GET", f"{api.dialect.api}/myself")
    try:
        names = read_names(answer.json())
    except ValueError:
        names = ()
    if not names:
        yield f"what answers at {api.client.base_url} is not Jira; check site or base_url."
        return
    bot = source.settings["bot_user_id"]
    if bot not in names:
        text_ = f"we are signed in as {names[0]}, but bot_user_id says {bot}"
        yield f"{text_}; our own notes would be taken for those of a person."
    away = answer.clock_apart()
    if away > SKEW:
        text_ = f"the clock of this machine is {away:.0f} seconds away from Jira's"
        yield f"{text_}; let it follow a time server."


def _look_at_projects(source: Source, api: Jira) -> Iterator[str]:
    """May our user do in each project what we need? A note is never written on hope."""
    for key in api.lost_projects() if not source.settings["projects"] else ():
        yield f"project {key} cannot be seen any more; let our user browse it, or name the rest in projects."
    for key in source.settings["projects"]:
        try:
            project = api.part(api.get(f"{api.dialect.api}/project/{key}"), "a project")
        except Refused as exc:
            if exc.status != 404:
                raise
            yield f"project {key} cannot be seen; check its key, and let our user browse it."
            continue
        kind, wish = text(project.get("projectTypeKey")), source.settings["escalations"]
        if kind not in ("", SERVICE_DESK):
            text_ = f"project {key} is no service project, so no customer reads its comments"
            yield f"{text_}; take it out of projects."
        rights = (AGENT if kind == SERVICE_DESK else {}) | RIGHTS
        rights |= (LINK if wish["project"] else {}) | (MOVE if wish["transition"] else {})
        query = {"projectKey": key, "permissions": ",".join(rights)}
        told = mapping(mapping(api.get(f"{api.dialect.api}/mypermissions", query)).get("permissions"))
        lacking = [
            said for name, said in rights.items() if mapping(told.get(name)).get("havePermission") is False
        ]
        if lacking:
            yield f"in project {key} our user may not {'; nor '.join(lacking)}."


def _look_at_fields(source: Source, api: Jira) -> Iterator[str]:
    directory = open_directory(source, api)
    if "request_type" not in directory.fields:
        yield "this Jira has no field for request types; is Jira Service Management switched on?"
    if source.settings["agent_groups"] and not directory.agents:
        yield _why_nobody(source, api)


def _why_nobody(source: Source, api: Jira) -> str:
    path = f"{api.dialect.api}/group/member"
    try:
        api.get(path, {"groupname": source.settings["agent_groups"][0], "maxResults": 1})
    except LacksScope:
        told = f"our token lacks the scope {scope_for('GET', path)}, so nobody is seen in agent_groups"
        return f"{told}; make a token that has it, or list people under agents."
    except Refused:
        pass
    return "nobody is seen in agent_groups; check their names, and let our user browse users and groups."


def _look_at_scopes(source: Source, api: Jira) -> Iterator[str]:
    """Tokens of Cloud may do less than our user."""
    for path, means in UNASKED.items() if source.settings["deployment"] == CLOUD else ():
        try:
            api.get(path, {"limit": 1})
        except LacksScope:
            yield f"our token lacks the scope {scope_for('GET', path)}, so {means}; make a token that has it."
        except Refused:
            continue


def _look_at_webhook(source: Source, api: Jira) -> Iterator[str]:
    settings = source.settings
    if settings["header_tokens"] and not (settings["signing_secrets"] or settings["url_tokens"]):
        return  # an Automation rule tells us, and those cannot be looked at from outside
    known = list_hooks(open_register(source, api), api)
    hooks, elsewhere = webhook.find_ours(known, source, settings["endpoint"])
    for _ in elsewhere if not hooks else ():
        yield f"our webhook leads to another address than {settings['endpoint']}."
    if not hooks:
        yield "Jira has no webhook of ours; run `complaint-gift jira install`."
        return
    if len(hooks) > 1:
        text_ = f"{len(hooks)} webhooks of ours tell everything {len(hooks)} times"
        yield f"{text_}; run `complaint-gift jira install`, which removes duplicates."
    wish = webhook.wanted(source, hooks[0].url)
    different = [name for name in webhook.differences(hooks[0], wish) if name != "name"]
    if different:
        text_ = f"our webhook differs from what it should be in {', '.join(different)}"
        yield f"{text_}; run `complaint-gift jira install`."
    if not webhook.is_signed(source) and webhook.token_of(hooks[0]) not in settings["url_tokens"]:
        text_ = (
            "the token in the address of our webhook is not among url_tokens, so every event is turned away"
        )
        yield f"{text_}; run `complaint-gift jira install`."
    if webhook.is_signed(source) and not settings["signing_secrets"]:
        yield "no signing secret is known, so every event is turned away; run `complaint-gift jira install`."
    if settings["deployment"] == CLOUD and settings["url_tokens"]:
        yield "Cloud can sign; a token in the address is weaker, take url_tokens out."
