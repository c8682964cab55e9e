"""Starts that fail: what is posted to init/error, and written, of a configuration with secrets in wrong places."""

import json
import pathlib
import tempfile
import urllib.parse
from collections.abc import Iterator

from execution.function import Function
from execution.runtime_api import INIT_ERROR, RuntimeAPI
from leaks.functions import files_in
from leaks.search import Search, Written
from leaks.settings import Settings, marker

KEY_FILE = "keys.json"


Start = tuple[str, str, dict[str, str]]
"""Name, text of the configuration, and variables."""


class WrongDocuments:
    """Literal secrets stand where secrets belong, and are wrong there; those of variables stand anywhere: an error
    quotes the text of the file, in which they are but names."""

    def __init__(self, settings: Settings, search: Search) -> None:
        self.search = search
        self.good = settings.document("http://127.0.0.1:9")

    def all(self) -> Iterator[Start]:
        yield from self.wrong_usage_keys()
        yield from self.misplaced()
        yield from self.wrong_files()

    def hidden(self, name: str) -> str:
        self.search.add("secret", f"of a start, {name}", text := marker())
        return text

    def with_issuer(self, number: int = 0, **members: object) -> str:
        issuers = [dict(one) for one in self.good["issuers"]]
        issuers[number] |= members
        return json.dumps(self.good | {"issuers": issuers})

    def wrong_usage_keys(self) -> Iterator[Start]:
        hidden = self.hidden
        for name, usage_key in (
            ("a string for an object", hidden("usage key")),
            ("a list", [hidden("list")]),
            ("a key of the wrong form", {"from": "fixed", "value": hidden("fixed")}),
            ("a secret in a list", {"from": "hmac", "secret": [hidden("in a list")]}),
            ("a secret too long", {"from": "hmac", "secret": hidden("long") * 40_000}),
            ("a secret that is a map", {"from": "hmac", "secret": {hidden("name"): 1}}),
            ("a secret beside another kind", {"from": "clientID", "secret": hidden("beside")}),
            ("a secret for a word", {"from": hidden("from"), "secret": "x"}),
        ):
            yield name, self.with_issuer(usageKey=usage_key), {}

    def misplaced(self) -> Iterator[Start]:
        name = "MISPLACED"
        text = f"${{{name}}}"
        password = urllib.parse.quote(self.hidden("password"), safe="")
        yield "a password in a URL", self.with_issuer(jwksURL=f"http://user:{password}@127.0.0.1:9/"), {}
        # Not jwksFile: where a file cannot be read, its whole path is what the operator needs.
        for member in ("name", "issuer", "jwksURL", "tokenUse", "type", "scopeClaim"):
            yield f"a variable in {member}", self.with_issuer(2, **{member: text}), {name: self.hidden(member)}
        for member in ("policy", "unauthenticated", "httpAPIResponse", "metrics", "routes", "context", "keys"):
            document = json.dumps(self.good | {member: text})
            yield f"a variable in {member}", document, {name: self.hidden(member)}
        routes = json.dumps(self.good | {"routes": {f"GET {text}": {}}})
        yield "a variable in a route", routes, {name: self.hidden("route")}
        yield "a variable in an algorithm", self.with_issuer(2, algorithms=[text]), {name: self.hidden("algorithm")}
        url = self.with_issuer(jwksURL=f"ftp://user:{text}@127.0.0.1:9/")
        yield "a password in a URL of another scheme", url, {name: self.hidden("ftp")}

    def wrong_files(self) -> Iterator[Start]:
        text, secret = json.dumps(self.good), json.dumps(self.hidden("file"))
        place = text.index('"${USAGE_KEY_SECRET}"')
        yield "cut within a secret", text[:place] + secret[:20], {}
        yield "a secret twice", text.replace('"secret":', f'"secret": {secret}, "secret":', 1), {}
        yield "something behind it", text + secret, {}
        yield "a secret for a file", secret, {}
        yield "no key in a file", self.with_issuer(jwksFile=KEY_FILE), {"KEYS": self.hidden("key file")}


def failing_starts(program: pathlib.Path, settings: Settings, search: Search) -> Iterator[Written]:
    for name, text, variables in WrongDocuments(settings, search).all():
        yield from start(program, settings, name, text, variables)


def start(
    program: pathlib.Path, settings: Settings, name: str, text: str, variables: dict[str, str]
) -> Iterator[Written]:
    """A start that goes well after all is as good a place to look: it waits for an event then."""
    place = f"{program.parent.name}/{program.name}, start with {name}"
    with tempfile.TemporaryDirectory(prefix="turnstile-leaks-") as folder, RuntimeAPI() as api:
        path = pathlib.Path(folder, "authorizer.json")
        path.write_text(text)
        map_path, key_path = path.with_name("usage-keys.json"), path.with_name(KEY_FILE)
        map_path.write_text("{}")
        key_path.write_text(json.dumps({"keys": [{"kty": "oct", "k": variables.get("KEYS", "")}]}))
        environment = {
            **settings.environment,
            "AUTHORIZER_CONFIG": str(path),
            "AWS_LAMBDA_LOG_LEVEL": "TRACE",
            **variables,
        }
        with Function(program, api.address, environment) as function:
            request = api.request()
            yield Written(
                f"{place}, {request.target.rpartition('/2018-06-01/runtime/')[2]}", request.head + request.body
            )
            if request.target == INIT_ERROR:
                api.reply(request)
                function.wait()
            yield Written(f"{place}, what it wrote", function.written())
        yield from files_in(pathlib.Path(folder), place, {path, map_path, key_path})
