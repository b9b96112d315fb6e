"""Whether it is a complaint: what a classifier has learned decides, words where it is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from small_world import AGENT, CUSTOMER, SOURCE, Book, World

from complaint_gift.domain import Reason
from complaint_gift.learned.listener import Listener
from complaint_gift.promises import _finder as find_promises_of
from complaint_gift.service.language import guess_language
from complaint_gift.service.lexicon import has_any
from complaint_gift.service.policyfile import load_policy

MakeWorld = Callable[..., World]


@dataclass
class Heard:
    kind: str = "complaint"
    score: float = 0.934
    severity: str = "high"
    triggers: tuple[str, ...] = ()
    employees: tuple[str, ...] = ()
    is_learned: bool = True
    words: str = ""


class Classifier:
    """Says the same of every text and counts how often it is asked."""

    def __init__(self, heard: Heard | None) -> None:
        self.heard, self.asked = heard, 0

    def classify(self, text: str) -> Heard | None:
        self.asked += 1
        return self.heard


def why_of(world: World) -> tuple[bool, str]:
    facts = world.service.case_facts(SOURCE, "1")
    return facts.is_complaint, facts.why


@pytest.mark.parametrize(
    ("heard", "text", "told"),
    [
        (Heard(), "A zebra came in.", (True, "classifier:0.93")),
        (Heard("mixed"), "Lovely place, but a zebra came in.", (True, "classifier:0.93")),
        (Heard("question"), "Why does my lamp not work?", (False, "nothing")),
        (Heard("question", triggers=("safety",)), "Why did it?", (True, "trigger:safety")),
        (Heard("question", triggers=("leaving",)), "Why did it?", (False, "nothing")),
        (Heard("praise"), "The ambulance was fast, thank you.", (False, "nothing")),
        (Heard("question"), "Is my lawyer right that you ship to Peru?", (False, "nothing")),
        (Heard("other"), "I will find you and kill you.", (True, "trigger:employee-threatened")),
        (Heard("question", score=0.6), "Will my lawyer hear from you?", (True, "trigger:court")),
        (None, "I am so disappointed.", (True, "words:so disappointed")),
        (None, "Which way round does the lid go?", (False, "nothing")),
        (Heard(is_learned=False, words="Useless"), "Useless thing.", (True, "words:Useless")),
        (Heard("other", is_learned=False), "My lawyer will write.", (True, "trigger:court")),
        (Heard("other", is_learned=False), "I am so disappointed.", (True, "words:so disappointed")),
    ],
)
def test_first_that_speaks_decides(
    make_world: MakeWorld, heard: Heard | None, text: str, told: tuple[bool, str]
) -> None:
    world = make_world(classifier=Classifier(heard))
    world.complain(text)
    assert why_of(world) == told


def test_tag_form_and_rating_come_before_the_classifier(make_world: MakeWorld) -> None:
    world = make_world(classifier=Classifier(Heard("question")))
    world.desk.open("1", rating="bad")
    world.desk.say("1", CUSTOMER, "Where is it?")
    world.tell()
    world.work()
    assert why_of(world) == (True, "rating:bad")
    world = make_world(classifier=Classifier(Heard()))
    world.desk.open("1", tags=frozenset({"not_complaint"}))
    world.desk.say("1", CUSTOMER, "Where is it?")
    world.tell()
    world.work()
    assert why_of(world) == (False, "tag:not_complaint")


def test_triggers_and_names_of_the_classifier_reach_queue_and_case(make_world: MakeWorld) -> None:
    heard = Heard(triggers=("safety", "leaving", "unheard-of"), employees=("Brandon", "the cashier"))
    world = make_world(classifier=Classifier(heard))
    world.complain("A zebra came into the salon.")
    facts = world.service.case_facts(SOURCE, "1")
    assert facts.about == ("Brandon",)
    assert world.reasons() == ["safety"]


def test_policy_says_which_triggers_escalate(make_world: MakeWorld) -> None:
    policy = "extends: default\nescalations: {safety: off, leaving: {due: 1 h, start: owner}}\n"
    world = make_world(policy, classifier=Classifier(Heard(triggers=("safety", "leaving"))))
    world.complain("A zebra came into the salon.")
    assert world.reasons() == ["leaving"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("It is hard to beat your prices.", ""),
        ("Nobody can beat you on price.", ""),
        ("The heat will kill your plants.", ""),
        ("I'm going to kill your courier.", "employee-threatened"),
        ("I will beat him up.", "employee-threatened"),
        ("Хочу убить вечер, а не убью время зря.", ""),
        ("Этого курьера я прибью.", "employee-threatened"),
        ("The pizza was burnt and cold.", ""),
        ("We got burnt pizza again.", ""),
        ("My hand was badly burned.", "health"),
        ("I burned my tongue on the coffee.", "health"),
        ("I am sick of waiting for my parcel.", ""),
        ("My kids got sick after eating it.", "health"),
        ("I'm a lawyer, but that's not why I write.", ""),
        ("My lawyers will write to you.", "court"),
        ("I have spoken to a solicitor.", "court"),
        ("Номер заказа передали в доставку, но посылки нет.", ""),
        ("Мой номер телефона передали мошенникам.", "data-leak"),
        ("Мои данные передали третьим лицам.", "data-leak"),
        ("Номер карты передали без моего согласия.", "data-leak"),
        ("My father was rushed to hospital after your meal.", "health"),
        ("We ended up in the emergency room because of this toy.", "health"),
        ("they had to call an ambulance for my mother at your shop", "health"),
        ("My daughter was admitted to hospital the same night", "health"),
        ("После вашего салата отец попал в больницу", "health"),
        ("Мужа увезли в больницу с отравлением", "health"),
        ("пришлось вызвать скорую, маме стало плохо", "health"),
        ("Вызвали скорую прямо в ваш магазин", "health"),
        ("I have a hospital appointment at 11, is the bus on time?", ""),
        ("Do you deliver to the hospital on Mill Road?", ""),
        ("The ambulance entrance is where we park, right?", ""),
        ("I'm ill, can I move my booking to Friday?", ""),
        ("доставляете ли вы в больницу на Ленина?", ""),
        ("у меня аллергия на орехи, какой торт можно?", ""),
        ("Заболел, перенесите запись на пятницу пожалуйста", ""),
        ("мастер заболел и не приехал, жду третий день", ""),
        ("I will contact a journalist about this.", "press"),
        ("I've already written to the local newspaper", "press"),
        ("a reporter from Channel 4 has my story, I spoke to her yesterday", "press"),
        ("we are going to the press", "press"),
        ("Напишу журналистам, пусть разбираются", "press"),
        ("обращусь в газету и на телевидение", "press"),
        ("Уже позвонила на телеканал", "press"),
        ("пойду в СМИ с этой историей", "press"),
        ("I'm a journalist and need an invoice.", ""),
        ("the press on the coffee machine is broken", ""),
        ("The newspaper in the lobby was two days old", ""),
        ("Please send it to the press office", ""),
        ("Я журналист, нужен счет на компанию", ""),
        ("Журналистам скидка есть?", ""),
        ("размещаем статьи в СМИ, прайс во вложении", ""),
        ("в газету завернули посуду", ""),
        ("The battery exploded on my desk", "safety"),
        ("Your charger caught fire at night", "safety"),
        ("There is a smell of gas since your fitter left", "safety"),
        ("the ceiling collapsed in room 4", "safety"),
        ("Ночью загорелась зарядка от вашего телефона", "safety"),
        ("розетка задымилась после вашего мастера", "safety"),
        ("взорвался аккумулятор самоката", "safety"),
        ("Батарея вздулась и взорвалась в кармане", "safety"),
        ("Prices have exploded", ""),
        ("my inbox exploded with your emails", ""),
        ("The deal collapsed", ""),
        ("the page collapsed into one column", ""),
        ("загорелся индикатор, что это значит", ""),
        ("загорелась лампочка check engine, можно записаться?", ""),
        ("загорелые дети вернулись из лагеря", ""),
        ("мы загорелись идеей сделать у вас свадьбу", ""),
    ],
)
def test_shipped_triggers_take_no_figure_of_speech_for_danger(text: str, reason: str) -> None:
    triggers = load_policy(None).triggers
    assert [one.value for one in triggers if has_any(text, triggers[one])] == ([reason] if reason else [])


def test_shipped_policy_escalates_what_must_not_wait() -> None:
    wanted = "court press regulator health safety discrimination second-failure data-leak employee-threatened"
    assert {Reason(name) for name in wanted.split()} <= set(load_policy().urgencies)
    assert Reason.LEAVING not in load_policy().urgencies


def test_classifier_is_asked_outside_of_transactions_and_once(make_world: MakeWorld) -> None:
    classifier = Classifier(Heard())
    world = make_world(classifier=classifier)
    transaction, depth = world.store.transaction, [0]
    inside: list[int] = []

    def classify(text: str) -> Heard:
        inside.append(depth[0])
        return Heard()

    @contextmanager
    def watched() -> Iterator[Any]:
        with transaction() as tx:
            depth[0] += 1
            yield tx
            depth[0] -= 1

    world.store.transaction = watched  # type: ignore[method-assign, assignment]
    classifier.classify = classify  # type: ignore[method-assign]
    world.complain("A zebra came into the salon.")
    world.desk.say("1", CUSTOMER, "Two zebras.")
    world.tell()
    world.work()
    world.service.decide_complaint(SOURCE, "1", False, "Dana")
    assert inside == [0, 0]


def test_nothing_is_heard_for_the_first_time_inside_a_transaction(world: World) -> None:
    """A playbook loads its phrases when it needs them; inside, every webhook would wait for that."""
    transaction, depth = world.store.transaction, [0]
    first: dict[str, int] = {}

    @contextmanager
    def watched() -> Iterator[Any]:
        with transaction() as tx:
            depth[0] += 1
            yield tx
            depth[0] -= 1

    signals = world.book.signals
    world.book.signals = lambda text, learned=None: (  # type: ignore[method-assign]
        first.setdefault(text, depth[0]),
        signals(text),
    )[1]
    world.store.transaction = watched  # type: ignore[method-assign, assignment]
    world.complain("A zebra came into the salon.")
    world.service.decide_complaint(SOURCE, "1", True, "Dana")
    assert first == {"A zebra came into the salon.": 0}


def test_warming_does_what_a_job_does_in_both_languages() -> None:
    store: Any = None
    classifier = Classifier(None)
    world = World(store, classifier=classifier)
    asked: list[str] = []
    world.book.signals = lambda text, learned=None: asked.append(text) or ()  # type: ignore[method-assign, func-returns-value]
    find_promises_of.cache_clear()
    world.service.warm()
    assert list(dict.fromkeys(asked)) == [context.complaint_text for context in world.book.contexts]
    assert {guess_language([text], "") for text in asked} == {"en", "ru"}
    assert find_promises_of.cache_info().currsize == 1
    assert classifier.asked == len(world.book.contexts), "its words are read once, by no customer's message"
    other = Book()
    world.service.warm(other)
    assert [c.complaint_text for c in other.contexts] == [c.complaint_text for c in world.book.contexts]


def test_deciding_words_go_with_the_message(world: World) -> None:
    world.complain("I am so disappointed.")
    assert why_of(world)[1] == "words:so disappointed"
    world.send(("MessageRedacted", {"conversation": "1", "message": "1-1"}))
    world.work()
    assert why_of(world) == (True, "words")


def test_our_own_words_and_notes_are_not_classified(make_world: MakeWorld) -> None:
    classifier = Classifier(Heard("question"))
    world = make_world(classifier=classifier)
    world.complain("Where is it?")
    asked = classifier.asked
    world.reply("I am so disappointed.", author=AGENT)
    assert classifier.asked == asked


def test_listener_falls_back_to_words_and_says_which() -> None:
    class Silent:
        def classify(self, text: str) -> None:
            return None

    for listener in (Listener(), Listener(Silent())):
        heard = listener.classify("The lamp arrived broken, I want my money back.")
        assert (heard.kind, heard.is_learned, heard.words) == ("complaint", False, "broken")
        heard = listener.classify("Лампа пришла, спасибо!")
        assert (heard.kind, heard.words) == ("praise", "")


def test_listener_passes_on_what_was_learned() -> None:
    from complaint_gift.learned.classifier import Classification

    class Ears:
        def classify(self, text: str) -> Classification:
            return Classification("complaint", 0.9, "high", ("court",), ("Anna",))

    heard = Listener(Ears()).classify("anything")
    assert (heard.is_learned, heard.score, heard.triggers, heard.words) == (True, 0.9, ("court",), "")
