"""The configuration under which all is tried: the soak's, with secrets in variables and one more issuer."""

import dataclasses
import json
import pathlib
import secrets

from joserfc.jwk import Key
from soak.world import CONTEXT, ENTRIES, MAPPED, ROUTES, entry_document
from leaks.mutations import signing_keys

ANY_ALGORITHM = "any-algorithm"
ANY_ISSUER = "https://issuer.example/"  # leaks.mutations.claims
ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)] + ["EdDSA"]


def marker() -> str:
    """Nothing that anybody else writes; with characters that JSON, URLs and forms spell otherwise."""
    return f'"{secrets.token_hex(8)}\\/+ {secrets.token_urlsafe(8)}é%'


def usage_key() -> str:
    return secrets.token_hex(14)


@dataclasses.dataclass
class Settings:
    """Secrets of one run, and where they are put."""

    hmac_secret: str = dataclasses.field(default_factory=marker)
    staff_key: str = dataclasses.field(default_factory=usage_key)
    mapped_key: str = dataclasses.field(default_factory=usage_key)
    keys: list[Key] = dataclasses.field(default_factory=signing_keys)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "USAGE_KEY_SECRET": self.hmac_secret, "STAFF_API_KEY": self.staff_key,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_LAMBDA_FUNCTION_NAME": "authorizer",
        }  # fmt: skip

    def document(self, keys_url: str, **members: object) -> dict:
        issuers = [entry_document(entry, keys_url) for entry in ENTRIES]
        for issuer in issuers:
            if issuer["usageKey"]["from"] == "hmac":
                issuer["usageKey"] = {"from": "hmac", "secret": "${USAGE_KEY_SECRET}"}
            if issuer["usageKey"]["from"] == "fixed":
                issuer["usageKey"] = {"from": "fixed", "value": "${STAFF_API_KEY}"}
        issuers.append({
            "name": ANY_ALGORITHM, "issuer": ANY_ISSUER, "jwksURL": f"{keys_url}/{ANY_ALGORITHM}.json",
            "audiences": "any", "algorithms": ALGORITHMS, "usageKey": {"from": "hmac", "secret": "${USAGE_KEY_SECRET}"},
        })  # fmt: skip
        return {"issuers": issuers, "routes": ROUTES, "context": CONTEXT, **members}

    def write(self, folder: pathlib.Path, document: dict) -> pathlib.Path:
        (folder / "usage-keys.json").write_text(json.dumps({MAPPED: self.mapped_key}))
        path = folder / "authorizer.json"
        path.write_text(json.dumps(document, indent=2))
        return path
