"""Which events are sent: pools of them, made anew with each rotation, and drawn by a seeded dice."""

import bisect
import itertools
import random
from collections.abc import Iterable

from soak import tokens
from soak.events import HTTP_1, HTTP_2, REST, Case, EventMaker, unrecognised, with_two, without_token
from soak.keyless import keyless
from soak.publisher import Ring
from soak.rules import Caller, permitted
from soak.signing import Key
from soak.tokens import Token
from soak.world import ALGORITHMS_OF, ENTRIES, ENTRY, Entry

# Of a hundred events; within a pool all are as likely. The slow ones (ES384 takes ten times RS256) are kept few.
SHARES = {
    "current": 52, "previous": 10, "withdrawn": 3, "eager": 3, "claims": 9, "forged": 6, "turning": 3, "no key": 1,
    "keyless": 6, "no token": 2, "two": 1, "unrecognised": 3.9, "huge": 0.1,
}  # fmt: skip
ALGORITHM_WEIGHTS = {"RS256": 10, "EdDSA": 3, "ES256": 5, "PS256": 5, "ES384": 1}
ENTRY_WEIGHTS = {"machines": 5, "staff": 2, "partner": 3, "bank": 2, "fleet": 2}
HUGE_EVENTS = 4
UNPUBLISHED = 8  # of each entry in a rotation: `kid`s of nobody


class Pools:
    def __init__(self, seed: int, rings: dict[str, Ring], size: int) -> None:
        self.dice = random.Random(f"{seed} events")
        self.rings = rings
        self.size = size
        self.maker = EventMaker(self.dice)
        self.pools: dict[str, list[Case]] = {name: [] for name in SHARES}
        self.shares = list(itertools.accumulate(SHARES.values()))
        self.names = list(SHARES)
        self.bad: dict[str, dict[str, list[Case]]] = {"claims": {}, "forged": {}, "turning": {}, "no key": {}}
        self.older: list[list[Case]] = []
        self.renewals = 0
        self.make_lasting()
        self.renew()

    def draw(self) -> Case:
        number = bisect.bisect(self.shares, self.dice.random() * self.shares[-1])
        pool = self.pools[self.names[min(number, len(self.names) - 1)]] or self.pools["current"]
        return pool[int(self.dice.random() * len(pool))]

    def cases(self) -> list[Case]:
        """One of each circumstance and shape, the huge ones included; and one of each set of routes that a token may be
        good for, since the function keeps the policy of each."""
        found = {case.name: case for pool in self.pools.values() for case in pool}
        return [*found.values(), *self.pools["huge"], *self.of_every_policy()]

    def of_every_policy(self) -> list[Case]:
        sets: dict[frozenset[str], Token] = {}
        for entry in ENTRIES:
            key = self.any_key(entry.source)
            for claims in tokens.claims_of_every_kind(entry, self.dice):
                allowed = permitted(Caller(entry, claims))
                if allowed not in sets:
                    sets[allowed] = tokens.good_with(claims, entry, key, self.dice)
        return [self.maker.case(token, shape) for token in sets.values() for shape in (REST, HTTP_1)]

    # What is made once

    def make_lasting(self) -> None:
        key = self.key("pool", "RS256")
        token = tokens.good(ENTRY["machines"], key, self.dice)
        self.pools["no token"] = list(without_token(self.maker))
        self.pools["unrecognised"] = list(unrecognised(self.maker, token))
        for entry in ENTRIES:
            made = keyless(entry, self.any_key(entry.source), self.dice)
            self.pools["keyless"] += [self.maker.case(token) for token in made]

    # What is made with each rotation

    def renew(self) -> None:
        self.pools["withdrawn"] = self.older.pop(0) if len(self.older) > 1 else []
        self.pools["previous"] = self.older[-1] if self.older else []
        self.pools["current"] = self.good(self.size)
        self.older.append(self.pools["current"])
        self.pools["eager"] = self.good(max(10, self.size // 20), ahead=1)
        for number, entry in enumerate(ENTRIES):
            if self.renewals == 0 or (self.renewals + number) % 2:
                self.renew_entry(entry)
        self.bad["claims"]["usage key"] = self.cases_of(tokens.unusable_keys(self.any_key, self.dice))
        for name, of_entries in self.bad.items():
            self.pools[name] = [case for cases in of_entries.values() for case in cases]
        self.pools["two"] = list(with_two(self.maker, self.any_good("machines")))
        self.pools["huge"] = [self.huge() for _ in range(HUGE_EVENTS)]
        self.renewals += 1

    def renew_entry(self, entry: Entry) -> None:
        """Bad tokens, of every second entry in turn: those of the last rotation are as bad as ever."""
        key = self.any_key(entry.source)
        others = [one for ring in self.rings.values() for keys in ring.epochs.values() for one in keys.values()]
        made = {
            "claims": tokens.spoilt(entry, key, self.dice),
            "forged": [
                *tokens.forged(entry, key, self.dice.sample(others, len(others)), self.dice), self.crossed(entry),
            ],
            "turning": tokens.turning(entry, key, self.dice),
        }  # fmt: skip
        if entry.source != "fleet":  # its keys are refreshed while no caller waits, undisturbed by strangers
            made["no key"] = tokens.of_no_key(entry, key, self.dice, UNPUBLISHED)
        for name, new in made.items():
            self.bad[name][entry.name] = self.cases_of(new)

    def cases_of(self, made: Iterable[Token]) -> list[Case]:
        return [self.maker.case(token) for token in made]

    def good(self, count: int, ahead: int = 0) -> list[Case]:
        names = self.dice.choices(list(ENTRY_WEIGHTS), list(ENTRY_WEIGHTS.values()), k=count)
        return [self.maker.case(self.any_good(name, ahead)) for name in names]

    def any_good(self, name: str, ahead: int = 0) -> Token:
        entry = ENTRY[name]
        return tokens.good(entry, self.any_key(entry.source, ahead), self.dice)

    def huge(self) -> Case:
        return self.maker.case(self.any_good("machines"), self.dice.choice((REST, HTTP_1, HTTP_2)), huge=True)

    def crossed(self, entry: Entry) -> Token:
        """`kid` names a key of one algorithm, `alg` another that the issuer uses too; or the token is good."""
        names = ALGORITHMS_OF[entry.source]
        key = self.key(entry.source, names[0])
        if len(names) == 1:
            return self.any_good(entry.name)
        return tokens.of_another_algorithm(entry, key, names[1], self.dice)

    # Keys

    def key(self, source: str, algorithm: str) -> Key:
        ring = self.rings[source]
        return ring.epochs[ring.epoch][algorithm]

    def any_key(self, source: str, ahead: int = 0) -> Key:
        """Of the epoch, or of one to come: the algorithms that are quick to verify more often."""
        ring = self.rings[source]
        names = ALGORITHMS_OF[source]
        name = self.dice.choices(names, [ALGORITHM_WEIGHTS[one] for one in names])[0]
        return ring.epochs[ring.epoch + ahead][name]
