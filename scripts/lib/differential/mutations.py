"""All mutations of all levels."""

from differential.case import Mutation
from differential.claims import CLAIMS
from differential.headers import HEADERS
from differential.keys import KEYS
from differential.sets import SET_TEXTS, SETS
from differential.signatures import SIGNATURES
from differential.texts import TEXT_MUTATIONS

MUTATIONS: list[Mutation] = [*KEYS, *SETS, *SET_TEXTS, *CLAIMS, *HEADERS, *TEXT_MUTATIONS, *SIGNATURES]
