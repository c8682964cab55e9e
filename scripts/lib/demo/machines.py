"""Machine clients: their pool, their keys, their tokens, and what the authorizer says to them."""

import importlib.metadata

from demo.cloud import READ, RESOURCE_SERVER, STAGE, WRITE
from demo.function import VERBS, Verdict
from demo.scene import Scene
from demo.tokens import claims_of, header_of, machine_token, options_for, run_token

# Paths to hurt: what a wildcard reaches further than its route, other cases, words of the ARN, wildcards themselves.
PATHS = [
    "/", "/external", "/external/orders", "/external/orders/42", "/external/orders/*", "/external/orders/a:b",
    "/external/orders/42/lines", "/external/orders/42/lines/1", "/external/order", "/external/orders2",
    "/External/orders", "/external/Orders/42", "/external/orders/GET/internal/jobs", "/prod/external/orders",
    "/external/orders*", "/external/ordersX/42", "/internal", "/internal/jobs", "/internal/jobs/7/retry",
    "/internals/jobs",
]  # fmt: skip
ONE_ORDER = ("42", "*", "a:b")

MAY_READ = {"GET /external/orders", *(f"GET /external/orders/{order}" for order in ONE_ORDER)}
MAY_WRITE = MAY_READ | {"POST /external/orders", *(f"DELETE /external/orders/{order}" for order in ONE_ORDER)}
MAY_POST = MAY_READ | {"POST /external/orders"}
STAFF_MAY = {f"{verb} /internal/{rest}" for verb in VERBS for rest in ("jobs", "jobs/7/retry")}


def tell_of_the_pool(scene: Scene) -> None:
    story, cloud = scene.story, scene.cloud
    with story.chapter("A user pool, and an API with usage plans"):
        scene.make_cloud()
        server = cloud.cognito.describe_resource_server(UserPoolId=scene.pool, Identifier=RESOURCE_SERVER)
        scopes = [f"{RESOURCE_SERVER}/{scope['ScopeName']}" for scope in server["ResourceServer"]["Scopes"]]
        version = importlib.metadata.version("moto")
        story.same(
            f"moto {version} holds a user pool with the resource server {RESOURCE_SERVER}", scopes, [READ, WRITE]
        )
        clients = cloud.cognito.list_user_pool_clients(UserPoolId=scene.pool, MaxResults=60)["UserPoolClients"]
        named = sorted(client["ClientName"] for client in clients)
        wanted = ["leaving-partner", "orders-batch", "reports", "staff-web"]
        story.same(f"its clients are the machines {', '.join(wanted[:3])} and, for people, staff-web", named, wanted)
        api = cloud.gateway.get_rest_api(restApiId=scene.api)
        story.same("a REST API takes its API keys from its authorizer", api["apiKeySource"], "AUTHORIZER")
        plans = cloud.gateway.get_usage_plans()["items"]
        named = {plan["name"]: [(stage["apiId"], stage["stage"]) for stage in plan["apiStages"]] for plan in plans}
        stage = [(scene.api, STAGE)]
        story.same("its stage has two usage plans, machines and staff", named, {"machines": stage, "staff": stage})
        found = (cloud.keys_of(scene.plan), cloud.keys_of(scene.staff_plan))
        story.same("in them is but one key, made by hand", found, ({scene.key_made_by_hand["value"]}, set()))


def tell_of_tokens(scene: Scene) -> None:
    story = scene.story
    with story.chapter("A machine fetches its token"):
        scene.open_token_endpoints()
        story.note(f"$ turnstile token {' '.join(options_for(scene, scene.batch))}")
        token = machine_token(scene, scene.batch)
        claims, client_id = claims_of(token), scene.batch["ClientId"]
        story.same(
            "it is signed with RS256, and its header has a kid and nothing more", set(header_of(token)), {"alg", "kid"}
        )
        story.same("its sub is its client_id", (claims["sub"], claims["client_id"]), (client_id, client_id))
        story.same("its scopes are URLs", claims["scope"].split(" "), [READ, WRITE])
        story.check("it has neither an aud nor a username", not {"aud", "username"} & set(claims), sorted(claims))
        again = run_token(scene, scene.batch).json()
        is_cached = (again["cached"], again["access_token"] == token)
        story.same("asked again, the tool has it in its cache: Cognito bills each token", is_cached, (True, True))
        one = machine_token(scene, scene.batch, "--scope", READ)
        story.same("and that has the one scope", claims_of(one)["scope"], READ)
        beyond = run_token(scene, scene.reports, "--scope", WRITE)
        refused = (beyond.status, beyond.json()["error"])
        story.same("reports does not get the scope that it may not have", refused, (1, "invalid_scope"))
        wrong = run_token(scene, scene.reports, secret="not-the-secret-of-reports")
        story.same("a wrong secret gets nothing", (wrong.status, wrong.json()["error"]), (1, "invalid_client"))
        scene.batch_token, scene.batch_reading = token, one
        scene.reports_token = machine_token(scene, scene.reports)
        scene.leaving_token = machine_token(scene, scene.leaving)


