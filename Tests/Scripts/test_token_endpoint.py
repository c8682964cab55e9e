"""The token endpoint of Cognito's shape must issue what Cognito would, and refuse what it would refuse."""

import base64
import hashlib
import pathlib
import sys
import unittest
import urllib.parse

import boto3
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from moto import mock_aws

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Servers"))
import cognito_token_endpoint as endpoint  # noqa: E402
from cognito_pool import Pool  # noqa: E402

REGION = "eu-west-1"
BASE = "https://localhost"
READ, WRITE = (f"https://api.example.com/prod/external/api.{name}" for name in ("read", "readwrite"))
CALLBACK = "https://app.example.com/signed-in"
VERIFIER = "a-code-verifier-of-forty-three-characters-or-more"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class EndpointTests(unittest.TestCase):
    def setUp(self) -> None:
        cloud = mock_aws()
        cloud.start()
        self.addCleanup(cloud.stop)
        self.cognito = boto3.client("cognito-idp", REGION, aws_access_key_id="x", aws_secret_access_key="x")
        self.pool = self.cognito.create_user_pool(PoolName="pool")["UserPool"]["Id"]
        self.machine = self.client("machine", ["client_credentials"], [READ, WRITE], GenerateSecret=True)
        self.web = self.client("web", ["code"], ["openid", READ], CallbackURLs=[CALLBACK])
        self.http = endpoint.make_application(Pool(self.pool, None), BASE).test_client()

    def client(self, name: str, flows: list[str], scopes: list[str], **more: object) -> dict:
        return self.cognito.create_user_pool_client(
            UserPoolId=self.pool, ClientName=name, AllowedOAuthFlows=flows, AllowedOAuthScopes=scopes,
            AllowedOAuthFlowsUserPoolClient=True, **more,
        )["UserPoolClient"]  # fmt: skip

    def post(self, form: dict, client: dict | None = None, secret: str | None = None) -> tuple[int, dict]:
        headers = {}
        if client:
            credentials = f"{client['ClientId']}:{secret or client['ClientSecret']}"
            headers["Authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode()}"
        response = self.http.post("/oauth2/token", base_url=BASE, data=form, headers=headers)
        return response.status_code, response.json

    def machine_token(self, **more: str) -> tuple[int, dict]:
        return self.post({"grant_type": "client_credentials", **more}, self.machine)

    def verified(self, token: str) -> jwt.Token:
        keys = self.http.get(f"/{self.pool}/.well-known/jwks.json", base_url=BASE).json
        return jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"])


class MachineTests(EndpointTests):
    def test_a_machine_gets_a_token_as_cognito_writes_it(self) -> None:
        status, answer = self.machine_token(scope=READ)
        self.assertEqual((status, set(answer)), (200, {"access_token", "token_type", "expires_in"}))
        token = self.verified(answer["access_token"])
        self.assertEqual(set(token.header), {"kid", "alg"})
        claims, client_id = token.claims, self.machine["ClientId"]
        self.assertEqual(claims["iss"], f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool}")
        self.assertEqual((claims["sub"], claims["client_id"], claims["scope"]), (client_id, client_id, READ))
        self.assertEqual((claims["token_use"], claims["version"], claims["exp"] - claims["iat"]), ("access", 2, 3_600))
        self.assertFalse({"aud", "username", "cognito:groups"} & set(claims))

    def test_all_scopes_are_granted_where_none_is_asked_for(self) -> None:
        token = self.machine_token()[1]["access_token"]
        self.assertEqual(self.verified(token).claims["scope"], f"{READ} {WRITE}")

    def test_what_is_not_the_clients_is_refused_with_400_and_the_code_alone(self) -> None:
        grant = {"grant_type": "client_credentials"}
        self.assertEqual(self.machine_token(scope="openid"), (400, {"error": "invalid_scope"}))
        self.assertEqual(self.post(grant, self.machine, "wrong"), (400, {"error": "invalid_client"}))
        self.assertEqual(self.post(grant), (400, {"error": "invalid_client"}))
        self.assertEqual(self.post({"grant_type": "password"}), (400, {"error": "unsupported_grant_type"}))
        only_code = self.client("only code", ["code"], [READ], GenerateSecret=True)
        self.assertEqual(self.post(grant, only_code), (400, {"error": "unauthorized_client"}))

    def test_a_deleted_client_is_refused(self) -> None:
        self.cognito.delete_user_pool_client(UserPoolId=self.pool, ClientId=self.machine["ClientId"])
        self.assertEqual(self.machine_token(), (400, {"error": "invalid_client"}))


class PersonTests(EndpointTests):
    def setUp(self) -> None:
        super().setUp()
        who = {"UserPoolId": self.pool, "Username": "rosa"}
        self.cognito.admin_create_user(**who)
        self.cognito.admin_set_user_password(**who, Password="Pass-word-1", Permanent=True)
        self.cognito.create_group(UserPoolId=self.pool, GroupName="operators")
        self.cognito.admin_add_user_to_group(**who, GroupName="operators")

    def sign_in(self, password: str = "Pass-word-1", **more: str) -> "endpoint.Response":
        asked = {
            "response_type": "code", "client_id": self.web["ClientId"], "redirect_uri": CALLBACK, "state": "s",
            "scope": f"openid {READ}", "code_challenge": CHALLENGE, "code_challenge_method": "S256", **more,
        }  # fmt: skip
        page = self.http.get("/oauth2/authorize", base_url=BASE, query_string=asked).headers["Location"]
        return self.http.post(page, base_url=BASE, data={"username": "rosa", "password": password})

    def code(self) -> str:
        location = urllib.parse.urlsplit(self.sign_in().headers["Location"])
        answer = urllib.parse.parse_qs(location.query)
        self.assertEqual(answer["state"], ["s"])
        return answer["code"][0]

    def redeem(self, code: str, **more: str) -> tuple[int, dict]:
        form = {"client_id": self.web["ClientId"], "redirect_uri": CALLBACK, "code_verifier": VERIFIER, **more}
        return self.post({"grant_type": "authorization_code", "code": code, **form})

    def test_a_person_gets_tokens_that_name_them_and_their_groups(self) -> None:
        status, answer = self.redeem(self.code())
        self.assertEqual(status, 200)
        access, identity = (self.verified(answer[name]).claims for name in ("access_token", "id_token"))
        self.assertEqual((access["username"], access["cognito:groups"]), ("rosa", ["operators"]))
        self.assertEqual((access["token_use"], access["client_id"]), ("access", self.web["ClientId"]))
        self.assertNotEqual(access["sub"], access["client_id"])
        self.assertEqual((identity["token_use"], identity["aud"]), ("id", self.web["ClientId"]))
        self.assertEqual((identity["sub"], identity["cognito:username"]), (access["sub"], "rosa"))
        self.assertFalse({"client_id", "scope", "username"} & set(identity))

    def test_a_wrong_password_gets_no_code(self) -> None:
        self.assertEqual(self.sign_in("Pass-word-2").status_code, 401)

    def test_a_code_goes_to_no_other_address(self) -> None:
        self.assertEqual(self.sign_in(redirect_uri="https://elsewhere.example.com/").status_code, 400)

    def test_a_code_is_good_once_and_with_its_verifier_only(self) -> None:
        code = self.code()
        self.assertEqual(self.redeem(code)[0], 200)
        self.assertEqual(self.redeem(code), (400, {"error": "invalid_grant"}))
        self.assertEqual(self.redeem(self.code(), code_verifier="x" * 43), (400, {"error": "invalid_grant"}))
        self.assertEqual(self.redeem(self.code(), code_verifier=""), (400, {"error": "invalid_request"}))


class KeyTests(EndpointTests):
    def test_discovery_names_the_pool_its_keys_and_the_domain(self) -> None:
        found = self.http.get(f"/{self.pool}/.well-known/openid-configuration", base_url=BASE).json
        issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool}"
        self.assertEqual((found["issuer"], found["jwks_uri"]), (issuer, f"{issuer}/.well-known/jwks.json"))
        self.assertEqual(found["token_endpoint"], f"{BASE}/oauth2/token")

    def control(self, what: str) -> None:
        self.assertEqual(self.http.post(f"/_test/{what}", base_url=BASE).status_code, 200)

    def test_old_keys_are_published_until_they_are_withdrawn(self) -> None:
        old = self.machine_token()[1]["access_token"]
        self.control("rotate")
        new = self.machine_token()[1]["access_token"]
        kids = [self.verified(token).header["kid"] for token in (old, new)]
        self.assertNotEqual(*kids)
        self.control("withdraw")
        self.verified(new)
        with self.assertRaises(InvalidKeyIdError):
            self.verified(old)

    def test_a_lifetime_is_for_one_token(self) -> None:
        self.control("lifetime?seconds=5")
        lifetimes = []
        for _ in range(2):
            answer = self.machine_token()[1]
            claims = self.verified(answer["access_token"]).claims
            self.assertEqual(answer["expires_in"], claims["exp"] - claims["iat"])
            lifetimes.append(answer["expires_in"])
        self.assertEqual(lifetimes, [5, 3_600])


if __name__ == "__main__":
    unittest.main()
