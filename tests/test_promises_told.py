"""What agents write, in both languages, half of it no promise; sent on Tuesday 3 March 2026 at 10:15 UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

import pytest
from growth import STEP, require_linear, require_linear_in

from complaint_gift.promises import find_promises

SENT = datetime(2026, 3, 3, 10, 15, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, 22, 15, tzinfo=UTC)

# A text and when its promises are due, several with a stroke between them.
ENGLISH = [
    (
        "Hi Tom, I've passed this on and they'll have the refund out to you by close of play tomorrow.",
        "04.03 18:00",
    ),
    ("Leave it with me, ill ring you back b4 lunch.", "03.03 13:00"),
    (
        "We've escalated it and someone from the depot will be in touch within the next 2 hours.",
        "03.03 12:15",
    ),
    (
        "Your replacement kettle ships today and should be with you on Thursday, Friday at the latest.",
        "03.03 18:00/06.03 18:00",
    ),
    (
        "I'm going to speak to the driver this afternoon and will update you first thing tomorrow.",
        "03.03 18:00/04.03 12:00",
    ),
    ("The money will show in your account in three to five business days.", "10.03 18:00"),
    ("I'll look into this and get back to you by 4.30 pm.", "03.03 16:30"),
    ("You'll have a corrected invoice in your inbox by noon on Monday.", "09.03 12:00"),
    ("Please allow up to 10 working days for the credit to appear on your statement.", "17.03 18:00"),
    ("Our engineer will call at your house between 8am and 1pm on Wednesday 11 March.", "11.03 13:00"),
    ("Will chase the courier and let you know by tonight.", "03.03 23:59"),
    ("I'll have an answer for you in a day or two.", "05.03 18:00"),
    ("We are sending a new charger out this evening and it arrives on Saturday.", "03.03 21:00/07.03 18:00"),
    ("As I said on the phone, I will email you the report by the twentieth of March.", "20.03 18:00"),
    ("Ok so I'll cancel the order now and you should get the refund within 14 days.", "17.03 18:00"),
    ("I promise you will hear from our manager Kate before the end of the week.", "06.03 18:00"),
    ("We'll sort it out by mid-April.", "15.04 18:00"),
    (
        "I will personally check the kitchen tonight and write to you tomorrow at ten.",
        "03.03 23:59/04.03 10:00",
    ),
    ("We guarantee that the part is fitted no later than 12 March.", "12.03 18:00"),
    ("I shall find out what went wrong and phone you on Thursday afternoon.", "05.03 18:00"),
    ("If the parcel isn't found, we will refund you by Friday 13th March.", "13.03 18:00"),
    ("You can expect a call from our technician tomorrow, any time from 9 to 12.", "04.03 12:00"),
    ("Let me check with the warehouse and I'll come back to you within the hour.", "03.03 11:15"),
    ("The credit's been approved; it'll be on your card in one and a half weeks max.", "13.03 18:00"),
    ("Refunds take 5 to 7 days, so you will see it by 10/03.", "10.03 18:00"),
    ("We'll get a new driver to you in about 45 mins.", "03.03 11:00"),
    ("I'm calling the hotel at half two and will text you straight after.", "03.03 14:30"),
    ("Your new card will be posted on the 9th and arrives by the 12th.", "09.03 18:00/12.03 18:00"),
    ("The refund reaches your account no later than next Monday.", "09.03 18:00"),
    ("We will credit you 20 pounds by the end of next month.", "30.04 18:00"),
    ("Expect our answer Thursday, 5 March, by 6pm.", "05.03 18:00"),
    ("We are sorry that nobody came on Friday at 9.", ""),
    ("Our phone lines will be closed on Friday for the bank holiday.", ""),
    ("I will find out who you spoke to on Thursday.", ""),
    ("We'll investigate the delivery you missed on Monday.", ""),
    ("We will cancel your booking for Saturday.", ""),
    ("Could you send us the photos by Friday?", ""),
    ("Reply by Friday and we will refund you.", ""),
    ("If you have not heard from us by Thursday, please call again.", ""),
    ("We aim to answer within 24 hours.", ""),
    ("You told us the plumber will come on Wednesday.", ""),
    ("I see you were promised that a courier would call on Friday.", ""),
    ("You should have received a call from us on Monday.", ""),
    ("We will of course pass on your comments about the Sunday roast.", ""),
    ("The sale starts on Friday.", ""),
    ("We won't be able to deliver before Tuesday.", ""),
    ("We will refund the difference of 20 pounds.", ""),
    ("I can't promise that it will be there by Friday.", ""),
    ("I'll check whether the technician was there on Thursday at noon.", ""),
    ("Your guarantee runs until 5 April and we will be glad to help.", ""),
    ("Our opening hours will be 9 to 5 from Monday.", ""),
    ("We will review your email of 1 March.", ""),
    ("We will keep the item for you until Saturday.", ""),
    ("Will you be at home on Friday?", ""),
    ("You are welcome to come back on Friday and we will be pleased to welcome you.", ""),
    ("I'll ask the Monday shift how this could happen.", ""),
    ("We might be able to send a technician on Friday.", ""),
    ("The driver who will have the late shift on Friday was rude, and I apologise.", ""),
    ("I will look at your 12 March order.", ""),
    ("We will let you know as soon as possible.", ""),
    ("I'll forward what you wrote on Sunday to the manager.", ""),
    ("I will get this sorted within a fortnight.", "17.03 18:00"),
    ("We'll refund by 03/15/2026.", "15.03 18:00"),
    ("We will call you within an hour and a half.", "03.03 11:45"),
    ("I'll call you at quarter to five tomorrow.", "04.03 16:45"),
    ("I'll call you tomorrow and the refund will be in your account by Friday.", "04.03 18:00/06.03 18:00"),
    ("We will look into what happened on Friday.", ""),
    ("We will check why the courier came on Thursday at 5.", ""),
    ("We will refund the 5 March booking.", ""),
    ("We will be open on Friday.", ""),
    ("The offer ends on Friday and we will be happy to see you.", ""),
    ("I will call Mr Smith in the Friday team.", ""),
    ("You will have the money in 5-7 business days.", "12.03 18:00"),
    ("Within 24-48 hours we will call you.", "05.03 10:15"),
    ("We will refund you within ten calendar days.", "13.03 18:00"),
    ("We will pay you by the end of March.", "31.03 18:00"),
    ("We'll get back to you within 24h.", "04.03 10:15"),
    ("I will call you within the next hour.", "03.03 11:15"),
    ("I'll call you tomorrow at half past three.", "04.03 15:30"),
    ("We will refund you by 2026-03-15.", "15.03 18:00"),
    ("We'll replace it before the weekend.", "06.03 18:00"),
    ("We will answer within the week.", "10.03 18:00"),
    ("i'll call u tmrw", "04.03 18:00"),
    ("The refund should reach you by Friday.", "06.03 18:00"),
    ("I will let you know what we have found by Friday.", "06.03 18:00"),
    ("Once the part arrives on Thursday we will call you.", ""),
    ("Thanks for your call on Monday, I'll look into it.", ""),
    ("We will call you after 5 pm tomorrow.", "04.03 18:00"),
    ("We'll send someone at 10 Downing Street.", ""),
    ("We'll be closed until Monday but I'll reply on Tuesday morning.", "10.03 12:00"),
    ("I will send it this afternoon, and if it isn't there by 6 please ring me.", "03.03 18:00"),
    ("Our manager will contact you no later than Wed 4th March at 3pm.", "04.03 15:00"),
    ("The courier brings your parcel on Friday.", "06.03 18:00"),
    ("Our plumber Hugh fits the valve tomorrow at 10.", "04.03 10:00"),
    ("The pane gets replaced tomorrow.", "04.03 18:00"),
    ("Let me call you tomorrow at 9.", "04.03 09:00"),
    ("Get it fixed by Friday please.", ""),
    ("The courier visits us every Friday.", ""),
    ("Our courier delivers Monday to Friday.", ""),
    ("Our courier delivers seven days a week, Sunday too.", ""),
    # Any verb behind "will", and what somebody is doing on a day to come.
    ("Evening crew will grit your car park at 21:00.", "03.03 21:00"),
    ("The courier will attempt redelivery tomorrow between 10 and 12.", "04.03 12:00"),
    ("We'll rerun your payroll export by 5pm.", "03.03 17:00"),
    ("We're collecting the faulty fridge on Friday.", "06.03 18:00"),
    ("Your piano is being tuned on Friday at 2pm.", "06.03 14:00"),
    ("Priya is picking this up first thing Thursday.", "05.03 12:00"),
    ("You're getting a full refund by the end of the month.", "31.03 18:00"),
    ("We have you down for Friday at 9.", "06.03 09:00"),
    ("Our plumber's booked in for tomorrow at 7:30.", "04.03 07:30"),
    ("Delivery has been rescheduled for March 30, 1-3 p.m.", "30.03 15:00"),
    ("Refund by Friday, you have my word.", "06.03 18:00"),
    ("Payment to follow within 28 days.", "31.03 18:00"),
    ("The transfer reaches your bank tomorrow.", "04.03 18:00"),
    ("You will need to pay the rest by Friday.", ""),
    ("You'll bring the form on Friday.", ""),
    ("Failure to pay by Friday will lead to a late fee.", ""),
    ("We are waiting until Friday for the supplier.", ""),
    ("The delivery was booked for Monday and nobody came.", ""),
    ("You booked for Friday at seven.", ""),
    ("Shelf tags get checked every Monday.", ""),
    ("We deliver Monday to Friday between 8 and 6.", ""),
    ("From Tuesday we'll bill you on the cheaper tariff.", "10.03 18:00"),
    ("We'll decide on it a week today.", "10.03 18:00"),
    ("The panels will be fitted a week on Monday.", "16.03 18:00"),
    ("The panels will be fitted on Friday week.", "13.03 18:00"),
    ("The patch will be out overnight.", "04.03 09:00"),
    ("You'll have the watch back by Christmas Eve.", "24.12 18:00"),
    ("A fresh set of keys will be cut for you by Tuesday, 10 o'clock.", "10.03 10:00"),
    ("We will send the contract in the second week of April.", "14.04 18:00"),
    # An hour behind a day is of that day.
    ("Two vans are coming on Monday at 8 am and we'll have everything in by 5.", "09.03 08:00/09.03 17:00"),
    ("We swap it tonight and you will have light again by 6 am.", "04.03 06:00"),
    ("If Friday fails, we will call you.", ""),
]
RUSSIAN = [
    ("Добрый день! Заявку передал, мастер подъедет завтра с 14 до 16.", "04.03 16:00"),
    ("Разберусь и отпишусь вам сегодня до конца дня.", "03.03 18:00"),
    ("Деньги вернутся на вашу карту в течение от трёх до пяти рабочих дней.", "10.03 18:00"),
    ("Перезвоню в течение получаса, не отключайте телефон.", "03.03 10:45"),
    ("Курьер приедет в четверг после обеда.", "05.03 18:00"),
    ("Заменим чайник в 10-дневный срок.", "13.03 18:00"),
    ("Отвечу вам завтра к половине пятого.", "04.03 16:30"),
    ("Обещаем, что возврат поступит не позднее 12.03.2026.", "12.03 18:00"),
    ("Я уточню у склада, почему заказ задержали, и завтра утром вам напишу.", "04.03 12:00"),
    ("Сегодня отправлю запрос в банк, а к пятнице сообщу результат.", "03.03 18:00/06.03 18:00"),
    ("ждите звонка до 18-00", "03.03 18:00"),
    ("Возврат займёт до 10 рабочих дней.", "17.03 18:00"),
    ("Ваше обращение будет рассмотрено в течение 30 календарных дней.", "02.04 18:00"),
    ("Пересчёт сделаем до 25 числа и пришлём новую квитанцию.", "25.03 18:00"),
    ("Мы вернём вам 1500 руб через час-полтора.", "03.03 11:45"),
    ("Руководитель магазина Анна Ким свяжется с вами в ближайшие два часа.", "03.03 12:15"),
    ("Техник будет у вас 6 марта, в пятницу, без четверти десять.", "06.03 09:45"),
    ("Если деталь не найдём, вернём деньги до конца недели.", "06.03 18:00"),
    ("Оформляем возврат, деньги поступят на счёт через 3–5 дней.", "08.03 18:00"),
    ("Гарантирую, что завтра в 9:00 бригада будет на месте.", "04.03 09:00"),
    ("Акт вышлю двадцать пятого марта.", "25.03 18:00"),
    ("Мы с вами свяжемся в начале апреля.", "10.04 18:00"),
    ("В понедельник-вторник привезём новую дверь.", "10.03 18:00"),
    ("Сейчас проверю и минут через 15 наберу вас.", "03.03 10:30"),
    ("Начислим бонусы до конца этого месяца.", "31.03 18:00"),
    ("С 10 по 12 марта заменим вам окно.", "12.03 18:00"),
    ("Обязуемся устранить течь в двухнедельный срок.", "17.03 18:00"),
    ("Заявка принята, специалист позвонит вам завтра вечером.", "04.03 21:00"),
    ("Ожидайте возврат средств в течение суток.", "04.03 10:15"),
    ("Извините, что мастер не приехал в пятницу к девяти.", ""),
    ("В субботу мы будем закрыты.", ""),
    ("Узнаем, кто дежурил в четверг.", ""),
    ("Проверим заказ, который вы оформили в понедельник.", ""),
    ("Отменим вашу запись на субботу.", ""),
    ("Пришлите, пожалуйста, фото до пятницы.", ""),
    ("Напишите нам до пятницы, и мы вернём деньги.", ""),
    ("Если до четверга мы не перезвоним, напишите снова.", ""),
    ("Планируем вернуть деньги до пятницы.", ""),
    ("Вы писали, что курьер приедет в среду.", ""),
    ("Вам обещали, что мастер позвонит в пятницу.", ""),
    ("Вы должны были получить звонок в понедельник.", ""),
    ("Передадим ваши замечания повару, который работал в воскресенье.", ""),
    ("Распродажа начнётся в пятницу.", ""),
    ("Раньше вторника доставить не получится.", ""),
    ("Вернём разницу в 20 рублей.", ""),
    ("Не могу обещать, что деньги придут до пятницы.", ""),
    ("Уточню, был ли техник у вас в четверг в полдень.", ""),
    ("Акция действует до 5 апреля, будем рады вас видеть.", ""),
    ("С понедельника мы будем работать с 9 до 17.", ""),
    ("Рассмотрим вашу претензию от 1 марта.", ""),
    ("Сохраним для вас товар до субботы.", ""),
    ("Вы будете дома в пятницу?", ""),
    ("Приходите в пятницу, мы будем рады.", ""),
    ("Спрошу у смены, работавшей в понедельник, как это вышло.", ""),
    ("Возможно, мастер приедет в пятницу.", ""),
    ("Водитель, который будет на смене в пятницу, извинится лично.", ""),
    ("Проверю ваш заказ от 12 марта.", ""),
    ("Сообщим вам в кратчайшие сроки.", ""),
    ("Перешлю начальнику то, что вы написали в воскресенье.", ""),
    ("Пришлю акт не позже 20 числа.", "20.03 18:00"),
    ("Техник будет у вас в субботу в первой половине дня.", "07.03 13:00"),
    ("Завтра позвоню, а в пятницу верну деньги.", "04.03 18:00/06.03 18:00"),
    ("Мы разберёмся, что случилось в пятницу.", ""),
    ("Проверим, почему курьер не приехал 5 марта.", ""),
    ("Мы будем работать в пятницу.", ""),
    ("We will refund you within 2–3 working days.", "06.03 18:00"),
    ("Вернём деньги в течение 3-5 рабочих дней.", "10.03 18:00"),
    ("Перезвоню через 2-3 дня.", "06.03 18:00"),
    ("Вернём деньги в течение 10 календарных дней.", "13.03 18:00"),
    ("Вернём деньги в конце марта.", "31.03 18:00"),
    ("Вернём деньги до конца марта.", "31.03 18:00"),
    ("Перезвоню через полчаса.", "03.03 10:45"),
    ("Заменим до выходных.", "06.03 18:00"),
    ("Пришлю акт 20-го.", "20.03 18:00"),
    ("Пришлю акт не позже 20-го числа.", "20.03 18:00"),
    ("Пришлю акт двадцатого марта.", "20.03 18:00"),
    ("Позвоню завтра в половине четвёртого.", "04.03 15:30"),
    ("Перезвоню вам завтра в двадцать минут пятого.", "04.03 16:20"),
    ("Наберу вас завтра в двадцать пять минут седьмого.", "04.03 18:25"),
    ("Перезвоню завтра в 10 минут третьего.", "04.03 14:10"),
    ("Мастер приедет завтра к трём.", "04.03 15:00"),
    ("Вернём деньги в течении двух дней.", "05.03 18:00"),
    ("Вернём деньги втечение 2х дней.", "05.03 18:00"),
    ("Ответим в трёхдневный срок.", "06.03 18:00"),
    ("Курьер приедет завтра во второй половине дня.", "04.03 18:00"),
    ("Обязуюсь вернуть деньги до пятницы.", "06.03 18:00"),
    ("Обязуемся вернуть деньги до пятницы.", "06.03 18:00"),
    ("Деньги за заказ от 1 марта вернём до 6 марта.", "06.03 18:00"),
    ("Как только мастер приедет в четверг, мы вам сообщим.", ""),
    ("Спасибо за звонок в понедельник, разберёмся.", ""),
    ("В пятницу у нас был сбой, мы всё исправим.", ""),
    ("Перезвоню вам после 17 часов.", "03.03 18:00"),
    ("Обещали вернуть деньги в пятницу и не вернули, простите.", ""),
    ("Ваш вопрос решим на этой неделе, ответ пришлём в понедельник.", "06.03 18:00/09.03 18:00"),
    ("Заявку на пятницу отменим сегодня до 15.", "03.03 15:00"),
    ("Срок возврата — до 10 рабочих дней.", "17.03 18:00"),
    ("Подключим вас в ночь со среды на четверг.", "05.03 18:00"),
    ("Перенесём сервер в ночь с пятницы на субботу.", "07.03 18:00"),
    ("Отключим воду в ночь на 6 марта.", "06.03 18:00"),
    ("Отключим воду в ночь с 5 на 6 марта.", "06.03 18:00"),
    ("Перезапустим систему в ночь с 31 марта на 1 апреля.", "01.04 18:00"),
    ("В ночь на среду у нас был сбой, мы всё исправим.", ""),
    ("Переключу вас на новый тариф завтра.", "04.03 18:00"),
    ("Ошибочное списание обнулим до пятницы.", "06.03 18:00"),
    ("Мастер откроет вам дверь завтра.", "04.03 18:00"),
    ("Наш технолог сверит замеры до пятницы.", "06.03 18:00"),
    ("Новые шторы повесят в пятницу.", "06.03 18:00"),
    ("Договор с ним расторгнут сегодня.", ""),
    # Verbs that no list of ours holds: the dictionary knows that they tell of what is to come.
    ("Ключи отдам лично завтра в 9:30.", "04.03 09:30"),
    ("Переобуем машину сегодня в 19:40.", "03.03 19:40"),
    ("К пятнице точно успеем.", "06.03 18:00"),
    ("Горничная принесёт второе одеяло через 10 минут.", "03.03 10:25"),
    ("Агроном проконсультирует вас в четверг.", "05.03 18:00"),
    ("Рекомендуем сделать это до пятницы.", ""),
    ("Синяк пройдёт за неделю.", ""),
    ("Мы вас не забудем до пятницы.", ""),
    ("В пятницу вы забудете об этом.", ""),
    # What begins on a day is there on that day.
    ("Подписку отключим с понедельника.", "09.03 18:00"),
    ("Тренера вам заменим с 10 марта.", "10.03 18:00"),
    ("После выходных привезём недостающую полку.", "09.03 18:00"),
    ("До конца рабочей недели опубликуем исправление.", "06.03 18:00"),
    ("Пианино настроим в первых числах апреля.", "05.04 18:00"),
    ("До Нового года всё сошьём.", "31.12 18:00"),
    ("Седня до шести отправлю реквизиты.", "03.03 18:00"),
    ("Вечерком отправлю вам видео.", "03.03 21:00"),
    ("Бригада будет у подъезда в 8 утра 28 марта.", "28.03 08:00"),
    ("Машину подадим к 5:30 утра 29-го.", "29.03 05:30"),
    ("Свет вернут в районе четырёх.", "03.03 16:00"),
    ("Возврат — до пятницы.", "06.03 18:00"),
    ("Справка об оплате будет готова 20.03.", "20.03 18:00"),
    ("Оплата будет 20.03.", ""),
    # «Без» denies a thing, not what is done.
    ("Без доплаты заменим насос завтра.", "04.03 18:00"),
    ("За три дня без воды сделаем перерасчёт.", ""),
    ("Если завтра курьер привезёт не то, звоните.", ""),
    ("Реставратор будет у вас первый раз в субботу.", "07.03 18:00"),
]
AT_THE_END_OF_TIME = [
    "We will refund you within 999 months.",
    "I will call you in 999 weeks.",
    "We will call you in 999 working hours.",
    "We will write within 999 working days.",
    "I will call you on Friday.",
    "Перезвоню через 999 месяцев.",
    "Вернём деньги через 999 рабочих недель.",
    "Позвоню завтра в 10.",
    "Верну деньги до конца следующего месяца.",
]
PARTS = [
    (
        "I'll call you tomorrow and the refund will be in your account by Friday.",
        ["I'll call you tomorrow", "the refund will be in your account by Friday."],
    ),
    ("Завтра позвоню, а в пятницу верну деньги.", ["Завтра позвоню", "в пятницу верну деньги."]),
]


@pytest.mark.parametrize(("text", "due"), [*ENGLISH, *RUSSIAN])
def test_a_promise_is_due_when_it_was_meant(text: str, due: str) -> None:
    found = [one.due_at for one in find_promises(text, sent_at=SENT) if one.due_at is not None]
    assert "/".join(when.strftime("%d.%m %H:%M") for when in found) == due


@pytest.mark.parametrize("text", AT_THE_END_OF_TIME)
def test_no_time_is_too_far_away(text: str) -> None:
    assert find_promises(text, sent_at=NEVER) == []


@pytest.mark.parametrize(("text", "parts"), PARTS)
def test_two_promises_of_a_sentence_have_their_own_words(text: str, parts: list[str]) -> None:
    found = find_promises(text, sent_at=SENT)
    assert [one.what for one in found] == [text[one.start : one.end] for one in found] == parts


def test_the_order_of_day_and_month_is_not_guessed() -> None:
    (promise,) = find_promises("We will refund you by 10/03.", sent_at=SENT)
    assert promise.due_at == datetime(2026, 3, 10, 18, tzinfo=UTC)
    assert find_promises("We will refund you by 04/05/2026.", sent_at=SENT) == []
    (promise,) = find_promises("Вернём деньги до 04/05/2026.", sent_at=SENT)
    assert promise.due_at == datetime(2026, 5, 4, 18, tzinfo=UTC)


def test_pages_full_of_promises_take_no_longer_the_more_there_are() -> None:
    page = "\n".join(text for text, _ in chain(ENGLISH[:20], RUSSIAN[:20]))
    find_promises(page, sent_at=SENT)
    require_linear(lambda pages: find_promises("\n".join([page] * pages), sent_at=SENT), 1, STEP)


@pytest.mark.parametrize("words", ["I will call you tomorrow, and ", "завтра позвоню и в пятницу верну "])
def test_a_sentence_without_end_is_no_promise(words: str) -> None:
    assert find_promises(words * 2000, sent_at=SENT) == []
    require_linear_in(lambda text: find_promises(text, sent_at=SENT), words * 2000)
