"""What a person must read in each trouble, in both languages, typed out once more: no text changes unseen."""

from __future__ import annotations

from typing import Any

from scripted_review import Review

AWAY = "The check is taking a break"
GONE = "Проверка ненадолго отошла"
LINES = {
    "en": {
        "down": AWAY + "Write and send as usual. Your reply will be read once it is sent.",
        "slow": AWAY + "It takes longer than usual today. Write and send as usual; "
        "your reply will be read once it is sent.",
        "denied": "The check does not know this helpdeskWrite and send as usual, and ask your administrator "
        "to renew the review token.",
        "expired": AWAY + "The clocks of this helpdesk and the check disagree. "
        "Write and send as usual, and tell your administrator.",
        "early": AWAY + "The clocks of this helpdesk and the check disagree. "
        "Write and send as usual, and tell your administrator.",
        "busy": AWAY + "Many people are writing right now. I will look again in a moment; you need not wait.",
        "broken": AWAY + "Its answer made no sense. Write and send as usual; "
        "your reply will be read once it is sent.",
        "long": AWAY + "This reply is longer than I can read while you write. "
        "Send as usual; it will be read once it is sent.",
        "shared": "This conversation is open in another tab too. Each tab keeps its own draft.",
    },
    "ru": {
        "down": GONE + "Пишите и отправляйте как обычно. Ответ прочитаем сразу после отправки.",
        "slow": GONE + "Сегодня она отвечает дольше обычного. Пишите и отправляйте: "
        "ответ прочитаем сразу после отправки.",
        "denied": "Проверка не узнала эту службуПишите и отправляйте как обычно, а администратора попросите "
        "обновить токен проверки.",
        "expired": GONE + "Часы службы поддержки и проверки показывают разное время. "
        "Пишите и отправляйте как обычно, а администратору скажите об этом.",
        "early": GONE + "Часы службы поддержки и проверки показывают разное время. "
        "Пишите и отправляйте как обычно, а администратору скажите об этом.",
        "busy": GONE + "Сейчас пишут очень многие. Загляну снова через минуту, ждать меня не нужно.",
        "broken": GONE + "Её ответ не удалось разобрать. Пишите и отправляйте: "
        "ответ прочитаем сразу после отправки.",
        "long": GONE + "На ходу такой длинный ответ мне не прочесть. "
        "Отправляйте как обычно: прочитаем сразу после отправки.",
        "shared": "Этот разговор открыт ещё в одной вкладке. У каждой свой черновик.",
    },
}
FAULTS: dict[str, dict[str, Any]] = {
    "down": {"status": 503},
    "slow": {"delay": lambda text: 10.0},
    "denied": {"status": 401},
    "expired": {"status": 401, "raw": '{"code": "token-expired"}'},
    "early": {"status": 401, "raw": '{"code": "token-early"}'},
    "busy": {"status": 429, "headers": {"Retry-After": "2"}},
    "broken": {"raw": "<html>"},
    "long": {"status": 413},
}
LANGUAGES = ("en", "ru")


def break_down(review: Review, fault: str) -> None:
    """Bring the scripted service into the trouble `fault` of FAULTS."""
    for name, value in FAULTS[fault].items():
        setattr(review, name, value)
