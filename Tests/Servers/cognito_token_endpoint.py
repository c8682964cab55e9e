"""A token endpoint of Amazon Cognito's shape, for tests: the pool is moto's, the OAuth 2.0 work is Authlib's.

    cognito_token_endpoint.py --moto URL --pool ID --domain URL --certificate FILE --key FILE [--address A] [--port P]

moto keeps user pools, clients, scopes, people and groups, but has no `POST /oauth2/token`. This adds what Cognito
serves on the domain of a pool, and the pool's keys:

    POST /oauth2/token                          client_credentials, authorization_code
    GET  /oauth2/authorize, GET and POST /login a person signs in; PKCE with S256
    GET  /POOL/.well-known/jwks.json            and openid-configuration
    POST /_test/rotate                          signs with new keys from now on, and publishes the old ones too
    POST /_test/withdraw                        publishes only the keys that sign now
    POST /_test/lifetime?seconds=N              how long the next access token is good for, instead of an hour

Tokens look as Cognito's do: RS256, no `typ`, no `aud` in access tokens, `sub` equal to `client_id` for machines,
`username` and `cognito:groups` for people. What Cognito has and this has not: refresh tokens, a session of the browser.

Prints its port when it is ready, and ends with its standard input.
"""

import argparse
import dataclasses
import logging
import os
import sys
import threading
import time
import uuid

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants, scope_to_list
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from werkzeug.serving import make_server

from cognito_pool import Client, Keys, Pool

LIFETIME_SECONDS = 3_600  # Cognito's default for access and ID tokens
CODE_LIFETIME_SECONDS = 300  # Cognito's authorization codes live for five minutes

FORM = """<!doctype html><title>Sign in</title>
<form method="post"><input name="username"><input name="password" type="password"><button>Sign in</button></form>
"""


class TokenWriter:
    """Writes the tokens of a response, which has Cognito's members and no others."""

    def __init__(self, pool: Pool, keys: Keys) -> None:
        self.pool = pool
        self.keys = keys
        self.next_lifetime: int | None = None

    def __call__(
        self, grant_type: str, client: Client, user: "Code | None" = None, scope: str | None = None, **_: object
    ) -> dict:
        granted = client.get_allowed_scope(scope)
        if granted is None:
            raise InvalidScopeError()
        lifetime, self.next_lifetime = self.next_lifetime or LIFETIME_SECONDS, None
        now = int(time.time())
        times = {"auth_time": now, "iat": now, "exp": now + lifetime}
        client_id = client.get_client_id()
        who = self.pool.person(user.username) if user else {"sub": client_id}
        access = {**who, "iss": self.pool.issuer, "version": 2, "client_id": client_id, "scope": granted, **times}
        tokens = {"access_token": self.signed("access", access), "token_type": "Bearer", "expires_in": lifetime}
        if user and "openid" in scope_to_list(granted):
            who["cognito:username"] = who.pop("username")
            named = {"nonce": user.nonce} if user.nonce else {}
            identity = {**who, "iss": self.pool.issuer, "aud": client_id, **named, **times}
            tokens["id_token"] = self.signed("id", identity)
        return tokens

    def signed(self, use: str, claims: dict) -> str:
        key = self.keys.signing[use]
        header = {"kid": key.kid, "alg": "RS256"}
        return jwt.encode(header, {**claims, "token_use": use, "jti": str(uuid.uuid4())}, key, default_type=None)


@dataclasses.dataclass(frozen=True)
class Code:
    """What an authorization code stands for (RFC 6749 section 4.1.2, RFC 7636 section 4.4)."""

    client_id: str
    redirect_uri: str | None
    scope: str
    username: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    expires: float

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


