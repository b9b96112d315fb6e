"""The new part of a mail: formats of programs, traps that are no quotation, hostile texts."""

import pytest
from growth import require_linear_in

from complaint_gift_email.quoting import MOST_LINES, Split, judged_part, new_part, quoted_part

REPLY = "Добрый день!\n\nЗаказ так и не привезли, верните деньги."
ENGLISH = "Hello,\n\nthe parcel never came, I want my money back."
QUOTE = "\n> Здравствуйте!\n> Ваш заказ передан в доставку.\n>\n> С уважением,\n> Магазин"
BARE = "\nЗдравствуйте!\nВаш заказ передан в доставку."

RUSSIAN = {
    "gmail": "пт, 11 июл. 2025 г. в 10:00, Магазин <shop@shop.test>:\n" + QUOTE,
    "gmail-wrapped": "пт, 11 июл. 2025 г. в 10:00, Магазин Очень Длинное Название\n<shop@shop.test>:\n"
    "" + QUOTE,
    "gmail-old": "11 июля 2019 г., 10:00 пользователь Магазин <shop@shop.test>\nнаписал:\n" + QUOTE,
    "apple": "> 11 июля 2025 г., в 10:00, Магазин <shop@shop.test> написал(а):\n" + QUOTE,
    "apple-new": "11 июля 2025 г., в 10:00, Магазин <shop@shop.test> написал(а):" + BARE,
    "thunderbird": "11.07.2025 10:00, Магазин пишет:" + QUOTE,
    "roundcube": "Магазин писал 2025-07-11 10:00:" + QUOTE,
    "roundcube-address": "shop@shop.test писал 11.07.2025 10:00:" + QUOTE,
    "opera": "Магазин <shop@shop.test> писал(а) в своём письме Fri, 11 Jul 2025 10:00:00 +0300:\n" + QUOTE,
    "bat": "Вы писали 11 июля 2025 г., 10:00:00:\n" + QUOTE,
    "bat-short": "Вы писали:\n" + QUOTE,
    "mailru": "Пятница, 11 июля 2025, 10:00 +03:00 от Магазин <shop@shop.test>:\n" + QUOTE,
    "mailru-bare": "Пятница, 11 июля 2025, 10:00 +03:00 от Магазин <shop@shop.test>:" + BARE,
    "yandex": "11.07.2025, 10:00, «Магазин» <shop@shop.test>:" + BARE,
    "yandex-old": "11 июля 2015, 10:00, Магазин <shop@shop.test>:" + BARE,
    "yandex-english": '11.07.2025, 10:00, "Shop" <shop@shop.test>:\n' + QUOTE,
    "outlook": "-----Исходное сообщение-----\nОт: Магазин\nОтправлено: 11 июля 2025 г. 10:00\nКому: Иван\n"
    "Тема: Заказ\n" + BARE,
    "outlook-new": "________________________________\nОт: Магазин <shop@shop.test>\n"
    "Отправлено: 11 июля 2025 г. 10:00\n"
    "Кому: Иван\nТема: Заказ\n" + BARE,
    "outlook-plain": "От: Магазин <shop@shop.test>\nОтправлено: 11 июля 2025 г. 10:00\nКому: Иван\n"
    "Тема: Заказ\n" + BARE,
    "outlook-stars": "*От:* Магазин [mailto:shop@shop.test]\n*Отправлено:* 11 июля 2025 г. 10:00\n"
    "*Кому:* Иван\n" + BARE,
    "outlook-dated": "From: Магазин <shop@shop.test>\nDate: пт, 11 июл. 2025 г. в 10:00\n"
    "Subject: Заказ\nTo: Иван\n" + BARE,
    "android": "-------- Исходное сообщение --------\nОт: Магазин <shop@shop.test>\n"
    "Дата: 11.07.2025 10:00 (GMT+03:00)\n"
    "Кому: Иван\nТема: Заказ\n" + BARE,
    "forward": "-------- Пересылаемое сообщение --------\n11.07.2025, 10:00, Магазин <shop@shop.test>:\n"
    "" + BARE,
    "forward-mailru": "-------- Пересылаемое сообщение --------\nОт кого: Магазин <shop@shop.test>\n"
    "Кому: Иван\n"
    "Дата: Пятница, 11 июля 2025, 10:00 +03:00\nТема: Заказ\n" + BARE,
    "apple-forward": "Начало переадресованного сообщения:\n\n> От: Магазин <shop@shop.test>\n"
    "> Дата: 11 июля 2025 г.\n",
    "helpdesk": "Пожалуйста, пишите ответ выше этой строки\n" + BARE,
    "letter": "В письме от 11 июля 2025 г. 10:00:00 Вы написали:" + QUOTE,
    "no-introduction": QUOTE,
    "bat-initials": "Вы писали 11 июля 2025 г., 10:00:00:"
    "\n\nМС> Здравствуйте!\nМС> Ваш заказ в доставке.\nМС>> Ура",
}  # fmt: skip
RUSSIAN["letter"] = "11 июля 2025 г. 10:00:00 Вы написали:" + QUOTE
WORDS = {
    "gmail": "On Fri, Jul 11, 2025 at 10:00 AM Shop <shop@shop.test> wrote:\n\n> Hello!\n> Shop",
    "gmail-wrapped": "On Fri, Jul 11, 2025 at 10:00 AM Shop With A Very Long Name <\n"
    "shop@shop.test> wrote:\n\n> Hello!",
    "gmail-bare": "On Fri, Jul 11, 2025 at 10:00 AM Shop <shop@shop.test> wrote:\n\nHello!",
    "apple": "> On 11 Jul 2025, at 10:00, Shop <shop@shop.test> wrote:\n>\n> Hello!",
    "thunderbird": "On 7/11/25 10:00, Shop wrote:\n> Hello!",
    "outlook": "From: Shop <shop@shop.test>\nSent: Friday, July 11, 2025 10:00 AM\nTo: Anna\n"
    "Subject: Order\n\nHello!",
    "original": "-----Original Message-----\nFrom: Shop\nSent: Friday\n\nHello!",
    "yahoo": "________________________________\n From: Shop <shop@shop.test>\nTo: Anna\n"
    "Sent: Friday, July 11, 2025\n\nHello!",
    "framed": "---- On Fri, 11 Jul 2025 10:00:00 +0000 Shop <shop@shop.test> wrote ----\n\nHello!",
    "helpdesk": "##- Please type your reply above this line -##\n\nHello!",
}
STORIES = (
    "Добрый день!\nВ чате 11 июля 2025 г. оператор написал:\nприедет завтра. Не приехал!",
    "Ваш менеджер 5 мая в 10:00 мне написал: ждите. Я жду до сих пор, где деньги?",
    "От: вас никакого толку.\nКому: вообще тут можно пожаловаться?",
    "Отправлено: ничего. Получено: ничего. Дата: неизвестна никому, даже вам.",
    "Вот что я писал вам ещё в мае, прочтите:\nзаказ не приехал, деньги не вернули.",
    "На сайте написано:\nдоставка за один день. Прошла неделя.",
    "С уважением к клиентам у вас, видимо, проблемы, потому что мне нахамили.",
    "Hello,\nyour agent told me on 11 July 2025 and then wrote:\nit comes tomorrow. It did not.",
    "To: whom it may concern. Subject: your awful service. I waited for a week.",
    "Best of all was the waiter who shouted at us. Regards to the chef, though, the soup was fine.",
    "I ordered two things -- a lamp and a chair -- and got none of them.",
    "The letter says:\nwe are sorry. You are not.",
    "Верните деньги за лампу.\nНастоящее письмо является досудебной претензией, ответа жду десять дней.",
    "I want my money back.\nThis email is my last warning before I go to court.",
    "External email is what you call me, a customer of ten years?\nI want my money back.",
    "The sizes:\nA > B, though your page says B > A.\nX>Y is wrong too.",
)


