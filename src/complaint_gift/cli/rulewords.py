"""The fixed words of the page about rules, in both languages."""

from __future__ import annotations

from typing import Any

from complaint_gift.domain import Scope

LANGUAGES = ("en", "ru")

# Heading per section, in the order of the page.
HEADINGS: dict[str, dict[str, str]] = {
    "en": {
        "enforces": "What it enforces",
        "why": "Why",
        "reading": "How the customer reads it",
        "fires": "Example that fires",
        "passes": "Example that passes",
        "instead": "Write instead",
        "severity": "Severity",
        "profiles": "Profiles",
        "scope": "Scope",
        "conditions": "Conditions",
        "source": "Source",
    },
    "ru": {
        "enforces": "Чего требует",
        "why": "Почему",
        "reading": "Как это читает клиент",
        "fires": "Пример, на который правило откликается",
        "passes": "Пример, который проходит",
        "instead": "Лучше так",
        "severity": "Строгость",
        "profiles": "Профили",
        "scope": "Где действует",
        "conditions": "Условия",
        "source": "Источник",
    },
}

PAGE: dict[str, dict[str, str]] = {
    "en": {
        "made": "Made by `complaint-gift rules docs`. Change the rules, not this page.",
        "title": "The rules of the playbook",
        "intro": (
            "What every reply to a complaint, every note about it and every comment on a note is read for.\n"
            "Any rule can be softened, reworded, put into shadow or switched off in a playbook of your own,\n"
            "see `complaint-gift rules --help`. A slot such as (name) is filled with what is known."
        ),
        "contents": "Contents",
        "sources": "Sources",
        "legend": "What stands before the colon:",
        "lacking": "Not written down.",
        "no_example": "None in English.",
        "no_profile": "none, so it never speaks",
        "always": "always",
        "kind": "Kind",
        "signals": "signals",
        "shadow": "In shadow now: counted, shown to nobody.",
        "reads": "The customer reads: ",
    },
    "ru": {
        "made": "Создано командой `complaint-gift rules docs --language ru`. Меняйте правила, а не страницу.",
        "title": "Правила",
        "intro": (
            "По этим правилам читается каждый ответ на жалобу, каждая объяснительная записка и каждый\n"
            "комментарий к ней. Любое правило можно смягчить, сказать своими словами, увести в теневой\n"
            "режим или выключить в собственном наборе, см. `complaint-gift rules --help`. Пропуск вроде\n"
            "(имя) заполняется тем, что известно."
        ),
        "contents": "Содержание",
        "sources": "Источники",
        "legend": "Что стоит до двоеточия:",
        "lacking": "Не записано.",
        "no_example": "На русском примера нет.",
        "no_profile": "ни одного, поэтому правило молчит",
        "always": "всегда",
        "kind": "Вид",
        "signals": "сигналы",
        "shadow": "Сейчас в теневом режиме: срабатывания считаются, но никому не видны.",
        "reads": "Клиент читает: ",
    },
}

SCOPES: dict[str, dict[Scope, str]] = {
    "en": {
        Scope.PUBLIC_REPLY: "Reply to the customer",
        Scope.EMPLOYEE_NOTE: "Note of the employee",
        Scope.MANAGER_COMMENT: "Comment of the manager",
    },
    "ru": {
        Scope.PUBLIC_REPLY: "Ответ клиенту",
        Scope.EMPLOYEE_NOTE: "Объяснительная записка сотрудника",
        Scope.MANAGER_COMMENT: "Комментарий руководителя",
    },
}

SEVERITIES: dict[str, dict[str, str]] = {
    "en": {
        "error": "`error`: holds the text until it is changed or a reason is given.",
        "warning": "`warning`: advises, holds nothing.",
        "info": "`info`: a hint.",
        "block": "`error` that blocks: a lead has to release the text.",
    },
    "ru": {
        "error": "`error`, ошибка: текст задерживается, пока его не поправят или не назовут причину.",
        "warning": "`warning`, замечание: советует, но ничего не задерживает.",
        "info": "`info`, совет.",
        "block": "`error` с блокировкой: отправить текст может только руководитель.",
    },
}

# What of a rule's `when` is said how: a text, or one per value. {} stands for the values.
WHEN: dict[str, dict[str, Any]] = {
    "en": {
        "complaint": {True: "only in a complaint", False: "only where it is no complaint"},
        "first_reply": {True: "only in the first reply", False: "only after the first reply"},
        "visibility": "only where the text is {}",
        "reply_to": {
            "customer": "only in a reply to the customer",
            "bystander": "only in a reply to somebody else than the customer",
        },
        "channel": "only in the channels {}",
        "not_channel": "not in the channels {}",
        "language": "only in the languages {}",
        "severity": "only where the case is {}",
        "brand": "only for the brands {}",
        "source": "only from the sources {}",
        "complaint_signal": "only where the complaint holds {}",
        "again": "or in a later one, where the complaint holds {}",
    },
    "ru": {
        "complaint": {True: "только если это жалоба", False: "только если это не жалоба"},
        "first_reply": {True: "только в первом ответе", False: "только после первого ответа"},
        "visibility": "только если текст виден как {}",
        "reply_to": {
            "customer": "только в ответе клиенту",
            "bystander": "только в ответе не клиенту, а постороннему",
        },
        "channel": "только в каналах {}",
        "not_channel": "кроме каналов {}",
        "language": "только на языках {}",
        "severity": "только если обращение имеет важность {}",
        "brand": "только для брендов {}",
        "source": "только из источников {}",
        "complaint_signal": "только если в жалобе есть {}",
        "again": "или в следующем, если в жалобе есть {}",
    },
}

