"""What a configuration may say: one marshmallow schema per section of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from complaint_gift.runtime.document import Document, Path_, dotted
from complaint_gift.runtime.secret import Secret

_SECRET_NAME = re.compile(r"(^|_)(secrets?|tokens?|passwords?|(api|private|session|signing)_keys?)$")
_NAME = validate.Regexp(
    r"^[a-z0-9][a-z0-9-]{0,62}$", error="use small Latin letters, digits and hyphens, 63 at most"
)


def secret(**options: Any) -> fields.String:
    """A field whose value must come from {file: ...} or {env: ...}."""
    return fields.String(metadata={"secret": True}, **options)


class PlaybookSection(Schema):
    """`folder` is relative to the file, None for the rules that we bring along; `profile` None for theirs."""

    folder = fields.String(load_default=None)
    profile = fields.String(load_default=None)


class CompanySection(Schema):
    """Names, addresses or ids of the helpdesk's accounts, upper and lower case alike."""

    company_accounts = fields.List(fields.String(), load_default=list)
    personal_accounts = fields.List(fields.String(), load_default=list)


class ReviewSection(Schema):
    """Bearer tokens of the review API, and origins (scheme and host) whose pages may read its answers."""

    tokens = fields.List(secret(), load_default=list)
    origins = fields.List(fields.String(validate=validate.URL(require_tld=False)), load_default=list)


class ConsoleSection(Schema):
    """One password for all leads; with another `session_key` every session and every link in a mail ends."""

    password = secret(required=True)
    session_key = secret(required=True, validate=validate.Length(min=16, error="16 characters at least"))


class EmailSection(Schema):
    """The SMTP server that escalations leave by; `starttls` and `tls` are required, not merely tried."""

    host = fields.String(required=True)
    port = fields.Integer(strict=True, load_default=587, validate=validate.Range(1, 65535))
    security = fields.String(load_default="starttls", validate=validate.OneOf(["starttls", "tls", "none"]))
    sender = fields.Email(required=True)
    user = fields.String(load_default="")
    password = secret(load_default="")


class WebhookSection(Schema):
    """`name` is what the policy calls it. Without `private` an address inside our network is refused."""

    name = fields.String(required=True, validate=_NAME)
    url = secret(required=True)
    private = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class NotifySection(Schema):
    email = fields.Nested(EmailSection, load_default=None)
    webhooks = fields.List(fields.Nested(WebhookSection), load_default=list)


class ServerSection(Schema):
    """`threads` in each of the `processes` of gunicorn."""

    processes = fields.Integer(strict=True, load_default=2, validate=validate.Range(1, 64))
    threads = fields.Integer(strict=True, load_default=8, validate=validate.Range(1, 256))


class FileSchema(Schema):
    """The whole file that CG_CONFIG names; nothing in it has to be there."""

    sources = fields.Dict(keys=fields.String(validate=_NAME), values=fields.Dict(), load_default=dict)
    playbook = fields.Nested(PlaybookSection, load_default=lambda: PlaybookSection().load({}))
    policy = fields.String(load_default=None)
    company = fields.Nested(CompanySection, load_default=lambda: CompanySection().load({}))
    review = fields.Nested(ReviewSection, load_default=lambda: ReviewSection().load({}))
    console = fields.Nested(ConsoleSection, load_default=None)
    notify = fields.Nested(NotifySection, load_default=lambda: NotifySection().load({}))
    workers = fields.Integer(strict=True, load_default=2, validate=validate.Range(1, 64))
    server = fields.Nested(ServerSection, load_default=lambda: ServerSection().load({}))
    url = fields.String(load_default="", validate=validate.URL(schemes={"http", "https"}, require_tld=False))


def check_section(document: Document, schema: Schema, value: Mapping[str, Any], path: Path_) -> Any:
    """Load `value` with `schema`; every error becomes a problem at its line. None when there was one."""
    before = len(document.problems)
    _check_secrets(document, schema, value, path)
    try:
        loaded = schema.load(value)
    except ValidationError as exc:
        for where, text in _flatten(exc.messages, path):
            _complain(document, schema, where, text, path)
        return None
    return loaded if len(document.problems) == before else None


def _complain(document: Document, schema: Schema, where: Path_, text: str, base: Path_) -> None:
    if any(problem.field == dotted(where) for problem in document.problems):
        return  # a secret that could not be read has said so already
    if text.startswith("Unknown field"):
        known = ", ".join(sorted(_known_fields(schema, where[len(base) : -1])))
        document.complain(where, "nothing is called so", f"remove it or use one of: {known}")
    elif text.startswith("Missing data"):
        document.complain(where, "it is missing", f"add `{where[-1]}:` here")
    elif text.startswith("Field may not be null"):
        document.complain(where, "it is empty", "write its value or take the line out")
    else:
        document.complain(where, text[:1].lower() + text[1:].rstrip("."), "correct the value")


def _known_fields(schema: Schema, path: Path_) -> Iterator[str]:
    node: Any = schema
    for part in path:
        if isinstance(node, fields.List):
            node = node.inner
        elif isinstance(node, Schema):
            node = node.fields.get(str(part))
        node = node.schema if isinstance(node, fields.Nested) else node
    yield from node.fields if isinstance(node, Schema) else ()


def _flatten(messages: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            # marshmallow reports keys and values of a Dict apart, and whole-schema errors as `_schema`.
            deeper = path if key in ("key", "value", "_schema") else (*path, key)
            yield from _flatten(value, deeper)
    elif isinstance(messages, (list, tuple)):
        for value in messages:
            yield from _flatten(value, path)
    else:
        yield path, str(messages)


def _check_secrets(document: Document, schema: Schema, value: Any, path: Path_) -> None:
    """Refuse a secret that stands in the file itself."""
    if not isinstance(value, Mapping):
        return
    for name, field in schema.fields.items():
        if name not in value:
            continue
        found, here = value[name], (*path, name)
        if isinstance(field, fields.Nested):
            _check_secrets(document, field.schema, found, here)
        elif isinstance(field, fields.List) and isinstance(found, list):
            for index, entry in enumerate(found):
                if isinstance(field.inner, fields.Nested):
                    _check_secrets(document, field.inner.schema, entry, (*here, index))
                elif _is_secret(name, field.inner):
                    _require_secret(document, entry, (*here, index))
        elif _is_secret(name, field):
            _require_secret(document, found, here)


def _is_secret(name: str, field: fields.Field[Any]) -> bool:
    marked = field.metadata.get("secret")
    return bool(_SECRET_NAME.search(name)) if marked is None else bool(marked)


def _require_secret(document: Document, value: object, path: Path_) -> None:
    if value is None or isinstance(value, Secret):
        return
    document.complain(
        path,
        "a secret may not stand in this file",
        "keep it in a file or the environment and write {file: path} or {env: NAME} here",
    )
