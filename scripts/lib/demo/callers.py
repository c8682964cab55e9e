"""Those who are not machines of the pool: a person, and clients of a second issuer."""

import hashlib
import hmac

from demo.cloud import READ, WRITE
from demo.machines import MAY_POST, STAFF_MAY, exactly, tell_policy, verdict
from demo.partner import AUDIENCE
from demo.scene import GROUP, Scene
from demo.tokens import claims_of, header_of, sign_in


def tell_of_a_person(scene: Scene) -> None:
    story = scene.story
    with story.chapter("A person of the same pool"):
        tokens = sign_in(scene, "rosa", scene.passwords["rosa"])
        claims = claims_of(tokens["access_token"])
        story.same("the code is worth a token that names rosa", claims["username"], "rosa")
        story.same(f"and the group {GROUP}", claims["cognito:groups"], [GROUP])
        found = scene.function.ask(tokens["access_token"], "POST", "/internal/jobs", "/internal/{proxy+}")
        verdict(scene, "POST /internal/jobs is allowed", found, "allow")
        story.same("all of staff share one usage key: nobody is metered per head", found.usage_key, scene.staff_key)
        in_plan = found.usage_key in scene.cloud.keys_of(scene.staff_plan)
        story.check("it is the one that keys apply made in the plan staff", in_plan)
        tell_policy(scene, found)
        exactly(scene, "rosa", found, STAFF_MAY)
        orders = scene.function.ask(tokens["access_token"], "GET", "/external/orders")
        verdict(scene, "the machines' routes are closed to her", orders, "deny", "insufficient_scope")
        machine = scene.function.ask(scene.batch_token, "GET", "/internal/jobs", "/internal/{proxy+}")
        verdict(scene, "and hers to the machines", machine, "deny", "issuer_not_allowed")
        colleague = sign_in(scene, "paul", scene.passwords["paul"])["access_token"]
        found = scene.function.ask(colleague, "POST", "/internal/jobs", "/internal/{proxy+}")
        verdict(scene, f"paul, who is not in the group {GROUP}, is denied", found, "deny", "group_missing")
        scene.person_tokens = tokens


def tell_of_a_partner(scene: Scene) -> None:
    story, partner = scene.story, scene.partner
    with story.chapter("A second issuer, which nobody here wrote"):
        if partner is None:
            story.note("left out: Glewlwyd is not here, and could not be fetched with apt-get")
            return
        discovery = f"{partner.issuer}/.well-known/openid-configuration"
        story.note(f"Glewlwyd {partner.version()}, whose keys are found through {discovery}")
        for name, algorithm in (("partner-rsa", "RS256"), ("partner-ecdsa", "ES256"), ("partner-eddsa", "EdDSA")):
            tell_of_a_partners_client(scene, name, algorithm)
        strict = story.hide(partner.token("partner-strict", scene.partner_secrets["partner-strict"], READ))
        found = scene.function.ask(strict, "GET", "/external/orders")
        what = "an entry that asks for token_use, as a pool's does, refuses its tokens"
        verdict(scene, what, found, "reject", "wrong_token_use")


def tell_of_a_partners_client(scene: Scene, name: str, algorithm: str) -> None:
    story, partner = scene.story, scene.partner
    token = story.hide(partner.token(name, scene.partner_secrets[name], f"{READ} {WRITE}"))
    described = (header_of(token)["alg"], header_of(token)["typ"], claims_of(token)["aud"])
    wanted = (algorithm, "at+jwt", AUDIENCE)
    story.same(f"its token for {name} is an at+jwt in {algorithm} for {AUDIENCE}", described, wanted)
    found = scene.function.ask(token, "GET", "/external/orders")
    verdict(scene, "GET /external/orders is allowed with it", found, "allow")
    metered_by_hmac(scene, name, found.usage_key)
    exactly(scene, name, found, MAY_POST)


def metered_by_hmac(scene: Scene, name: str, found: str | None) -> None:
    """Computed here once more, by the definition and with other code."""
    text = f"{scene.partner.issuer}\0{name}".encode()
    wanted = hmac.new(scene.usage_key_secret.encode(), text, hashlib.sha256).hexdigest()
    scene.story.check("its usage key is the HMAC of issuer and client, which only we can make", found == wanted)
