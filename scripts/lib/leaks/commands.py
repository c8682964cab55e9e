"""`turnstile token` and `turnstile keys` against servers of AWS's shape, with every write traced.

That a cached token is closed to others, and is not believed where it was open to them, is TokenCacheThreatTests'.
"""

import hmac
import json
import os
import pathlib
import re
import secrets
import stat
import subprocess
import sys
from collections.abc import Iterator

from demo.authority import Authority
from demo.cloud import READ, WRITE, Cloud
from demo.processes import Processes
from demo.scene import TOKEN_ENDPOINT
from demo.web import Web
from leaks.search import Finding, Search, Written
from leaks.settings import Settings, marker
from run_emulator import free_port

LONGEST_RUN_SECONDS = 60
PLAN_SERVER = TOKEN_ENDPOINT.with_name("usage_plan_server.py")
TRACED = "trace=open,openat,creat,write,writev,pwrite64,pwritev,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
STRACE = ("strace", "-f", "-y", "-xx", "-s", "1000000", "-e", TRACED)
CALL = re.compile(r"(?:\d+ +)?(\w+)\((.*)")
DESCRIPTOR = re.compile(r"\d+<((?:\\x[0-9a-f]{2})*)>|AT_FDCWD<((?:\\x[0-9a-f]{2})*)>")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
SHOWS_TOKEN = frozenset({"token"})
CACHE = "cache"
KEYS_POOL = "eu-west-1_AbCdEf123"  # usage_plan_server's


