"""The two places where the kill test lets `turnstile keys` work: moto, and the project's own server. Both let a gate end
the caller before or behind any call.
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import Protocol

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Servers"))

import usage_plan_server  # noqa: E402

REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE000000000", "AWS_SECRET_ACCESS_KEY": "secret" * 7}
# Two plans of one stage, in both of which no key can be, and one of another stage.
PLANS = {"gold": ["api:prod"], "silver": ["api:prod"], "bronze": ["api:test"]}


class Killer(usage_plan_server.Gate):
    """Ends a process with SIGKILL before or behind the call that it was armed for."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.countdown: int | None = None
        self.counts_changes_only = self.is_behind = self.has_killed = False
        self.calls = self.changes = 0

    def arm(self, countdown: int | None, *, counts_changes_only: bool = False, is_behind: bool = False) -> None:
        """The next process is ended at its call of this number, from 1; none for never."""
        self.process, self.countdown, self.has_killed = None, countdown, False
        self.counts_changes_only, self.is_behind = counts_changes_only, is_behind

    def before(self, call: str, is_change: bool) -> None:
        with self.lock:
            self.calls += 1
            if self.countdown is not None and (is_change or not self.counts_changes_only):
                self.countdown -= 1
            if not self.is_behind:
                self.kill_if_due()

    def after(self, call: str, is_change: bool) -> None:
        with self.lock:
            self.changes += is_change
            if self.is_behind:
                self.kill_if_due()

    def kill_if_due(self) -> None:
        if self.countdown == 0 and self.process and not self.has_killed:
            # First of all: whoever waits for the process asks this next.
            self.has_killed = True
            os.kill(self.process.pid, signal.SIGKILL)
            # The call is not answered, or the process would go on; the status is kept for whoever else waits.
            self.process.wait()


class World(Protocol):
    """A pool and an account, as the test changes and reads them."""

    name: str
    address: str
    pool: str
    killer: Killer

    def add_client(self, name: str, *, is_machine: bool) -> str: ...
    def rename_client(self, client: str, name: str) -> None: ...
    def remove_client(self, client: str) -> None: ...
    def add_foreign_key(self, name: str, value: str, plan: str | None) -> None: ...
    def settle(self) -> None: ...
    def keys(self) -> list[dict]: ...
    def attached(self) -> dict[str, set[str]]: ...


class OwnWorld:
    """Tests/Servers/usage_plan_server.py, with troubles."""

    name = "the project's own server"
    pool = "eu-west-1_AbCdEf123"

    def __init__(self, seed: int, **more: object) -> None:
        plans = [{"id": plan, "name": plan, "stages": stages} for plan, stages in PLANS.items()]
        self.world = usage_plan_server.World({"pool": self.pool, "plans": plans} | more)
        self.killer = Killer()
        self.server = usage_plan_server.serve(self.world, self.killer)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.random = random.Random(seed)

    def add_client(self, name: str, *, is_machine: bool) -> str:
        client = "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=26))
        flows = ["client_credentials"] if is_machine else ["code"]
        self.world.clients[client] = {"id": client, "name": name, "flows": flows}
        return client

    def rename_client(self, client: str, name: str) -> None:
        self.world.clients[client]["name"] = name

    def remove_client(self, client: str) -> None:
        del self.world.clients[client]

    def add_foreign_key(self, name: str, value: str, plan: str | None) -> None:
        key = {"id": f"foreign-{name}", "value": value, "name": name, "enabled": True, "description": "", "tags": {}}
        self.world.keys[key["id"]] = key
        if plan:
            self.world.attached[plan].append(key["id"])

    def settle(self) -> None:
        """Lets so much time pass that every list is true."""
        self.world.hidden.clear()

    def keys(self) -> list[dict]:
        return [dict(key) for key in self.world.keys.values()]

    def attached(self) -> dict[str, set[str]]:
        return {plan: set(keys) for plan, keys in self.world.attached.items()}


class MotoWorld:
    """moto's own application, behind a gate."""

    name = "moto"

    def __init__(self) -> None:
        import boto3
        import moto.server
        import werkzeug.serving

        self.killer = Killer()
        application = moto.server.DomainDispatcherApplication(moto.server.create_backend_app)

        def gated(environment: dict, start_response: object) -> Iterable[bytes]:
            is_change = environment["REQUEST_METHOD"] in usage_plan_server.CHANGES
            is_change = is_change and "HTTP_X_AMZ_TARGET" not in environment
            self.killer.before("", is_change)
            try:
                return list(application(environment, start_response))
            finally:
                self.killer.after("", is_change)

        class Quiet(werkzeug.serving.WSGIRequestHandler):
            protocol_version = "HTTP/1.1"

            def log(self, *_: object) -> None:
                """Says nothing."""

        server = werkzeug.serving.make_server("127.0.0.1", 0, gated, threaded=True, request_handler=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{server.port}"
        settings = {
            "endpoint_url": self.address, "region_name": REGION,
            "aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        }  # fmt: skip
        self.cognito = boto3.client("cognito-idp", **settings)
        self.gateway = boto3.client("apigateway", **settings)
        self.pool = self.cognito.create_user_pool(PoolName="kill-test")["UserPool"]["Id"]
        self.plans = {name: self.gateway.create_usage_plan(name=name)["id"] for name in PLANS}

    def add_client(self, name: str, *, is_machine: bool) -> str:
        answer = self.cognito.create_user_pool_client(
            UserPoolId=self.pool, ClientName=name, GenerateSecret=is_machine, AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["client_credentials"] if is_machine else ["code"],
        )  # fmt: skip
        return answer["UserPoolClient"]["ClientId"]

    def rename_client(self, client: str, name: str) -> None:
        self.cognito.update_user_pool_client(UserPoolId=self.pool, ClientId=client, ClientName=name)

    def remove_client(self, client: str) -> None:
        self.cognito.delete_user_pool_client(UserPoolId=self.pool, ClientId=client)

    def add_foreign_key(self, name: str, value: str, plan: str | None) -> None:
        key = self.gateway.create_api_key(name=name, value=value, enabled=True)["id"]
        if plan:
            self.gateway.create_usage_plan_key(usagePlanId=self.plans[plan], keyId=key, keyType="API_KEY")

    def settle(self) -> None:
        """moto's lists are always true."""

    def keys(self) -> list[dict]:
        return self.gateway.get_api_keys(includeValues=True)["items"]

    def attached(self) -> dict[str, set[str]]:
        listed = {name: self.gateway.get_usage_plan_keys(usagePlanId=plan) for name, plan in self.plans.items()}
        return {name: {item["id"] for item in answer["items"]} for name, answer in listed.items()}
