"""As much of a Jira as our plugin talks to, for tests: it remembers, refuses on demand and loses answers."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request as WebRequest
from werkzeug.wrappers import Response

# What Atlassian's gateway says where a token lacks the scope.
LACKING = {"code": 401, "message": "Unauthorized; scope does not match"}
BOT, AGENT, LEAD, CUSTOMER = "557058:bot", "5c5f:agent", "5c5f:lead", "qm:1f0c:customer"


def user(name: str, shown: str = "Somebody", **more: Any) -> dict[str, Any]:
    kind = "app" if name == BOT else "customer" if name.startswith("qm:") else "atlassian"
    return {"accountId": name, "displayName": shown, "active": True, "accountType": kind} | more


class Refusal(Exception):
    def __init__(
        self, status: int, said: str = "no", headers: dict[str, str] | None = None, body: Any = None
    ) -> None:
        super().__init__(said)
        self.status, self.headers = status, headers or {}
        self.body = body or {"errorMessages": [said], "errors": {}}


class Desk:
    """As much of a Jira as the plugin talks to. `asked` are all requests; `faults` spoil what matches."""

    def __init__(self, *, cloud: bool = True) -> None:
        self.cloud = cloud
        self.issues: dict[str, dict[str, Any]] = {}
        self.hooks: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.faults: list[tuple[str, Callable[[], Any]]] = []
        self.after: list[tuple[str, Callable[[], Any]]] = []
        # What our token has no scope for.
        self.narrowed: list[str] = []
        # What becomes of `public: false` in a note, True or None; "silent" says nothing about it.
        self.publishes: Any = False
        # Of Data Center; Cloud has another way of counting.
        self.version = 10
        # Whether a list of comments comes with their properties; where not, each has to be asked for.
        self.tells_properties = True
        # How much the service desk gives at once, at most; whether an edit says who can read.
        self.at_once, self.edits_tell = 100, True
        self.groups: dict[str, list[str]] = {}
        self.permissions: dict[str, bool] = {}
        self.me = user(BOT) if cloud else {"name": "cg-bot", "key": BOT, "displayName": "Complaint Gift"}
        self.url = ""
        self._ids = itertools.count(10001)

    def open(self, text: Any = "The soup was cold.", *, kind: str = "service_desk", **fields: Any) -> str:
        number = str(next(self._ids))
        made = {
            "summary": "Cold soup", "description": text, "labels": [], "reporter": user(CUSTOMER, "Sam"),
            "creator": user(CUSTOMER, "Sam"), "assignee": None, "created": "2026-01-31T08:00:00.000+0000",
            "updated": "2026-01-31T08:30:00.000+0000", "priority": {"id": "3", "name": "Medium"},
            "project": {"id": "10", "key": "SD", "name": "Support", "projectTypeKey": kind},
            "status": {"id": "1", "name": "Waiting for support", "statusCategory": {"key": "indeterminate"}},
        }  # fmt: skip
        self.issues[number] = {
            "id": number, "key": f"SD-{number}", "fields": made | fields, "comments": [], "properties": {},
            "links": [], "request": kind == "service_desk",
        }  # fmt: skip
        return number

    def write(self, number: str, body: Any, who: Any = None, public: Any = True, **more: Any) -> str:
        comment = {
            "id": str(next(self._ids)), "author": who or user(AGENT, "Dana"), "body": body, "public": public,
            "created": f"2026-01-31T08:{len(self.issues[number]['comments']) + 10:02d}:00.000+0000",
        }  # fmt: skip
        self.issues[number]["comments"].append(comment | more)
        return comment["id"]

    def notes(self, number: str) -> list[dict[str, Any]]:
        """The comments of our bot."""
        me = self.me.get("accountId") or self.me["key"]
        return [c for c in self.issues[number]["comments"] if me in c["author"].values()]

    def fail(
        self, pattern: str, status: int, *, times: int = 1, headers: Any = None, said: str = "no"
    ) -> None:
        """Refuse the next requests "METHOD path" that match, before anything is done."""

        def refuse() -> None:
            raise Refusal(status, said, headers)

        self.faults += [(pattern, refuse)] * times

    def lose(self, pattern: str) -> None:
        """Do it, and let the answer get lost."""

        def drop() -> None:
            raise Refusal(502, "<html>")

        self.after.append((pattern, drop))

    def wrote(self) -> list[tuple[str, str, Any]]:
        return [(method, path, body) for method, path, _, body in self.asked if method != "GET"]

    # -- the wire

    def __call__(self, environ: Any, start: Any) -> Any:
        web = WebRequest(environ)
        body = json.loads(web.get_data() or b"null")
        path = web.path
        self.asked.append((web.method, path, web.args.to_dict(), body))
        try:
            self._strike(self.faults, f"{web.method} {path}")
            if any(re.search(pattern, f"{web.method} {path}") for pattern in self.narrowed):
                raise Refusal(401, body=LACKING)
            status, answer = self._answer(web.method, path, web.args.to_dict(), body)
            self._strike(self.after, f"{web.method} {path}")
        except Refusal as exc:
            told = json.dumps(exc.body)
            return Response(told, exc.status, exc.headers, content_type="application/json")(environ, start)
        text = "" if answer is None else json.dumps(answer)
        return Response(text, status, content_type="application/json")(environ, start)

    @staticmethod
    def _strike(planned: list[tuple[str, Callable[[], Any]]], asked: str) -> None:
        for entry in planned:
            if re.search(entry[0], asked):
                planned.remove(entry)
                entry[1]()

    def _answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        for pattern, name in ROUTES:
            found = re.fullmatch(pattern, path)
            if found:
                answer = getattr(self, name)(method, query, body, **found.groupdict())
                return answer if isinstance(answer, tuple) else (200 if answer is not None else 204, answer)
        raise Refusal(404, f"no such address {path}")

    def _issue(self, number: str) -> dict[str, Any]:
        if number not in self.issues:
            raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
        return self.issues[number]

    def _shown(self, comment: dict[str, Any], query: Any = None) -> dict[str, Any]:
        shown = {key: value for key, value in comment.items() if key not in ("public", "kept")}
        if self.tells_properties and (query or {}).get("expand") == "properties":
            shown["properties"] = [{"key": k, "value": v} for k, v in comment.get("kept", {}).items()]
        if self.cloud and comment.get("public") is not None:
            shown["jsdPublic"] = comment["public"]
        return shown

    def on_issue(self, method: str, query: dict[str, str], body: Any, number: str) -> Any:
        issue = self._issue(number)
        if method == "GET":
            wanted = query.get("fields", "").split(",")
            fields = {name: value for name, value in issue["fields"].items() if name in wanted}
            asked = query.get("properties", "").split(",")
            kept = {name: value for name, value in issue["properties"].items() if name in asked}
            return {"id": issue["id"], "key": issue["key"], "fields": fields, "properties": kept}
        for change in body.get("update", {}).get("labels", []):
            labels = issue["fields"]["labels"]
            labels.append(change["add"]) if "add" in change else labels.remove(change["remove"])
        issue["fields"] |= body.get("fields", {})
        issue["properties"] |= {one["key"]: one["value"] for one in body.get("properties", [])}
        return None

    def on_comments(self, method: str, query: dict[str, str], body: Any, number: str) -> Any:
        issue = self._issue(number)
        if method == "POST":
            internal = any(
                p["key"] == "sd.public.comment" and p["value"]["internal"] for p in body["properties"]
            )
            public = not internal if issue["fields"]["project"]["projectTypeKey"] == "service_desk" else True
            return 201, self._shown(self._made(issue, body["body"], public))
        found = [self._shown(comment, query) for comment in issue["comments"]]
        found = found[::-1] if query.get("orderBy") == "-created" else found
        start, most = int(query["startAt"]), int(query["maxResults"])
        return {
            "startAt": start,
            "maxResults": most,
            "total": len(found),
            "comments": found[start : start + most],
        }

    def on_comment(self, method: str, query: dict[str, str], body: Any, number: str, comment: str) -> Any:
        issue = self._issue(number)
        for found in issue["comments"]:
            if found["id"] == comment:
                if method == "DELETE":
                    issue["comments"].remove(found)
                    return None
                if method == "PUT":
                    found["body"] = body["body"]
                shown = self._shown(found)
                return shown if method == "GET" or self.edits_tell else {"id": shown["id"]}
        raise Refusal(404, "no comment")

    def on_comment_property(self, method: str, query: Any, body: Any, comment: str, key: str) -> Any:
        every = [one for issue in self.issues.values() for one in issue["comments"]]
        kept = next((one.setdefault("kept", {}) for one in every if one["id"] == comment), None)
        if kept is None or (method == "GET" and key not in kept):
            raise Refusal(404, "no such thing")
        if method == "PUT":
            kept[key] = body
            return 201, {}
        return {"key": key, "value": kept[key]}

    def _made(self, issue: dict[str, Any], body: Any, public: Any) -> dict[str, Any]:
        comment = {
            "id": str(next(self._ids)), "author": self.me, "body": body, "public": public,
            "created": "2026-01-31T08:50:00.000+0000",
        }  # fmt: skip
        issue["comments"].append(comment)
        return comment

    def on_request_comments(self, method: str, query: dict[str, str], body: Any, number: str) -> Any:
        issue = self._issue(number)
        if not issue["request"]:
            raise Refusal(404, "The request does not exist.")
        if method == "POST":
            assert set(body) == {"body", "public"}
            public = body["public"] if self.publishes in (False, "silent") else self.publishes
            made = self._made(issue, body["body"], public)
            told = {"id": made["id"], "body": made["body"], "author": made["author"], "public": public}
            return 201, {k: v for k, v in told.items() if k != "public" or self.publishes != "silent"}
        return self._page([{"id": c["id"], "public": c["public"]} for c in issue["comments"]], query)

    def _page(self, values: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        """As the service desk pages: no more than it likes to give at once."""
        start, size = int(query["start"]), min(int(query["limit"]), self.at_once)
        page, last = values[start : start + size], start + size >= len(values)
        return {"start": start, "limit": size, "size": len(page), "isLastPage": last, "values": page}

    def on_request_comment(self, method: str, query: Any, body: Any, number: str, comment: str) -> Any:
        for found in self._issue(number)["comments"] if self._issue(number)["request"] else ():
            if found["id"] == comment:
                return {"id": comment, "public": found["public"]}
        raise Refusal(404, "no comment")

    def on_assignee(self, method: str, query: Any, body: Any, number: str) -> Any:
        self._issue(number)["fields"]["assignee"] = body | {"key": body.get("name")}

    def on_property(self, method: str, query: Any, body: Any, number: str, key: str) -> Any:
        kept = self._issue(number)["properties"]
        if method == "PUT":
            kept[key] = body
            return 201, {}
        if key not in kept:
            raise Refusal(404, "no property")
        return {"key": key, "value": kept[key]}

    def on_transitions(self, method: str, query: Any, body: Any, number: str) -> Any:
        if method == "GET":
            return {"transitions": [{"id": "31", "name": "Escalate", "to": {"name": "Escalated"}}]}
        self._issue(number)["fields"]["status"] = {"name": "Escalated"}
        return None

    def on_create(self, method: str, query: Any, body: Any) -> Any:
        number = self.open(kind="business", **body["fields"])
        return 201, {"id": number, "key": self.issues[number]["key"]}

    def on_link(self, method: str, query: Any, body: Any) -> Any:
        (issue,) = (one for one in self.issues.values() if one["key"] == body["outwardIssue"]["key"])
        if body not in issue["links"]:
            issue["links"].append(body)
        return 201, None

    def on_search(self, method: str, query: Any, body: Any) -> Any:
        label = re.search(r'labels = "([^"]+)"', body["jql"])
        found = [
            {"id": number, "key": one["key"]}
            for number, one in self.issues.items()
            if label is None or label[1] in one["fields"]["labels"]
        ]
        size = min(body["maxResults"], 2)
        start = int(body.get("startAt") or body.get("nextPageToken") or 0)
        page, after = found[start : start + size], start + size
        if not self.cloud:
            return {"startAt": start, "maxResults": size, "total": len(found), "issues": page}
        return {"issues": page, "isLast": after >= len(found)} | (
            {"nextPageToken": str(after)} if after < len(found) else {}
        )

    def on_known(self, method: str, query: Any, body: Any, what: str) -> Any:
        if what == "myself":
            return self.me
        if what == "serverInfo":
            return {"version": f"{self.version}.3.2", "versionNumbers": [self.version, 3, 2]}
        if what == "priority":
            names = ("Highest", "High", "Medium", "Low", "Lowest")
            return [{"id": str(n), "name": name} for n, name in enumerate(names, 1)]
        desk = "com.atlassian.servicedesk:"
        kinds = ("vp-origin", "sd-request-feedback", "sd-customer-organizations", "sd-request-participants")
        return [{"id": "summary", "schema": {"type": "string", "system": "summary"}}] + [
            {"id": f"customfield_{10010 + n}", "schema": {"type": "any", "custom": desk + kind}}
            for n, kind in enumerate(kinds)
        ]

    def on_members(self, method: str, query: dict[str, str], body: Any) -> Any:
        if query["groupname"] not in self.groups:
            raise Refusal(403, "no group for you")
        return {"isLast": True, "values": [user(name) for name in self.groups[query["groupname"]]]}

    def on_organization(self, method: str, query: dict[str, str], body: Any, number: str) -> Any:
        if number not in self.groups:
            raise Refusal(404, "no organisation")
        return self._page([user(name) for name in self.groups[number]], query)

    def on_project(self, method: str, query: Any, body: Any, key: str) -> Any:
        if key not in ("SD", "10"):
            raise Refusal(404, "no project")
        return {"id": "10", "key": "SD", "projectTypeKey": "service_desk"}

    def on_permissions(self, method: str, query: dict[str, str], body: Any) -> Any:
        names = query["permissions"].split(",")
        return {"permissions": {n: {"havePermission": self.permissions.get(n, True)} for n in names}}

    def _require_address(self, path: str) -> None:
        """Data Center 10 moved them."""
        if ("jira-webhook" in path) != (self.version >= 10 and not self.cloud):
            raise Refusal(404, f"no such address {path}")

    def on_hooks(self, method: str, query: Any, body: Any, root: str) -> Any:
        self._require_address(root)
        if method == "GET":
            return [{k: v for k, v in hook.items() if k != "secret"} for hook in self.hooks.values()]
        number = str(len(self.hooks) + 1)
        self.hooks[number] = self._kept(body, number)
        return 201, self.hooks[number]

    def on_hook(self, method: str, query: Any, body: Any, root: str, number: str) -> Any:
        self._require_address(root)
        if method == "DELETE":
            del self.hooks[number]
            return None
        self.hooks[number] = self._kept(body, number)
        return self.hooks[number]

    def _kept(self, body: dict[str, Any], number: str) -> dict[str, Any]:
        """A PUT replaces. From 10 on no answer tells a filter, and a secret belongs into `configuration`."""
        if self.version < 10 or self.cloud:
            return body | {"self": f"{self.url}/rest/webhooks/1.0/webhook/{number}"}
        kept = {key: body[key] for key in ("name", "url", "events", "active")}
        configuration = {k: v for k, v in body["configuration"].items() if k != "SECRET"}
        secret = {"secret": body["configuration"]["SECRET"]} if "SECRET" in body["configuration"] else {}
        return kept | {"id": int(number), "configuration": configuration} | secret

    def on_user(self, method: str, query: dict[str, str], body: Any) -> Any:
        return {"key": query["key"], "name": f"name-of-{query['key']}"}


_ISSUE = r"/rest/api/[23]/issue/(?P<number>\d+)"
ROUTES = [
    (_ISSUE, "on_issue"),
    (rf"{_ISSUE}/comment", "on_comments"),
    (rf"{_ISSUE}/comment/(?P<comment>\d+)", "on_comment"),
    (r"/rest/api/[23]/comment/(?P<comment>\d+)/properties/(?P<key>[^/]+)", "on_comment_property"),
    (r"/rest/servicedeskapi/request/(?P<number>\d+)/comment", "on_request_comments"),
    (r"/rest/servicedeskapi/request/(?P<number>\d+)/comment/(?P<comment>\d+)", "on_request_comment"),
    (rf"{_ISSUE}/assignee", "on_assignee"),
    (rf"{_ISSUE}/properties/(?P<key>\w+)", "on_property"),
    (rf"{_ISSUE}/transitions", "on_transitions"),
    (r"/rest/api/[23]/issue", "on_create"),
    (r"/rest/api/[23]/issueLink", "on_link"),
    (r"/rest/api/(3/search/jql|2/search)", "on_search"),
    (r"/rest/api/[23]/(?P<what>myself|priority|field|serverInfo)", "on_known"),
    (r"/rest/api/[23]/group/member", "on_members"),
    (r"/rest/servicedeskapi/organization/(?P<number>\d+)/user", "on_organization"),
    (r"/rest/api/[23]/project/(?P<key>\w+)", "on_project"),
    (r"/rest/api/[23]/mypermissions", "on_permissions"),
    (r"/rest/(?P<root>webhooks/1.0/webhook|jira-webhook/1.0/webhooks)", "on_hooks"),
    (r"/rest/(?P<root>webhooks/1.0/webhook|jira-webhook/1.0/webhooks)/(?P<number>\d+)", "on_hook"),
    (r"/rest/api/2/user", "on_user"),
]
