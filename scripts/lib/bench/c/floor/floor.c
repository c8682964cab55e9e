// The floor: the least that an authorizer for API Gateway can do and still be honest. It is what others are measured
// against, and nothing to deploy: events and claims are searched where they would have to be parsed.
//
// At the start it fetches the keys. Then, for each event: the bearer token, its signature under the key of its kid,
// exp, nbf, iss, aud and token_use, the scope of the route; the answer (a policy for all that the token opens, or yes
// or no for payload 2.0) with context and API key; and a line for the log.
//
// Environment: AWS_LAMBDA_RUNTIME_API; BENCH_JWKS_URL; FLOOR_ISSUER; FLOOR_AUDIENCE; FLOOR_ROUTES, a line
// `VERB /path scope` for each route.
#define _GNU_SOURCE
#include "floor.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ROUTES = 1024, ANSWER_BYTES = 65536, LINE_BYTES = 4096, ROUTE_BYTES = 512 };

typedef struct {
    Text key, verb, path, scope;
} Route;

static Route routes[MOST_ROUTES];
static int route_count;
static Text issuer, audience;

void leave(const char *reason) {
    dprintf(2, "floor: %s\n", reason);
    _exit(1);
}

static Text variable(const char *name) {
    const char *value = getenv(name);
    if (!value) leave(name);
    return text_of(value);
}

static void load_routes(Text list) {
    const char *at = list.bytes, *end = list.bytes + list.length;
    while (at < end) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        if (!line) line = end;
        const char *space = memchr(at, ' ', (size_t)(line - at));
        const char *scope = space ? memchr(space + 1, ' ', (size_t)(line - space - 1)) : NULL;
        if (!scope || route_count == MOST_ROUTES) leave("FLOOR_ROUTES");
        routes[route_count++] = (Route){{at, (size_t)(scope - at)}, {at, (size_t)(space - at)},
                                        {space + 1, (size_t)(scope - space - 1)},
                                        {scope + 1, (size_t)(line - scope - 1)}};
        at = line + 1;
    }
}

static const Route *route_for(Text key) {
    for (int index = 0; index < route_count; index++)
        if (text_is(key, routes[index].key)) return &routes[index];
    return NULL;
}

// ---- what is asked ----

typedef struct {
    Text arn, token, route;
    bool is_simple;
    char route_text[ROUTE_BYTES];
} Question;

static Text without_bearer(Text value) {
    static const char scheme[] = "Bearer ";
    if (value.length < sizeof scheme || memcmp(value.bytes, scheme, sizeof scheme - 1) != 0) return (Text){NULL, 0};
    return (Text){value.bytes + sizeof scheme - 1, value.length - (sizeof scheme - 1)};
}

static void join_route(Question *question, Text verb, Text path) {
    int length = snprintf(question->route_text, ROUTE_BYTES, "%.*s %.*s", TEXT(verb), TEXT(path));
    if (length < 0 || length >= ROUTE_BYTES) leave("a route is too long");
    question->route = (Text){question->route_text, (size_t)length};
}

// Behind the second slash of arn:…:api/stage/VERB/path; the path keeps its slash.
static void split_arn(Text arn, Text *stage, Text *verb, Text *path) {
    const char *end = arn.bytes + arn.length, *slashes[3], *at = arn.bytes;
    for (int index = 0; index < 3; index++) {
        slashes[index] = memchr(at, '/', (size_t)(end - at));
        if (!slashes[index]) leave("an ARN is none");
        at = slashes[index] + 1;
    }
    *stage = (Text){arn.bytes, (size_t)(slashes[1] + 1 - arn.bytes)};
    *verb = (Text){slashes[1] + 1, (size_t)(slashes[2] - slashes[1] - 1)};
    *path = (Text){slashes[2], (size_t)(end - slashes[2])};
}

static void read_event(Text event, Question *question) {
    question->arn = member(event, "methodArn");
    question->is_simple = !question->arn.bytes;
    if (question->is_simple) {
        question->arn = member(event, "routeArn");
        question->token = without_bearer(member(event, "authorization"));
        question->route = member(event, "routeKey");
    } else if (text_is(member(event, "type"), text_of("TOKEN"))) {
        Text stage, verb, path;
        split_arn(question->arn, &stage, &verb, &path);
        question->token = without_bearer(member(event, "authorizationToken"));
        join_route(question, verb, path);
    } else {
        question->token = without_bearer(member(event, "Authorization"));
        join_route(question, member(event, "httpMethod"), member(event, "resource"));
    }
    if (!question->arn.bytes || !question->route.bytes) leave("an event is none");
}

// ---- what is answered ----