@pytest.mark.parametrize("name", RUSSIAN)
def test_russian_history_is_cut(name: str) -> None:
    assert new_part(f"{REPLY}\n\n{RUSSIAN[name]}") == REPLY


@pytest.mark.parametrize("name", WORDS)
def test_english_history_is_cut(name: str) -> None:
    assert new_part(f"{ENGLISH}\n\n{WORDS[name]}") == ENGLISH


@pytest.mark.parametrize("story", STORIES)
def test_stories_are_left_as_they_are(story: str) -> None:
    split = Split.of(story)
    assert split.new == split.without_history == story


DISCLAIMERS = (
    "Настоящее сообщение и любые приложения к нему являются конфиденциальными и предназначены только для\n"
    "адресата. Если вы получили его по ошибке, удалите его.",
    "CONFIDENTIALITY NOTICE: This email and any attachments are confidential and may be privileged. If you\n"
    "are not the intended recipient, please delete it.\n\nPlease think of the trees before you print.",
)
BANNERS = (
    "CAUTION: This email originated from outside of the organization. Do not click links.",
    "[EXTERNAL EMAIL]",
    "Внимание! Внешняя почта. Не открывайте вложения.",
    "You don't often get email from anna@customer.test. Learn why this is important",
)


@pytest.mark.parametrize("disclaimer", DISCLAIMERS)
def test_what_lawyers_put_below_is_no_word_of_the_author(disclaimer: str) -> None:
    split = Split.of(f"{REPLY}\n\nС уважением,\nИван\n\n{disclaimer}\n\n{RUSSIAN['gmail']}")
    assert split.new == REPLY
    assert split.written == f"{REPLY}\n\nС уважением,\nИван"


