"""A description that cannot work is refused in words, at its file, line and field."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from marshmallow import ValidationError

from complaint_gift.plugin import Can
from complaint_gift.runtime.problems import SettingsError
from complaint_gift.runtime.settings import load_settings
from complaint_gift_generic import GenericPlugin
from complaint_gift_generic.settings import GenericSettings

FILE = """\
sources:
  acme:
    plugin: generic
    proof: {kind: token, header: X-Token, secrets: [{file: secret}]}
    conversation:
      id: ticket.id
      subject: ticket.[subject
    message:
      id: id
      text: text
      author: {id: by, role: kind, roles: {customer: [client], agnet: [staff]}}
    write:
      note: {path: /notes, body: {text: "{text}"}, id: id}
    colour: red
"""


def test_mistakes_are_named_with_file_line_and_field(write_config: Callable[[str], Path]) -> None:
    file = write_config(FILE)
    with pytest.raises(SettingsError) as caught:
        load_settings(file, {})
    told = [str(problem) for problem in caught.value.problems]
    for line, field in (
        (7, "sources.acme.conversation.subject"),
        (11, "sources.acme.message.author.roles.agnet"),
        (13, "sources.acme.write.note.internal"),
        (14, "sources.acme.colour"),
    ):
        assert any(one.startswith(f"{file}:{line}: {field}: ") for one in told), told


def test_secret_in_the_file_is_refused(write_config: Callable[[str], Path]) -> None:
    file = write_config(FILE.replace("{file: secret}", "hunter2"))
    with pytest.raises(SettingsError) as caught:
        load_settings(file, {})
    assert any("sources.acme.proof.secrets[0]: a secret may not" in str(p) for p in caught.value.problems)


NOTE = "write__note__"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"proof__header": ...}, "proof.header"),
        ({"proof__kind": "none"}, "proof.kind"),
        ({"proof__secrets": []}, "proof.secrets"),
        ({"proof__secrets": [" "]}, "proof.secrets"),
        ({"proof__algorithm": "md5"}, "proof.algorithm"),
        ({"proof__signed": "{header:X-Acme-Moment}"}, "proof.signed"),
        ({"proof__signed": "{body}{moment}"}, "proof.signed"),
        ({"proof__signed": "{body}"}, "proof.moment"),
        ({"key_header": "X-Delivery"}, "key_header"),
        ({"event__means": {}}, "event.means"),
        ({"event__means": {"a": "sang"}}, "event.means"),
        ({"event__ignored": ["ticket.replied"]}, "event.ignored"),
        ({"event__header": "X-Event"}, "event.header"),
        ({"conversation__id": ...}, "conversation.id"),
        ({"conversation__merged_into": ...}, "conversation.merged_into"),
        ({"message__public": [], "message__internal": []}, "message.public"),
        ({"message__author__roles": {}}, "message.author.roles"),
        ({"message__author__role": ..., "message__author__roles": ...}, "message.author.role"),
        (
            {"message__author__staff_domains": ["a.example"], "message__author__account": ...},
            "message.author.account",
        ),
        ({"message__sent_at": ...}, "message.sent_at"),
        ({"own_author": ""}, "own_author"),
        ({"api": None}, "api"),
        ({"api__base_url": "http://desk.example"}, "api.base_url"),
        ({"api__base_url": "https://a:b@desk.example"}, "api.base_url"),
        ({"api__auth__user": ""}, "api.auth.user"),
        ({"fetch__parts": {"ticket": "/tickets"}}, "fetch.parts.ticket"),
        ({"fetch__parts": {"ticket": "tickets/{conversation}"}}, "fetch.parts.ticket"),
        ({f"{NOTE}path": "/{ticket}"}, "write.note.path"),
        ({f"{NOTE}internal": ...}, "write.note.internal"),
        ({f"{NOTE}internal__sent": "body.public == `false`"}, "write.note.internal.sent"),
        ({f"{NOTE}internal__sent": "body"}, "write.note.internal.sent"),
        ({f"{NOTE}internal__sent": "body.public != `true`"}, "write.note.internal.sent"),
        ({f"{NOTE}internal__answered": "reply.public != `true`"}, "write.note.internal.answered"),
        ({f"{NOTE}body": {"html": "hello", "visible_to": "staff"}}, "write.note.body"),
        ({f"{NOTE}body": {"html": "{html}", "visible_to": "staff"}}, "write.note.body"),
        ({f"{NOTE}body__visible_to": "all"}, "write.note.internal.sent"),
        ({"fetch": None}, "write.note.mark"),
        ({"fetch": None, f"{NOTE}mark": None}, "write.tags.body"),
        ({"fetch": None, f"{NOTE}internal__answered": None}, "write.note.internal"),
        ({"write__tags__body": {"names": "x"}}, "write.tags.body"),
        ({"write__priority__body": {}}, "write.priority.body"),
    ],
)  # fmt: skip
def test_description_that_cannot_work_is_refused(
    kit: SimpleNamespace, changes: dict[str, Any], field: str
) -> None:
    whole = kit.changed(kit.MAPPING | kit.WRITING, **changes)
    with pytest.raises(ValidationError) as caught:
        GenericSettings().load(whole)
    assert field in set(_fields(caught.value.messages)), caught.value.messages


def _fields(messages: Any, path: str = "") -> Any:
    if isinstance(messages, dict):
        for key, value in messages.items():
            yield from _fields(value, path if key in ("key", "value") else f"{path}.{key}".strip("."))
    else:
        yield path
        yield path.rpartition(".")[0]


def test_only_what_is_described_can_be_done(kit: SimpleNamespace, plugin: GenericPlugin) -> None:
    assert plugin.able(kit.make_source()) == {Can.VERIFY}
    whole = kit.make_source(kit.MAPPING | kit.WRITING)
    assert plugin.able(whole) == {Can.VERIFY, Can.FETCH, Can.NOTE, Can.TAG, Can.PRIORITY}
    assert Can.NOTE not in plugin.able(kit.make_source(kit.MAPPING | kit.WRITING, write__note=None))
