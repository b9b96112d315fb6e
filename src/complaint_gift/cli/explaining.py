"""Why a playbook says what it says about a text."""

from __future__ import annotations

from collections.abc import Iterator

import click

from complaint_gift.domain import Finding, Scope
from complaint_gift.playbook import Context, Playbook
from complaint_gift.rules.signals import Dropped, Hit
from complaint_gift.text import Text

_MARKS = {
    "negated": "negated",
    "quoted": "inside a quotation",
    "conditional": "in a clause with a condition",
    "counterfactual": "only what would have been",
    "question": "asked, not said",
    "statement": "said, not asked",
    "unless": "by the exception",
}


def explain_text(playbook: Playbook, text: str, scope: Scope, context: Context) -> Iterator[str]:
    """Signals with their phrases, near-hits and what silenced them, findings."""
    dropped: list[Dropped] = []
    hits = playbook.hits(Text(text), scope, dropped=dropped)
    yield _title("Signals")
    yield from (line for hit in hits for line in _hit(hit, text))
    if not hits:
        yield "  none"
    kept = {(hit.signal, hit.start, hit.end) for hit in hits}
    near = [one for one in dropped if (one.hit.signal, one.hit.start, one.hit.end) not in kept]
    if near:
        yield ""
        yield _title("Near-hits that do not count")
        yield from (line for one in near for line in _near(one, text))
    yield ""
    yield _title("Findings")
    shadow: list[Finding] = []
    verdict = playbook.review(text, scope=scope, context=context, shadow=shadow)
    yield from (line for finding in verdict.findings for line in _finding(finding, playbook))
    if not verdict.findings:
        yield "  none"
    if shadow:
        yield ""
        yield _title("In shadow: counted, shown to nobody")
        yield from (line for finding in shadow for line in _finding(finding, playbook))
    yield f"\n{verdict.decision.value}"


def _finding(finding: Finding, playbook: Playbook) -> Iterator[str]:
    rule = playbook.rules[finding.rule]
    what = f"«{finding.quote}»" if finding.quote else f"missing {finding.params.get('missing', '')}".rstrip()
    yield f"  {finding.severity.value} {click.style(finding.rule, bold=True)}: {what}"
    asked = ", ".join(sorted(rule.names())) or "no signals"
    yield f"    {rule.kind} in {rule.file}:{rule.line}, asks for {asked}"


def _title(text: str) -> str:
    return click.style(text, bold=True)


def _hit(hit: Hit, text: str) -> Iterator[str]:
    yield f"  {click.style(hit.signal, fg='green')}: «{text[hit.start : hit.end]}» ({hit.layer.value})"
    yield f"    {_phrase(hit)}"


def _near(near: Dropped, text: str) -> Iterator[str]:
    hit = near.hit
    by = f": {near.by}" if near.by else ""
    yield f"  {click.style(hit.signal, fg='yellow')}: «{text[hit.start : hit.end]}» - {_MARKS[near.mark]}{by}"
    yield f"    {_phrase(hit)}"


def _phrase(hit: Hit) -> str:
    if hit.phrase is None:
        return "found by a detector or the learned layer"
    shown = hit.phrase.text if len(hit.phrase.text) <= 160 else hit.phrase.text[:159] + "…"
    return f"{hit.phrase.file}:{hit.phrase.line}  {shown}"
