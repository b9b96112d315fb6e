"""The Outlook add-in: what Office loads from us, what it tells of a mail, and the package for the admin."""

from __future__ import annotations

from complaint_gift_email.outlook.admission import Asked, admit
from complaint_gift_email.outlook.draft import read_draft
from complaint_gift_email.outlook.files import collect, frames

__all__ = ["Asked", "admit", "collect", "frames", "read_draft"]
