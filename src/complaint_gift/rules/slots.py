"""Slots of a template that nobody filled in: "Dear {{name}}", «[вставить причину]», XXXX."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_SLOT_WORDS = "name|customer|client|order|date|имя|фамилия|дата|номер|заказ|клиент"
# Alone in brackets or stars these are a slot, in capitals or not; with more words they may be a link's text.
_BARE_SLOT = (
    r"(?i:(?:first|last|full|customer'?s?|client|your|agent'?s?|product|order)[ _](?:name|number|title|date)"
    r"|surname|product|item|amount|issue|problem|reason|отчество|фио|товар|сумма|проблема|причина"
    r"|(?:ваш[ае]?|имя|номер|дата)[ _](?:имя|должность|клиента|сотрудника|заказа|визита)"
    rf"|{_SLOT_WORDS})"
)
# In round brackets only where something was to be put in: small words there are mostly the writer's own.
_PLACES = (
    "dear |hello |hello, |hi |hi, |mr |mrs |ms |уважаемый |уважаемая |уважаемые |уважаемый/ая |уважаемый(ая) "
    "|здравствуйте |здравствуйте, |about |at |by |concerning |for |from |in |of |on |regarding |to "
    "|until |with |в |во |до |для |за |из |к |ко |на |о |об |от |по |при |про |с |со |у "
)
_AT_A_PLACE = "|".join(rf"(?<=(?<!\w){re.escape(place)}\()" for place in _PLACES.split("|"))
# In square brackets alone.
_SQUARE_SLOT = (
    r"(?i:time|day|signature|agent|position|link|[xх]{1,4}|#| |время|день|подпись|должность|ссылка|число|час)"
)
# In capitals there, but what a file is, in which language, what was stressed.
_NO_SLOT = "(?:PDF|DOCX?|JPE?G|PNG|VIDEO|PHOTO|EXTERNAL|UPDATE|EN|RU|DE|AGAIN|ФОТО|ВИДЕО)"
_ROUND_SLOT = rf"\((?=[^\W\d_])(?={_BARE_SLOT}\))(?:(?i:{_AT_A_PLACE})|(?=[A-ZА-ЯЁ_' ]+\))){_BARE_SLOT}\)"
# What a writer of templates tells the agent to do: "(insert reason)", «[сюда вписать, что случилось]».
_FILL = (
    r"(?: an?| the| your| here| customer'?s?)*"
    r" (?:name|date|amount|reason|apolog|detail|order|product|issue|problem|fact|what)"
)
_ORDER_TO_FILL = (
    rf"(?i:(?:here |please )?insert{_FILL}|delete as|choose one"
    r"|(?:сюда |здесь )?(?:вставить|вписать|подставить),? (?!можно)\w"
    r"|(?:не)?нужное (?:зачеркнуть|подчеркнуть|вписать|выбрать|оставить))"
)
_SQUARE_ORDER = (
    rf"(?i:(?:here |please )?(?:describe|enter|add|specify|fill in){_FILL}"
    r"|(?:сюда |здесь )?(?:указать|описать|заполнить),? (?!можно)\w)"
)
# What a program calls a slot. Where a name belongs it is one, in code somebody talks about it is not.
_FIELD = (
    r"(?i:(?:first|last|full|sur|user|customer|client|guest|contact|recipient|buyer|agent|company|order|product)"
    r"[_.]?(?:first|last)?[_.]?(?:name|number)|(?:имя|фамилия|фио|номер)_\w{2,20}|\w{2,20}_(?:имя|фамилия|фио))"
)
# Capitals are a slot unless the customer is asked for what they name.
_NAME_FOR_A_NAME = (
    r"(?<!\w)(?i:(?<=здравствуйте, )|(?<=добрый день, )|(?<=уважаемый )|(?<=уважаемая )|(?<=уважением,[ \n]))"
    r"(?:ФИО|Имя Отчество|Имя)(?!\w)"
)
_CAPITALS = (
    r"(?<!\w)(?:ИМЯ КЛИЕНТА|ИМЯ(?! [А-ЯЁ]{2})|(?<!ите )(?<!аш )(?<! и )НОМЕР ЗАКАЗА"
    r"|(?i:(?<!your )(?<!the )(?<!add )(?<!with ))"
    r"(?:CUSTOMER NAME|FIRST NAME|ORDER NUMBER)(?! (?:field|box|line)\b))(?!\w)"
)
# What our own suggestions leave to be said: "by (time)", «до (время)».
_SUGGESTED = (
    r"\((?i:times?|what|when|day|answer|alternative|employee|one sentence"
    r"|what (?:happened|changes|they said|is different|in the process)"
    r"|время|что|чего|когда|день|ответ|в чём|одна фраза"
    r"|что (?:случилось|сделаю|сделать|меняется|меняем|именно|в порядке работы|будет иначе))\)"
)
_GREETING = (
    r"(?i:(?<!\w)(?:dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|hallo|liebe[rs]?"
    r"|sehr geehrte\w{0,2}"
    r"|уважаем\w{2,3}|дорог(?:ой|ая|ие)|здравствуйте|привет|добрый (?:день|вечер)|доброе утро),?)"
    r"(?: (?:Mr|Mrs|Ms|Mr/\w+)\.?)? "
)
_GREETED = (
    rf"{_GREETING}(?:@?{_FIELD}(?![\w.@])|@(?i:name|имя|фио)(?!\w)|(?:\w{{2,20}} ){{1,2}}\({_BARE_SLOT}\))"
    rf"|(?<![\w.+@-])@{_FIELD}(?![\w.@])"
)
_DATE_MASK = r"(?:(?:DD[./-]MM|MM[./-]DD|ДД[./-]ММ)\w{0,2}(?:[./-](?:YY|ГГ){1,2})?|HH:MM|ЧЧ:ММ)(?!\w)"
_FILLED_WITH = {
    "{": r"\{\{[^{}\n]{0,60}\}\}|\{%? ?[A-Za-zА-Яа-яЁё_][A-Za-zА-Яа-яЁё0-9_ .-]{0,40} ?%?\}"
    r"|(?<![\w\])}])\{\d{1,2}\}",
    "${": r"\$\{[^{}\n]{1,40}\}",
    "[": rf"\[(?!{_NO_SLOT}\])[A-ZА-ЯЁ][A-ZА-ЯЁ _.:-]{{1,60}}\](?!\()"
    rf"|\[(?:your|insert|вставить|укажите|причина|ваш|(?i:фио)|{_SLOT_WORDS})[^\]\n]{{0,60}}\](?!\()"
    rf"|\[(?:{_BARE_SLOT}|{_SQUARE_SLOT})[\]>](?!\()|\[(?=[^\W\d_]){_ORDER_TO_FILL}[^\])\n]{{0,60}}[\])]"
    rf"|\[{_SQUARE_ORDER}[^\]\n]{{0,60}}\]|(?<=\[){_DATE_MASK}",
    "<": rf"<(?:[A-ZА-ЯЁ][A-ZА-ЯЁ _-]{{1,40}}|(?:first_name|order_id|{_SLOT_WORDS})[^<>\n]{{0,40}})>"
    rf"|<{_BARE_SLOT}[\]>]|(?<=<){_DATE_MASK}",
    "(": rf"{_ROUND_SLOT}|{_SUGGESTED}|\((?=[^\W\d_]){_ORDER_TO_FILL}[^\])\n]{{0,60}}[\])]",
    "*": rf"(?<![*\w])\*{_BARE_SLOT}\*(?![*\w])",
    "%": r"%[A-Z_]{3,30}%|%[a-zа-яё]{2,20}_[a-zа-яё_]{2,20}%|%%\w{2,30}%%"
    r"|(?<![\w%/=&-])(?<!\d )%(?:\d\$)?[sd](?!\w)",
    "@@": r"@@\w{2,30}@@",
    "___": r"(?<=[№#:])_{3}(?!\w)|(?<=[\w№#:.] )_{3}(?!\w)|_{4,}",
    "lorem": "lorem ipsum",
}
# The same, told by something that several texts may begin with.
_TOLD_BY = {
    r"[_@(]|(?:[a-z._]n|[a-z]N)(?:ame|umber)(?!\w)|NAME|NUMBER": _GREETED,
    "XX|ХХ": r"(?<!\w)[XХ]{3,10}(?!\w)|(?<!\w)[XХ]{2,6}[.,][XХ]{2}(?!\w)"
    r"|[$£€] ?[XХ]{2}(?!\w)|(?<!\w)[XХ]{2}(?= ?(?:€|%|euro|pound|dollar|руб))",
    "DD|MM|ДД|ЧЧ": rf"(?i:(?<=(?<!\w)on )|(?<=(?<!\w)by )|(?<=(?<!\w)до ))"
    rf"{_DATE_MASK}(?=[ \t]*(?:[.!?…](?!\w)|\n|\Z))",
    " [,!]": r"(?<!\w)(?:Dear|Hi|Hello|Hey) ,|Уважаем\w{2,3} [,!]|Здравствуйте, ?[,!]",
    "[.…]{3}": r"(?:Dear|Уважаем\S+)(?: (?:Mr|Mrs|Ms|Mr/\w+))? [.…]{3,}"
    r"|(?:Hello|Hi|Здравствуйте,?)(?: (?:Mr|Mrs|Ms|Mr/\w+))? [.…]{3,}(?=[ \t]?[,!])",
    r"\?\?|NAME|undefined|null|NaN|None": r"(?:Dear|Hello|Hi|Здравствуйте|Уважаем\S+)"
    r"(?: (?:Mr|Mrs|Ms|Mr/\w+))?,? "
    r"(?:\?{2,}|(?:NAME|undefined|null|None|NaN)(?!\w))",
    "И[Мм][Яя]|ФИО|НОМЕР|NAME|NUMBER": rf"{_NAME_FOR_A_NAME}|{_CAPITALS}",
    "^(?i:template|macro|canned|шаблон|макрос|скрипт|заготовка)": r"^"
    r"(?i:template|macro|canned reply|шаблон|макрос|скрипт|заготовка)"
    r" ?(?:(?:no\.?|№|#) ?)?(?:\d{1,4}|[\"«“][^\"»”\n]{1,40}[\"»”])[.,:;]?(?=[ \t]*\r?\n)",
}
# What holds no hint is not searched: one pattern of all these takes a microsecond a character.
_SHAPES = [(re.escape(mark), shape) for mark, shape in _FILLED_WITH.items()] + [*_TOLD_BY.items()]
_PATTERNS = [(re.compile(hint), re.compile(shape)) for hint, shape in _SHAPES]
# One brace in an address of the web is how such addresses are described, not a slot that was forgotten.
_PATH = re.compile(
    r"(?:https?://|www\.|(?<![^\s(\"«])(?:[\w-]{1,60}(?:\.[\w-]{1,60}){1,4})?/)[^\s<>\"»]{1,500}"
)


def find_placeholders(text: str) -> Iterator[Span]:
    """Slots of a template that nobody filled in, from left to right."""
    paths = [match.span() for match in _PATH.finditer(text)] if "/" in text and "{" in text else []
    paths.reverse()
    for start, end in _slots(text):
        while paths and paths[-1][1] <= start:
            paths.pop()
        described = paths and paths[-1][0] < start and text[start] == "{" and text[start + 1] not in "{%"
        if not described:
            yield start, end


def _slots(text: str) -> Iterator[Span]:
    """All shapes together; of two that overlap the one that begins first."""
    found = [match.span() for hint, shape in _PATTERNS if hint.search(text) for match in shape.finditer(text)]
    free = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= free:
            yield start, end
            free = end
