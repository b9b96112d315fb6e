"""One page for people about all rules of a playbook: the same headings for each, in English or Russian."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from complaint_gift.cli.rulewords import BLOCKS, CODES, HEADINGS, PAGE, SCOPES, SEVERITIES, SOURCES, WHEN
from complaint_gift.domain import Scope
from complaint_gift.playbook import PROFILES, Playbook, Rule
from complaint_gift.playbook.rendering import render
from complaint_gift.playbook.rule_files import SLOTS

# Slots that a review fills from the text itself; those that name people have blanks of their own.
_BLANKS = dict.fromkeys(SLOTS - {"customer_name", "order", "event_date"}, "(…)")


def page(playbook: Playbook, language: str) -> str:
    """Every rule of the playbook whatever its profiles, grouped by scope, with a table of contents."""
    return "\n".join([*_lines(playbook, language)]).rstrip() + "\n"


def _lines(playbook: Playbook, language: str) -> Iterator[str]:
    words, rules = PAGE[language], list(playbook.rules.values())
    yield f"<!-- {words['made']} -->\n"
    yield f"# {words['title']}\n"
    yield f"{words['intro']}\n"
    yield f"## {words['contents']}\n"
    groups = [(scope, _of(rules, scope)) for scope in Scope]
    for scope, group in groups:
        if group:
            yield f"{SCOPES[language][scope]}:\n"
            yield from (f"- [{rule.id}](#{_anchor(rule.id)}): {rule.aim(language)}" for rule in group)
            yield ""
    for scope, group in groups:
        if group:
            yield f"## {SCOPES[language][scope]}\n"
        for rule in group:
            yield from _rule(rule, language)
    used = {one.partition(":")[0] for rule in rules for one in rule.source} & SOURCES[language].keys()
    if used:
        yield f"## {words['sources']}\n"
        yield f"{words['legend']}\n"
        yield from (f"- `{code}`: {text}" for code, text in SOURCES[language].items() if code in used)


def _of(rules: Sequence[Rule], scope: Scope) -> list[Rule]:
    """The rules whose first scope this is, the worst first."""
    first = [rule for rule in rules if next(s for s in Scope if s in rule.scopes) is scope]
    return sorted(first, key=lambda rule: (rule.severity.rank, rule.id))


def _anchor(identity: str) -> str:
    return identity.replace(".", "")


def _rule(rule: Rule, language: str) -> Iterator[str]:
    """The sections of one rule."""
    words, said = PAGE[language], render(rule, _BLANKS, language)
    lacking = words["lacking"]
    texts = {
        "enforces": rule.aim(language) or said.message,
        "why": said.why or lacking,
        "reading": _reading(said.reading, language) or lacking,
        "fires": _example(rule, language, fires=True),
        "passes": _example(rule, language, fires=False),
        "instead": f"\n\n> {said.suggestion}" if said.suggestion else lacking,
        "severity": _severity(rule, language),
        "profiles": ", ".join(f"`{one}`" for one in _profiles(rule)) or words["no_profile"],
        "scope": ", ".join(SCOPES[language][scope].lower() for scope in Scope if scope in rule.scopes),
        "conditions": _conditions(rule, language),
        "source": ", ".join(f"`{one}`" for one in rule.source) or lacking,
    }
    yield f"### {rule.id}\n"
    yield f"*{said.message}*\n"
    for key, heading in HEADINGS[language].items():
        yield f"**{heading}.** {texts[key]}\n".replace("** \n", "**\n")


def _profiles(rule: Rule) -> list[str]:
    return [one for one in PROFILES if one in rule.profiles]


def _reading(text: str, language: str) -> str:
    """Without the words that the heading has said already."""
    start = PAGE[language]["reads"]
    rest = text.removeprefix(start)
    return rest[:1].upper() + rest[1:]


def _severity(rule: Rule, language: str) -> str:
    key = "block" if rule.block else rule.severity.value
    text = SEVERITIES[language][key]
    return f"{text} {PAGE[language]['shadow']}" if rule.shadow else text


def _example(rule: Rule, language: str, *, fires: bool) -> str:
    fitting = [e for e in rule.examples if e.fires is fires and e.language == language and not e.todo]
    if not fitting:
        return PAGE[language]["no_example"]
    example = min(fitting, key=lambda e: (len(e.context), e.line))
    lines = [_known(key, value, language) for key, value in example.context.items()]
    return "\n\n" + "\n>\n".join(f"> {' '.join(line.split())}" for line in [*lines, example.text])


def _known(key: str, value: object, language: str) -> str:
    """One line on what is known besides the text."""
    codes = CODES[language]
    if isinstance(value, Mapping):
        told = ", ".join(str(one) for one in value.values() if not isinstance(one, bool))
        own = value.get("company")
        told += f" ({codes['own' if own else 'personal']})" if isinstance(own, bool) else ""
    elif isinstance(value, list | tuple):
        told = " / ".join(map(str, value))
    else:
        told = codes.get(str(value), str(value))
    return f"{codes.get(key, key)}: {told}"


def _conditions(rule: Rule, language: str) -> str:
    words = PAGE[language]
    parts = [*_when(rule, language), *_silenced(rule, language)]
    silencers = {name for key in BLOCKS[language] for name in _names(rule, key)}
    wanted = {name for group in getattr(rule.check, "groups", ()) for name in group}
    asked = ", ".join(f"`{name}`" for name in sorted(set(rule.check.names()) - silencers | wanted))
    looks = f"{words['kind']} `{rule.kind}`" + (f", {words['signals']} {asked}" if asked else "")
    told = "; ".join(parts) or words["always"]
    return f"{told[:1].upper()}{told[1:]}. {looks}."


def _when(rule: Rule, language: str) -> Iterator[str]:
    for field in fields(rule.when):
        value = getattr(rule.when, field.name)
        if value in (None, (), ""):
            continue
        said = WHEN[language][field.name]
        values = value if isinstance(value, tuple) else (value,)
        if isinstance(said, dict):
            yield ", ".join(said.get(one, str(one)) for one in values)
        else:
            yield said.format(", ".join(f"`{one}`" for one in values))


def _silenced(rule: Rule, language: str) -> Iterator[str]:
    for key, said in BLOCKS[language].items():
        names = _names(rule, key)
        if names:
            yield said.format(", ".join(f"`{one}`" for one in names))


def _names(rule: Rule, key: str) -> tuple[str, ...]:
    """The signals behind a key of the rule's check; none where its kind has no such key."""
    value = getattr(rule.check, key, None)
    return tuple(getattr(value, "signals", value) or ())
