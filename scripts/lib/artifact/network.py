"""A key set at an address with a name, over HTTPS, from the empty root; and the files that are asked for meanwhile."""

import contextlib
import json
import pathlib
import re
import shutil
import tempfile
from collections.abc import Iterator

from artifact.emulation import Machine, machine
from artifact.files import Artifact
from artifact.roots import PROGRAM, TASK, EmptyRoot
from artifact.rows import LeftOut, Seen
from artifact.running import started
from execution.runtime_api import Request
from faults.certificates import certificates
from faults.credentials import ISSUER, ROUTES, event, token
from faults.keys_dns import NamedOrigin
from faults.origin import KEYS, serving
from faults.resolver import Resolver

FETCH_MILLISECONDS = 8_000
"""Enough under an emulator and strace together."""
RESOLVER_FILES = {"/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/svc.conf", "/etc/hosts"}
"""c-ares reads these."""
OTHER_FILES = {
    "/dev/urandom",  # c-ares takes the ids of its questions from it
    "/etc/localtime",  # glibc, when OpenSSL looks at a certificate's dates
}
CALLS = ("open", "openat", "openat2", "execve", "execveat", "connect")
NAMED_FILE = re.compile(r'\b(?:open|openat|openat2|execve|execveat)\((?:[A-Z_]+|-?\d+)?,? ?"([^"]*)"')
NAMED_SOCKET = re.compile(r'sun_path="([^"]*)"')


@contextlib.contextmanager
def name_server() -> Iterator[Resolver]:
    try:
        resolver = Resolver()
    except PermissionError as error:
        raise LeftOut("a name server of its own, on port 53, needs root") from error
    with resolver:
        yield resolver


def names_and_https(artifact: Artifact) -> Seen:
    """A certificate of our own root for the name is believed, and one for another name is not."""
    computer = machine(artifact.arch)
    with name_server() as resolver, NamedOrigin(resolver) as origin:
        allowed, _ = fetched(artifact, computer, origin)
        faults = [] if is_allow(allowed) else [f"no Allow, but {allowed.body.decode()[:200]}"]
        hosts = {value for request in origin.requests for name, value in request["headers"] if name == "Host"}
        if not faults and hosts != {origin.url.removeprefix("https://")}:
            faults.append(f"the server of keys was asked as {sorted(hosts)}")
        origin.show(certificates().tls("wrong name"))
        refused, records = fetched(artifact, computer, origin)
        outcomes = [record["outcome"] for record in records if record.get("event") == "key_fetch"]
        if is_allow(refused) or outcomes != ["tls_peer_not_verified"]:
            faults.append(f"a certificate for another name: {refused.kind}, fetches {outcomes}")
    return Seen(f"key set fetched by name and TLS, a wrong certificate refused{computer.said}", faults)


def files_asked_for(artifact: Artifact) -> Seen:
    """Whether the file is there or not: to ask is enough."""
    computer = machine(artifact.arch)
    with name_server() as resolver, NamedOrigin(resolver) as origin:
        trace = traced(artifact, computer, origin)
    asked = asked_for(trace)
    own = {name for name in asked if name.startswith((f"{TASK}/", "/tmp/"))}
    faults = [] if RESOLVER_FILES & asked and own else ["the trace shows neither its configuration nor its resolver"]
    faults += [f"it asks for {name}" for name in sorted(asked - own - RESOLVER_FILES - OTHER_FILES)]
    others = sorted(asked & OTHER_FILES)
    return Seen(f"its own, the resolver's{''.join(f', {name}' for name in others)}; no library, no NSS", faults)


def fetched(
    artifact: Artifact, computer: Machine, origin: NamedOrigin, before: tuple[str, ...] = (),
    emulator_options: tuple[str, ...] = (), trace: pathlib.Path | None = None,
) -> tuple[Request, list[dict]]:
    """One event whose token needs the key set; the answer and the log. `trace` gets what the emulator wrote."""
    origin.behaviour = serving("k1")
    with EmptyRoot(artifact, computer) as root:
        root.ask(f"nameserver {origin.resolver.address}\n")
        root.put("tmp/ca.pem", certificates().root.read_bytes())
        entry = {"name": "partner", "issuer": ISSUER, "audiences": "any", "algorithms": ["ES256"]}
        keys = {"caFile": "ca.pem", "timeoutMilliseconds": FETCH_MILLISECONDS}
        whole = {"issuers": [entry | {"jwksURL": f"{origin.url}{KEYS}"}], "routes": ROUTES, "keys": keys}
        path = root.put("tmp/authorizer.json", json.dumps(whole).encode())
        with started(root, {"AUTHORIZER_CONFIG": path}, before, emulator_options) as (api, function):
            answer = api.invoke(event(token("k1")))
            function.await_decisions(1)
            records = function.records()
        if trace:
            shutil.copy(root.path / "tmp" / "trace", trace)
        return answer, records


def traced(artifact: Artifact, computer: Machine, origin: NamedOrigin) -> str:
    """What the system calls were, by strace, or by the emulator, which is the one that knows."""
    with tempfile.TemporaryDirectory(prefix="turnstile-") as folder:
        file = pathlib.Path(folder, "trace")
        if computer.emulator:
            fetched(artifact, computer, origin, emulator_options=("-d", "strace", "-D", "/tmp/trace"), trace=file)
            return file.read_text(errors="replace")
        if not shutil.which("strace"):
            raise LeftOut("strace is not installed")
        calls = ",".join(f"?{call}" for call in CALLS)
        command = ("strace", "-f", "-s", "4096", "-o", str(file), "-e", f"trace={calls}")
        fetched(artifact, computer, origin, before=command)
        _, found, rest = file.read_text(errors="replace").partition(f'execve("{PROGRAM}"')
        if not found:
            raise AssertionError("the trace does not show the start")
        return rest


def asked_for(trace: str) -> set[str]:
    """Names of files and of sockets that are files; what is opened by an abstract or empty name is none."""
    return {name for name in NAMED_FILE.findall(trace) + NAMED_SOCKET.findall(trace) if name}


def is_allow(request: Request) -> bool:
    return request.kind == "response" and b'"Effect":"Allow"' in request.body
