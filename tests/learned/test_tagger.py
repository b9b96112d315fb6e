"""What the shipped weights hear in replies and messages, and how the answer is shaped."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaint_gift.domain import Scope, Severity
from complaint_gift.learned import heads
from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.encoder import Encoder
from complaint_gift.learned.sentences import split
from complaint_gift.learned.tagger import Tagger
from complaint_gift.playbook import Context, load_playbook
from complaint_gift.rules.heads import HEADS

REPLY = (
    "Hi Lena 😀! I am really sorry that your cake came crushed. We packed it in a box that is far too big, "
    "that is our mistake. I have refunded the 45 euros this morning. A new cake will be with you by four, "
    "Lou brings it himself. From now on every cake travels in a box of its size. Thank you for telling us so "
    "openly, it helps us more than a silent goodbye. Write to me any time at lou@mill.example."
)


@pytest.fixture(scope="session")
def tagger(encoder: Encoder) -> Tagger:
    return Tagger(encoder)


def best(tagger: Tagger, head: str, text: str, complaint: str = "") -> tuple[str, float]:
    """The sentence that holds the head most, and its score."""
    found = max(tagger.tag(text, complaint)[head], key=lambda tag: tag[2], default=(0, 0, 0.0))
    return text[found[0] : found[1]], found[2]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("apologise-explicitly", "sorry"),
        ("own-the-mistake", "our mistake"),
        ("offer-concrete-remedy", "refunded"),
        ("thank-for-the-complaint", "Thank you"),
        ("open-a-direct-line", "lou@mill"),
        ("say-what-will-change", "From now on"),
    ],
)
def test_elements_are_found_in_their_sentence(tagger: Tagger, head: str, words: str) -> None:
    sentence, score = best(tagger, head, REPLY)
    assert words in sentence
    assert score > 0.5


@pytest.mark.parametrize(
    ("head", "fault", "silent"),
    [
        ("no-blame-customer", "Надо было внимательнее читать условия.", "Вашей вины здесь нет."),
        ("no-blame-customer", "You should have read the manual first.", "This is not your fault."),
        (
            "no-dead-end",
            "Больше мы ничем помочь не можем.",
            "Если не поможет, позвоните мне, найдём другой путь.",
        ),
        (
            "no-vague-promise",
            "Мы учтём ваше мнение в дальнейшей работе.",
            "В пятницу до 12 пришлю вам ответ, Игорь.",
        ),
        ("no-threats", "Удалите отзыв, иначе мы обратимся в суд.", "Отзыв ваш, удалять его мы не просим."),
    ],
)
def test_faults_are_told_from_near_misses(tagger: Tagger, head: str, fault: str, silent: str) -> None:
    heard, quiet = best(tagger, head, fault)[1], best(tagger, head, silent)[1]
    assert heard > 0.45
    assert quiet < 0.5
    assert heard - quiet > 0.25


def test_spans_are_code_points(tagger: Tagger) -> None:
    text = "👩‍🚀🇩🇪 Hi!\nWe are sorry 😀 about that. Bye 🙏"
    spans = {(a, b) for tags in tagger.tag(text).values() for a, b, _ in tags}
    assert spans <= set(split(text))
    assert best(tagger, "apologise-explicitly", text)[0] == "We are sorry 😀 about that."


def test_every_head_answers_and_nothing_is_empty_for_nothing(tagger: Tagger) -> None:
    assert set(tagger.tag(REPLY)) == set(HEADS)
    assert all(tags == () for tags in tagger.tag(" \n").values())


def test_a_sentence_is_computed_once(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    compute = encoder._compute
    monkeypatch.setattr(encoder, "_compute", lambda unit: computed.append(unit[0]) or compute(unit))
    tagger = Tagger(encoder)
    first = tagger.tag("Never seen before, one. Never seen before, two.")
    assert len(computed) == 2
    assert tagger.tag("Never seen before, one. Never seen before, two.") == first
    assert len(computed) == 2
    tagger.tag("Never seen before, one. Never seen before, three.")
    assert len(computed) == 3


def test_a_sentence_scores_alike_whatever_was_computed_before(encoder: Encoder) -> None:
    text = "We have moved your booking to the quiet side of the house."
    fresh = Tagger(encoder).tag(text)
    encoder._remembered.clear()
    Tagger(encoder).tag("Something else. " + text)
    assert Tagger(encoder).tag(text) == fresh


def test_many_sentences_at_once_get_the_vectors_they_get_alone(encoder: Encoder) -> None:
    units = [
        (f"Sentence {number} says something else about parcel {number * 7}.", heads.REPLY)
        for number in range(12)
    ]
    encoder._remembered.clear()
    alone = [encoder.vectors([unit])[0].tolist() for unit in units]
    encoder._remembered.clear()
    assert encoder.vectors([*units, *units]).tolist() == alone * 2


@pytest.mark.alone
@pytest.mark.slow
def test_one_changed_sentence_costs_a_part_of_the_whole(encoder: Encoder) -> None:
    """`make bench` holds the bars in milliseconds."""
    tagger = Tagger(encoder)
    tagger.tag("Warm up.")
    whole, one = [], []
    for number in range(7):
        encoder._remembered.clear()
        began = time.perf_counter()
        tagger.tag(REPLY)
        whole.append(time.perf_counter() - began)
        began = time.perf_counter()
        tagger.tag(REPLY + f" Changed {number}.")
        one.append(time.perf_counter() - began)
    assert min(one) < 0.6 * min(whole)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120))
def test_any_text_is_tagged(tagger: Tagger, text: str) -> None:
    for tags in tagger.tag(text, text).values():
        assert all(0 <= a < b <= len(text) and 0 <= score <= 1 for a, b, score in tags)


@pytest.mark.parametrize(
    "text",
    [
        "\ud83d",
        "\x00",
        "؟ هذا نص " * 50,
        "." * 5000,
        "a" * 64_000,
        "слово. " * 9000,
        "\n" * 5000,
        "𝕳𝖎 " * 300,
    ],
    ids=["surrogate", "zero", "arabic", "dots", "letters", "sentences", "lines", "fraktur"],
)
def test_hostile_texts_are_tagged_and_classified(encoder: Encoder, text: str) -> None:
    assert set(Tagger(encoder).tag(text, text)) == set(HEADS)
    assert Classifier(encoder).classify(text).kind


def test_random_bytes_are_survived(encoder: Encoder) -> None:
    dice = random.Random(1)
    for _ in range(20):
        text = bytes(dice.randrange(256) for _ in range(200)).decode("utf8", "surrogateescape")
        Tagger(encoder).tag(text)
        Classifier(encoder).classify(text)


@pytest.mark.parametrize(
    ("text", "kind", "triggers"),
    [
        ("Кран снова течёт, мастер был уже трижды. Подаю в суд.", "complaint", {"court"}),
        ("Your charger caught fire next to my bed.", "complaint", {"safety"}),
        ("Could you tell me the opening hours on Sunday?", "question", set()),
        ("Спасибо Тамаре из химчистки, пальто как новое!", "praise", set()),
        ("Please unsubscribe me from this newsletter.", "other", set()),
        ("Номер чудесный, завтрак вкусный, но вещи из сейфа пропали.", "complaint", set()),
    ],
)
def test_messages_are_told_apart(encoder: Encoder, text: str, kind: str, triggers: set[str]) -> None:
    found = Classifier(encoder).classify(text)
    assert found.kind == kind
    assert triggers <= set(found.triggers)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("no-blame-customer", "This is your own fault."),
        ("no-blame-customer", "You only have yourself to blame."),
        ("no-blame-customer", "Вы сами виноваты."),
        ("no-blame-customer", "Это ваша вина."),
        ("no-doubting-the-story", "You are lying."),
        ("no-doubting-the-story", "Мы вам не верим."),
        ("no-threats", "Если не удалите отзыв, мы обратимся в суд."),
    ],
)
def test_what_is_said_plainly_is_not_doubted(encoder: Encoder, rule: str, text: str) -> None:
    found = load_playbook().review(
        text, scope=Scope.PUBLIC_REPLY, context=Context.parse({}), learned=Tagger(encoder).tag(text)
    )
    assert (rule, Severity.ERROR) in {(one.rule, one.severity) for one in found.findings}
