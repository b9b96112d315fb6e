"""Promises: what, by when and by whom, in both languages; Wednesday 25 November 2026, 11:00 in Minsk."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.promises import OfficeHours, find_promises, find_times

ZONE = ZoneInfo("Europe/Minsk")
SENT = datetime(2026, 11, 25, 11, 0, tzinfo=ZONE)
HOURS = OfficeHours(ZONE)

TOLD = [
    ("Перезвоню завтра до 12.", "26.11 12:00", "Olga"),
    ("Деньги вернём до пятницы.", "27.11 18:00", ""),
    ("Вернём 4 850 рублей в течение трёх рабочих дней.", "30.11 18:00", ""),
    ("Вернём деньги в теч. 3 раб. дней.", "30.11 18:00", ""),
    ("Завтра до полудня я вам позвоню.", "26.11 12:00", "Olga"),
    ("Позвоню вам в четверг с десяти до одиннадцати.", "26.11 11:00", "Olga"),
    ("Сантехник Марат будет у вас завтра в девять.", "26.11 09:00", "Сантехник Марат"),
    ("К концу следующей недели расскажу, что нашли в мастерской.", "04.12 18:00", "Olga"),
    ("До шести вечера я вам напишу.", "25.11 18:00", "Olga"),
    ("Светлана Пак, начальник склада, наберёт вас до среды.", "02.12 18:00", "Светлана Пак"),
    ("Деньги вернутся на карту до 5 декабря, оформляет Инна из бухгалтерии.", "05.12 18:00", "Инна"),
    ("Мастер приедет 28.11 в 17:30.", "28.11 17:30", ""),
    ("Через два часа вам перезвонит Олег.", "25.11 13:00", "Олег"),
    ("Отправим замену в понедельник утром.", "30.11 12:00", ""),
    ("Ответ пришлю не позднее 3 дней.", "28.11 18:00", "Olga"),
    ("We will refund you within 3 working days.", "30.11 18:00", ""),
    ("I will call you on Thursday between ten and eleven.", "26.11 11:00", "Olga"),
    ("I'll ring you tomorrow before 12.", "26.11 12:00", "Olga"),
    ("Our plumber Marek will be with you at nine tomorrow.", "26.11 09:00", "Marek"),
    ("By the end of next week I will write to you what the workshop found.", "04.12 18:00", "Olga"),
    ("You will hear from me by 6 pm today, whatever the answer is.", "25.11 18:00", "Olga"),
    ("The refund will be on your card by Friday; Ines in accounts is doing it.", "27.11 18:00", "Ines"),
    ("Sandra Pike, who runs the depot, will ring you before Wednesday.", "02.12 09:00", "Sandra Pike"),
    ("We'll send you the corrected bill by 2 January.", "02.01 18:00", ""),
    ("You should receive the new lamp by the 12th.", "12.12 18:00", ""),
    ("Within 48 hours our workshop head, Otto Lind, tells you the price.", "27.11 11:00", "Otto Lind"),
    ("Give me until noon.", "25.11 12:00", ""),
    ("Your order no. 4711 will be delivered tomorrow.", "26.11 18:00", ""),
    ("Заказ №4711 доставим завтра до 18:00.", "26.11 18:00", ""),
    ("No later than Friday we will refund you.", "27.11 18:00", ""),
    ("Не позднее пятницы вернём деньги.", "27.11 18:00", ""),
    ("Вернём деньги в среду, сразу.", "02.12 18:00", ""),
    ("Разберусь и отпишусь завтра.", "26.11 18:00", "Olga"),
    ("Hi Mark, I'll ring you on Friday.", "27.11 18:00", "Olga"),
    ("Анна Сергеевна, мы вернём деньги завтра.", "26.11 18:00", ""),
    ("The money goes back via PayPal by Friday, we will see to it.", "27.11 18:00", ""),
    ("Завтра передам Вашу жалобу директору.", "26.11 18:00", "Olga"),
    ("Бухгалтер Елена подготовит акт к понедельнику.", "30.11 18:00", "Бухгалтер Елена"),
    ("We'll have it delivered on Friday.", "27.11 18:00", ""),
    ("I've told our billing team, who will contact you within 48 hours.", "27.11 11:00", ""),
    ("We'll come on Friday, 9am-1pm.", "27.11 13:00", ""),
    ("Мастер приедет в пятницу 10:00-12:00.", "27.11 12:00", ""),
    ("Your slot is on Friday. We will be with you between 9 and 12.", "27.11 12:00", ""),
    ("Мы свяжемся с вами в течение рабочего дня.", "25.11 18:00", ""),
    ("Перезвоню до 2 дня.", "25.11 14:00", "Olga"),
    ("Ответим в течение 10 (десяти) рабочих дней.", "09.12 18:00", ""),
    ("We will answer on the next business day.", "26.11 18:00", ""),
    ("The technician is booked for Thursday.", "26.11 18:00", ""),
    ("The lamp you ordered will be sent tomorrow.", "26.11 18:00", ""),
    ("Я звонила вам вчера в 5, завтра в 10 перезвоню.", "26.11 10:00", "Olga"),
    ("We will call you within a quarter of an hour.", "25.11 11:15", ""),
    ("We'll refund £20.07 today.", "25.11 18:00", ""),
]
SILENT = [
    "Мы сделаем всё возможное в ближайшее время.",
    "Постараемся вернуть деньги до пятницы.",
    "Вчера мы вам написали в 12:00.",
    "Напишите нам до пятницы.",
    "Мы не вернём деньги до пятницы.",
    "Вы писали: «перезвоню завтра до 12».",
    "We will do our best to answer by Friday.",
    "We called you yesterday at five.",
    "Please call us by Friday.",
    "We won't refund you by Friday.",
    'You wrote "I will call you tomorrow at nine".',
    "Thank you for telling us.",
    "Shall we call you tomorrow at nine?",
    "You'll need to send us the form by Friday.",
    "Please give us a call on Monday.",
    "Вам нужно будет прислать фото до пятницы.",
    "Дайте нам знать до пятницы.",
    "Вернём оплату за месяц.",
    "We will do everything we can to resolve this today.",
    "Сделаю всё возможное, чтобы вернуть деньги завтра.",
    "Думаю, завтра привезём.",
    "Отправим замену в двух коробках.",
    "Доплатим до 10 т.р.",
    "Your order was expected on Friday.",
    "Заказ будет храниться до пятницы.",
    "I will be out of the office until Monday.",
]


@pytest.mark.parametrize(("text", "due", "who"), TOLD, ids=[told[0] for told in TOLD])
def test_promise_has_its_time_and_its_person(text: str, due: str, who: str) -> None:
    (promise,) = find_promises(text, sent_at=SENT, calendar=HOURS, author="Olga")
    assert promise.due_at is not None
    assert promise.due_at.tzinfo is UTC
    assert promise.due_at.astimezone(ZONE).strftime("%d.%m %H:%M") == due
    assert promise.who == who


@pytest.mark.parametrize("text", SILENT)
def test_what_is_no_promise_stays_silent(text: str) -> None:
    assert find_promises(text, sent_at=SENT, calendar=HOURS) == []


def test_spans_are_code_points_of_the_text_as_sent() -> None:
    text = "Спасибо 🙏🏽 за письмо!\n\nПерезвоню завтра до 12. До встречи 👋"
    (promise,) = find_promises(text, sent_at=SENT, calendar=HOURS)
    assert text[promise.start : promise.end] == promise.what == "Перезвоню завтра до 12."


def test_each_sentence_is_a_promise_of_its_own() -> None:
    text = "I will bring the lamp on Friday. Sorry again. On Monday at ten I will call you."
    due = [
        p.due_at.astimezone(ZONE).strftime("%a %H") for p in find_promises(text, sent_at=SENT, calendar=HOURS)
    ]
    assert due == ["Fri 18", "Mon 10"]


def test_the_year_turns_and_short_months_do_not_break() -> None:
    late = datetime(2026, 12, 30, 12, tzinfo=ZONE)
    (promise,) = find_promises("We will pay by 5 January.", sent_at=late, calendar=HOURS)
    assert promise.due_at is not None
    assert promise.due_at.year == 2027
    assert find_promises("We will pay by 31 February.", sent_at=late, calendar=HOURS) == []
    leap = datetime(2027, 12, 20, 12, tzinfo=ZONE)
    (promise,) = find_promises("Ответим до 29 февраля.", sent_at=leap, calendar=HOURS)
    assert promise.due_at is not None
    assert (promise.due_at.year, promise.due_at.day) == (2028, 29)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        find_promises("I will call tomorrow.", sent_at=datetime(2026, 1, 1))


def test_working_hours_jump_over_the_weekend() -> None:
    friday = datetime(2026, 11, 27, 17, 0, tzinfo=ZONE)
    (when,) = find_times("within 4 working hours", friday, HOURS)
    assert when.due.astimezone(ZONE).strftime("%a %H:%M") == "Mon 12:00"


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    for promise in find_promises(text, sent_at=SENT, calendar=HOURS):
        assert text[promise.start : promise.end] == promise.what
        assert promise.due_at is not None
        assert promise.due_at >= SENT
