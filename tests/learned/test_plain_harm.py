"""Harm, insults, courts and double charges said plainly, and texts that only sound like them."""

import numpy as np
import pytest

from complaint_gift.learned import colleagues, lexicon
from complaint_gift.learned.classifier import Classifier, by_words
from complaint_gift.learned.heads import KINDS, SEVERITIES, TRIGGERS

CERTAIN = {
    ("health", "en"): """
        The kettle leaks and scalded my son.
        Your soup burned my tongue.
        The iron burnt her hand.
        My daughter was badly burned by the straightener.
        The lid cut my finger.
        The charger electrocuted me.
        His fingers were scalded by the tap.
        Your oysters poisoned both my parents and poisoned me.
        The glass edge cut his lower lip.
        My skin was burnt by the cream.
    """,
    ("health", "ru"): """
        Чайник течёт и обжёг ребёнка.
        Ваш суп обжёг мне язык, обжёг язык до волдырей.
        Крышка отлетела и ошпарила руку.
        Ребёнок обжёгся о батарею.
        Мы отравились вашими роллами.
        Дочка ошпарилась кипятком.
        Порезала палец о крышку.
        Розетка ударила током.
        Утюг шарахнул сына током.
        Ваш крем обжёг лицо.
    """,
    ("safety", "en"): """
        The kettle leaks and scalded my son.
        The power bank exploded on the desk.
        Your charger caught fire overnight.
        The toaster burst into flames.
        The shelf fell on my daughter.
        The ceiling came down on us.
        The lift door slammed on my hand.
        The hairdryer burned my scalp.
        My laptop blew up.
        The heater set fire to the curtain.
    """,
    ("safety", "ru"): """
        Чайник течёт и обжёг ребёнка.
        Зарядка взорвалась ночью.
        Утюг ударил током.
        Телефон вспыхнул в руках.
        Шкаф упал на ребёнка.
        Потолок обвалился на нас.
        Лифт прищемил руку.
        Бойлер рванул.
        Самокат задымился на ходу.
        Дверь ударила ребёнка.
    """,
    ("discrimination", "en"): """
        Your employee Maria Lopez called me a dirty foreigner.
        He called us terrorists.
        The guard called my wife a gypsy.
        She told me to go back to my country.
        They yelled to go back to where we came from.
        Some filthy immigrants, he said about us.
        The clerk keeps calling him a cripple.
        Your staff refuse to serve people like us.
        He called me an illegal immigrant.
        They called them monkeys.
    """,
    ("discrimination", "ru"): """
        Охранник обозвал меня чуркой.
        Кассир назвала мужа понаехавшим.
        Обозвали мою маму цыганкой.
        Сказал: уезжайте в свою страну.
        Вали к себе в свой аул, крикнул водитель.
        Орала про грязных мигрантов.
        Назвал сына обезьяной.
        Таких как вы тут не обслуживаем, заявил администратор.
        Вонючие узбеки, сказал мастер.
        Понаехали тут, бросила продавец.
    """,
    ("names-employee", "en"): """
        Your employee Maria Lopez called me a dirty foreigner.
        Your driver Tom Baker swore at me.
        The manager Susan was very rude to my mother.
        Your agent Kevin shouted at us.
        Waiter Paul insulted my wife.
        The nurse Helen yelled at me for asking.
        Your technician Bob pushed me.
        Cashier Linda laughed at me.
        Mr Harris told me to shut up.
        Dr. Pell screamed at my daughter.
        The waiter was rude to me.
        your delivery guy swore at me
    """,
    ("names-employee", "ru"): """
        Ваш мастер Иванов нахамил мне, и ушёл.
        Водитель Петров обматерил мою жену.
        Администратор Марина накричала на меня.
        Кассир Ольга обозвала меня дурой.
        Менеджер Сидоров наорал на жену.
        Медсестра Анна оскорбила маму.
        Охранник Кузнецов толкнул меня.
        Оператор Светлана нагрубила.
        Лариса Витальевна нахамила нам.
        Врач Самойлов высмеял меня.
        Официант нахамил мне.
        доставщик нахамил бабушке
        Тренер Мартынов орёт на детей.
    """,
}
UNCERTAIN = {
    ("health", "en"): """
        I burned a CD for you.
        Please cut my hair shorter next time.
        Can you cut my son's hair?
        Fresh bread, not burnt, lovely.
        How long does it take to burn the candle?
        The price cut my bill in half.
        We cut our hotel stay short.
        The toast was burnt.
        Do you sell burn cream?
        The queue burned up our time.
    """,
    ("health", "ru"): """
        Лампа бьёт током, если коснуться корпуса.
        Обжиг керамики есть у вас?
        Горшки обожгли в печи.
        Отравили нам весь праздник.
        Порезали цены, спасибо.
        Нарежьте, пожалуйста, хлеб.
        Кофе слишком горячий.
        Сломали мне весь график.
        Курс по току есть?
        Дети в восторге от глины.
        Ребёнок рад, спасибо.
    """,
    ("safety", "en"): """
        The kettle is lovely.
        My phone died after a year.
        The film fell flat on us.
        Sales exploded after your advice.
        Is there a fire door?
        The shelf is too short.
        The price of the laptop fell.
        A great candle, it burns for hours.
        The phone bill burned a hole in my budget.
        Does the heater have a timer?
    """,
    ("safety", "ru"): """
        Чайник отличный.
        Лампочка загорелась, всё работает.
        Цены на телефоны упали.
        Телефон упал в цене.
        Где пожарный выход?
        Полка коротковата.
        Дверь скрипит.
        Лифт не работает.
        Кран течёт.
        Продажи взорвали рынок.
    """,
    ("discrimination", "en"): """
        I am a foreigner, do you ship abroad?
        The hero of the book is called a foreigner by the villagers.
        Your dirty floor is a shame.
        I want to go back to your shop.
        Do you serve black coffee?
        He called me an hour late.
        She called us back at noon.
        Where do immigrants register?
        The agent called my wife twice.
        They called me a taxi.
    """,
    ("discrimination", "ru"): """
        Кухня узбекская, очень вкусно.
        Обозвал меня дураком.
        Грязный пол в зале.
        Мы уезжаем в свой дом на неделю.
        Назвал сына по имени.
        Туристов понаехало, а номеров нет.
        Возвращайте деньги на свою карту сами.
        Есть ли пандус?
        Назвали цену и не предупредили.
        Таких как вы поискать, спасибо.
    """,
    ("names-employee", "en"): """
        Your driver Tom Baker was late.
        My husband Peter shouted at me.
        Thanks to your nurse Helen, who never shouted at us.
        The manager Susan was polite to my mother.
        Your agent Kevin called me back.
        My neighbour John was rude to me.
        The film with Tom Hanks made me cry.
        Is Maria Lopez at work today?
        The waiter was slow.
        Dr. Pell called my daughter in.
    """,
    ("names-employee", "ru"): """
        Ваш мастер Иванов опоздал.
        Муж Иван накричал на меня.
        Спасибо мастеру Иванову, никто не нахамил.
        Менеджер Марина перезвонила мне.
        Сосед Петров нахамил мне.
        Работает ли сегодня врач Самойлов?
        Официант не торопился.
        Администратор Ольга послала мне письмо.
        Кассир Анна вежлива.
        Фильм про Иванова оскорбил зрителей.
    """,
}
HEARD = {
    ("court", "en"): """
        I do not want to go to court, but I will if you leave me no choice.
        See you in court.
        I don't want to take you to court unless I have to.
        I would rather not go to court, however I am prepared to.
        Pay up or a judge will decide.
        My lawyer will write to you.
        I'm taking you to court over a tennis racket.
        I do not need a replacement. I am suing you.
        We never wanted a lawsuit, but we will file one.
        I don't want to involve lawyers, but if nothing happens I must.
    """,
    ("court", "ru"): """
        Не хочу идти в суд, но пойду, если не вернёте деньги.
        Увидимся в суде.
        Не хочу подавать в суд, иначе не понимаете.
        Мы не собираемся судиться, но придётся.
        Деньги верните. Подаю в суд.
        Юрист уже готовит иск.
        Напротив суда ваш офис, дойду и до суда с иском.
        Иск будет подан завтра.
        Не хотелось бы доводить до суда, но вы вынуждаете.
        Разбираться будем в суде.
    """,
}
UNHEARD = {
    ("court", "en"): """
        I do not want to go to court, I just want my money back.
        The court next to your shop is lovely, tennis was fun.
        We don't wish to take anybody to court over this.
        I have no intention of taking you to court.
        I am not threatening to involve lawyers here.
        I'd rather not go to court.
        No need for lawyers, just fix it.
        The padel court was slippery.
        We played badminton on your new courts.
        The court is too busy on Sundays.
        I'm not going to sue anybody.
        Let us settle it without going to court.
        Is the squash hall next to the court open?
    """,
    ("court", "ru"): """
        Не хочу идти в суд, просто верните деньги.
        Мы не собираемся подавать в суд.
        Не хочу доводить дело до суда.
        Не буду обращаться к юристам.
        Обойдёмся без суда.
        Ваш магазин напротив суда, удобно.
        Остановка возле суда, там и жду курьера.
        Теннисный судья был отличный.
        Судья на матче свистел всё время.
        Не хотим писать никаких исков.
        Не хочется никого пугать судом.
        Лишь бы не в суд, договоримся.
    """,
    ("second-failure", "en"): """
        You charged me twice!
        The card was debited twice in one day.
        I paid 40 pounds twice for this.
        You took the money twice and kept it.
        You billed us twice in one month.
        The payment went through twice today.
        I was twice charged for one room.
        You invoiced me double.
        They deducted the fee twice.
        Your till took my payment twice in a minute.
    """,
    ("second-failure", "ru"): """
        Списали 12 000 рублей дважды!
        Деньги сняли с карты дважды.
        Дважды списали оплату за заказ.
        С меня взяли 500 рублей два раза.
        Банк повторно списал платёж.
        Оплата прошла дважды, заплатили дважды.
        Комиссию удержали повторно.
        Двойное списание за ночь.
        Я оплатил заказ дважды по ошибке.
        Кассир провела платёж дважды.
    """,
    ("press", "ru"): """
        Не хочу звать журналистов, решите сами.
        Не собираюсь писать в газеты.
    """,
    ("regulator", "en"): """
        I do not want to go to the ombudsman, just call me.
        I don't plan to involve the regulator.
    """,
}
STILL_AGAIN = [
    "You charged me twice, and again this week.",
    "This is the third time you charged me twice.",
    "Опять списали дважды!",
    "Третий раз за месяц списали деньги дважды.",
]


