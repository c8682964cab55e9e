"""Cases that all three accept, made of a seed."""

import random

from differential.case import AUDIENCE, HOUR, Draft, Policy, Recipe
from differential.pool import KeyPair, Pool

# Most are of a curve, which costs a tenth of RSA.
ALGORITHM_WEIGHTS = {
    "EdDSA": 40, "ES256": 40, "ES384": 3, "ES512": 2, "RS256": 6, "PS256": 3, "RS384": 1, "RS512": 1, "PS384": 1,
    "PS512": 1,
}  # fmt: skip
NEIGHBOUR_WEIGHTS = {0: 20, 1: 50, 2: 25, 3: 5}
"""How many other good keys a set has."""
KINDS = {"RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("EdDSA",)}
# What a recipe may leave out, or have plain, and still be of a good case.
OPTIONAL = [
    *[f"claims.{name}" for name in ("sub", "nbf", "jti", "scope", "name", "nested", "azp", "iat", "client_id", "aud")],
    *[f"policy.{name}" for name in ("audiences", "clients", "token_use", "type", "leeway", "max_lifetime", "required")],
    "policy.others",
    *["header.typ", "key.alg", "key.use", "key.key_ops", "key.x5t", "keys.0", "keys.1", "keys.2", "algorithm", "order"],
]  # fmt: skip


def good_draft(recipe: Recipe, pool: Pool, kind: str | None, now: int) -> Draft:
    """What is left out is thrown dice for all the same, so that the rest stays."""
    dice = recipe.dice("good")
    names = [name for name in ALGORITHM_WEIGHTS if kind is None or name.startswith(KINDS[kind])]
    (algorithm,) = dice.choices(names, [ALGORITHM_WEIGHTS[name] for name in names])
    place = dice.getrandbits(16)
    if "algorithm" in recipe.without:
        algorithm, place = names[0], 0
    signers = pool.by_algorithm(algorithm)
    signer = signers[place % len(signers)]
    policy = good_policy(dice, recipe, algorithm)
    claims = good_claims(dice, recipe, policy, now)
    header = good_header(dice, recipe, policy, algorithm, signer)
    key, keys = good_keys(dice, recipe, pool, algorithm, signer)
    return Draft(pool, policy, signer, algorithm, now, key, keys, header, claims)


def kept(recipe: Recipe, group: str, members: dict) -> dict:
    return {name: value for name, value in members.items() if f"{group}.{name}" not in recipe.without}


def shuffled(dice: random.Random, recipe: Recipe, members: dict) -> dict:
    items = list(members.items())
    dice.shuffle(items)
    return members if "order" in recipe.without else dict(items)


def good_policy(dice: random.Random, recipe: Recipe, algorithm: str) -> Policy:
    others = dice.sample([name for name in ALGORITHM_WEIGHTS if name != algorithm], dice.randrange(4))
    audiences = [AUDIENCE, "orders", "https://other.example/"][: dice.randrange(1, 4)]
    choices = {
        "audiences": audiences if dice.random() < 0.85 else "any",
        "clients": ["client-1", "batch"] if dice.random() < 0.3 else None,
        "token_use": dice.choice(["access", "id"]) if dice.random() < 0.15 else None,
        "type": dice.choice(["at+jwt", "JWT"]) if dice.random() < 0.2 else None,
        "leeway": dice.choice([5, 60, 300]) if dice.random() < 0.5 else 0,
        "max_lifetime": 24 * HOUR if dice.random() < 0.1 else None,
        "required": {"tenant": ["blue", "red"]} if dice.random() < 0.1 else {},
        "others": others,
    }
    choices = kept(recipe, "policy", choices)
    # Every case of a run has an issuer of its own; they are as long as each other, so that none begins another.
    number = recipe.index if recipe.issuer is None else recipe.issuer
    issuer = f"https://issuer-{number:09}.example/"
    return Policy(issuer, [algorithm, *choices.pop("others", [])], **choices)


def good_claims(dice: random.Random, recipe: Recipe, policy: Policy, now: int) -> dict:
    lifetime = dice.choice([2 * HOUR, 12 * HOUR, 23 * HOUR])
    start = now - HOUR
    many = {
        "sub": f"client-{dice.randrange(10_000)}",
        "nbf": start,
        "jti": f"{dice.getrandbits(64):x}",
        "scope": " ".join(f"orders/{dice.randrange(100)}" for _ in range(dice.randrange(1, 12))),
        "name": dice.choice(["Ada", "Łukasz", "日本", "\u0000", '\\"/', "😀", "é"]),
        "nested": {"a": [1, 2.5, -0.0, 1e20, None, True, {"b": []}]},
        "azp": "client-1",
        "iat": start,
        "client_id": "client-1",
    }
    optional = {name: value for name, value in many.items() if dice.random() < 0.4}
    needed: dict = {"iss": policy.issuer, "exp": start + lifetime}
    if policy.audiences == "any":
        optional["aud"] = AUDIENCE
    else:
        needed["aud"] = dice.choice([policy.audiences[0], [*policy.audiences], ["else", policy.audiences[-1]]])
    needed |= {"client_id": "client-1"} if policy.clients else {}
    needed |= {"token_use": policy.token_use} if policy.token_use else {}
    needed |= {"iat": start} if policy.max_lifetime else {}
    needed |= {"tenant": dice.choice(["red", ["green", "blue"]])} if policy.required else {}
    return shuffled(dice, recipe, {**kept(recipe, "claims", optional), **needed})


def good_header(dice: random.Random, recipe: Recipe, policy: Policy, algorithm: str, signer: KeyPair) -> dict:
    type_ = dice.choice(["JWT", "at+jwt", "application/at+jwt"]) if dice.random() < 0.3 else None
    members = {"alg": algorithm, "kid": signer.kid}
    if policy.type:
        members["typ"] = dice.choice([policy.type, policy.type.upper(), f"application/{policy.type}"])
    elif type_:
        members |= kept(recipe, "header", {"typ": type_})
    return shuffled(dice, recipe, members)


def good_keys(
    dice: random.Random, recipe: Recipe, pool: Pool, algorithm: str, signer: KeyPair
) -> tuple[dict, list[dict]]:
    """The signer's JWK and a set that it is in."""
    uses = {
        "alg": algorithm if dice.random() < 0.6 else None,
        "use": "sig" if dice.random() < 0.6 else None,
        "key_ops": ["verify"] if dice.random() < 0.15 else None,
        "x5t": "dGhlIFNIQS0xIG9mIG5vdGhpbmc" if dice.random() < 0.05 else None,
    }
    key = shuffled(dice, recipe, {"kid": signer.kid, **signer.members, **kept(recipe, "key", uses)})
    key = {name: value for name, value in key.items() if value is not None}
    (count,) = dice.choices(list(NEIGHBOUR_WEIGHTS), list(NEIGHBOUR_WEIGHTS.values()))
    others = dice.sample([pair for pair in pool.good if pair is not signer], count)
    keys = [{"kid": pair.kid, **pair.members} for pair in others]
    keys = [jwk for place, jwk in enumerate(keys) if f"keys.{place}" not in recipe.without]
    keys.insert(dice.randrange(len(others) + 1), key)
    return key, keys