def unspelled(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


class Commands:
    """The servers start with this object, and are ready when they are first needed."""

    def __init__(self, program: pathlib.Path, folder: pathlib.Path, settings: Settings, search: Search) -> None:
        self.program, self.folder, self.settings, self.search = program.resolve(), folder, settings, search
        self.processes = Processes(folder)
        self.cloud = Cloud(self.processes)
        self.authority = Authority(folder, ["localhost"])
        self.secret_key, self.session = secrets.token_urlsafe(30), marker().replace("é", "").replace('"', "")
        search.add("secret", "AWS secret access key", self.secret_key)
        search.add("secret", "AWS session token", self.session)

    def __enter__(self) -> "Commands":
        return self

    def __exit__(self, *_: object) -> None:
        self.processes.__exit__()

    # One command

    def run(
        self, *words: str, text: str = "", shows: frozenset[str] = frozenset(), **environment: str
    ) -> Iterator[Written | Finding]:
        trace = self.folder / "trace"
        place = " ".join(["turnstile", *(word for word in words if re.fullmatch("-*[a-z-]+", word))])
        run = subprocess.run(
            [*STRACE, "-o", str(trace), str(self.program), *words],
            input=text.encode(), capture_output=True, timeout=LONGEST_RUN_SECONDS, cwd=self.folder,
            env={"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(self.folder / CACHE), **environment},
        )  # fmt: skip
        if run.returncode < 0 or run.returncode > 128:
            raise AssertionError(f"{place} ended with {run.returncode}: {run.stderr.decode(errors='replace')}")
        self.status, self.output = run.returncode, run.stdout
        yield Written(f"{place}, standard output", run.stdout, shows)
        yield Written(f"{place}, standard error", run.stderr)
        yield from self.traced(trace.read_text(errors="replace"), place)

    def traced(self, trace: str, place: str) -> Iterator[Written | Finding]:
        """What went to files, and which were made. Pipes are looked at above, and sockets carry what the servers are
        to be told."""
        cache = str(self.folder / CACHE)
        for line in trace.splitlines():
            call = CALL.match(line)
            if not call:
                continue
            name, rest = call.groups()
            texts = [unspelled(text) for text in TEXT.findall(rest)]
            descriptor = DESCRIPTOR.match(rest)
            where = unspelled(descriptor[1] or descriptor[2]).decode() if descriptor else ""
            if "write" in name:
                if where.startswith("/") and not where.startswith("/dev/"):
                    may_hold = SHOWS_TOKEN if where.startswith(cache) else frozenset()
                    yield Written(f"{place}, written to {where}", b"".join(texts), may_hold)
            elif name not in ("open", "openat") or "O_CREAT" in rest or "O_TMPFILE" in rest:
                made = os.path.join(where, texts[0].decode() if texts else "")
                if not made.startswith(cache):
                    yield Finding(place, f"it made {made} ({name})", 0)

    # turnstile token

    def tokens(self) -> Iterator[Written | Finding]:
        self.cloud.wait()
        pool = self.cloud.make_pool("orders")
        client = self.cloud.make_machine(pool, "orders-batch", READ, WRITE)
        secret, wrong = client["ClientSecret"], marker().replace("é", "")
        self.search.add("secret", "client secret", secret)
        self.search.add("secret", "wrong client secret", wrong)
        url = self.open_endpoint(pool)
        file = self.folder / "secret"
        file.write_text(secret)
        file.chmod(0o600)
        place = ("--token-url", f"{url}/oauth2/token", "--ca-file", str(self.authority.certificates), "--client-id")
        common = (*place, client["ClientId"])
        for words, text, environment in (
            (("--secret-stdin",), secret, {}), (("--secret-stdin", "--header"), secret, {}),
            (("--secret-file", str(file), "--json"), "", {}),
            (("--secret-env", "MINE", "--force"), "", {"MINE": secret}),
            (("--no-cache",), "", {"TURNSTILE_CLIENT_SECRET": secret}),
            (("--secret-stdin", "--scope", READ), secret, {}),
        ):  # fmt: skip
            yield from self.run("token", *common, *words, text=text, shows=SHOWS_TOKEN, **environment)
            if self.status != 0:
                raise AssertionError(f"no token for {words[0]}")
            self.hide(self.output)
        for words in (
            ("--secret-stdin", "--force"),
            ("--secret-stdin", "--json", "--no-cache"),
            ("--secret-stdin", "--force", "--scope", "no/such"),
        ):
            yield from self.run("token", *common, *words, text=wrong)
        yield from self.run("token", *place, "nobody", "--secret-stdin", text=secret)
        dead = ("--token-url", f"https://localhost:{free_port()}/oauth2/token", "--client-id", client["ClientId"])
        yield from self.run("token", *dead, "--secret-stdin", "--no-cache", text=secret)
        yield from self.run("token", *common, f"--secret={secret[:5]}", "--secret-stdin", text=secret)
        yield from self.left()

    def hide(self, output: bytes) -> None:
        """The token, as it was printed in any of the three ways."""
        for token in re.findall(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+", output):
            self.search.add_token("of turnstile token", token.decode())

    def open_endpoint(self, pool: str) -> str:
        port = free_port()
        options = {
            "moto": self.cloud.url, "pool": pool, "domain": f"https://localhost:{port}", "port": str(port),
            "certificate": str(self.authority.certificate), "key": str(self.authority.key),
        }  # fmt: skip
        words = [word for option, value in options.items() for word in (f"--{option}", value)]
        server = self.processes.start("token-endpoint", sys.executable, str(TOKEN_ENDPOINT), *words)
        web = Web(self.authority.certificates)
        server.wait_until(lambda: web.get(f"https://localhost:{port}/{pool}/.well-known/jwks.json").status == 200)
        return f"https://localhost:{port}"

    def left(self) -> Iterator[Written | Finding]:
        """What is in the cache now: for this user alone, and nothing in it but tokens."""
        files = [path for path in (self.folder / CACHE).rglob("*") if path.is_file()]
        if not files:
            yield Finding("turnstile token", "nothing was cached, so nothing was looked at", 0)
        for path in files:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode != 0o600:
                yield Finding("turnstile token", f"the cache's file {path.name} has the mode {mode:o}", 0)
            yield Written(f"turnstile token, the cache's file {path.name}", path.read_bytes(), SHOWS_TOKEN)

    # turnstile keys

    def keys(self) -> Iterator[Written | Finding]:
        clients = [
            {"id": f"client{number}0123456789abcdef", "name": f"client-{number}", "secret": secrets.token_hex(24)}
            for number in range(5)
        ]
        old = secrets.token_hex(20)
        for client in clients:
            self.search.add("secret", "client secret in a description", client["secret"])
            message = f"https://cognito-idp.eu-west-1.amazonaws.com/{KEYS_POOL}\0{client['id']}".encode()
            self.search.add(
                "key",
                "an API key made of an HMAC",
                hmac.digest(self.settings.hmac_secret.encode(), message, "sha256").hex(),
            )
        self.search.add("key", "an API key made by hand", old)
        world = {
            "clients": clients, "plans": [{"id": "plan1", "name": "gold", "stages": ["api:prod"]}],
            "keys": [{"id": "k1", "value": old, "name": "by hand", "enabled": True, "description": "", "tags": {}}],
        }  # fmt: skip
        config = self.folder / "keys.json"
        issuer = {"name": "machines", "cognitoUserPool": KEYS_POOL}
        for name, usage_key in (
            ("clientID", {"from": "clientID"}),
            ("hmac", {"from": "hmac", "secret": "${USAGE_KEY_SECRET}"}),
        ):
            config.write_text(json.dumps({"issuers": [issuer | {"usageKey": usage_key}], "routes": {"GET /": {}}}))
            for refusal in (
                None,
                {"call": "GET /apikeys", "status": 403, "type": "AccessDeniedException", "message": "no"},
            ):
                yield from self.keys_of(
                    {**world, "refusal": refusal} if refusal else world, config, is_hmac=name == "hmac"
                )

    def keys_of(self, world: dict, config: pathlib.Path, is_hmac: bool) -> Iterator[Written | Finding]:
        server = subprocess.Popen([sys.executable, str(PLAN_SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            server.stdin.write(json.dumps(world).encode() + b"\n")
            server.stdin.flush()
            environment = {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{int(server.stdout.readline())}", "AWS_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": self.secret_key,
                "AWS_SESSION_TOKEN": self.session, "USAGE_KEY_SECRET": self.settings.hmac_secret,
            }  # fmt: skip
            common = ("--user-pool", KEYS_POOL, "--usage-plan", "gold", "--config", str(config))
            for words in (("plan",), ("apply",), ("plan", "--json"), ("apply", "--prune", "--json")):
                yield from self.run("keys", words[0], *common, *words[1:], **environment)
        finally:
            server.stdin.close()
            server.wait()
            server.stdout.close()
