"""What an admin writes below `outlook` of a source with `plugin: email`."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates

from complaint_gift.fields import Secret

SHORTEST_SECRET = 24
_ORIGIN = re.compile(
    r"https://(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9-]+(?::\d{1,5})?", re.ASCII
)
_URL_SAFE = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)


class OutlookSettings(Schema):
    """The add-in for people who write in Outlook.

    `secrets` prove that an add-in of ours asks: the first goes into the package, the others are still taken.
    `frames` are further addresses of Outlook on the web, such as that of an Exchange server of one's own.
    """

    class Meta:
        unknown = RAISE

    secrets = fields.List(Secret(), required=True, validate=validate.Length(min=1))
    frames = fields.List(fields.String(), load_default=list)

    @validates("secrets")
    def _check_secrets(self, value: list[str], **_: Any) -> None:
        for secret in value:
            if len(secret) < SHORTEST_SECRET or not _URL_SAFE.fullmatch(secret):
                raise ValidationError(
                    "a secret of the add-in travels in an address; "
                    f"make it of {SHORTEST_SECRET} letters and digits or more"
                )

    @validates("frames")
    def _check_frames(self, value: list[str], **_: Any) -> None:
        wrong = next((one for one in value if not _ORIGIN.fullmatch(one)), None)
        if wrong is not None:
            raise ValidationError(
                f"{wrong!r} is no address of Outlook; write it like https://mail.shop.example"
            )
