// The same authorizer in JavaScript, on Node alone: its own crypto and http, no package. AWS's runtime client and the
// libraries for tokens, which are not to be had here, would come on top.
import { createPublicKey, verify } from "node:crypto";
import http from "node:http";

const { AWS_LAMBDA_RUNTIME_API, BENCH_JWKS_URL, FLOOR_ISSUER, FLOOR_AUDIENCE, FLOOR_ROUTES } = process.env;
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(":");
const prefix = "/2018-06-01/runtime/invocation/";
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const routes = FLOOR_ROUTES.trim().split("\n").map((line) => line.split(" "));
const scopeOf = new Map(routes.map(([verb, path, scope]) => [`${verb} ${path}`, scope]));
const hashes = { RS256: "sha256", ES256: "sha256", EdDSA: null };

function exchange(options, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, ...options }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function verified(credential, keys) {
  const [scheme, token] = credential.split(" ");
  const [head, payload, signature, more] = token.split(".");
  const header = JSON.parse(Buffer.from(head, "base64url"));
  const key = keys.get(header.kid);
  if (scheme !== "Bearer" || more !== undefined || !key || key.alg !== header.alg) throw new Error("no such key");
  const input = Buffer.from(`${head}.${payload}`);
  const options = { key: key.key, dsaEncoding: "ieee-p1363" };
  if (!verify(hashes[key.alg], input, options, Buffer.from(signature, "base64url"))) throw new Error("signature");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const now = Date.now() / 1000;
  const isGood =
    claims.iss === FLOOR_ISSUER && claims.aud === FLOOR_AUDIENCE && claims.token_use === "access" &&
    typeof claims.exp === "number" && now < claims.exp && (claims.nbf === undefined || now >= claims.nbf);
  if (!isGood) throw new Error("claims");
  return claims;
}

function asked(event) {
  if (event.version === "2.0") return [event.headers.authorization, event.routeArn, event.routeKey];
  if (event.type !== "TOKEN")
    return [event.headers.Authorization, event.methodArn, `${event.httpMethod} ${event.resource}`];
  const [, , verb, ...path] = event.methodArn.split("/");
  return [event.authorizationToken, event.methodArn, `${verb} /${path.join("/")}`];
}

function policy(arn, scopes) {
  const stage = arn.split("/").slice(0, 2).join("/");
  const opened = routes.filter(([, , scope]) => scopes.has(scope)).map(([verb, path]) => `${stage}/${verb}${path}`);
  const Effect = opened.length > 0 ? "Allow" : "Deny";
  const Resource = opened.length > 0 ? opened : [`${stage}/*`];
  return { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] };
}

function log(decision, route, client, requestId, started) {
  const durationMicroseconds = Math.round((performance.now() - started) * 1000);
  const line = { timestamp: new Date().toISOString(), level: "INFO", requestId, decision, client, route };
  process.stdout.write(`${JSON.stringify({ ...line, durationMicroseconds })}\n`);
}

function answer(event, keys, requestId) {
  const started = performance.now();
  const [credential, arn, route] = asked(event);
  let claims;
  try {
    claims = verified(credential, keys);
  } catch {
    log("reject", route, undefined, requestId, started);
    return ["error", { errorMessage: "Unauthorized", errorType: "Error" }];
  }
  const scopes = new Set(claims.scope.split(" "));
  const isAuthorized = scopes.has(scopeOf.get(route));
  const context = { client_id: claims.client_id, sub: claims.sub, scope: claims.scope };
  log(isAuthorized ? "allow" : "deny", route, claims.client_id, requestId, started);
  if (event.version === "2.0") return ["response", { isAuthorized, context }];
  const policyDocument = policy(arn, scopes);
  return ["response", { principalId: claims.sub, policyDocument, context, usageIdentifierKey: claims.client_id }];
}

const set = await (await fetch(BENCH_JWKS_URL)).json();
const keys = new Map(
  set.keys.map((jwk) => [jwk.kid, { alg: jwk.alg, key: createPublicKey({ key: jwk, format: "jwk" }) }]),
);
for (;;) {
  const next = await exchange({ host, port, path: `${prefix}next` });
  const id = next.headers["lambda-runtime-aws-request-id"];
  const [kind, said] = answer(JSON.parse(next.body), keys, id);
  const body = JSON.stringify(said);
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  await exchange({ host, port, path: `${prefix}${id}/${kind}`, method: "POST", headers }, body);
}
