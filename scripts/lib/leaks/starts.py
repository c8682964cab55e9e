"""Starts that fail: what is posted to init/error, and what is written, of a configuration with secrets in wrong places."""

import json
import pathlib
import tempfile
from collections.abc import Iterator

from execution.function import Function
from execution.runtime_api import INIT_ERROR, RuntimeAPI
from leaks.functions import files_in
from leaks.search import Search, Written
from leaks.settings import Settings, marker

KEY_FILE = "keys.json"


def wrong_documents(settings: Settings, search: Search) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, text of the configuration, and variables. Literal secrets stand where secrets belong, and are wrong there;
    those of variables stand anywhere, since the text of the file is what an error quotes."""

    def hidden(name: str) -> str:
        search.add("secret", f"of a start, {name}", text := marker())
        return text

    good = settings.document("http://127.0.0.1:9")

    def with_issuer(number: int = 0, **members: object) -> str:
        issuers = [dict(one) for one in good["issuers"]]
        issuers[number] |= members
        return json.dumps(good | {"issuers": issuers})

    for name, usage_key in (
        ("a string for an object", hidden("usage key")), ("a list", [hidden("list")]),
        ("a key of the wrong form", {"from": "fixed", "value": hidden("fixed")}),
        ("a key too short", {"from": "fixed", "value": "short-key-of-18-ch"}), ("a secret in a list", {"from": "hmac", "secret": [hidden("in a list")]}),
        ("a secret too long", {"from": "hmac", "secret": hidden("long") * 40_000}), ("a secret that is a map", {"from": "hmac", "secret": {hidden("name"): 1}}),
        ("a secret beside another kind", {"from": "clientID", "secret": hidden("beside")}), ("a secret of no form", {"from": hidden("from"), "secret": "x"}),
    ):  # fmt: skip
        yield name, with_issuer(usageKey=usage_key), {}
    yield "a password in a URL", with_issuer(jwksURL=f"http://user:{hidden('password').replace('/', '')}@127.0.0.1:9/"), {}
    yield "a password in a URL of another scheme", with_issuer(jwksURL="ftp://user:${PASSWORD}@127.0.0.1:9/"), {"PASSWORD": hidden("ftp")}
    # Not jwksFile: where a file cannot be read, its whole path is what the operator needs.
    for member in ("name", "issuer", "jwksURL", "tokenUse", "type", "scopeClaim"):
        yield f"a variable in {member}", with_issuer(2, **{member: "${MISPLACED}"}), {"MISPLACED": hidden(member)}
    for member in ("policy", "unauthenticated", "httpAPIResponse", "metrics", "routes", "context", "keys"):
        yield f"a variable in {member}", json.dumps(good | {member: "${MISPLACED}"}), {"MISPLACED": hidden(member)}
    yield "a variable in a route", json.dumps(good | {"routes": {"GET ${MISPLACED}": {}}}), {"MISPLACED": hidden("route")}
    yield "a variable in an algorithm", with_issuer(2, algorithms=["${MISPLACED}"]), {"MISPLACED": hidden("algorithm")}
    text = json.dumps(good)
    secret = json.dumps(hidden("cut off"))
    yield "cut within a secret", text.replace('"${USAGE_KEY_SECRET}"', secret)[: text.index('"${USAGE_KEY_SECRET}"') + 20], {}
    yield "a secret twice", text.replace('"secret":', f'"secret": {secret}, "secret":', 1), {}
    yield "something behind it", text + secret, {}
    yield "a secret for a file", secret, {}
    yield "no key in a file", with_issuer(jwksFile=KEY_FILE), {"KEYS": hidden("key file")}


def failing_starts(program: pathlib.Path, settings: Settings, search: Search) -> Iterator[Written]:
    for name, text, variables in wrong_documents(settings, search):
        yield from start(program, settings, name, text, variables)


def start(program: pathlib.Path, settings: Settings, name: str, text: str, variables: dict[str, str]) -> Iterator[Written]:
    """A start that goes well after all is as good a place to look: it waits for an event then."""
    place = f"{program.parent.name}/{program.name}, start with {name}"
    with tempfile.TemporaryDirectory(prefix="turnstile-leaks-") as folder, RuntimeAPI() as api:
        path = pathlib.Path(folder, "authorizer.json")
        path.write_text(text)
        map_path, key_path = path.with_name("usage-keys.json"), path.with_name(KEY_FILE)
        map_path.write_text("{}")
        key_path.write_text(json.dumps({"keys": [{"kty": "oct", "k": variables.get("KEYS", "")}]}))
        environment = {**settings.environment, "AUTHORIZER_CONFIG": str(path), "AWS_LAMBDA_LOG_LEVEL": "TRACE", **variables}
        with Function(program, api.address, environment) as function:
            request = api.request()
            yield Written(f"{place}, {request.target.rpartition('/2018-06-01/runtime/')[2]}", request.head + request.body)
            if request.target == INIT_ERROR:
                api.reply(request)
                function.wait()
            yield Written(f"{place}, what it wrote", function.written())
        yield from files_in(pathlib.Path(folder), place, {path, map_path, key_path})
