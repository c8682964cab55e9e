"""Kills `turnstile keys apply` at random points, runs it again each time, and compares the end with what it should be.

    keys_kill_test.py [--clients 1000] [--kills 50] [--seed N] TURNSTILE

First against moto, then, with fewer clients, against the project's own server, which pages, throttles, fails, loses
answers, cuts connections and shows new keys late. The pool changes twice on the way: clients are renamed, move to
another plan, go, come. What should be is worked out here, without the tool. Prints a line for each fault and the
figures.
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import time

import tally
from keys_worlds import CREDENTIALS, REGION, MotoWorld, OwnWorld, World

RUN_SECONDS = 300
# Of so many attachments some meet a conflict, and some an answer that is lost.
ONE_GO_CLIENTS = 60
TROUBLES = {
    "throttled": 120, "unavailable": 150, "lostBefore": 150, "lostAfter": 60, "concurrent": 12, "retryAfter": 900,
}  # fmt: skip
KEY_TAGS = ("turnstile:pool", "turnstile:client")


def plan_of(name: str) -> str:
    """What the rules given to the tool mean."""
    return name.split("-")[0] if name.startswith(("gold-", "silver-")) else "bronze"


RULES = ["--plan-by-name", "gold-*=gold", "--plan-by-name", "silver-*=silver", "--usage-plan", "bronze"]


class KillTest:
    def __init__(self, tool: pathlib.Path, world: World, clients: int, kills: int, seed: int) -> None:
        self.tool, self.world, self.kills = tool, world, kills
        self.random = random.Random(seed)
        self.machines: dict[str, str] = {}
        self.gone: set[str] = set()
        self.faults: list[str] = []
        self.figures = dict.fromkeys(["runs", "while reading", "before a change", "behind a change"], 0)
        for number in range(clients):
            name = f"{self.random.choice(['gold', 'silver', 'other'])}-{number}"
            self.machines[world.add_client(name, is_machine=True)] = name
            if number % 20 == 0:
                world.add_client(f"gold-web-{number}", is_machine=False)
        served = next(client for client, name in self.machines.items() if plan_of(name) == "gold")
        world.add_foreign_key("by hand, in use", served, "gold")
        world.add_foreign_key("by hand, of another kind", "another-key-of-twenty-and-more", "silver")
        self.served_by_hand = served
        self.foreign = self.foreign_keys()

    # Running

    def command(self, verb: str, *options: str) -> list[str]:
        common = ["--user-pool", self.world.pool, *RULES, "--calls-per-second", "10000"]
        return [str(self.tool), "keys", verb, *common, *options]

    def environment(self) -> dict[str, str]:
        own = {"AWS_ENDPOINT_URL": self.world.address, "AWS_REGION": REGION, "PATH": os.environ["PATH"]}
        # No shared files of whoever runs this.
        return own | CREDENTIALS | {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def start(self, verb: str, *options: str) -> subprocess.Popen[bytes]:
        self.figures["runs"] += 1
        return subprocess.Popen(
            self.command(verb, *options), env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, verb: str, *options: str) -> tuple[int, str]:
        self.world.killer.arm(None)
        process = self.start(verb, *options)
        output, _ = process.communicate(timeout=RUN_SECONDS)
        return process.returncode, output.decode()

    def kill(self, changes_left: int, kills_left: int, *options: str) -> None:
        """One run that is ended somewhere: while it reads, or at a change, before it is carried out or behind it."""
        killer = self.world.killer
        if changes_left <= 0 or self.random.randrange(6) == 0:
            killer.arm(self.random.randint(1, len(self.machines)))
            point = "while reading"
        else:
            is_behind = self.random.random() < 0.5
            most = max(1, 2 * (changes_left - kills_left) // max(kills_left, 1))
            killer.arm(self.random.randint(1, most), counts_changes_only=True, is_behind=is_behind)
            point = "behind a change" if is_behind else "before a change"
        killer.process = process = self.start("apply", *options)
        output, _ = process.communicate(timeout=RUN_SECONDS)
        if killer.has_killed:
            self.figures[point] += 1
        elif process.returncode != 0:
            self.faults.append(f"a run that was to be killed ended with {process.returncode}: {output.decode()[-400:]}")

    def phase(self, kills: int, changes: int, *options: str, is_pruning: bool = False) -> None:
        """Kills until as many were killed, then lets one run come to its end, and looks."""
        killer = self.world.killer
        start = killer.changes
        done = self.killed()
        while self.killed() - done < kills and not self.faults:
            self.kill(changes - (killer.changes - start), kills - (self.killed() - done), *options)
            self.look_between()
        status, output = self.run("apply", *options)
        if status != 0:
            self.faults.append(f"the run after the kills ended with {status}: {output[-400:]}")
        self.look_at_the_end(is_pruning=is_pruning)
        self.world.settle()
        changes_before = killer.changes
        for verb in ("plan", "apply"):
            status, output = self.run(verb, *options)
            if status != 0 or killer.changes != changes_before:
                self.faults.append(f"{verb} behind the end: status {status}, {killer.changes - changes_before} changes")

    def killed(self) -> int:
        return sum(count for point, count in self.figures.items() if point != "runs")

    # The pool's life

    def change_pool(self) -> int:
        """Renames, moves, removes and adds clients. Returns how many calls it takes to follow."""
        own = [client for client in self.machines if client != self.served_by_hand]
        share = max(len(own) // 20, 1)
        chosen = self.random.sample(own, 3 * share)
        for client in chosen[:share]:
            self.machines[client] += "-renamed"
            self.world.rename_client(client, self.machines[client])
        moves = 0
        for client in chosen[share : 2 * share]:
            moves += 1
            to = "silver" if plan_of(self.machines[client]) != "silver" else "gold"
            self.machines[client] = f"{to}-moved-{client[:6]}"
            self.world.rename_client(client, self.machines[client])
        for client in chosen[2 * share :]:
            self.world.remove_client(client)
            del self.machines[client]
            self.gone.add(client)
        for number in range(share):
            name = f"gold-new-{number}"
            self.machines[self.world.add_client(name, is_machine=True)] = name
        return share + 3 * moves + share + 2 * share

    # Looking

    def foreign_keys(self) -> list[tuple]:
        attached = self.world.attached()
        return sorted(
            (key["value"], key["name"], key["enabled"], sorted(plan for plan in attached if key["id"] in attached[plan]))
            for key in self.world.keys()
            if not set(KEY_TAGS) <= set(key.get("tags") or {})
        )

    def own_keys(self) -> dict[str, dict]:
        return {key["value"]: key for key in self.world.keys() if KEY_TAGS[0] in (key.get("tags") or {})}

    def look_between(self) -> None:
        """What holds at any moment."""
        values = [key["value"] for key in self.world.keys()]
        if len(set(values)) != len(values):
            self.faults.append("a key is there twice")
        if self.foreign_keys() != self.foreign:
            self.faults.append("a key that was made by hand was touched")
        attached = self.world.attached()
        both = attached["gold"] & attached["silver"]
        if both:
            self.faults.append(f"{len(both)} keys are in two plans of one stage")

    def look_at_the_end(self, *, is_pruning: bool) -> None:
        """Every key and every plan against the pool as it is."""
        attached, keys = self.world.attached(), self.own_keys()
        for client, name in self.machines.items():
            if client == self.served_by_hand:
                continue
            key = keys.pop(client, None)
            if not key:
                self.faults.append(f"{name} has no key")
                continue
            found = (key["name"], key["enabled"], key["tags"][KEY_TAGS[0]], key["tags"][KEY_TAGS[1]])
            if found != (name, True, self.world.pool, client):
                self.faults.append(f"the key of {name} is {found}")
            plans = [plan for plan in attached if key["id"] in attached[plan]]
            if plans != [plan_of(name)]:
                self.faults.append(f"the key of {name} is in {plans}")
        for client, key in keys.items():
            if client not in self.gone or is_pruning:
                self.faults.append(f"there is a key for {client}, which nobody wants")
            elif key["enabled"]:
                self.faults.append(f"the key of {client} is enabled, and the client gone")
        if self.foreign_keys() != self.foreign:
            self.faults.append("a key that was made by hand was touched")

    def tell(self) -> None:
        started = time.monotonic()
        first, second = self.kills * 2 // 3, self.kills * 4 // 15
        self.phase(first, 2 * len(self.machines) - 2)
        self.phase(second, self.change_pool())
        self.phase(self.kills - first - second, len(self.gone), "--prune", is_pruning=True)
        figures = ", ".join(f"{count} {point}" for point, count in self.figures.items() if point != "runs")
        print(
            f"{self.world.name}: {len(self.machines)} machine clients, killed {self.killed()} times ({figures}); "
            f"{self.figures['runs']} runs, {self.world.killer.calls} calls, {self.world.killer.changes} changes, "
            f"{len(self.own_keys())} keys in the end, {len(self.faults)} faults, {time.monotonic() - started:.0f} s",
            flush=True,
        )

    def in_one_go(self) -> None:
        """Many new clients and one run that nobody kills: what it calls done is done, whatever troubles it had."""
        for number in range(ONE_GO_CLIENTS):
            name = f"silver-late-{number}"
            self.machines[self.world.add_client(name, is_machine=True)] = name
        status, output = self.run("apply")
        if status != 0:
            self.faults.append(f"a run in one go ended with {status}: {output[-400:]}")
        self.look_at_the_end(is_pruning=False)
        print(f"{self.world.name}: {ONE_GO_CLIENTS} in one go, {len(self.faults)} faults", flush=True)

    def two_at_once(self) -> None:
        """Two that work on the same at the same time."""
        self.change_pool()
        self.world.killer.arm(None)
        both = [self.start("apply"), self.start("apply")]
        ends = [process.communicate(timeout=RUN_SECONDS)[0].decode() for process in both]
        for process, output in zip(both, ends, strict=True):
            if process.returncode != 0:
                self.faults.append(f"one of two at once ended with {process.returncode}: {output[-400:]}")
        self.look_at_the_end(is_pruning=False)
        print(f"{self.world.name}: two at once, {len(self.faults)} faults", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--only", choices=["moto", "own"])
    parser.add_argument("turnstile", type=pathlib.Path)
    options = parser.parse_args()
    tool = options.turnstile.resolve()
    tests: list[KillTest] = []
    if options.only != "own":
        tests.append(KillTest(tool, MotoWorld(), options.clients, options.kills, options.seed))
        tests[-1].tell()
    if options.only != "moto":
        troubled = OwnWorld(options.seed, troubles={"seed": options.seed} | TROUBLES, hiddenFor=1, mostPerPage=40)
        tests.append(KillTest(tool, troubled, max(options.clients // 16, 20), options.kills // 2, options.seed))
        tests[-1].tell()
        if not tests[-1].faults:
            tests[-1].two_at_once()
            tests[-1].in_one_go()
    faults = [f"{test.world.name}: {fault}" for test in tests for fault in test.faults]
    for fault in faults[:20]:
        print(fault)
    print(f"seed {options.seed}: {'as it should be' if not faults else f'{len(faults)} faults'}")
    tally.record(sum(test.figures["runs"] for test in tests) if not faults else 0, len(faults), "keys: kill test")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
