"""How callers come by their tokens, and how an attacker changes them."""

import base64
import hashlib
import hmac
import json
import secrets
import urllib.parse

from joserfc import jwt
from joserfc.jwk import RSAKey

from demo.cloud import CALLBACK
from demo.scene import Scene
from demo.tool import Result
from demo.web import wanted


def options_for(scene: Scene, client: dict) -> list[str]:
    """Where the pool's name is served, its own discovery document says where tokens are asked for."""
    isolated = scene.network.is_isolated
    place = ["--user-pool", scene.pool] if isolated else ["--token-url", f"{scene.network.domain.url}/oauth2/token"]
    return [*place, "--client-id", client["ClientId"], "--secret-stdin"]


def run_token(scene: Scene, client: dict, *options: str, secret: str | None = None) -> Result:
    trust = ("--ca-file", str(scene.authority.certificates))
    words = ("token", *options_for(scene, client), *trust, "--json", *options)
    return scene.tool.run(*words, secret=secret or client["ClientSecret"])


def machine_token(scene: Scene, client: dict, *options: str) -> str:
    """A token, or the end of the story."""
    result = run_token(scene, client, *options)
    command = " ".join(["turnstile token", *options])
    scene.story.check(f"{command} gets one for {client['ClientName']}", result.status == 0, result.last_line)
    return scene.story.hide(result.json()["access_token"])


def strangers_token(scene: Scene) -> str:
    """A good token of another pool, by the plain grant."""
    login = (scene.stranger["ClientId"], scene.stranger["ClientSecret"])
    form = {"grant_type": "client_credentials"}
    response = scene.web.post_form(f"{scene.other_domain.url}/oauth2/token", form, login)
    return scene.story.hide(wanted(response, 200, "the other pool's token").json()["access_token"])


def sign_in(scene: Scene, username: str, password: str) -> dict[str, str]:
    """The authorization-code grant with PKCE, the browser's and the application's part (RFC 6749 §4.1, RFC 7636)."""
    domain, client_id, state = scene.network.domain.url, scene.web_client["ClientId"], secrets.token_urlsafe(16)
    verifier = scene.story.hide(secrets.token_urlsafe(48))
    asked = {
        "response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "scope": "openid", "state": state,
        "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()), "code_challenge_method": "S256",
    }  # fmt: skip
    sent_on = wanted(scene.web.get(f"{domain}/oauth2/authorize?{urllib.parse.urlencode(asked)}"), 302, "authorize")
    form = urllib.parse.urljoin(domain, sent_on.headers["Location"])
    wanted(scene.web.get(form), 200, "the form")
    back = wanted(scene.web.post_form(form, {"username": username, "password": password}), 302, "signing in")
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back.headers["Location"]).query))
    scene.story.same(
        f"{username} signs in, and the browser comes back with a code and its state", answer["state"], state
    )
    redeemed = {
        "grant_type": "authorization_code", "client_id": client_id, "redirect_uri": CALLBACK,
        "code": scene.story.hide(answer["code"]), "code_verifier": verifier,
    }  # fmt: skip
    tokens = wanted(scene.web.post_form(f"{domain}/oauth2/token", redeemed), 200, "the person's tokens").json()
    for name in ("access_token", "id_token"):
        scene.story.hide(tokens[name])
    return tokens


def control(scene: Scene, what: str) -> None:
    """Tells the token endpoint to do something that Cognito does by itself."""
    wanted(scene.web.post_form(f"{scene.network.domain.url}/_test/{what}", {}), 200, what)


def header_of(token: str) -> dict:
    return json.loads(from_base64url(token.split(".")[0]))


def claims_of(token: str) -> dict:
    return json.loads(from_base64url(token.split(".")[1]))


def with_claims(token: str, **claims: object) -> str:
    """The token with other claims and its old signature."""
    header, payload, signature = token.split(".")
    changed = {**json.loads(from_base64url(payload)), **claims}
    return f"{header}.{base64url(json.dumps(changed).encode())}.{signature}"


def unsigned(token: str) -> str:
    """The token as one that says that it needs no signature; the last segment must not be empty to be a JWT at all."""
    header = base64url(json.dumps({**header_of(token), "alg": "none"}).encode())
    return ".".join([header, *token.split(".")[1:]])


def signed_with_the_public_key(token: str, key: bytes) -> str:
    """The token signed anew with HMAC, under the issuer's public key as if it were a secret (RFC 8725 §2.1)."""
    header = base64url(json.dumps({**header_of(token), "alg": "HS256"}).encode())
    signed = f"{header}.{token.split('.')[1]}"
    return f"{signed}.{base64url(hmac.digest(key, signed.encode(), 'sha256'))}"


def signed_with_its_own_key(token: str) -> str:
    """The token signed with a new key, which stands in its header under the kid of the issuer's (RFC 8725 §2.1)."""
    key = RSAKey.generate_key(2_048, private=True)
    header = {**header_of(token), "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims_of(token), key, default_type=None)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
