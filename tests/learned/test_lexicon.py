"""Stock words of messages: what they hear, and what they leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.learned import colleagues, lexicon
from complaint_gift.learned.classifier import RARE, Classifier, severity_of
from complaint_gift.learned.heads import KINDS, TRIGGERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See you in small claims court.", {"court"}),
        ("Подаю на вас в суд!", {"court"}),
        ("Жалоба в Роспотребнадзор уже отправлена", {"regulator"}),
        ("I have written to the Ombudsman", {"regulator"}),
        ("Журналисты приедут в среду", {"press"}),
        ("Get me a supervisor", {"asks-manager"}),
        ("Ребёнка увезла скорая, у него отёк", {"health"}),
        ("The charger caught fire", {"safety"}),
        ("В кабинете чужие паспорта", {"data-leak"}),
        ("Somebody else's statement shows up", {"data-leak"}),
        ("I was charged twice", {"money-lost"}),
    ],
)
def test_stock_words_are_heard(text: str, expected: set[str]) -> None:
    assert expected <= lexicon.triggers(text)


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("I'll see you in court", "court"),
        ("Our solicitor will write to you", "court"),
        ("Дальше будем общаться через суд", "court"),
        ("Если не вернёте, пойду в суд", "court"),
        ("Без ответа пишу в прокуратуру", "regulator"),
        ("I have reported this to Trading Standards", "regulator"),
        ("Next I call the local paper", "press"),
        ("Написали в областную газету", "press"),
        ("Мужу стало плохо после вашего укола", "health"),
        ("My son had an allergic reaction", "health"),
        ("Качели сорвались, ребёнок упал", "safety"),
        ("There is a smell of gas in the hall", "safety"),
        ("They turned us away because we're black", "discrimination"),
        ("Сказал, что узбекам квартиру не сдают", "discrimination"),
        ("This is the third time this month", "second-failure"),
        ("Починили, а через неделю сломался снова", "second-failure"),
        ("I want to talk to your supervisor", "asks-manager"),
        ("Соедините меня с руководителем", "asks-manager"),
        ("Let me speak to your manager. Thank you.", "asks-manager"),
        ("Позовите директора, спасибо", "asks-manager"),
        ("My flight is tomorrow morning", "deadline-near"),
        ("Свадьба послезавтра, платья нет", "deadline-near"),
        ("Wait till my 40k followers see it", "large-audience"),
        ("У меня 12 тысяч подписчиков", "large-audience"),
        ("I'm closing my account", "leaving"),
        ("Закрываю счёт и ухожу", "leaving"),
        ("this goes to the papers tomorrow", "press"),
        ("Жилинспекция получила заявление", "regulator"),
        ("У самоката вздулась батарея", "safety"),
        ("В такси не работал ремень", "safety"),
        ("All 800 of us are in the CC field", "data-leak"),
        ("Открываю выписку, она не моя", "data-leak"),
        ("Дайте кого-нибудь постарше", "asks-manager"),
        ("I can see another customer's statement", "data-leak"),
        ("Прислали чужую выписку", "data-leak"),
        ("You charged me twice", "money-lost"),
        ("Деньги списали, заказа нет, деньги не вернули", "money-lost"),
        ("Your driver was rude", "names-employee"),
        ("Администратор Марина накричала", "names-employee"),
    ],
)
def test_plain_threats_and_harm_are_sure(text: str, trigger: str) -> None:
    assert trigger in lexicon.sure_triggers(text)


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Can I book a tennis court for Sunday?", "court"),
        ("We don't want to go to court", "court"),
        ("Судиться с вами не собираюсь", "court"),
        ("Рассудите нас сами", "court"),
        ("Press the red button and hold it", "press"),
        ("Good news, it works", "press"),
        ("Качаю пресс по вашей программе", "press"),
        ("The regulator knob of the heater turns", "regulator"),
        ("Какая температура воды в бассейне?", "health"),
        ("I'm sick of waiting", "health"),
        ("Where is the fire exit?", "safety"),
        ("Загорелся зелёный индикатор", "safety"),
        ("Is there a second floor?", "second-failure"),
        ("The kettle died on the third day", "second-failure"),
        ("Утюг сломался на второй неделе", "second-failure"),
        ("В базе мой диагноз указан верно", "health"),
        ("Does the tart suit my allergic daughter?", "health"),
        ("Я беременна, можно на массаж?", "health"),
        ("I want to speak to your manager to thank her", "asks-manager"),
        ("Хочу поговорить с директором и поблагодарить", "asks-manager"),
        ("Could I speak to the manager? I want to thank her.", "asks-manager"),
        ("Спасибо, снова приедем", "second-failure"),
        ("Do you sell a password manager?", "asks-manager"),
        ("No rush, whenever you like", "deadline-near"),
        ("Я сейчас ухожу на работу", "leaving"),
        ("Please cancel my order", "leaving"),
        ("Where is your privacy policy?", "data-leak"),
        ("The nurse was wonderful, thank you", "names-employee"),
        ("Спасибо медсестре Ольге, очень внимательная", "names-employee"),
        ("My husband Leonard said it is lovely", "names-employee"),
    ],
)
def test_harmless_denied_and_praised_words_are_not_sure(text: str, trigger: str) -> None:
    assert trigger not in lexicon.sure_triggers(text)


@pytest.mark.parametrize(
    ("text", "trigger", "is_said"),
    [
        ("I won't take this to court, I just want an answer", "court", False),
        ("I could sue but I won't.", "court", False),
        ("I am not the type to run to a lawyer.", "court", False),
        ("I won't report you to trading standards", "regulator", False),
        ("I haven't complained to the ombudsman and don't plan to", "regulator", False),
        ("I won't go to the papers with this.", "press", False),
        ("в суд подавать не буду, просто ответьте", "court", False),
        ("Могла бы подать в суд, но не буду.", "court", False),
        ("Юристов подключать не стану.", "court", False),
        ("Я не из тех, кто бежит к адвокату.", "court", False),
        ("В прокуратуру я не обращалась и не собираюсь.", "regulator", False),
        ("В газеты писать не буду.", "press", False),
        ("Расторгать договор не буду, просто объясните", "leaving", False),
        ("Я не говорила, что ухожу от вас.", "leaving", False),
        ("I haven't been to the ombudsman yet but I will", "regulator", True),
        ("If you do not call me today my solicitor will be in touch", "court", True),
        ("We are not going to let this go, my lawyer is on it", "court", True),
        ("I won't wait any longer, I'm going to court.", "court", True),
        ("Подам в суд, не буду больше терпеть", "court", True),
        ("Подам в суд, ждать не буду.", "court", True),
        ("В суд я ещё не подавала, но подам завтра", "court", True),
        ("Больше ждать не буду, подаю в суд", "court", True),
        ("Напишу в газету, молчать не стану", "press", True),
        ("Продлевать абонемент не буду.", "leaving", True),
        # Harm that did not happen.
        ("We didn't get food poisoning, the fish smelled odd", "health", False),
        ("Никто не отравился, но курица холодная", "health", False),
        ("I wasn't charged twice", "money-lost", False),
        ("Not ok: my son got sick after your burger", "health", True),
        ("I'm not happy, charged twice this month", "money-lost", True),
    ],
)
def test_what_somebody_will_not_do_is_no_threat(text: str, trigger: str, is_said: bool) -> None:
    sure = lexicon.sure_triggers(text) | lexicon.triggers_among(text, frozenset({trigger}) & RARE)
    assert (trigger in sure) is is_said


@pytest.mark.parametrize(
    "text", ["Рассудите сами", "The courtyard is lovely", "Посудная лавка", "pressure cooker", ""]
)
def test_words_inside_words_are_not_heard(text: str) -> None:
    assert not lexicon.triggers(text) & {"court", "press"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Консультант Алина на Пушкинской нахамила", ("Алина",)),
        ("Priya at the front desk was rude", ("Priya",)),
        ("Your supervisor Brent hung up", ("Brent",)),
        ("Врач Самойлов даже не посмотрел", ("Самойлов",)),
        ("кондуктор высадил ребёнка", ("кондуктор",)),
        ("Dr. Pell was late", ("Dr. Pell",)),
        ("Общались с администратором Мариной, она грубит", ("Марина",)),
        ("Мастер участка Лещук Т. В. не пришёл", ("Лещук Т. В.",)),
        ("Лариса Витальевна опять кричала", ("Лариса Витальевна",)),
        ("Dean from your branch said no", ("Dean",)),
        ("The lady at the returns desk laughed", ("lady at the returns desk",)),
        ("My stylist was on her phone all the time", ("My stylist",)),
        ("доставщик бросил коробку", ("доставщик",)),
        ("Nobody at the desk knows", ()),
        ("My husband Leonard died in November", ()),
        ("It rains", ()),
    ],
)
def test_colleagues_are_named_as_the_customer_names_them(text: str, expected: tuple[str, ...]) -> None:
    assert colleagues.employees(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Приложение не работает второй день", "complaint"),
        ("Thank you, lovely service", "praise"),
        ("Во сколько вы закрываетесь?", "question"),
        ("Please unsubscribe me", "other"),
        ("Где мои деньги? Подаю в суд.", "complaint"),
        ("", "other"),
    ],
)
def test_words_alone_tell_plain_kinds(text: str, kind: str) -> None:
    assert Classifier().classify(text).kind == kind


@given(st.text(max_size=300))
def test_any_text_is_classified(text: str) -> None:
    found = Classifier().classify(text)
    assert found.kind in KINDS
    assert set(found.triggers) <= set(TRIGGERS)
    assert 0 <= found.score <= 1


@pytest.mark.parametrize(
    ("triggers", "learned", "expected"),
    [
        (("health",), "low", "critical"),
        (("second-failure",), "normal", "high"),
        (("money-lost",), "high", "high"),
        (("money-lost",), "normal", "normal"),
        (("names-employee",), "low", "normal"),
        ((), "critical", "normal"),
        ((), "low", "low"),
    ],
)
def test_severity_follows_the_reasons_to_hurry(
    triggers: tuple[str, ...], learned: str, expected: str
) -> None:
    assert severity_of("complaint", triggers, learned) == expected


def test_only_complaints_are_severe() -> None:
    assert severity_of("praise", ("health",), "critical") == "low"