@pytest.mark.parametrize("banner", BANNERS)
def test_what_mail_servers_put_above_is_no_word_of_the_author(banner: str) -> None:
    assert new_part(f"{banner}\n\n{ENGLISH}\n\n{WORDS['outlook']}") == ENGLISH
    assert new_part(banner) == banner


@pytest.mark.parametrize(
    "farewell",
    ["С уважением,\nИван Петров", "С уважением, Иван", "С уважением,\nИван Петров\n+7 900 000-00-00",
     "Всего доброго!\nИван",
     "Best regards,\nAnna", "Kind regards\nAnna Smith\nShop Ltd", "Sincerely,\nAnna", "Cheers,\nAnna"],
)  # fmt: skip
def test_farewell_belongs_to_a_reply_and_not_to_its_bare_words(farewell: str) -> None:
    split = Split.of(f"{REPLY}\n\n{farewell}\n\n{RUSSIAN['gmail']}")
    assert split.new == REPLY
    assert split.written == f"{REPLY}\n\n{farewell}"


@pytest.mark.parametrize(
    "signature",
    ["-- \nИван Петров\nМагазин", "--\nAnna", "Отправлено с iPhone", "Отправлено из Почты для Windows",
     "Sent from my phone",
     "Get Outlook for iOS", "Отправлено из мобильной Почты Mail", "--\nОтправлено из Mail.ru для Android"],
)  # fmt: skip
def test_signature_of_programs_is_cut(signature: str) -> None:
    split = Split.of(f"{REPLY}\n\n{signature}")
    assert split.written == REPLY
    assert split.without_history == f"{REPLY}\n\n{signature}".replace("-- \n", "--\n")


def test_answers_between_quotations_are_kept() -> None:
    text = "Вы писали:\n\n> Заказ передан.\n\nНе передан.\n\n> Вернём деньги.\n\nКогда?"
    assert new_part(text) == "Не передан.\n\nКогда?"
    assert Split.of(text).history.count(">") == 2


def test_postscript_below_the_farewell_is_new() -> None:
    assert "чек приложил" in Split.of(f"{REPLY}\n\nС уважением,\nИван\n\nP.S. чек приложил").new


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте!\n---\nЗаказ 1 пришёл разбитым.\n---\nЗаказ 2 не пришёл.",
        "Hi,\n___\nOrder 1 came broken, order 2 never came.",
        "Order 1 came broken.\n---\nOrder 2 never came.\n---\nI want my money back.",
    ],
)
def test_dashes_between_points_begin_no_signature(text: str) -> None:
    assert new_part(text) == text


def test_nothing_but_quotation_comes_back_as_it_is() -> None:
    assert new_part("> Верните деньги") == "> Верните деньги"
    assert judged_part("> Верните деньги!") == "> Верните деньги!"
    assert new_part("") == ""


def test_marked_words_of_others_are_no_words_of_a_short_answer() -> None:
    assert judged_part("> Верните деньги!\nда") == "да"
    assert (
        judged_part("Thank you!\n\nOn Mon, 2 Mar 2026 at 10:00, Bob <b@x.test> wrote:\n> Idiots.")
        == "Thank you!"
    )
    bare = "Принято.\n\nОт: Иван <i@x.test>\nДата: 2 марта 2026 г. 10:00\nКому: Магазин\nТема: Заказ\n\nДа."
    assert judged_part(bare) == bare


