"""The operator's tool under the same attacks: invoke, explain, inspect and check."""

import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator

from execution.key_server import KeyServer
from leaks.attacks import Attack
from leaks.functions import well
from leaks.search import Written
from leaks.settings import Settings

LONGEST_RUN_SECONDS = 60
EXPLAINED = 25  # events, and as many tokens: each is a process
SHOWS_KEYS = frozenset({"key"})  # the usageIdentifierKey of the answer, which invoke and explain are asked for


@dataclasses.dataclass(frozen=True)
class Tool:
    program: pathlib.Path
    settings: Settings
    published: dict[str, list[dict]]
    bootstrap: pathlib.Path

    def run(self, *words: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self.program, *words], input=text.encode("utf-8", errors="surrogateescape"), capture_output=True,
            timeout=LONGEST_RUN_SECONDS, env={"PATH": os.environ["PATH"], **self.settings.environment},
        )  # fmt: skip

    def said(self, *words: str, text: str = "", shows: frozenset[str] = frozenset()) -> Iterator[Written]:
        """What one command wrote; `shows` is what it is asked for on standard output."""
        run = self.run(*words, text=text)
        place = f"turnstile {' '.join(word for word in words[:2] if '/' not in word)}"
        if run.returncode < 0 or run.returncode > 128:
            raise AssertionError(f"{place} ended with {run.returncode}")
        yield Written(f"{place}, standard output", run.stdout, shows)
        yield Written(f"{place}, standard error", run.stderr)

    def under(self, attacks: list[Attack], tokens: list[str]) -> Iterator[Written]:
        with (
            tempfile.TemporaryDirectory(prefix="turnstile-leaks-") as name,
            KeyServer(lambda path: well(self.published, path)) as server,
        ):
            folder = pathlib.Path(name)
            path = self.settings.write(folder, self.settings.document(server.url))
            jwks = folder / "jwks.json"
            jwks.write_text(json.dumps({"keys": [key for keys in self.published.values() for key in keys]}))
            events = folder / "events"
            events.mkdir()
            files = [events / f"{number:04}.json" for number in range(len(attacks))]
            for file, attack in zip(files, attacks, strict=True):
                file.write_bytes(attack.event)
            yield from self.commands(path, jwks, events, files, tokens)

    def commands(
        self, path: pathlib.Path, jwks: pathlib.Path, events: pathlib.Path, files: list[pathlib.Path], tokens: list[str]
    ) -> Iterator[Written]:
        config = ("--config", str(path))
        for form in ((), ("--json",)):
            yield from self.said("check", *config, *form)
            yield from self.said(
                "invoke", *config, *form, "--bootstrap", str(self.bootstrap), str(events), shows=SHOWS_KEYS
            )
        step = max(1, len(files) // EXPLAINED)
        for number, file in enumerate(files[::step]):
            yield from self.said(
                "explain", *config, "--event", str(file), *(("--json",) if number % 2 else ()), shows=SHOWS_KEYS
            )
        for number, token in enumerate(tokens[:: max(1, len(tokens) // EXPLAINED)]):
            asked = ("--token", "-", "--method", "GET", "--path", "/orders", *(("--json",) if number % 2 else ()))
            yield from self.said("explain", *config, *asked, text=token, shows=SHOWS_KEYS)
            yield from self.said("inspect", "--jwks", str(jwks), text=token)
        lines = "".join(f"{token}\n" for token in tokens if "\n" not in token)
        yield from self.said("inspect", "--jwks", str(jwks), "--batch", text=lines)
        for words in (
            ("explain", "--token", tokens[0], "--path"),
            ("token", tokens[0]),
            (tokens[0],),
            ("explain", *config, "--event", tokens[0]),
        ):
            run = self.run(*words)
            yield Written(
                "turnstile, called wrongly, standard error and output", run.stderr + run.stdout, frozenset({"token"})
            )
