"""`complaint-gift rules`: look at the rules, try them, explain them, write new ones."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Set
from difflib import get_close_matches
from pathlib import Path

import click

from complaint_gift.cli.chosen import Stop, chosen_playbook, hearing
from complaint_gift.cli.docs import docs
from complaint_gift.cli.explaining import Explanation
from complaint_gift.cli.precision import precision
from complaint_gift.cli.review import read_text
from complaint_gift.cli.rulewords import LANGUAGES, SCOPES
from complaint_gift.cli.sketch import is_written, sketch_rule, unwritten
from complaint_gift.cli.textfiles import counted, loaded
from complaint_gift.domain import Scope, Severity
from complaint_gift.playbook import PROFILES, Context, ContextError, Playbook, Rule
from complaint_gift.playbook.schema import SCHEMAS
from complaint_gift.playbook.trial import RuleTrial, SignalTrial, try_rules, try_signals

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_FOLDER = click.option(
    "--playbook",
    "folder",
    type=click.Path(path_type=Path),
    help="A folder of rules.  [default: as configured]",
)
_PROFILE = click.option(
    "--profile", type=click.Choice(PROFILES), help="Which rules.  [default: as configured]"
)


@click.group()
def rules() -> None:
    """List, test, explain and write rules."""


@rules.command("list")
@_FOLDER
@_PROFILE
@click.option("--all", "everything", is_flag=True, help="Rules of every profile.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def list_rules(folder: Path | None, profile: str | None, everything: bool, language: str) -> None:
    """The rules that speak, by what they read, the worst first."""
    playbook = chosen_playbook(folder, profile)
    shown = list(playbook.rules.values()) if everything else list(playbook.active)
    if not shown:
        raise Stop(f"No rule speaks in the profile {playbook.profile}.")
    width = max(len(rule.id) for rule in shown)
    for scope in Scope:
        group = [rule for rule in shown if next(one for one in Scope if one in rule.scopes) is scope]
        if group:
            click.secho(SCOPES[language][scope], bold=True)
        for rule in sorted(group, key=lambda rule: (rule.severity.rank, rule.id)):
            click.echo(_line(rule, width, language))
    click.echo(
        f"\n{counted(len(shown), 'rule')}, profile {playbook.profile}, playbook {playbook.hash}", err=True
    )


def _line(rule: Rule, width: int, language: str) -> str:
    """One line, cut to the width of the terminal if there is one."""
    marks = " (shadow)" if rule.shadow else " (blocks)" if rule.block else ""
    told = f"{rule.id:{width}}  {rule.aim(language)}"
    room = shutil.get_terminal_size().columns - 11 - len(marks)
    if sys.stdout.isatty() and len(told) > room:
        told = told[: max(width, room - 1)] + "…"
    return click.style(f"  {rule.severity.value:8}", fg=_COLOURS[rule.severity]) + f" {told}{marks}".rstrip()


@rules.command("test")
@click.argument("names", nargs=-1)
@_FOLDER
def test_rules(names: tuple[str, ...], folder: Path | None) -> None:
    """Run the examples in every rule and signal, or only in those named. Exits with 1 when one fails."""
    playbook = chosen_playbook(folder, None)
    _known(names, playbook)
    count = failed = gaps = elsewhere = 0
    only = frozenset(names)
    trials: list[RuleTrial | SignalTrial] = [*try_signals(playbook, only), *try_rules(playbook, only)]
    for trial in trials:
        if _is_passed_over(trial):
            elsewhere += 1
            continue
        count += 1
        if isinstance(trial, RuleTrial) and trial.example.todo:
            gaps += not trial.passed
        elif not trial.passed:
            failed += 1
            click.echo("\n".join(_failure(trial)))
    for rule in playbook.rules.values():
        waiting = unwritten(rule) if not only or rule.id in only else []
        if waiting:
            failed += 1
            where = f"{rule.file}:{rule.line}: rule {rule.id}"
            click.secho(f"{where} still says TODO in {', '.join(waiting)}", fg="red", bold=True)
    _tell_idle(playbook, only)
    colour = "red" if failed else "green"
    note = f", {counted(gaps, 'known gap')}" if gaps else ""
    note += (
        f", {counted(elsewhere, 'shipped one')} left out: your `when` does not hold for them"
        if elsewhere
        else ""
    )
    click.secho(f"{counted(count, 'example')}, {failed} failed{note}", fg=colour, bold=True)
    sys.exit(1 if failed else 0)


def _tell_idle(playbook: Playbook, only: Set[str]) -> None:
    """Signals that nothing comes of are no mistake: a rule may be on its way."""
    asked = {name for rule in playbook.rules.values() for name in rule.names()}
    for document in playbook.idle_signals():
        name = document.part.signal
        if not only or name in only:
            near = get_close_matches(name, asked, 1)
            hint = f" Did you mean {near[0]}?" if near else " Name it under `signals` of a rule."
            where = f"{document.file}:{document.line}"
            click.secho(f"{where}: no rule asks for the signal {name}.{hint}", fg="yellow")


def _known(names: tuple[str, ...], playbook: Playbook) -> None:
    known = {*playbook.rules, *(document.part.signal for document in playbook.documents)}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = (
                f" Did you mean {near[0]}?" if near else " `complaint-gift rules list --all` names the rules."
            )
            raise Stop(f"There is no rule and no signal called {name}.{hint}")


def _failure(trial: RuleTrial | SignalTrial) -> Iterator[str]:
    if isinstance(trial, RuleTrial):
        what, where = f"rule {trial.rule.id}", f"{trial.rule.file}:{trial.example.line}"
        wanted = "has to fire" if trial.example.fires else "has to stay silent"
        found = [
            finding.quote or "missing: " + finding.params.get("missing", "") for finding in trial.findings
        ]
    else:
        what, where = f"signal {trial.example.signal}", f"{trial.example.file}:{trial.example.line}"
        wanted = "has to be found" if trial.example.found else "must not be found"
        found = [
            trial.example.text[hit.start : hit.end]
            + f" (by: {hit.phrase.text if hit.phrase else 'a detector'})"
            for hit in trial.hits
        ]
    yield click.style(f"{where}: {what} {wanted} ({trial.example.language})", fg="red", bold=True)
    yield f"    {trial.example.text}"
    yield from (f"    found: {one}" for one in found)
    if isinstance(trial, RuleTrial) and _is_elsewhere(trial):
        yield "    silent because its `when` does not hold: write {text: ..., context: {...}} as the example"
    if isinstance(trial, SignalTrial):
        for near in trial.dropped:
            phrase = near.hit.phrase.text if near.hit.phrase else ""
            yield f"    silenced by {near.mark} {near.by}: {phrase}"


def _is_passed_over(trial: RuleTrial | SignalTrial) -> bool:
    """An example of the rule below for a place that the `when` laid over it leaves out: it proves nothing.

    What is laid over a rule lends its own first line to whatever comes from below.
    """
    return isinstance(trial, RuleTrial) and trial.example.line == trial.rule.line and _is_elsewhere(trial)


def _is_elsewhere(trial: RuleTrial) -> bool:
    context = Context.parse(trial.example.context)
    return trial.example.fires and not trial.rule.when.holds(context, trial.example.text)


@rules.command()
@click.argument("text")
@click.option(
    "--scope", type=click.Choice([scope.value for scope in Scope]), default="public-reply", show_default=True
)
@click.option("--context", "context", default="{}", metavar="JSON", help="What is known besides the text.")
@_FOLDER
@_PROFILE
@click.option(
    "--language", type=click.Choice(LANGUAGES), help="Of what is said about the text.  [default: the text's]"
)
@click.option("--words-only", is_flag=True, help="Leave the learned layer out, as `review --words-only`.")
@click.option("--all", "everything", is_flag=True, help="Every signal and near-hit of a long text.")
def explain(
    text: str,
    scope: str,
    context: str,
    folder: Path | None,
    profile: str | None,
    language: str | None,
    words_only: bool,
    everything: bool,
) -> None:
    """Why `review` says what it says of TEXT, and why it does not say more.

    Signals with the phrase or the score behind them, near-hits and what silenced them, rules that would have
    spoken and what kept them silent, findings. With - as TEXT the standard input is read.
    """
    if text == "-":
        text = read_text(Path("-"))
    try:
        parsed = Context.parse(loaded(context))
    except ContextError as error:
        raise Stop(str(error)) from None
    except (ValueError, RecursionError):
        raise Stop("--context is not JSON.") from None
    playbook, tag = chosen_playbook(folder, profile), None if words_only else hearing()
    told = Explanation(
        playbook,
        text,
        Scope(scope),
        parsed,
        tag(text, parsed) if tag is not None else None,
        language=language,
        everything=everything,
    )
    click.echo("\n".join(told.lines()))


@rules.command()
@click.argument("identity", metavar="ID")
@click.option("--from", "sentence", default="", help="A sentence the rule has to find.")
@click.option("--language", default="en", show_default=True, help="The language of that sentence.")
@click.option("--into", type=click.Path(path_type=Path), required=True, help="The folder of your playbook.")
def new(identity: str, sentence: str, language: str, into: Path) -> None:
    """Write a rule and its signal with examples that fail until you fill them in."""
    try:
        written = sketch_rule(identity, sentence, language, into)
    except (ValueError, FileExistsError) as error:
        raise Stop(str(error)) from None
    except OSError as error:
        raise Stop(f"{error.filename} cannot be written: {error.strerror}.") from None
    for path in written:
        click.echo(f"written: {path}")
    click.echo(f"Now fill in the phrases and run: complaint-gift rules test {identity} --playbook {into}")


@rules.command()
@_FOLDER
def coverage(folder: Path | None) -> None:
    """How many examples each rule has in each language.

    Rules and signals that lack some come first.
    """
    playbook = chosen_playbook(folder, None)
    languages = sorted({document.part.language for document in playbook.documents})
    lacking = 0
    for rule in sorted(playbook.rules.values(), key=lambda rule: (not _gaps(rule, languages), rule.id)):
        cells = []
        for language in languages:
            written = [e for e in rule.examples if e.language == language and is_written(e)]
            fires = sum(e.fires for e in written)
            passes = len(written) - fires
            colour = None if fires and passes else "yellow"
            cells.append(click.style(f"{language} {fires}/{passes}", fg=colour))
        gap = _gaps(rule, languages)
        lacking += bool(gap)
        note = click.style(f"  no examples in {', '.join(gap)}", fg="yellow") if gap else ""
        click.echo(f"{rule.id:36} {'  '.join(cells)}{note}")
    for document in playbook.documents:
        if not document.examples:
            click.secho(
                f"signal {document.part.signal} has no examples in {document.part.language}", fg="yellow"
            )
    click.echo(
        f"\n{counted(len(playbook.rules), 'rule')}, {lacking} without examples in a language", err=True
    )


def _gaps(rule: Rule, languages: list[str]) -> list[str]:
    covered = {example.language for example in rule.examples if is_written(example)}
    return [language for language in languages if language not in covered]


@rules.command()
@click.argument("what", type=click.Choice(list(SCHEMAS)), default="rule")
def schema(what: str) -> None:
    """The JSON schema of a rule, a signal or a playbook.yaml, for completion in editors."""
    click.echo(json.dumps(SCHEMAS[what](), indent=2, ensure_ascii=False))


rules.add_command(docs)
rules.add_command(precision)
