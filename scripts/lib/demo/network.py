"""Where the parts listen, and how the whole is kept from the world.

Where the kernel permits it, all runs in namespaces of its own: a network of nothing but loopback, so that the genuine
names of AWS can be served here on port 443; a view of /etc/hosts that says so; and processes that end with the first.
"""

import dataclasses
import errno
import os
import pathlib
import shutil
import socket
import subprocess
import sys

from children import end_with_parent
from run_emulator import free_port

REGION = "eu-west-1"
PARTNER = "login.partner.example"
INSIDE = "TURNSTILE_DEMO_ISOLATED"
ISOLATION = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
AS_ROOT = ("--map-root-user",)  # of a user namespace, for those who are not root
SOMEWHERE_ELSE = ("192.0.2.1", 443)  # RFC 5737: never anybody's address


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a server listens, and under which URL it is known."""

    url: str
    address: str
    port: int

    @property
    def host(self) -> str:
        return self.url.split("/")[2].split(":")[0]


def run_isolated(arguments: list[str]) -> int | None:
    """Runs this very program again in namespaces of its own; None where that is not permitted."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return None
    trial = ("sh", "-c", "ip link set lo up && mount --bind /etc/hosts /etc/hosts")
    for prefix in (ISOLATION, (*ISOLATION, *AS_ROOT)):
        if subprocess.run([*prefix, *trial], capture_output=True).returncode == 0:
            return run_to_its_end([*prefix, sys.executable, "-m", "demo", *arguments])
    return None


def run_to_its_end(command: list[str]) -> int:
    """Where this process is interrupted, the first process of the namespaces ends, and with it all others."""
    environment = {**os.environ, INSIDE: "yes"}
    with subprocess.Popen(command, env=environment, preexec_fn=end_with_parent) as process:
        try:
            return process.wait()
        finally:
            process.kill()


class Network:
    """The network of this run: loopback only where `is_isolated`."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.is_isolated = is_inside()
        names = (f"cognito-idp.{REGION}.amazonaws.com", f"example.auth.{REGION}.amazoncognito.com", PARTNER)
        # The keys of a pool and its domain are one server here; the partner's must be another, on the same port.
        addresses = ("127.0.0.1", "127.0.0.1", "127.0.0.2")
        if self.is_isolated:
            bring_up(dict(zip(names, addresses, strict=True)), folder / "hosts")
            places = [Place(f"https://{name}", address, 443) for name, address in zip(names, addresses, strict=True)]
        else:
            pool, partner = free_port(), free_port()
            places = [Place(f"https://localhost:{port}", "127.0.0.1", port) for port in (pool, pool, partner)]
        self.pool, self.domain, self.partner = places

    def description(self) -> str:
        if not self.is_isolated:
            return "not isolated: unshare is not permitted here; every server listens on 127.0.0.1"
        return f"loopback only: {', '.join(interfaces())} is all there is, with no route to anywhere else"

    def reaches_the_world(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(SOMEWHERE_ELSE) != errno.ENETUNREACH


def interfaces() -> list[str]:
    return [name for _, name in socket.if_nameindex()]


def is_inside() -> bool:
    return INSIDE in os.environ


def bring_up(names: dict[str, str], hosts: pathlib.Path) -> None:
    lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in names.items())]
    hosts.write_text("\n".join(lines) + "\n")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)