SAID = "Посылка пришла разбитой.\nВерните деньги."
MARKED = "".join(f"\n> {line}" for line in SAID.split("\n"))


@pytest.mark.parametrize(
    "history",
    [
        "пт, 11 июл. 2025 г. в 10:00, Иван Очень Длинное Имя\n<i@x.test>:\n" + MARKED,
        "> 11 июля 2025 г., в 10:00, Иван <i@x.test> написал(а):\n>" + MARKED,
        "On Mon, 2 Mar 2026 at 10:00, Ivan <i@x.test> wrote:" + MARKED,
        "Вы писали 11 июля 2025 г., 10:00:00:\n" + MARKED.replace("> ", "ИП> "),
        "11.07.2025, 10:00, «Иван» <i@x.test>:\n" + SAID,
        "-----Исходное сообщение-----\nОт: Иван <i@x.test>\nОтправлено: 11 июля 2025 г. 10:00\n"
        "Кому: Магазин\nТема: Заказ\n\n" + SAID,
        "________________________________\nFrom: Ivan <i@x.test>\nSent: Friday, July 11, 2025 10:00 AM\n"
        "To: Shop\nSubject: Order\n\n" + SAID,
    ],
)
@pytest.mark.parametrize(
    "reply", [REPLY, "Добрый день! \nПростите нас.  ", "Добрый день!\n\n\n\nПростите.\n\n-- \nАнна, Магазин"]
)
def test_what_a_reply_answers_is_the_words_that_it_quotes(reply: str, history: str) -> None:
    assert quoted_part(f"{reply}\n\n{history}\n") == SAID


def test_answers_between_quotations_leave_the_words_they_answer() -> None:
    intro = "On Mon, 2 Mar 2026 at 10:00, Ivan <i@x.test> wrote:"
    mail = f"Hello,\n\n{intro}\n> It came broken.\n\nWe are sorry.\n\n> He shouted.\n\nWe spoke with him."
    assert quoted_part(mail) == "It came broken.\nHe shouted."
    assert quoted_part(REPLY) == ""


@pytest.mark.parametrize("mark", ["> ", ""])
def test_older_mails_stay_behind_a_mark(mark: str) -> None:
    older = [
        "From: Shop <s@x.test>",
        "Sent: Monday, March 2, 2026 12:00 PM",
        "To: Ivan",
        "Subject: Order",
        "",
        "Photo?",
    ]
    quoted = [f"{mark}{line}".rstrip() for line in ("Where is my money?", "", *older)]
    intro = "On Tue, 3 Mar 2026 at 10:00, Ivan <i@x.test> wrote:"
    found = quoted_part("\n".join([ENGLISH, "", intro, *quoted])).split("\n")
    assert found == ["Where is my money?", "", *(f"> {line}".rstrip() for line in older)]


def test_introduction_on_the_line_of_the_last_word_is_cut() -> None:
    assert new_part("No. On Wed, Apr 4, 2012 at 3:59 PM, bob@x.test wrote:\n> Hi") == "No."


def test_very_long_text_says_that_it_was_cut() -> None:
    split = Split.of("слово\n" * (MOST_LINES + 5))
    assert split.is_cut
    assert len(split.lines) == MOST_LINES


HOSTILE = {
    "9 KB": "On " * 3000,
    "1 MB of On": "On " * 350_000,
    "introductions": "On 11.07.2025 10:00, Bob:\n" * 40_000,
    "fields": "От: a@b.test 11.07.2025\nКому: \n" * 20_000,
    "addresses": "a@b." * 250_000,
    "short lines": "On 1:\n" * 170_000,
    "quotes": ">" * 1_000_000,
    "nested": ("> " * 250 + "x\n") * 2000,
    "empty lines": "\n" * 1_000_000,
    "dashes": "-" * 1_000_000,
    "farewells": "с уважением\n" * 80_000,
    "wrapped": "On a\nb\nc\n" * 110_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_for_hostile_text_grows_with_its_length_alone(name: str) -> None:
    require_linear_in(new_part, HOSTILE[name])
    require_linear_in(quoted_part, HOSTILE[name])
