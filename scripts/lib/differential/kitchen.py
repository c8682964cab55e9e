"""Makes cases of recipes: a good one, then the mutations of each level, and the encoding between them."""

import itertools
import time

from sample_tokens import base64url

from differential.case import LEVELS, Case, Draft, Mutation, Recipe, json_text
from differential.good import good_draft
from differential.pool import Pool

# How many mutations a case has: number → weight.
MUTATION_COUNTS = {0: 15, 1: 60, 2: 20, 3: 5}


class Kitchen:
    """Makes cases of recipes."""

    def __init__(self, seed: int, mutations: list[Mutation]) -> None:
        self.seed = seed
        self.pool = Pool(seed)
        self.mutations = {mutation.name: mutation for mutation in mutations}
        self.names = list(self.mutations)
        self.weights = list(itertools.accumulate(mutation.weight for mutation in mutations))
        assert len(self.mutations) == len(mutations), "two mutations of one name"

    def recipe(self, index: int) -> Recipe:
        dice = Recipe(self.seed, index, ()).dice("recipe")
        (count,) = dice.choices(list(MUTATION_COUNTS), list(MUTATION_COUNTS.values()))
        chosen: list[Mutation] = []
        while len(chosen) < count:
            (name,) = dice.choices(self.names, cum_weights=self.weights)
            mutation = self.mutations[name]
            if all(mutation.goes_with(other) for other in chosen):
                chosen.append(mutation)
        chosen.sort(key=lambda mutation: LEVELS.index(mutation.level))
        return Recipe(self.seed, index, tuple(mutation.name for mutation in chosen))

    def case(self, recipe: Recipe, now: int | None = None) -> Case:
        mutations = [self.mutations[name] for name in recipe.mutations]
        kind = next((mutation.kind for mutation in mutations if mutation.kind), None)
        draft = good_draft(recipe, self.pool, kind, int(time.time()) if now is None else now)
        for level in LEVELS:
            encode(draft, level)
            for mutation in mutations:
                if mutation.level == level:
                    self.change(draft, mutation, recipe)
        return Case(recipe, draft.policy, draft.jwks, draft.text, may_be_keyless(draft, mutations))

    def change(self, draft: Draft, mutation: Mutation, recipe: Recipe) -> None:
        try:
            mutation.change(draft, recipe.dice(mutation.name))
        except Exception as error:
            error.add_note(f"while {mutation.name} was done to case {recipe.index} of seed {recipe.seed}")
            raise


def may_be_keyless(draft: Draft, mutations: list[Mutation]) -> bool:
    spoilt = {mutation.level for mutation in mutations if mutation.refused}
    is_unreadable = any(mutation.name.startswith(("key set", "member twice")) for mutation in mutations)
    return is_unreadable or "key set" in spoilt or "key" in spoilt and len(draft.keys) == 1


def encode(draft: Draft, level: str) -> None:
    """What must be there before the mutations of a level."""
    if level == "JSON":
        draft.jwks = json_text({"keys": draft.keys, **draft.set_members}).encode(errors="surrogatepass")
        draft.header_bytes = json_text(draft.header).encode()
        draft.payload_bytes = json_text(draft.claims).encode()
    elif level == "base64url":
        draft.header_segment, draft.payload_segment = base64url(draft.header_bytes), base64url(draft.payload_bytes)
    elif level == "signature":
        draft.signature = (draft.sign or draft.signer.sign)(draft.algorithm, draft.signing_input)
    elif level == "text":
        draft.text = f"{draft.header_segment}.{draft.payload_segment}.{base64url(draft.signature)}"
