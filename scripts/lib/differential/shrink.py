"""Makes a case that no rule explains as small as it can be."""

from dataclasses import replace

from differential.case import Recipe
from differential.good import OPTIONAL
from differential.judge import Comparison, Finding

FIRST_ISSUER = 900_000_000
"""Numbers of issuers that no case of a run has."""


def smaller(recipe: Recipe) -> list[Recipe]:
    """The next smaller ones, the smallest first."""
    left = [name for name in OPTIONAL if name not in recipe.without]
    all_left_out = replace(recipe, without=recipe.without | set(left))
    fewer_mutations = [
        replace(recipe, mutations=tuple(name for name in recipe.mutations if name != gone)) for gone in recipe.mutations
    ]
    halves = [replace(recipe, without=recipe.without | set(half)) for half in (left[::2], left[1::2])]
    singles = [replace(recipe, without=recipe.without | {name}) for name in left]
    return [*fewer_mutations, *([all_left_out, *halves] if len(left) > 1 else []), *singles]


def shrunk(finding: Finding, comparison: Comparison) -> Finding:
    """All that is smaller is judged at once, and the first that is still of the same kind is gone on with."""
    while True:
        recipes = enumerate(smaller(finding.case.recipe), FIRST_ISSUER)
        cases = [comparison.kitchen.case(replace(recipe, issuer=number)) for number, recipe in recipes]
        if not cases:
            return finding
        found = comparison.compare(cases).findings
        alike = [one for one in found if one.is_like(finding)]
        if not alike:
            return finding
        finding = min(alike, key=lambda one: cases.index(one.case))
