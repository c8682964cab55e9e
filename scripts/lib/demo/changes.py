"""What goes wrong and what comes to an end: attacks, withdrawn keys, a client that leaves."""

import json
import time

from demo.cloud import READ, WRITE
from demo.function import Verdict
from demo.keys import IN_STEP, changes, run_keys
from demo.machines import verdict
from demo.scene import KEY_TIMES, Scene
from demo.tokens import (
    claims_of, control, header_of, machine_token, run_token, signed_with_its_own_key, signed_with_the_public_key,
    strangers_token, unsigned, with_claims,
)  # fmt: skip

SHORT_LIFETIME_SECONDS = 1


def tell_of_attacks(scene: Scene) -> None:
    with scene.story.chapter("What is not let in"):
        rejected(scene, "no token", None, "missing_token")
        more = with_claims(scene.reports_token, scope=f"{READ} {WRITE}")
        rejected(scene, "a token that was given another scope", more, "invalid_signature")
        rejected(scene, "a token that says alg none", unsigned(scene.batch_token), "unsupported_algorithm")
        forged = signed_with_the_public_key(scene.batch_token, published_keys(scene))
        rejected(scene, "a token signed with HMAC under the public key", forged, "unsupported_algorithm")
        own = signed_with_its_own_key(scene.batch_token)
        rejected(scene, "a token signed with a key that it brings along", own, "invalid_signature")
        rejected(scene, "a good token of another pool", strangers_token(scene), "unknown_issuer")
        moved = with_claims(strangers_token(scene), iss=claims_of(scene.batch_token)["iss"])
        rejected(scene, "the same, that says it is of this pool", moved, "unknown_key")
        rejected(
            scene, "rosa's ID token in place of her access token", scene.person_tokens["id_token"], "wrong_token_use"
        )
        control(scene, f"lifetime?seconds={SHORT_LIFETIME_SECONDS}")
        brief = machine_token(scene, scene.batch, "--no-cache")
        wait_until(claims_of(brief)["exp"])
        rejected(scene, f"a token that was good for {SHORT_LIFETIME_SECONDS} s, after that", brief, "token_expired")
        not_trusting(scene)


def rejected(scene: Scene, what: str, token: str | None, reason: str) -> None:
    found = scene.function.ask(token, "GET", "/external/orders")
    said = (found.decision, found.reason, found.is_unauthorized)
    scene.story.same(f"{what}: 401 ({reason})", said, ("reject", reason, True))


def not_trusting(scene: Scene) -> None:
    """A function that does not believe the authority of this run gets no keys, and then nobody gets in."""
    configuration = scene.configuration()
    del configuration["keys"]["caFile"]
    file = scene.folder / "without-ca.json"
    file.write_text(json.dumps(configuration))
    function = scene.start_function(file)
    found = function.ask(scene.batch_token, "GET", "/external/orders")
    outcomes = {fetch["outcome"] for fetch in function.fetches("machines")}
    scene.story.same("a function that does not know the CA fetches nothing", outcomes, {"tls_peer_not_verified"})
    verdict(scene, "and without keys it lets nobody in", found, "fault", "keys_unavailable")
    scene.story.same(
        "API Gateway makes 500 of that error", (found.error or {}).get("errorType"), "Authorizer.KeysUnavailable"
    )


def published_keys(scene: Scene) -> bytes:
    return scene.web.get(f"{scene.network.pool.url}/{scene.pool}/.well-known/jwks.json").body


def wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))


def tell_of_rotation(scene: Scene) -> None:
    story = scene.story
    with story.chapter("The pool changes its keys"):
        story.note(
            f"keys here: maxAgeSeconds {KEY_TIMES['maxAgeSeconds']}, cooldownSeconds {KEY_TIMES['cooldownSeconds']}"
        )
        old = scene.batch_token
        control(scene, "rotate")
        new = machine_token(scene, scene.batch, "--force")
        story.check("the new token names another key", header_of(new)["kid"] != header_of(old)["kid"])
        time.sleep(KEY_TIMES["cooldownSeconds"])
        verdict(
            scene,
            "it is allowed at once: an unknown kid is asked for when the cooldown is over",
            ask(scene, new),
            "allow",
        )
        verdict(scene, "the old token still is: its key is still published", ask(scene, old), "allow")
        control(scene, "withdraw")
        time.sleep(KEY_TIMES["maxAgeSeconds"])
        verdict(
            scene, "withdrawn, and maxAge later, the old key verifies nothing", ask(scene, old), "reject", "unknown_key"
        )
        verdict(scene, "the new one goes on", ask(scene, new), "allow")
        scene.batch_token = new
        scene.leaving_token = machine_token(scene, scene.leaving, "--force")


def ask(scene: Scene, token: str) -> Verdict:
    return scene.function.ask(token, "GET", "/external/orders")


def tell_of_a_leaving_client(scene: Scene) -> None:
    story = scene.story
    with story.chapter("A client leaves"):
        scene.cloud.delete_client(scene.pool, scene.leaving)
        story.note("leaving-partner was deleted in the pool")
        name, step = scene.leaving["ClientName"], ["disable"]
        plan = run_keys(scene, "plan")
        story.same(
            "turnstile keys plan exits with 2 and would disable its key",
            (plan.status, changes(plan)),
            (2, {name: step}),
        )
        apply = run_keys(scene, "apply")
        story.same("turnstile keys apply disables it", (apply.status, changes(apply)), (0, {name: step}))
        enabled = {key["name"]: key["enabled"] for key in scene.cloud.keys().values()}
        others = dict.fromkeys(("made by hand", "orders-batch", "reports", "staff"), True)
        story.same("moto holds it disabled, and all others enabled", enabled, {**others, name: False})
        story.same("plan exits with 0", run_keys(scene, "plan").status, IN_STEP)
        refused = run_token(scene, scene.leaving, "--force")
        story.same(
            "the client gets no token any more", (refused.status, refused.json()["error"]), (1, "invalid_client")
        )
        found = ask(scene, scene.leaving_token)
        verdict(scene, "its last token verifies until it expires: nobody can call a signature back", found, "allow")
        key = scene.cloud.keys()[found.usage_key]
        story.same(
            "but the usage key that it is given is the disabled one", (key["name"], key["enabled"]), (name, False)
        )
        story.note(
            "API Gateway, which is not run here, answers 403 to a disabled key, and to one in no plan of the stage"
        )


def tell_of_secrets(scene: Scene) -> None:
    story = scene.story
    with story.chapter("What nobody could read"):
        printed = [line for emulator in scene.emulators for line in emulator.printed]
        logs = [log.read_text(errors="replace") for log in scene.folder.glob("*.log")]
        found = story.told_secrets([*printed, *logs, *scene.tool.said])
        count = len(story.secrets)
        story.same(
            f"{count} secrets and tokens were made; this text and {len(printed)} lines of log hold none", found, 0
        )
        network = scene.network
        if network.is_isolated:
            story.check(
                "nothing can have left the machine: there is no route to anywhere", not network.reaches_the_world()
            )
