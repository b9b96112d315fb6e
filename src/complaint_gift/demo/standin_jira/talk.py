"""Comments over the platform's interface, and their properties."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from complaint_gift.demo.standin.desk import Json
from complaint_gift.demo.standin_jira import asking, comments, issues, markup, refusals
from complaint_gift.demo.standin_jira.memory import comment_of, issue_of
from complaint_gift.demo.standin_jira.platform import read_property


def add_routes(blueprint: Blueprint, version: int) -> None:
    """List, show, add, edit and delete comments; their properties."""
    _add_list(blueprint, version)
    _add_one(blueprint, version)
    _add_properties(blueprint)


def _add_list(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/issue/<name>/comment")
    def list_comments(name: str) -> Response:
        order, expanded = (
            request.args.get("orderBy", "created"),
            "properties" in request.args.get("expand", ""),
        )
        if order not in ("created", "+created", "-created"):
            raise refusals.invalid(f"Comments cannot be ordered by {order!r}.")
        view = asking.view(version)
        with asking.desk().reading() as records:
            found = records.find("comment", issue_of(records, name)["id"])
            if order == "-created":
                found.reverse()
            part = asking.page(found, default=100)
            shown = [view.comment(records, comment, properties=expanded) for comment in part.pop("values")]
        return jsonify(part | {"comments": shown})

    @blueprint.post("/issue/<name>/comment")
    def add_comment(name: str) -> tuple[Response, int]:
        wish = asking.read_body()
        body = _read_text(wish, version)
        properties: Json = {
            entry["key"]: entry.get("value") for entry in wish.get("properties") or () if entry.get("key")
        }
        view, is_customer = asking.view(version), g.caller["kind"] == "customer"
        with asking.desk().transaction() as records:
            comment = comments.add_comment(
                records, asking.act(), issue_of(records, name), body,
                # Whoever is a customer there writes in public, whatever was asked for.
                public=is_customer or not comments.read_internal(wish.get("properties") or []),
                visibility=wish.get("visibility"), properties=properties,
            )  # fmt: skip
            expanded = "properties" in request.args.get("expand", "")
            return jsonify(view.comment(records, comment, properties=expanded)), 201


def _add_one(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/issue/<name>/comment/<number>")
    def get_comment(name: str, number: str) -> Response:
        expanded = "properties" in request.args.get("expand", "")
        with asking.desk().reading() as records:
            comment = comment_of(records, number, issue_of(records, name))
            return jsonify(asking.view(version).comment(records, comment, properties=expanded))

    @blueprint.put("/issue/<name>/comment/<number>")
    def update_comment(name: str, number: str) -> Response:
        wish = asking.read_body()
        changes: Json = {"body": _read_text(wish, version)}
        if "visibility" in wish:
            changes["visibility"] = wish["visibility"]
        with asking.desk().transaction() as records:
            issue = issue_of(records, name)
            comment = comment_of(records, number, issue)
            if "properties" in wish:
                # Properties that are given replace the old ones, the internal mark too: the trap of edits.
                changes["public"] = not comments.read_internal(wish["properties"])
                changes["properties"] = {entry["key"]: entry.get("value") for entry in wish["properties"]}
            comment = comments.edit_comment(records, asking.act(), issue, comment, changes)
            return jsonify(asking.view(version).comment(records, comment))

    @blueprint.delete("/issue/<name>/comment/<number>")
    def delete_comment(name: str, number: str) -> tuple[str, int]:
        with asking.desk().transaction() as records:
            issue = issue_of(records, name)
            comments.delete_comment(records, asking.act(), issue, comment_of(records, number, issue))
        return "", 204


def _add_properties(blueprint: Blueprint) -> None:
    @blueprint.get("/comment/<number>/properties")
    def list_comment_properties(number: str) -> Response:
        with asking.desk().reading() as records:
            keys = comment_of(records, number)["properties"]
        return jsonify({"keys": [{"key": key, "self": f"{request.base_url}/{key}"} for key in keys]})

    @blueprint.route("/comment/<number>/properties/<key>", methods=["GET", "PUT", "DELETE"])
    def one_comment_property(number: str, key: str) -> tuple[Response | str, int]:
        with asking.desk().transaction() as records:
            comment = comment_of(records, number)
            known = key in comment["properties"]
            if request.method == "PUT":
                comment["properties"][key] = read_property(key)
                if key == comments.PUBLIC_PROPERTY:
                    entry = {"key": key, "value": comment["properties"][key]}
                    comment["public"] = not comments.read_internal([entry])
                records.put("comment", comment, comment["issue"])
                return jsonify(None), 200 if known else 201
            if not known:
                raise refusals.no_property(key)
            if request.method == "GET":
                return jsonify({"key": key, "value": comment["properties"][key]}), 200
            del comment["properties"][key]
            records.put("comment", comment, comment["issue"])
            return "", 204


def _read_text(wish: Json, version: int) -> Json:
    found = issues.read_document(comments.require_body(wish.get("body")), wiki=version == 2)
    if found is None or markup.is_empty(found):
        raise refusals.invalid(comment="Comment body can not be empty!")
    return found