def lines(texts: str) -> list[str]:
    return [line.strip() for line in texts.strip().splitlines()]


@pytest.mark.parametrize(("trigger", "language"), list(CERTAIN))
def test_plain_harm_stands_against_every_doubt(trigger: str, language: str) -> None:
    texts = lines(CERTAIN[trigger, language])
    assert [text for text in texts if trigger not in lexicon.certain_triggers(text)] == []
    assert [text for text in texts if trigger not in lexicon.sure_triggers(text)] == []
    texts = lines(UNCERTAIN[trigger, language])
    assert [text for text in texts if trigger in lexicon.certain_triggers(text)] == []


@pytest.mark.parametrize(("trigger", "language"), list(HEARD))
def test_a_threat_that_is_only_put_off_is_heard(trigger: str, language: str) -> None:
    assert [text for text in lines(HEARD[trigger, language]) if trigger not in lexicon.triggers(text)] == []


@pytest.mark.parametrize(("trigger", "language"), list(UNHEARD))
def test_what_only_sounds_like_it_is_not_heard(trigger: str, language: str) -> None:
    texts = lines(UNHEARD[trigger, language])
    assert [text for text in texts if trigger in lexicon.triggers(text)] == []
    assert [text for text in texts if trigger in by_words(text).triggers] == []


