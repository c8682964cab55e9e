"""Amazon Cognito's app clients and API Gateway's API keys and usage plans, as AWS describes them, with AWS's troubles.

The first line of standard input is a JSON object, the world:
  clients      [{"id", "name", "flows": ["client_credentials"], "secret": true or "text"}...] of the one pool
  pool         its id
  plans        [{"id", "name", "stages": ["api:stage"...]}...]
  keys         [{"id", "value", "name", "enabled", "description", "tags"}...]
  attached     {plan's id: [key's id...]}
  keyLimit     10000
  mostPerPage  a page never has more, whatever limit is asked for
  troubles     {"seed": 1, NAME: one in so many calls...}, names below
  hiddenFor    a new key is missing from so many lists after it was made
  unlisted     [clients' ids] that no list shows, though they are there
  repeatsPosition   the first page of API keys comes again and again
  refusal      {"call": "GET /apikeys" or "ListUserPoolClients", "status", "type", "message", "headers": {}}
The first line of standard output is the port, on 127.0.0.1. GET /-/world answers the world as it has become, with
"calls": {call: how often}. When standard input ends, the server ends.

Troubles: throttled (429 or Cognito's 400), retryAfter (429 with Retry-After: 1), unavailable (503), lostBefore and
lostAfter (the connection ends before, or after, the call was carried out), concurrent (409 to a key that is attached).
"""

import http.server
import json
import random
import re
import sys
import threading
import urllib.parse

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[a-z0-9-]+/(apigateway|cognito-idp)/aws4_request, "
    r"SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}"
)
CHANGES = {"POST", "PATCH", "DELETE"}


class Refusal(Exception):
    def __init__(self, status, kind, message, headers=None):
        super().__init__(message)
        self.status, self.kind, self.message, self.headers = status, kind, message, headers or {}


class Lost(Exception):
    """The connection ends without an answer."""


