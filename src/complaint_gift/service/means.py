"""What every use case works with, handed over once by the composition root."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from complaint_gift.domain import Author, Finding, Role, Scope, Verdict
from complaint_gift.plugin import Can, Plugin, Refused, Source
from complaint_gift.service.policy import Policy
from complaint_gift.service.ports import Bell, Book, Classifier, Clock, Heard, Links, Notifier, Store
from complaint_gift.service.records import hash_text

MOST_HEARD = 2000


@dataclass(frozen=True, slots=True)
class Company:
    """Whose accounts speak for the company; both lists are folded names, addresses or ids."""

    company_accounts: frozenset[str] = frozenset()
    personal_accounts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, company: tuple[str, ...] = (), personal: tuple[str, ...] = ()) -> Company:
        """From the lists of the configuration."""
        return cls(
            frozenset(one.casefold() for one in company), frozenset(one.casefold() for one in personal)
        )

    def speaks(self, author: Author) -> bool:
        """Helpdesk staff do unless listed as personal; a list of company accounts narrows it."""
        told = {one.casefold() for one in (author.id, author.account, author.name) if one}
        if told & self.personal_accounts or author.role is Role.CUSTOMER:
            return False
        if self.company_accounts:
            return bool(told & self.company_accounts)
        return author.company is not False


@dataclass(slots=True)
class Means:
    """Store, sources, plugins (by plugin name) and the rest; `playbook` gives the current one."""

    store: Store
    sources: Mapping[str, Source]
    plugins: Mapping[str, Plugin]
    playbook: Callable[[], Book]
    policy: Policy
    bell: Bell
    notifier: Notifier
    clock: Clock
    company: Company = field(default_factory=Company)
    tagger: Any = None
    classifier: Classifier | None = None
    links: Links | None = None
    _clients: dict[str, Any] = field(default_factory=dict)
    _heard: OrderedDict[str, Heard] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        """Timezone-aware UTC."""
        return self.clock.now()

    def source(self, name: str) -> tuple[Source, Plugin]:
        """Raises Refused when the configuration no longer has it."""
        source = self.sources.get(name)
        if source is None:
            raise Refused(
                f"source {name!r} is not configured any more; add it again or drop what waits for it",
                code="gone",
            )
        return source, self.plugins[source.plugin]

    def can(self, name: str, what: Can) -> bool:
        """Whether this source is configured and its plugin does that there."""
        source = self.sources.get(name)
        if source is None:
            return False
        plugin = self.plugins[source.plugin]
        able = getattr(plugin, "able", None)
        return what in (able(source) if able else plugin.can)

    def client(self, name: str) -> Any:
        """The source's client, connected once per process."""
        source, plugin = self.source(name)
        with self._lock:
            if name not in self._clients:
                self._clients[name] = plugin.connect(source)
            return self._clients[name]

    @property
    def has_learned(self) -> bool:
        """Whether a learned layer is installed that hears customers; it may be starting or away."""
        return self.tagger is not None and self.classifier is not None

    def is_awake(self) -> bool:
        """Whether the learned layer answers now. Waits hardly longer than a look."""
        return self.tagger is not None and bool(self.tagger.ready())

    def classify(self, text: str) -> Heard | None:
        """What a classifier hears in a customer's words, None where there is none.

        Remembered by hash: asked before a transaction, it is known inside, where nobody should wait for it.
        """
        if self.classifier is None:
            return None
        digest = hash_text(text)
        with self._lock:
            known = self._heard.get(digest)
        if known is None and (known := self.classifier.classify(text)) is not None and known.is_learned:
            with self._lock:
                self._heard[digest] = known
                while len(self._heard) > MOST_HEARD:
                    self._heard.popitem(last=False)
        return known

    def review(
        self,
        text: str,
        context: Any,
        scope: Scope = Scope.PUBLIC_REPLY,
        shadow: list[Finding] | None = None,
    ) -> Verdict:
        """The playbook's verdict, with what the learned layer says where there is one."""
        book, learned = self.playbook(), None
        asked = self.tagger is not None and book.listens(text, context)
        if asked:
            learned = self.tagger.tag(text, context)
        return book.review(text, scope=scope, context=context, learned=learned, asked=asked, shadow=shadow)