@pytest.mark.parametrize("text", STILL_AGAIN)
def test_a_double_charge_that_comes_back_is_a_second_failure(text: str) -> None:
    assert "second-failure" in lexicon.sure_triggers(text)


@pytest.mark.parametrize(
    "text", lines(UNHEARD["second-failure", "en"]) + lines(UNHEARD["second-failure", "ru"])
)
def test_a_double_charge_is_money_lost(text: str) -> None:
    assert "money-lost" in lexicon.triggers(text)


def logits(**of: float) -> np.ndarray:
    """One passage: the logits of kinds and triggers by name, - for _."""
    names = [*KINDS, *SEVERITIES, *TRIGGERS]
    row = [of.get(name.replace("-", "_"), 0.0 if name in KINDS else -9.0) for name in names]
    return np.array([row])


LIMITS = {"complaint": 0.6, "triggers": {trigger: [1.5, 0.0, 0.0] for trigger in TRIGGERS}}


def test_a_model_that_doubts_takes_no_plain_harm_away() -> None:
    text = "Чайник течёт и обжёг ребёнка."
    found = Classifier(None, LIMITS).judge(text, lexicon.triggers(text), logits(complaint=2.0, health=-3.0))
    assert {"health", "safety"} <= set(found.triggers)
    assert found.severity == "critical"


def test_a_named_colleague_who_insulted_somebody_makes_a_complaint() -> None:
    text = "Ваш мастер Иванов нахамил мне, и ушёл."
    found = Classifier(None, LIMITS).judge(text, lexicon.triggers(text), logits(complaint=0.9, praise=0.8))
    assert (found.kind, found.employees) == ("complaint", ("Иванов",))


def test_a_court_one_plays_on_is_no_complaint() -> None:
    assert by_words("The court next to your shop is lovely, tennis was fun.").kind != "complaint"


def test_who_is_insulted_by_whom_is_told_with_the_name() -> None:
    assert colleagues.employees("Your employee Maria Lopez called me a dirty foreigner.") == ("Maria Lopez",)
    assert colleagues.employees("Ваш мастер Иванов нахамил мне, и ушёл.") == ("Иванов",)