static void put_context(Buffer *answer, const Caller *caller) {
    put(answer, "\"context\":{\"client_id\":\"%.*s\",\"sub\":\"%.*s\",\"scope\":\"%.*s\"}", TEXT(caller->client),
        TEXT(caller->subject), TEXT(caller->scope));
}

// All that the token opens, since the answer may be kept under it.
static void put_policy(Buffer *answer, Text arn, const Caller *caller) {
    Text stage, verb, path;
    split_arn(arn, &stage, &verb, &path);
    char listed[ANSWER_BYTES];
    Buffer resources = {listed, 0, sizeof listed};
    for (int index = 0; index < route_count; index++)
        if (has_word(caller->scope, routes[index].scope))
            put(&resources, "%s\"%.*s%.*s%.*s\"", resources.length ? "," : "", TEXT(stage), TEXT(routes[index].verb),
                TEXT(routes[index].path));
    bool opens = resources.length > 0;
    if (!opens) put(&resources, "\"%.*s*\"", TEXT(stage));
    put(answer,
        "{\"principalId\":\"%.*s\",\"policyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":[{\"Action\":"
        "\"execute-api:Invoke\",\"Effect\":\"%s\",\"Resource\":[%.*s]}]},",
        TEXT(caller->subject), opens ? "Allow" : "Deny", (int)resources.length, resources.bytes);
    put_context(answer, caller);
    put(answer, ",\"usageIdentifierKey\":\"%.*s\"}", TEXT(caller->client));
}

static void put_simple(Buffer *answer, bool is_allowed, const Caller *caller) {
    put(answer, "{\"isAuthorized\":%s,", is_allowed ? "true" : "false");
    put_context(answer, caller);
    put(answer, "}");
}

// ---- what is written down ----

static long long microseconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * 1000000LL + (now.tv_nsec - start->tv_nsec) / 1000;
}

static void write_log(const char *decision, const char *client, const char *route, const char *kid, long long duration) {
    struct timespec now;
    struct tm date;
    char bytes[LINE_BYTES], moment[32];
    Buffer line = {bytes, 0, sizeof bytes};
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &date);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", &date);
    put(&line, "{\"timestamp\":\"%s.%03ldZ\",\"level\":\"INFO\",\"requestId\":\"%.*s\",\"decision\":\"%s\"", moment,
        now.tv_nsec / 1000000, TEXT(runtime_request_id()), decision);
    put(&line, ",\"client\":\"%s\",\"route\":\"%s\",\"kid\":\"%s\",\"durationMicroseconds\":%lld}\n", client, route, kid,
        duration);
    if (write(1, line.bytes, line.length) != (ssize_t)line.length) leave("the log takes no line");
}

static void serve(Text event) {
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    static Question question;
    static char bytes[ANSWER_BYTES + LINE_BYTES];
    Buffer answer = {bytes, 0, sizeof bytes};
    Caller caller = {0};
    question.token = question.route = (Text){NULL, 0};
    read_event(event, &question);
    bool is_known = question.token.bytes && token_is_good(question.token, issuer, audience, &caller), is_allowed = false;
    if (is_known) {
        const Route *route = route_for(question.route);
        is_allowed = route && has_word(caller.scope, route->scope);
        if (question.is_simple) put_simple(&answer, is_allowed, &caller);
        else put_policy(&answer, question.arn, &caller);
    } else {
        put(&answer, "{\"errorMessage\":\"Unauthorized\",\"errorType\":\"Unauthorized\"}");
    }
    char route[ROUTE_BYTES], client[ROUTE_BYTES] = "", kid[ROUTE_BYTES] = "";
    snprintf(route, sizeof route, "%.*s", TEXT(question.route));
    if (is_known) snprintf(client, sizeof client, "%.*s", TEXT(caller.client));
    if (is_known) snprintf(kid, sizeof kid, "%.*s", TEXT(caller.kid));
    long long duration = microseconds_since(&start);
    runtime_post(is_known ? "response" : "error", (Text){answer.bytes, answer.length});
    write_log(is_allowed ? "allow" : is_known ? "deny" : "reject", client, route, kid, duration);
}

int main(void) {
    // Without its configuration file, the texts of its errors and the list of ciphers by name: nothing of them is wanted.
    const uint64_t options =
        OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS;
    if (OPENSSL_init_crypto(options, NULL) != 1) leave("libcrypto does not start");
    issuer = variable("FLOOR_ISSUER");
    audience = variable("FLOOR_AUDIENCE");
    load_routes(variable("FLOOR_ROUTES"));
    runtime_open(variable("AWS_LAMBDA_RUNTIME_API").bytes);
    keys_load(fetch(variable("BENCH_JWKS_URL").bytes));
    for (;;) serve(runtime_next());
}
