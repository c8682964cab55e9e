"""What the first fetch of keys over HTTPS costs in processor time, by what is believed."""

import contextlib
import functools
import os
import pathlib
import shutil
import ssl
import subprocess
from collections.abc import Iterator

from bench.events import REQUEST, Keys, Maker
from bench.plan import Plan
from bench.rounds import Told, interleave
from bench.stage import Act, Stage
from bench.statistics import Summary, summary
from bench.stopwatch import Program, Scene, Stopwatch
from bench.world import RS256, World
from execution.key_server import KeyServer
from faults.certificates import Certificates

ADDRESS = "127.0.0.1"
BUNDLES = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt")
# What stands above Cognito's endpoints, as it lies beside bootstrap.
AMAZON = pathlib.Path(__file__).parents[3] / "stack" / "amazon-roots.pem"

NO_FETCH, OVER_HTTP = "keys from a file", "HTTP"
SYSTEM, SYSTEM_AS_FILE = "HTTPS, the system's roots", "HTTPS, the system's roots as a caFile"
POOL, ONE = "HTTPS, a user pool's roots", "HTTPS, one root"


class Roots:
    """Files of what to believe: the run's own root alone, beside Amazon's, and beside all that the system believes."""

    def __init__(self, folder: pathlib.Path, own: pathlib.Path) -> None:
        self.one = own
        self.pool = written(folder / "pool.pem", AMAZON.read_text() + own.read_text())
        self.system = None
        self.bundle = next((pathlib.Path(name) for name in BUNDLES if pathlib.Path(name).is_file()), None)
        if self.bundle:
            self.system = written(folder / "system.pem", self.bundle.read_text() + own.read_text())

    def surroundings(self) -> tuple[str, ...]:
        """A command that starts another, for which the run's own root is one of the system's; none where this machine
        permits no such thing."""
        if not self.bundle or not shutil.which("unshare"):
            return ()
        script = 'mount --bind "$0" "$1" && shift && exec "$@"'
        words = ("unshare", *(("--map-root-user",) if os.geteuid() else ()), "--mount", "--propagation", "private")
        words += ("sh", "-c", script, str(self.system), str(self.bundle))
        is_permitted = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
        return words if is_permitted else ()


def written(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text)
    return path


@contextlib.contextmanager
def served(keys: bytes, certificates: Certificates) -> Iterator[str]:
    """The address of a server of keys that shows a certificate under the run's own root."""
    server = KeyServer(lambda _: (200, {"Content-Type": "application/json"}, keys))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown = certificates.tls("bench")
    context.load_cert_chain(shown["certificate"], shown["key"])
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    try:
        yield f"https://{ADDRESS}:{server.http.server_port}/keys.json"
    finally:
        server.close()


def measure(stage: Stage, program: Program, seed: int, plan: Plan, tell: Told) -> dict[str, Summary]:
    """Processor time in nanoseconds until the program asks for its first event, by how it has got its keys."""
    folder = stage.folder / "https"
    folder.mkdir(parents=True, exist_ok=True)
    certificates = Certificates(folder)
    certificates.issue("bench", ADDRESS)
    roots = Roots(folder, certificates.root)
    keys = Keys()
    files = {ONE: roots.one, POOL: roots.pool, SYSTEM_AS_FILE: roots.system}
    worlds = {NO_FETCH: World(keys_file="keys.json"), OVER_HTTP: World()}
    worlds |= {name: World(ca_file=str(file)) for name, file in files.items() if file}
    if surroundings := roots.surroundings():
        worlds[SYSTEM] = World()
    stopwatches = {name: stage.stopwatch for name in worlds} | {SYSTEM: stage.stopwatch.within(*surroundings)}
    events = Maker(keys, seed).events(1, REQUEST, RS256)
    acts = {name: stage.act(f"https {name}", world, keys, events) for name, world in worlds.items()}
    with served(keys.text, certificates) as url:
        measures = [
            functools.partial(ready, stage, stopwatches[name], program, name, act, url) for name, act in acts.items()
        ]
        found = interleave(measures, plan.https_rounds, tell)
    return {name: summary(values) for name, values in zip(acts, found, strict=True)}


def ready(stage: Stage, stopwatch: Stopwatch, program: Program, name: str, act: Act, url: str) -> float:
    if name in (NO_FETCH, OVER_HTTP):
        return stage.time(program, act, 1).ready_cpu_ns
    secure = stage.in_world(program, act).with_variables(BENCH_JWKS_URL=url)
    return stopwatch.time(secure, Scene(act.scene.events, 1, None), stage.answers(program, act), 1).ready_cpu_ns