def authorization_code_grant(codes: dict[str, Code]) -> type:
    class AuthorizationCode(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

        def save_authorization_code(self, code: str, request: object) -> None:
            asked = request.payload.data
            codes[code] = Code(
                client_id=request.client.get_client_id(),
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                username=request.user,
                nonce=asked.get("nonce"),
                code_challenge=asked.get("code_challenge"),
                code_challenge_method=asked.get("code_challenge_method"),
                expires=time.time() + CODE_LIFETIME_SECONDS,
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            """The code is spent by being shown, whatever comes of it."""
            found = codes.pop(code, None)
            mine = found and found.client_id == client.get_client_id() and found.expires > time.time()
            return found if mine else None

        def delete_authorization_code(self, authorization_code: Code) -> None:
            """Done when it was shown."""

        def authenticate_user(self, authorization_code: Code) -> Code:
            return authorization_code

    return AuthorizationCode


class ProofKey(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]


def make_application(pool: Pool, domain: str) -> Flask:
    application = Flask(__name__)
    keys = Keys()
    writer = TokenWriter(pool, keys)
    server = AuthorizationServer(application, query_client=pool.client, save_token=lambda token, request: None)
    server.register_token_generator("default", writer)
    server.register_grant(ClientCredentials)
    server.register_grant(authorization_code_grant({}), [ProofKey(required=True)])
    serve_tokens(application, server, pool)
    serve_keys(application, keys, pool, domain)
    serve_controls(application, keys, writer)
    return application


def serve_tokens(application: Flask, server: AuthorizationServer, pool: Pool) -> None:
    @application.post("/oauth2/token")
    def token() -> Response:
        response = server.create_token_response()
        if response.status_code == 200:
            return response
        # Cognito answers every fault of the request with 400 and the code alone.
        return Response(jsonify(error=response.json["error"]).data, 400, content_type="application/json")

    @application.get("/oauth2/authorize")
    def authorize() -> Response:
        return redirect(f"/login?{request.query_string.decode()}")

    @application.get("/login")
    def form() -> str:
        return FORM

    @application.post("/login")
    def login() -> Response:
        username, client_id = request.form["username"], request.args.get("client_id", "")
        if pool.client(client_id) is None or not pool.sign_in(client_id, username, request.form["password"]):
            return Response("Incorrect username or password.", 401, content_type="text/plain")
        try:
            grant = server.get_consent_grant(end_user=username)
        except OAuth2Error as error:
            return Response(error.error, 400, content_type="text/plain")
        return server.create_authorization_response(grant_user=username, grant=grant)


def serve_keys(application: Flask, keys: Keys, pool: Pool, domain: str) -> None:
    @application.get(f"/{pool.id}/.well-known/jwks.json")
    def jwks() -> Response:
        return jsonify(keys=keys.published())

    @application.get(f"/{pool.id}/.well-known/openid-configuration")
    def metadata() -> Response:
        return jsonify(
            issuer=pool.issuer,
            jwks_uri=f"{pool.issuer}/.well-known/jwks.json",
            authorization_endpoint=f"{domain}/oauth2/authorize",
            token_endpoint=f"{domain}/oauth2/token",
            token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
            response_types_supported=["code"],
            id_token_signing_alg_values_supported=["RS256"],
            subject_types_supported=["public"],
        )


def serve_controls(application: Flask, keys: Keys, writer: TokenWriter) -> None:
    @application.post("/_test/rotate")
    def rotate() -> Response:
        keys.rotate()
        return jsonify(kid=keys.signing["access"].kid)

    @application.post("/_test/withdraw")
    def withdraw() -> Response:
        keys.withdraw()
        return jsonify(kids=[key["kid"] for key in keys.published()])

    @application.post("/_test/lifetime")
    def lifetime() -> Response:
        writer.next_lifetime = int(request.args["seconds"])
        return jsonify(seconds=writer.next_lifetime)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("moto", "pool", "domain", "certificate", "key"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request would show codes
    application = make_application(Pool(arguments.pool, arguments.moto), arguments.domain)
    tls = (arguments.certificate, arguments.key)
    server = make_server(arguments.address, arguments.port, application, threaded=True, ssl_context=tls)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