class World:
    """What there is. Not for more than one thread at a time."""

    def __init__(self, world):
        self.pool = world.get("pool", "eu-west-1_AbCdEf123")
        self.clients = {client["id"]: client for client in world.get("clients", [])}
        self.plans = {plan["id"]: plan for plan in world.get("plans", [])}
        self.keys = {key["id"]: dict(key) for key in world.get("keys", [])}
        self.attached = {plan: list(world.get("attached", {}).get(plan, [])) for plan in self.plans}
        self.key_limit = world.get("keyLimit", 10_000)
        self.most_per_page = world.get("mostPerPage", 500)
        self.troubles = dict(world.get("troubles", {}))
        self.random = random.Random(self.troubles.pop("seed", 0))
        self.hidden_for = world.get("hiddenFor", 0)
        self.repeats_position = world.get("repeatsPosition", False)
        self.unlisted = set(world.get("unlisted", []))
        self.refusal = world.get("refusal")
        self.hidden = {}
        self.calls = {}
        self.changes = 0
        self.made = len(self.keys)

    def as_json(self):
        return {
            "clients": list(self.clients.values()), "keys": list(self.keys.values()), "attached": self.attached,
            "calls": self.calls, "changes": self.changes,
        }  # fmt: skip

    def happens(self, trouble):
        return trouble in self.troubles and self.random.randrange(self.troubles[trouble]) == 0

    def call(self, name, changes, act):
        """Carries a call out, with the troubles that befall it."""
        self.calls[name] = self.calls.get(name, 0) + 1
        if self.refusal and self.refusal["call"] == name:
            refusal = self.refusal
            raise Refusal(refusal["status"], refusal["type"], refusal["message"], refusal.get("headers"))
        if self.happens("throttled"):
            raise Refusal(429, "TooManyRequestsException", "Too Many Requests")
        if self.happens("retryAfter"):
            raise Refusal(429, "TooManyRequestsException", "Too Many Requests", {"Retry-After": "1"})
        if self.happens("unavailable"):
            raise Refusal(503, "ServiceUnavailableException", "Service Unavailable")
        if self.happens("lostBefore"):
            raise Lost
        answer = act()
        self.changes += changes
        if self.happens("lostAfter"):
            raise Lost
        return answer

    # Cognito

    def user_pools(self, operation, ask):
        if ask.get("UserPoolId") != self.pool:
            raise Refusal(400, "ResourceNotFoundException", f"User pool {ask.get('UserPoolId')} does not exist.")
        if operation == "ListUserPoolClients":
            clients = sorted(self.clients.values(), key=lambda client: client["id"])
            clients = [client for client in clients if client["id"] not in self.unlisted]
            page, token = self.page(clients, min(ask.get("MaxResults", 60), 60), ask.get("NextToken"))
            shown = [{"ClientId": client["id"], "ClientName": client["name"]} for client in page]
            return 200, {"UserPoolClients": shown} | ({"NextToken": token} if token else {})
        if operation == "DescribeUserPoolClient":
            client = self.clients.get(ask.get("ClientId"))
            if not client:
                raise Refusal(400, "ResourceNotFoundException", "User pool client does not exist.")
            flows = client.get("flows", ["client_credentials"])
            shown = {
                "ClientId": client["id"], "ClientName": client["name"], "UserPoolId": self.pool,
                "AllowedOAuthFlows": flows, "AllowedOAuthFlowsUserPoolClient": bool(flows),
            }  # fmt: skip
            secret = client.get("secret", True)
            return 200, {"UserPoolClient": shown | ({"ClientSecret": str(secret)} if secret else {})}
        raise Refusal(400, "UnknownOperationException", operation)

    # API Gateway

    def page(self, items, limit, position):
        """One page, and where the next begins."""
        start = 0
        if position is not None:
            if not position.startswith("after:"):
                raise Refusal(400, "BadRequestException", "Invalid position parameter specified")
            start = int(position.removeprefix("after:"))
        end = start + min(limit, self.most_per_page)
        return items[start:end], f"after:{end}" if end < len(items) else None

    def gateway(self, method, path, query, body):
        limit, position = int(query.get("limit", "25")), query.get("position")
        match (method, *path):
            case ("GET", "apikeys"):
                return self.list_keys(limit, position, query.get("includeValues") == "true")
            case ("GET", "usageplans"):
                plans = [plan for plan in self.plans if query.get("keyId", "") in ["", *self.attached[plan]]]
                return self.listed([self.plan(plan) for plan in plans], limit, position)
            case ("GET", "usageplans", plan, "keys"):
                return self.listed([{"id": key} for key in self.attached_of(plan)], limit, position)
            case ("GET", "usageplans", plan, "keys", key):
                if key not in self.attached_of(plan):
                    raise Refusal(404, "NotFoundException", "Invalid Usage Plan Key identifier specified")
                return 200, {"id": key, "type": "API_KEY"}
            case ("POST", "apikeys"):
                return self.create(body)
            case ("PATCH", "apikeys", key):
                return self.update(key, body)
            case ("DELETE", "apikeys", key):
                self.key(key)
                del self.keys[key]
                for keys in self.attached.values():
                    keys[:] = [other for other in keys if other != key]
                return 202, None
            case ("POST", "usageplans", plan, "keys"):
                return self.attach(plan, body)
            case ("DELETE", "usageplans", plan, "keys", key):
                if key not in self.attached_of(plan):
                    raise Refusal(404, "NotFoundException", "Invalid Usage Plan Key identifier specified")
                self.attached[plan].remove(key)
                return 202, None
        raise Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")

    def plan(self, plan):
        stages = [stage.split(":") for stage in self.plans[plan].get("stages", [])]
        shown = {"id": plan, "name": self.plans[plan]["name"]}
        return shown | {"apiStages": [{"apiId": api, "stage": stage} for api, stage in stages]}

    def listed(self, items, limit, position):
        page, following = self.page(items, limit, position)
        return 200, {"item": page} | ({"position": following} if following else {})

    def list_keys(self, limit, position, has_values):
        if position is None:
            self.hidden = {key: lists - 1 for key, lists in self.hidden.items() if lists > 1}
        seen = [key for key in self.keys.values() if key["id"] not in self.hidden]
        status, answer = self.listed(seen, limit, None if self.repeats_position else position)
        if not has_values:
            answer["item"] = [{name: key[name] for name in key if name != "value"} for key in answer["item"]]
        return status, answer

    def create(self, body):
        if not 20 <= len(body["value"]) <= 128:
            raise Refusal(400, "BadRequestException", "API Key value should be at least 20 characters")
        if any(key["value"] == body["value"] for key in self.keys.values()):
            raise Refusal(409, "ConflictException", "API Key already exists")
        if len(self.keys) >= self.key_limit:
            raise Refusal(429, "LimitExceededException", "API Keys limit exceeded")
        self.made += 1
        key = {"id": f"key{self.made:06}"} | body
        self.keys[key["id"]] = key
        if self.hidden_for:
            self.hidden[key["id"]] = self.hidden_for + 1
        return 201, key

    def key(self, key):
        if key not in self.keys:
            raise Refusal(404, "NotFoundException", "Invalid API Key identifier specified")
        return self.keys[key]

    def attached_of(self, plan):
        if plan not in self.plans:
            raise Refusal(404, "NotFoundException", "Invalid Usage Plan identifier specified")
        return self.attached[plan]

    def update(self, key, body):
        found = dict(self.key(key))
        for operation in body["patchOperations"]:
            name = operation["path"].removeprefix("/")
            if operation["op"] != "replace" or name not in ("name", "description", "enabled"):
                raise Refusal(400, "BadRequestException", f"Invalid patch path {operation['path']}")
            found[name] = operation["value"] == "true" if name == "enabled" else operation["value"]
        self.keys[key] = found
        return 200, found

    def attach(self, plan, body):
        attached, key = self.attached_of(plan), self.key(body["keyId"])["id"]
        if self.happens("concurrent"):
            raise Refusal(409, "ConflictException", "Unable to complete operation due to concurrent modification.")
        stages = set(self.plans[plan].get("stages", []))
        for other, keys in self.attached.items():
            if key in keys and (other == plan or stages & set(self.plans[other].get("stages", []))):
                raise Refusal(409, "ConflictException", "Usage Plan Key already exists for a stage of this plan")
        attached.append(key)
        return 201, {"id": key, "type": "API_KEY", "value": self.keys[key]["value"], "name": self.keys[key]["name"]}