# What silences a rule, by the attribute of its check.
BLOCKS: dict[str, dict[str, str]] = {
    "en": {
        "unless": "silent where the text holds {}",
        "unless_all": "silent where the text holds all of {}",
        "cancelled_by": "silent next to {}",
        "taken_back": "silent where our own words are denied ({})",
        "revoked_by": "does not count in one sentence with {}",
        "suspect": "on words alone only where the text holds {}",
        "approved": "allows any sum where the text holds {}",
        "may_precede": "lets sentences with {} come first",
    },
    "ru": {
        "unless": "молчит, если в тексте есть {}",
        "unless_all": "молчит, если в тексте есть сразу {}",
        "cancelled_by": "молчит рядом с {}",
        "taken_back": "молчит, если опровергаются наши же слова ({})",
        "revoked_by": "не засчитывается в одном предложении с {}",
        "suspect": "без обученного слоя только если в тексте есть {}",
        "approved": "разрешает любую сумму, если в тексте есть {}",
        "may_precede": "пропускает вперёд предложения, где есть {}",
    },
}

# Keys of a context as they stand above an example.
CODES: dict[str, dict[str, str]] = {
    "en": {
        "complaint_text": "Complaint",
        "reply_to": "Reply to",
        "bystander": "a bystander",
        "channel": "Channel",
        "visibility": "Read by",
        "internal": "colleagues only",
        "public": "everybody",
        "remedy_limit": "The writer may promise up to",
        "previous_replies": "Written to others before",
        "author": "Written by",
        "own": "the company's account",
        "personal": "a personal account",
        "about_employee": "The complaint is about",
        "customer_name": "Customer",
    },
    "ru": {
        "complaint_text": "Жалоба",
        "reply_to": "Кому",
        "bystander": "постороннему",
        "channel": "Канал",
        "visibility": "Кто прочтёт",
        "internal": "только коллеги",
        "public": "все",
        "remedy_limit": "Автор вправе обещать до",
        "previous_replies": "Раньше написано другим",
        "author": "Кто пишет",
        "own": "аккаунт компании",
        "personal": "личный аккаунт",
        "about_employee": "На кого жалоба",
        "customer_name": "Клиент",
    },
}

SOURCES: dict[str, dict[str, str]] = {
    "en": {
        "gift": "Janelle Barlow, Claus Møller, *A Complaint Is a Gift*: the step of their Gift Formula.",
        "seed": "five articles by practitioners from which this playbook grew.",
        "iso10002": "ISO 10002, *Guidelines for complaints handling in organizations*: the principle.",
        "lazare": "Aaron Lazare, *On Apology*.",
        "lewicki": "Lewicki, Polin, Lount (2016), *An Exploration of the Structure of Effective Apologies*.",
        "heard": "HEARD: hear, empathise, apologise, resolve, diagnose (Disney Institute).",
        "last": "LAST: listen, apologise, solve, thank.",
        "phso": "Parliamentary and Health Service Ombudsman (UK): how to apologise and answer.",
        "ombudsman": "ombudsmen's advice on people who complain often.",
        "fca": "Financial Conduct Authority (UK), DISP: the rule.",
        "ftc": "Federal Trade Commission (US), 16 CFR 465 on reviews and testimonials.",
        "research": "studies of fairness and of a second failure in handling complaints.",
    },
    "ru": {
        "gift": "Джанелл Барлоу, Клаус Мёллер, «Жалоба как подарок»: шаг их формулы.",
        "seed": "пять статей практиков, из которых вырос этот набор.",
        "iso10002": "ISO 10002, руководство по работе с претензиями в организациях: принцип.",
        "lazare": "Аарон Лазар, *On Apology*.",
        "lewicki": "Левицки, Полин, Лаунт (2016), об устройстве действенных извинений.",
        "heard": "HEARD: выслушать, посочувствовать, извиниться, решить, найти причину (Disney Institute).",
        "last": "LAST: выслушать, извиниться, решить, поблагодарить.",
        "phso": "Parliamentary and Health Service Ombudsman (Великобритания): как извиняться и отвечать.",
        "ombudsman": "советы омбудсменов о тех, кто жалуется часто.",
        "fca": "Управление по финансовому надзору (Великобритания), DISP: правило.",
        "ftc": "Федеральная торговая комиссия (США), 16 CFR 465 об отзывах.",
        "research": "исследования справедливости и повторной ошибки в работе с жалобами.",
    },
}
