"""Records with every key that the REST API shows, most of them empty."""

from __future__ import annotations

from complaint_gift.demo.standin.desk import Json


def blank_ticket(number: int, requester: int, submitter: int, via: Json, now: str) -> Json:
    nothing = (
        "external_id", "type", "subject", "raw_subject", "description", "priority", "recipient", "due_at",
        "assignee_id", "organization_id", "group_id", "forum_topic_id", "problem_id", "satisfaction_rating",
        "custom_status_id", "ticket_form_id", "brand_id",
    )  # fmt: skip
    empty = (
        "collaborator_ids", "follower_ids", "email_cc_ids", "tags", "custom_fields", "sharing_agreement_ids",
        "fields", "followup_ids",
    )  # fmt: skip
    return {
        "url": f"/api/v2/tickets/{number}.json",
        "id": number,
        "via": via,
        "created_at": now,
        "updated_at": now,
        "status": "new",
        "requester_id": requester,
        "submitter_id": submitter,
        "has_incidents": False,
        "is_public": True,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
        **dict.fromkeys(nothing),
        **{name: [] for name in empty},
    }


def blank_user(number: int, name: str, role: str, email: str, locale: str, now: str) -> Json:
    nothing = (
        "phone", "shared_phone_number", "photo", "organization_id", "external_id", "last_login_at",
        "signature", "details", "notes", "custom_role_id", "ticket_restriction", "default_group_id",
    )  # fmt: skip
    no = ("shared", "shared_agent", "only_private_comments", "restricted_agent", "suspended", "report_csv")
    return {
        "url": f"/api/v2/users/{number}.json",
        "id": number,
        "name": name,
        "email": email or None,
        "role": role,
        "created_at": now,
        "updated_at": now,
        "time_zone": "UTC",
        "iana_time_zone": "Etc/UTC",
        "locale": locale,
        "locale_id": 27 if locale == "ru" else 1,
        "verified": True,
        "active": True,
        "moderator": role != "end-user",
        "tags": [],
        "alias": "",
        "user_fields": {},
        **dict.fromkeys(nothing),
        **dict.fromkeys(no, False),
    }


def blank_group(number: int, name: str, now: str) -> Json:
    return {
        "url": f"/api/v2/groups/{number}.json",
        "id": number,
        "name": name,
        "description": "",
        "default": False,
        "is_public": True,
        "deleted": False,
        "created_at": now,
        "updated_at": now,
    }


def blank_brand(number: int, name: str, is_default: bool, now: str) -> Json:
    return {
        "url": f"/api/v2/brands/{number}.json",
        "id": number,
        "name": name,
        "brand_url": "",
        "subdomain": "",
        "host_mapping": None,
        "has_help_center": False,
        "help_center_state": "disabled",
        "active": True,
        "default": is_default,
        "is_deleted": False,
        "logo": None,
        "ticket_form_ids": [],
        "signature_template": "",
        "created_at": now,
        "updated_at": now,
    }


def blank_field(number: int, wish: Json, now: str) -> Json:
    title, description = wish["title"], wish.get("description", "")
    no = (
        "required", "collapsed_for_agents", "visible_in_portal", "editable_in_portal", "required_in_portal",
    )  # fmt: skip
    field = {
        "url": f"/api/v2/ticket_fields/{number}.json",
        "id": number,
        "type": wish["type"],
        "title": title,
        "raw_title": title,
        "title_in_portal": title,
        "raw_title_in_portal": title,
        "description": description,
        "raw_description": description,
        "position": 0,
        "active": True,
        "removable": True,
        "regexp_for_validation": None,
        "tag": wish.get("tag"),
        "agent_description": None,
        "created_at": now,
        "updated_at": now,
        **dict.fromkeys(no, False),
    }
    if "custom_field_options" in wish:
        field["custom_field_options"] = wish["custom_field_options"]
    return field