class Gate:
    """Stands before and behind each call, so that a test can end its caller there. This one lets all through."""

    def before(self, call, is_change):
        pass

    def after(self, call, is_change):
        pass


def handler(world, gate):
    """The class that answers for a world. The lock is held from the gate's front to its back."""
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urllib.parse.urlsplit(self.path)
            if url.path == "/-/world":
                with lock:
                    return self.reply(200, world.as_json())
            with lock:
                try:
                    status, answer = self.carried_out(url, body)
                except Refusal as refusal:
                    kind = {"x-amzn-ErrorType": refusal.kind} | refusal.headers
                    return self.reply(refusal.status, {"__type": refusal.kind, "message": refusal.message}, kind)
                except Lost:
                    self.close_connection = True
                    return None
                return self.reply(status, answer)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def carried_out(self, url, body):
            signed = AUTHORIZATION.fullmatch(self.headers.get("Authorization", ""))
            if not signed:
                raise Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
            ask = json.loads(body) if body else {}
            target = self.headers.get("X-Amz-Target")
            if target:
                operation = target.removeprefix("AWSCognitoIdentityProviderService.")
                call, is_change = operation, False
            else:
                path = [urllib.parse.unquote(part) for part in url.path.strip("/").split("/")]
                query = dict(urllib.parse.parse_qsl(url.query))
                call, is_change = f"{self.command} /{'/'.join(path[::2])}", self.command in CHANGES
            if (signed[1] == "cognito-idp") != bool(target):
                raise Refusal(403, "InvalidSignatureException", "The request signature is for another service.")

            def act():
                return world.user_pools(operation, ask) if target else world.gateway(self.command, path, query, ask)

            gate.before(call, is_change)
            try:
                return world.call(call, is_change, act)
            finally:
                gate.after(call, is_change)

        def reply(self, status, answer, headers=None):
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if data:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A caller that was killed leaves its connection; that is what it was killed for."""


def serve(world, gate=None):
    """Serves a world on a free port of 127.0.0.1, in threads of its own."""
    server = Server(("127.0.0.1", 0), handler(world, gate or Gate()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    server = serve(World(json.loads(sys.stdin.readline())))
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
