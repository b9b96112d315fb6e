"""What must not be taken for a promise, from when a length is counted, who it is that promises.

Sent on Tuesday 10 November 2026 at 11:20 in London, where nothing else is said.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from complaint_gift.promises import OfficeHours, find_promises

ZONE = ZoneInfo("Europe/London")
SENT = datetime(2026, 11, 10, 11, 20, tzinfo=ZONE)
HOURS = OfficeHours(ZONE)

# Counted from what is still to come: nobody knows the day.
AWAITED = [
    "Once we receive the shoes, we will refund you within 5 working days.",
    "We will refund you within 14 days of receiving the item.",
    "After we receive your return, the refund takes 3-5 working days.",
    "Send us the order number and we will refund you within an hour.",
    "Как только получим обувь, вернём деньги в течение 5 рабочих дней.",
    "Вернём деньги в течение 14 дней после получения товара.",
    "Если пришлёте чек, вернём деньги в течение 3 дней.",
    "Сообщите номер заказа, и в течение часа вернём деньги.",
]
SILENT = [
    *AWAITED,
    "Refunds usually take 3-5 working days.",
    "Обычно возврат занимает 3-5 рабочих дней.",
    "Our terms say that refunds will be made within 30 days.",
    "We broke our promise to be there at nine.",
    "The voucher will be valid until the end of the year.",
    "Our office will reopen on Monday at 9 am.",
    "The flight leaves at six.",
    "I'm going to be honest with you: on Saturday at 8 we were understaffed.",
    "You will have until Friday to send us the form.",
    "We will need your reply by Friday.",
    "I will be here until 6 pm if you have questions.",
    "Prices will go up on 1 January.",
    "Your next payment will be due on 1 December.",
    "We will replace the screen free of charge, it takes about 40 minutes.",
    "Я буду на месте до 18:00, если появятся вопросы.",
    "У вас будет время до пятницы, чтобы прислать форму.",
    "Концерт состоится в субботу в 19:00, как и планировалось.",
    "Завтра с 2 до 4 ночи сайт будет недоступен.",
    "Пусть ваш вечер будет ещё уютнее!",
    # Before something that nobody knows the day of.
    "Курьер позвонит вам за час до доставки.",
    "Курьер позвонит за 15-20 минут до приезда.",
    "Водитель наберёт вас за полчаса до приезда.",
    "Our engineer will ring no later than 30 minutes before arrival.",
    # Days without a number.
    "We will contact you in the coming days.",
    "We'll be in touch within hours.",
    "В ближайшие недели мы всё исправим.",
    # A month that is just over.
    "We will check the charge in October.",
    "Проверим списание в октябре.",
    # Sums and things.
    "Вернём до 20 евро.",
    "Вернём до 20 USD.",
    "We will refund about 20 EUR.",
    "We will look at about 10 orders.",
    "Добавим скидку к 3 заказам.",
    # An hour of a day on which nothing is due is no hour of ours.
    "We will refund your booking for Friday at 7 pm.",
    "We will deliver on 12/11 at 9:00.",
    "We will listen to your call at 14:20.",
    "We'll review the camera from 7 November and the till report from 10 a.m.",
    "Вернём деньги за бронь на пятницу на 19:00.",
    "Ваш звонок в 14:20 прослушаем.",
]
DUE = [
    ("Because it was our mistake, we will refund you within 24 hours.", "11.11 11:20"),
    ("If it's ok with you I will call back in half an hour.", "10.11 11:50"),
    ("Если вы не против, перезвоню через полчаса.", "10.11 11:50"),
    ("Поскольку ошибка наша, вернём деньги в течение 24 часов.", "11.11 11:20"),
    ("Зачислим бонусы в течение суток.", "11.11 11:20"),
    ("By this time tomorrow you'll have an answer.", "11.11 11:20"),
    ("We will deliver it next Friday.", "20.11 18:00"),
    ("He'll be there Thu 9-11.", "12.11 11:00"),
    ("Мастер будет завтра 9-11.", "11.11 11:00"),
    ("Руководитель сегодня до 20 часов с вами свяжется.", "10.11 20:00"),
    ("The crew arrives at seven.", "10.11 19:00"),
    ("Курьер приедет сегодня к девяти.", "10.11 21:00"),
    ("As you asked, I will call you after 5 pm.", "10.11 18:00"),
    ("Let me look into this and come back to you by 3 pm.", "10.11 15:00"),
    ("Our manager, Julia, is going to call you first thing tomorrow.", "11.11 12:00"),
    ("i am realy sorry, we wil refund you by firday", "13.11 18:00"),
    ("завтро вышлем новый", "11.11 18:00"),
    ("Новый заказ отправим завтра, а в понедельник он будет у вас.", "11.11 18:00/16.11 18:00"),
    ("Because your wedding is on Saturday, I'll bring the suit on Thursday.", "12.11 18:00"),
    ("Свадьба у вас в субботу, поэтому костюм привезу в четверг.", "12.11 18:00"),
    ("Разберёмся не позднее конца ноября.", "30.11 18:00"),
    ("She'll call you in the morning.", "11.11 12:00"),
    ("Позвоню вам утром.", "11.11 12:00"),
    ("When I called the depot, they said it is there, so you'll have it within 24 hours.", "11.11 11:20"),
    ("Когда я звонила, сказали, что она там, так что в течение 24 часов она будет у вас.", "11.11 11:20"),
    # A weekday and its week or its date are one day.
    ("We'll call you on Monday next week.", "16.11 18:00"),
    ("We'll deliver on Wednesday of next week.", "18.11 18:00"),
    ("Позвоню в среду следующей недели.", "18.11 18:00"),
    ("На следующей неделе, в среду, вернём деньги.", "18.11 18:00"),
    ("We will send it on Monday or next week.", "20.11 18:00"),
    ("We'll refund you by Friday the 27th.", "27.11 18:00"),
    ("We'll come on Tuesday 1st at 3pm.", "01.12 15:00"),
    ("We'll come on Friday the 13th of November.", "13.11 18:00"),
    ("We'll post it on Friday 1st class.", "13.11 18:00"),
    # The end of a day is no beginning of it.
    ("Сегодня до 12 ночи пришлю отчёт.", "10.11 23:59"),
    ("I'll send the report by 12am tonight.", "10.11 23:59"),
    ("I'll call at 12:30am.", "11.11 00:30"),
    ("We will be with you between 10pm and 1am.", "11.11 01:00"),
    ("We will be with you on Friday 10pm-1am.", "14.11 01:00"),
    ("We will be with you on Friday between 22:00 and 01:00.", "14.11 01:00"),
    ("Приедем в пятницу с 22:00 до 01:00.", "14.11 01:00"),
    ("Приедем в пятницу с 22 до 1.", "14.11 01:00"),
    ("Приедем в пятницу с 21 до 12.", "13.11 23:59"),
    ("Приедем в пятницу с 10 до 8.", "13.11 20:00"),
    # Sums and times of day that look like dates, dates that are written out.
    ("We will refund 20.12 EUR by Friday.", "13.11 18:00"),
    ("We will refund USD 20.12 by Friday.", "13.11 18:00"),
    ("Вернём 20.12 BYN до пятницы.", "13.11 18:00"),
    ("Перезвоню завтра в 14.12.", "11.11 14:12"),
    ("I'll call you tomorrow at 4.10.", "11.11 16:10"),
    ("Вернём деньги до 14.12.", "14.12 18:00"),
    ("Вернём деньги до 20.12.2026г.", "20.12 18:00"),
    ("You'll get the refund by Dec. 3rd.", "03.12 18:00"),
    ("Вернём деньги до 3 дек. включительно.", "03.12 18:00"),
    ("We'll refund you within 5-7 (five to seven) working days.", "19.11 18:00"),
    ("Мастер приедет завтра и позвонит за 30 минут до приезда.", "11.11 18:00"),
    ("Сделаем за 2 дня.", "12.11 18:00"),
    ("We need 2 working days to check it, and then I will call you.", "12.11 18:00"),
]
CLOCKS_CHANGE = [
    (datetime(2026, 10, 24, 20, tzinfo=ZONE), "We will call you within 24 hours.", "25.10 19:00"),
    (datetime(2026, 10, 24, 20, tzinfo=ZONE), "The engineer will arrive tomorrow at 9am.", "25.10 09:00"),
    (datetime(2026, 3, 28, 20, tzinfo=ZONE), "I'll call you in 12 hours.", "29.03 09:00"),
]
WHO = [
    ("Anna from our billing team will write to you by 4pm today.", "Anna"),
    ("Sarah, our manager, will phone you on Friday.", "Sarah"),
    ("Sarah, we will phone you on Friday.", ""),
    ("Expect a call from me at 14:30.", "Helen"),
    ("I will speak to Paul tomorrow.", "Helen"),
    ("I've handed this over to Paul, who will call you tomorrow.", "Paul"),
    ("Вера вам позвонит завтра.", "Вера"),
    ("Олег завтра напомнит вам о визите.", "Олег"),
    ("Priya is picking this up on Thursday.", "Priya"),
    ("I have passed this on to Maria in billing and she will call you tomorrow.", "Maria"),
    ("We will send it to Leeds by Friday.", ""),
    ("We will refund you before Christmas, by Friday.", ""),
    ("ill call u back in half an hour", "Helen"),
    ("I have asked our chef Paul about it, and we will write to you tomorrow.", ""),
    ("I have asked our chef Paul about it, and he will write to you tomorrow.", "Paul"),
    ("Светлана позвонит вам в пятницу.", "Светлана"),
    ("Анна из бухгалтерии напишет вам завтра.", "Анна"),
    ("Ждите моего звонка в 14:30.", "Helen"),
    ("Попросила повара Павла проверить, а завтра я вам позвоню.", "Helen"),
    ("Передала Марку, он ответит завтра.", "Марк"),
    ("Передала Павлу Андреевичу, он позвонит вам завтра.", "Павел Андреевич"),
    ("Передам Ирине, завтра ответим.", ""),
    ("Завтра отправлю ваше письмо Марине Сергеевне.", "Helen"),
    ("Попрошу Сергея позвонить вам завтра.", "Сергей"),
    ("Попросила Юрия из доставки позвонить вам завтра.", "Юрий"),
    ("I've asked Hugo in dispatch to ring you tomorrow.", "Hugo"),
    ("Ждите звонка от Ирины Сергеевны завтра до 15:00.", "Ирина Сергеевна"),
    ("I've told Marcus about it, and you will get a new key card tomorrow.", ""),
    ("I will ask Leo and come back to you tomorrow.", "Helen"),
    ("I'll ask Leo to call you tomorrow.", "Leo"),
    ("I've asked our head chef, Luigi, to call you tomorrow.", "Luigi"),
    ("Our engineer, Tom, will visit tomorrow.", "Tom"),
    ("Наш инженер, Антон, приедет завтра.", "Антон"),
    ("Управляющая, Елена Павлова, позвонит вам в четверг.", "Елена Павлова"),
    ("Tomorrow Siobhan will come round with the key.", "Siobhan"),
    # Firms, places and things promise nothing: that does the company.
    ("Royal Mail will redeliver the parcel tomorrow.", ""),
    ("Bright Side Plumbing will come out tomorrow morning.", ""),
    ("The replacement Bosch dishwasher will arrive on Friday.", ""),
    ("The technician, a colleague from Leeds, will call you tomorrow.", ""),
    ("Яндекс Маркет вернёт деньги в пятницу.", ""),
    ("Завтра привезём холодильник Indesit.", ""),
    ("Ваш Хёндай будет готов завтра к 16:00.", ""),
    ("Утром привезём «Газель» побольше, завтра в 9:00.", ""),
]


def dues(text: str, sent: datetime = SENT) -> str:
    found = [one.due_at for one in find_promises(text, sent_at=sent, calendar=HOURS) if one.due_at]
    return "/".join(due.astimezone(ZONE).strftime("%d.%m %H:%M") for due in found)


@pytest.mark.parametrize("text", SILENT)
def test_what_nobody_promised_is_no_promise(text: str) -> None:
    assert dues(text) == ""


@pytest.mark.parametrize(("text", "due"), DUE)
def test_a_promise_is_due_when_it_was_meant(text: str, due: str) -> None:
    assert dues(text) == due


@pytest.mark.parametrize(("sent", "text", "due"), CLOCKS_CHANGE)
def test_hours_pass_while_the_clocks_are_changed(sent: datetime, text: str, due: str) -> None:
    assert dues(text, sent) == due


@pytest.mark.parametrize(("text", "who"), WHO)
def test_it_is_known_who_promises(text: str, who: str) -> None:
    (promise,) = find_promises(text, sent_at=SENT, calendar=HOURS, author="Helen")
    assert promise.who == who