def tell_of_answers(scene: Scene) -> None:
    with scene.story.chapter("API Gateway asks the authorizer"):
        scene.open_function()
        allowed = scene.function.ask(scene.batch_token, "GET", "/external/orders")
        tell_of_the_function(scene)
        tell_of_a_writer(scene, allowed)
        tell_of_a_reader(scene)
        unknown = scene.function.ask(scene.batch_token, "GET", "/external/returns")
        verdict(scene, "a route without a rule is denied to everybody", unknown, "deny", "route_unknown")


def tell_of_the_function(scene: Scene) -> None:
    """After its first answer: until then there is no log, since the emulator starts it with the first event."""
    story, builds = scene.story, scene.programs.bootstraps
    story.note(f"bootstrap runs under AWS's Runtime Interface Emulator: {' and '.join(builds)}")
    if len(builds) > 1:
        story.note("all that follows is asked of both, and they must answer alike")
    fetched = {(fetch["outcome"], fetch.get("keys")) for fetch in scene.function.fetches("machines")}
    keys = f"{scene.network.pool.url}/{scene.pool}/.well-known/jwks.json"
    story.same(f"it fetched the pool's two keys from {keys}", fetched, {("fetched", 2)})
    story.check("and did so before it looked at any event", scene.function.fetched_first())


def tell_of_a_writer(scene: Scene, allowed: Verdict) -> None:
    story = scene.story
    verdict(scene, "GET /external/orders with the token of orders-batch is allowed", allowed, "allow")
    known = (allowed.client, allowed.route)
    story.same("its client and its route are known", known, (scene.batch["ClientId"], "GET /external/orders"))
    metered(scene, "orders-batch", scene.batch, allowed)
    tell_policy(scene, allowed)
    exactly(scene, "orders-batch", allowed, MAY_WRITE)
    by_token = scene.function.ask_by_token(scene.batch_token, "DELETE", "/external/orders/42").answer
    story.same("an authorizer of type TOKEN, which sees no route, answers the same", by_token, allowed.answer)
    narrow = scene.function.ask(scene.batch_reading, "POST", "/external/orders")
    verdict(scene, "with the token that has one scope it may not POST", narrow, "deny", "insufficient_scope")


def tell_of_a_reader(scene: Scene) -> None:
    reading = scene.function.ask(scene.reports_token, "GET", "/external/orders/42", "/external/orders/{id}")
    verdict(scene, "GET /external/orders/42 with the token of reports is allowed", reading, "allow")
    metered(scene, "reports", scene.reports, reading)
    tell_policy(scene, reading)
    exactly(scene, "reports", reading, MAY_READ)
    posting = scene.function.ask(scene.reports_token, "POST", "/external/orders")
    verdict(scene, "POST /external/orders with it is denied", posting, "deny", "insufficient_scope")
    what = "and the answer is the same document, so a cached refusal harms no other route"
    scene.story.same(what, posting.answer, reading.answer)


def verdict(scene: Scene, what: str, found: Verdict, decision: str, reason: str | None = None) -> None:
    said = f" ({reason})" if reason else ""
    scene.story.same(f"{what}{said}", (found.decision, found.reason), (decision, reason))


def metered(scene: Scene, name: str, client: dict, found: Verdict) -> None:
    """The usage key is that of a real key, of the right plan, and says whose it is."""
    key = scene.cloud.keys().get(found.usage_key or "", {})
    made_for = key.get("tags", {}).get("turnstile:client")
    attached = found.usage_key in scene.cloud.keys_of(scene.plan)
    scene.story.same(
        f"usageIdentifierKey is the value of the key that keys apply made for {name}: enabled, in the plan machines",
        (key.get("name"), made_for, key.get("enabled"), attached),
        (name, client["ClientId"], True, True),
    )


def tell_policy(scene: Scene, found: Verdict) -> None:
    for statement in found.statements():
        scene.story.note(statement)


def exactly(scene: Scene, name: str, found: Verdict, wanted: set[str]) -> None:
    """The policy, read as IAM reads it, lets just these through."""
    allowed, count = found.allowed(PATHS), len(PATHS) * len(VERBS)
    more, less = sorted(allowed - wanted), sorted(wanted - allowed)
    what = f"of {count} requests its policy allows {name} just the {len(wanted)} that the routes allow"
    scene.story.check(what, allowed == wanted, f"Allowed too: {more}; refused: {less}")
    scene.story.same("and none of them on another API or another stage", found.allowed_elsewhere(PATHS), set())
