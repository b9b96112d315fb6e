"""Notes among colleagues. Nothing here may ever be read by a customer, and nothing is believed unseen.

The service desk's own call writes them, as Atlassian documents it. What its answer does not call internal is
deleted at once and raised; where nobody can say who reads a comment, none is written.

Which action a note belongs to stands in a property of the comment, which people do not see. The service desk
takes no properties, so a note has none for a moment; what is left of a try that ended there is known by its
words. Where Jira keeps no property for us, the mark is a last line in small type.
"""

from __future__ import annotations

import json
import re
import time

import structlog

from complaint_gift.domain import Action
from complaint_gift.plugin import Published, Receipt, Refused, Source, Unreachable
from complaint_gift_jira.api import Jira, Json
from complaint_gift_jira.conversation import PROPERTY, is_service_desk, read_mark, read_request_type
from complaint_gift_jira.dialect import read_body
from complaint_gift_jira.directory import open_directory
from complaint_gift_jira.ids import mapping, read_names, read_number, text
from complaint_gift_jira.scopes import DESK

LONGEST_NOTE = 30_000
# How far back each note is asked for its mark alone, should a list of comments come without properties.
LOOKED_INTO = 20
# Seconds between attempts to delete a note that came out public, unless Jira names a time.
PAUSES, LONGEST_PAUSE = (1.0, 2.0), 5.0
# On every comment of a program that shall be internal; the service desk reads it, others ignore it.
INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}
_WORD = re.compile(r"\w{3,}")
# A mark in the text: of a note in small type, or of one that is older than marks out of sight.
_WRITTEN = re.compile(r"\bcg-[a-z]+-[0-9a-f]{8,64}\b", re.ASCII)
_log = structlog.get_logger(__name__)


def add_note(action: Action, source: Source, api: Jira) -> Receipt:
    """Write it, or put it in the place of an earlier one; done before, nothing is done again."""
    words = action.payload.get("text")
    if not isinstance(words, str) or not words.strip():
        raise Refused(f"{source.name}: the note for issue {action.conversation} is empty.")
    plain = words.strip()[:LONGEST_NOTE]
    own = _read_own(action, source, api)
    done = _find(own, action.mark)
    if done is not None:
        _require_internal(done, action, source, api)
    else:
        done = _replace(plain, action, source, api, own) or _adopt(plain, action, source, api, own)
        done = done or _write(plain, action, source, api)
        _claim(done, plain, action, source, api)
    number = read_number(done.get("id"))
    return Receipt((number,) if number else (), f"note in issue {action.conversation}")


def _read_own(action: Action, source: Source, api: Jira) -> list[Json]:
    """The newest comments of our bot, with their properties. Who quotes a note of ours is somebody else."""
    bot = source.settings["bot_user_id"]
    found = [one for one in api.latest_comments(action.conversation) if bot in read_names(one.get("author"))]
    return [_with_property(one, api) for one in found[:LOOKED_INTO]] + found[LOOKED_INTO:]


def _with_property(comment: Json, api: Jira) -> Json:
    if isinstance(comment.get("properties"), list):
        return comment
    value = api.read_comment_property(read_number(comment.get("id")), PROPERTY)
    return {**comment, "properties": [{"key": PROPERTY, "value": value}] if value else []}


def _find(own: list[Json], mark: str) -> Json | None:
    """The note with this mark. An earlier attempt may have been done although its answer got lost."""
    return next((one for one in own if mark in (read_mark(one), *_WRITTEN.findall(_written(one)))), None)


def _adopt(plain: str, action: Action, source: Source, api: Jira, own: list[Json]) -> Json | None:
    """A note in these words that belongs to no action: an attempt that ended before it was marked.

    Another action that wished the same words at the same moment may take it; then each still finds one.
    """
    wanted = _WORD.findall(plain)
    for one in own:
        is_free = not read_mark(one) and not _WRITTEN.search(_written(one))
        if wanted and is_free and _WORD.findall(read_body(one.get("body")).text) == wanted:
            _require_internal(one, action, source, api)
            return one
    return None


def _claim(comment: Json, plain: str, action: Action, source: Source, api: Jira) -> None:
    """Mark it as done for this action, out of sight, or in small type where nothing else can be kept."""
    number = read_number(comment.get("id"))
    try:
        api.write_comment_property(action.conversation, number, PROPERTY, {"mark": action.mark})
    except Refused as exc:
        if exc.status == 404 and api.comment(action.conversation, number) is None:
            return  # somebody has deleted it, which is an answer as well
        _log.warning("a note cannot be marked out of sight", source=source.name, status=exc.status)
        _edit(comment, api.dialect.write(plain, action.mark), action, source, api)


def _written(comment: Json) -> str:
    body = comment.get("body")
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _replace(plain: str, action: Action, source: Source, api: Jira, own: list[Json]) -> Json | None:
    """Bring the note up to date that this one follows; None when there is none of ours any more."""
    told = action.payload.get("replaces")
    marks = [one for one in told if isinstance(one, str) and one] if isinstance(told, list | tuple) else []
    comment = next((found for mark in marks if (found := _find(own, mark))), None)
    if comment is None:
        return None
    _require_internal(comment, action, source, api)
    try:
        return _edit(comment, api.dialect.write(plain), action, source, api)
    except Refused as exc:
        if exc.status in (400, 404):
            return None  # it went while we looked, or may not be edited: a new one tells as much
        raise


