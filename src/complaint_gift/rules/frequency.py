"""How often a word is expected in a reply: decides under which part a phrase is indexed."""

from __future__ import annotations

from complaint_gift.rules.phrases import Atom

_EVERYWHERE = """the to we a is for it your on in that of you and i not at our have with will are be us this
    в не и на с за что мы вы по у а к я это о"""
_COMMON = """about would by so from what sorry one no can has as been do s me did had he my back two were
    wrong am she out if her new an all up thank please there who like before should how time asked
    now say but only left here again right because could apologise three let after off they when
    which them call came too said day nothing free read nobody without his told see next why same
    today down him first know every may then thanks over any got just come number night until or
    never way вам вас до нас все без как так спасибо его уже от нам бы для из он про же если было
    нет но при ваш наш сегодня раз мне деньги простите меня только завтра еще сами сам ни чем она
    извинения просим чтобы день очень кто будет тот после быть мой мочь который этот весь"""
_WEIGHTS = dict.fromkeys(_COMMON.split(), 30.0) | dict.fromkeys(_EVERYWHERE.split(), 100.0)
_KINDS = {"number": 40.0, "name": 60.0, "money": 10.0, "time": 8.0, "date": 4.0, "caps": 8.0}


def weight(atom: Atom) -> float:
    """A rough count of texts, in a hundred, that hold the word."""
    if atom.how in ("word", "exact"):
        return _WEIGHTS.get(atom.value, 1.0)
    if atom.how == "prefix":
        return 2.0 if len(atom.value) > 3 else 20.0
    if atom.how == "suffix":
        return 150.0
    if atom.how == "any":
        return 1000.0
    return _KINDS.get(atom.value, 3.0)


def is_common(form: str) -> bool:
    """Whether the word is so frequent that it says nothing about a text."""
    return form in _WEIGHTS
