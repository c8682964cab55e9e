"""A second issuer that is nobody's work here: Glewlwyd, an OAuth 2.0 and OpenID Connect server written in C."""

import json
import pathlib
import secrets
import sqlite3
import subprocess

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from demo.authority import Authority
from demo.network import Place
from demo.processes import Processes, Server
from demo.web import Response, Web, wanted

AUDIENCE = "https://api.example.com"
PROGRAM, MODULES = "usr/bin/glewlwyd", "usr/lib/glewlwyd"
TABLES = "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"

# Debian's tables come with this administrator.
FIRST_LOGIN = {"username": "admin", "password": "password"}

CONFIGURATION = """
port={port}
bind_address="{address}"
external_url="{url}"
api_prefix="api"
login_url="login.html"
log_mode="console"
log_level="WARNING"
cookie_domain=""
cookie_secure=1
admin_scope="g_admin"
profile_scope="g_profile"
session_key="GLEWLWYD2_SESSION_ID"
session_expiration=3600
hash_algorithm="SHA512"
use_secure_connection=true
secure_connection_key_file="{key}"
secure_connection_pem_file="{certificate}"
user_module_path="{modules}/user"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
database={{type="sqlite3" path="{database}"}}
"""


class Partner:
    """A running Glewlwyd whose clients each sign with a key of their own: RS256, ES256 or EdDSA."""

    def __init__(
        self,
        package: pathlib.Path,
        place: Place,
        authority: Authority,
        folder: pathlib.Path,
        processes: Processes,
    ) -> None:
        """Starts it from the folder that Debian's package was unpacked into."""
        self.package = package
        self.place = place
        self.issuer = f"{place.url}/api/oidc"
        self.keys: list[Key] = [
            new_key(RSAKey, 2_048, "RS256"),
            new_key(ECKey, "P-256", "ES256"),
            new_key(OKPKey, "Ed25519", "EdDSA"),
        ]
        self.authority = authority
        self.administrator = Web(authority.certificates)
        self.server = self.start(folder, processes)

    def version(self) -> str:
        return subprocess.run([self.package / PROGRAM, "--version"], capture_output=True, text=True).stdout.strip()

    def start(self, folder: pathlib.Path, processes: Processes) -> Server:
        database = folder / "glewlwyd.db"
        with sqlite3.connect(database) as connection:
            connection.executescript((self.package / TABLES).read_text())
        connection.close()
        configuration = folder / "glewlwyd.conf"
        configuration.write_text(
            CONFIGURATION.format(
                port=self.place.port,
                address=self.place.address,
                url=self.place.url,
                key=self.authority.key,
                certificate=self.authority.certificate,
                modules=self.package / MODULES,
                database=database,
            )
        )
        return processes.start("glewlwyd", str(self.package / PROGRAM), f"--config-file={configuration}")

    def set_up(self, scopes: list[str]) -> None:
        """Signs in as the first administrator and makes the issuer and its scopes."""
        self.server.wait_until(lambda: self.administrator.get(f"{self.place.url}/config").status == 200)
        self.administrator.keep_cookie(self.administrate("POST", "auth/", FIRST_LOGIN))
        self.administrate("POST", "mod/plugin/", self.plugin(scopes))
        self.allow_keys_of_clients()
        for scope in scopes:
            described = {"name": scope, "display_name": scope, "description": scope}
            self.administrate("POST", "scope/", {**described, "password_required": False, "scheme": {}})

    def allow_keys_of_clients(self) -> None:
        """Lets a client have a member `sign_kid`, which Debian's table of clients does not."""
        url = f"{self.place.url}/api/mod/client/database"
        module = wanted(self.administrator.get(url), 200, "the partner's table of clients").json()
        module["parameters"]["data-format"]["sign_kid"] = {"multiple": False, "read": True, "write": True}
        self.administrate("PUT", "mod/client/database", module)
        self.administrate("PUT", "mod/client/database/reset", {})

    def plugin(self, scopes: list[str]) -> dict:
        grants = ("code", "token", "id-token", "password", "refresh", "device")
        parameters = {
            "iss": self.issuer,
            "jwks-private": json.dumps({"keys": [key.as_dict(private=True) for key in self.keys]}),
            "default-kid": self.keys[0].kid,
            "jwks-show": True,
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "client-sign_kid-parameter": "sign_kid",
            "access-token-duration": 3_600,
            "refresh-token-duration": 3_600,
            "code-duration": 600,
            "refresh-token-rolling": False,
            "allow-non-oidc": True,
            "auth-type-client-enabled": True,
            **{f"auth-type-{grant}-enabled": False for grant in grants},
            # RFC 8707: the audience of a token is the resource that was asked for.
            "resource-allowed": True,
            "resource-scope": {scope: [AUDIENCE] for scope in scopes},
        }
        return {"module": "oidc", "name": "oidc", "display_name": "oidc", "order_rank": 0, "parameters": parameters}

    def make_client(self, client_id: str, algorithm: str, scopes: list[str]) -> str:
        """Makes a confidential client and returns its secret."""
        secret = secrets.token_urlsafe(24)
        (key,) = [key for key in self.keys if key.get("alg") == algorithm]
        self.administrate("POST", "client/", {
            "client_id": client_id, "name": client_id, "password": secret, "confidential": True, "enabled": True,
            "scope": scopes, "authorization_type": ["client_credentials"], "sign_kid": key.kid,
            "token_endpoint_auth_method": ["client_secret_basic"], "redirect_uri": [],
        })  # fmt: skip
        return secret

    def token(self, client_id: str, secret: str, scope: str) -> str:
        form = {"grant_type": "client_credentials", "scope": scope, "resource": AUDIENCE}
        # A client's own connection: the administrator's cookie is none of its business.
        response = Web(self.authority.certificates).post_form(f"{self.issuer}/token", form, (client_id, secret))
        return wanted(response, 200, f"the partner's token for {client_id}").json()["access_token"]

    def administrate(self, method: str, path: str, body: dict) -> Response:
        response = self.administrator.send_json(method, f"{self.place.url}/api/{path}", body)
        return wanted(response, 200, f"the partner's {method} {path}")


def new_key(kind: type[Key], size: object, algorithm: str) -> Key:
    named = {"kid": f"partner-{algorithm.lower()}", "alg": algorithm, "use": "sig"}
    return kind.generate_key(size, parameters=named, private=True)