def _edit(comment: Json, body: object, action: Action, source: Source, api: Jira) -> Json:
    """Without `properties` an edit keeps who can read it; that is looked at afterwards all the same."""
    path = f"{api.dialect.api}/issue/{action.conversation}/comment/{read_number(comment.get('id'))}"
    answer = api.write("PUT", path, {"body": body}, action.conversation)
    # Who could read it before says nothing about now.
    edited = {"id": comment.get("id")} | (answer if isinstance(answer, dict) else {})
    _require_internal(edited, action, source, api)
    return edited


def _write(plain: str, action: Action, source: Source, api: Jira) -> Json:
    """Through the service desk. Only its 404, "this is no request", opens the other way; a 403 closes all."""
    path = f"{DESK}/request/{action.conversation}/comment"
    try:
        note = {"body": api.dialect.note(plain), "public": False}
        made = api.write("POST", path, note, action.conversation)
    except Refused as exc:
        if exc.status != 404:
            raise
        return _write_among_colleagues(plain, action, source, api)
    comment = api.part(made, "a note")
    _require_internal(comment, action, source, api)
    return comment


def _write_among_colleagues(plain: str, action: Action, source: Source, api: Jira) -> Json:
    """A comment of the platform, where it is certain that no customer looks, or where its answer says so."""
    request_type = open_directory(source, api).fields.get("request_type")
    issue = api.issue(action.conversation, ["project", *filter(None, (request_type,))])
    if issue is None:
        raise Refused(f"{source.name}: issue {action.conversation} is gone.", status=404)
    if request_type and read_request_type(mapping(issue.get("fields")).get(request_type)):
        # Whom the service desk hides a request from counts as a customer there, and would write in public.
        text_ = f"issue {action.conversation} is a request, but the service desk hides it from our user"
        raise Refused(f"{source.name}: {text_}; give it the agent licence and the role. No note was written.")
    kind = text(mapping(mapping(issue.get("fields")).get("project")).get("projectTypeKey"))
    if not kind or (is_service_desk(issue) and not api.dialect.tells_visibility):
        text_ = f"issue {action.conversation} is no request, and nobody can say who would read a note there"
        raise Refused(f"{source.name}: {text_}; none was written.")
    body = {"body": api.dialect.write(plain), "properties": [INTERNAL]}
    path = f"{api.dialect.api}/issue/{action.conversation}/comment"
    comment = api.part(api.write("POST", path, body, action.conversation), "a note")
    if is_service_desk(issue):
        _require_internal(comment, action, source, api)
    return comment


def _require_internal(comment: Json, action: Action, source: Source, api: Jira) -> None:
    """Trust only what Jira says. What it does not call internal is taken back and shouted about."""
    number = read_number(comment.get("id"))
    if not number:
        text_ = f"Jira took the note for issue {action.conversation}, but does not say which comment it is"
        raise Refused(f"{source.name}: {text_}.")
    if _is_internal(comment, number, action.conversation, api):
        return
    _log.error("a note was published", source=source.name, issue=action.conversation, comment=number)
    try:
        _take_back(number, action.conversation, api)
        after = "it has been deleted again, yet mail may be out"
    except (Refused, Unreachable):
        after = f"delete comment {number} by hand at once"
    text_ = f"Jira PUBLISHED our internal note in issue {action.conversation}, or cannot say that it did not"
    raise Published(f"{source.name}: {text_}; {after}.")


def _take_back(number: str, issue: str, api: Jira) -> None:
    """Nothing else waits inside a worker, but here each minute is one in which the customer may read it."""
    for pause in PAUSES:
        try:
            api.delete_comment(issue, number)
            return
        except Unreachable as exc:
            time.sleep(min(exc.retry_after or pause, LONGEST_PAUSE))
    api.delete_comment(issue, number)


def _is_internal(comment: Json, number: str, issue: str, api: Jira) -> bool:
    """By the answer itself, else by asking the service desk. Outside service projects nobody else reads."""
    for key in ("public", "jsdPublic"):
        if isinstance(comment.get(key), bool) and (key == "public" or api.dialect.tells_visibility):
            if comment[key] is False:
                return True
            return key == "jsdPublic" and _is_elsewhere(issue, api)
    try:
        told = api.request_comment(issue, number)
    except Refused:
        return False  # nobody tells us any more, and what is not known to be internal is not
    return _is_elsewhere(issue, api) if told is None else told.get("public") is False


def _is_elsewhere(issue: str, api: Jira) -> bool:
    """Jira calls comments of every other project public too."""
    found = api.issue(issue, ["project"])
    kind = text(mapping(mapping((found or {}).get("fields")).get("project")).get("projectTypeKey"))
    return bool(kind) and not is_service_desk(found or {})
