// Stands in for the Lambda Runtime API and measures the program that it starts.
//
//   stopwatch --events PACK (--answers PACK | --record PACK) --count N [--warmup N] [--keys FILE] [--core N]
//             [--first] [--gently] [--patience SECONDS] [--output FILE] [--env NAME=VALUE]… -- PROGRAM [ARGUMENT…]
//
// The program gets no variables but those that are given, AWS_LAMBDA_RUNTIME_API and, with --keys, BENCH_JWKS_URL: the
// file, served over HTTP on loopback. It gets the events one after another, again and again, COUNT in all. The first
// is the cold one, the next WARMUP are left out of what is said of the warm ones. Every answer is compared with the
// one in --answers, byte for byte; --record writes them instead, for somebody to judge. --gently: the program is asked to
// end, and not killed.
//
// Prints one JSON object. Times are in nanoseconds. Ends with 0, or with 2 and one line: a wrong answer, none within
// the patience, or a program that has ended.
#define _GNU_SOURCE
#include "stopwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "/2018-06-01/runtime/"
enum { MOST_CONNECTIONS = 32, HEAD_BYTES = 1024, DEADLINE_MILLISECONDS = 10000, SHOWN_BYTES = 600, ID_BYTES = 37 };
enum { API_LISTENER, KEY_LISTENER, ENDED, FIRST_CONNECTION };

static struct {
    const char *events, *answers, *record, *keys, *output;
    size_t count, warmup;
    int core;
    bool first, gently;
    double patience;
} given = {.output = "/dev/null", .core = -1, .patience = 10};

static Pack events, answers;
static Slice keys;
static int record_file = -1;
static Program program;

static struct {
    size_t handed_out, answered, key_requests, connections;
    uint64_t sent;                                   // when the latest event was
    uint64_t ready, ready_cpu, cold, cold_cpu;       // the first request for an event, the first answer
    uint64_t warm_began, warm_cpu, ended, ended_cpu; // the request for the first warm event, the one after the last
    uint64_t *waits;                                 // from an event until its answer, of each warm one
    bool done;
} run;

static char message[16 * HEAD_BYTES * HEAD_BYTES];
static char request_id[ID_BYTES];

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (program.pid > 0) program_end(&program);
    exit(2);
}

// ---- what is handed out ----

static void hand_out(int socket) {
    Slice event = events.items[run.handed_out % events.count];
    if (event.length > sizeof message - HEAD_BYTES) fail("event %zu is too long", run.handed_out);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(request_id, sizeof request_id, "%08x-b0b0-4000-8000-00000000beef",
             (unsigned)run.handed_out);
    int head = snprintf(message, HEAD_BYTES,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: %s\r\n"
                        "Lambda-Runtime-Deadline-Ms: %lld\r\n"
                        "Lambda-Runtime-Trace-Id: Root=1-69d79bf0-0123456789abcdef01234567;Sampled=0\r\n"
                        "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:bench\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        request_id, (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 + DEADLINE_MILLISECONDS,
                        event.length);
    memcpy(message + head, event.bytes, event.length);
    run.handed_out++;
    run.sent = now_nanoseconds();
    if (!http_send(socket, message, (size_t)head + event.length)) fail("event %zu was not taken", run.handed_out - 1);
}

static void take_request_for_event(int socket) {
    if (run.handed_out > run.answered) fail("asked for an event before event %zu was answered", run.answered);
    uint64_t now = now_nanoseconds(), cpu = program_cpu_nanoseconds(&program);
    if (run.handed_out == 0) run.ready = now, run.ready_cpu = cpu;
    if (run.handed_out == 1 + given.warmup) run.warm_began = now, run.warm_cpu = cpu;
    if (run.handed_out < given.count) {
        hand_out(socket);
        return;
    }
    run.ended = now, run.ended_cpu = cpu;
    run.done = true;
}

// ---- what comes back ----

static void compare(char kind, Slice body) {
    Slice right = answers.items[run.answered % events.count];
    if (right.length == body.length + 1 && right.bytes[0] == kind && !memcmp(right.bytes + 1, body.bytes, body.length))
        return;
    fail("wrong answer to event %zu: %s %.*s, not %s %.*s", run.answered, kind == 'r' ? "response" : "error",
         (int)(body.length < SHOWN_BYTES ? body.length : SHOWN_BYTES), body.bytes,
         right.bytes[0] == 'r' ? "response" : "error",
         (int)(right.length - 1 < SHOWN_BYTES ? right.length - 1 : SHOWN_BYTES), right.bytes + 1);
}

static void take_answer(char kind, Slice body, uint64_t now) {
    if (run.answered >= run.handed_out) fail("an answer came, and no event was at hand");
    if (run.answered == 0) run.cold = now, run.cold_cpu = program_cpu_nanoseconds(&program);
    if (run.answered > given.warmup) run.waits[run.answered - given.warmup - 1] = now - run.sent;
    if (record_file >= 0) pack_append(record_file, kind, body);
    else compare(kind, body);
    run.answered++;
}

static void take_post(Slice target, Slice body, uint64_t now) {
    size_t prefix = strlen(PREFIX "invocation/"), id = strlen(request_id);
    if (slice_is(target, PREFIX "init/error"))
        fail("the program could not start: %.*s", (int)body.length, body.bytes);
    if (!slice_begins(target, PREFIX "invocation/") || target.length < prefix + id ||
        memcmp(target.bytes + prefix, request_id, id) != 0)
        fail("no answer to the event at hand: POST %.*s", (int)target.length, target.bytes);
    Slice rest = {target.bytes + prefix + id, target.length - prefix - id};
    bool is_response = slice_is(rest, "/response");
    if (!is_response && !slice_is(rest, "/error")) fail("POST %.*s", (int)target.length, target.bytes);
    take_answer(is_response ? 'r' : 'e', body, now);
}

static bool serve(Connection *connection, const Request *request, uint64_t now) {
    if (connection->asks_for_keys) {
        run.key_requests++;
        return http_reply(connection->socket, "200 OK", keys);
    }
    if (slice_is(request->method, "GET") && slice_is(request->target, PREFIX "invocation/next")) {
        take_request_for_event(connection->socket);
        return true;
    }
    if (!slice_is(request->method, "POST"))
        fail("%.*s %.*s", (int)request->method.length, request->method.bytes, (int)request->target.length,
             request->target.bytes);
    take_post(request->target, request->body, now);
    static const char accepted[] = "{\"status\":\"OK\"}";
    return http_reply(connection->socket, "202 Accepted", (Slice){accepted, sizeof accepted - 1});
}

// ---- the loop ----

static Connection connections[MOST_CONNECTIONS];
static int open_connections;

static void accept_from(int listener, bool asks_for_keys) {
    if (open_connections == MOST_CONNECTIONS) fail("more than %d connections", MOST_CONNECTIONS);
    connections[open_connections++] = http_accept(listener, asks_for_keys);
    run.connections += !asks_for_keys;
}

// False where the connection is over.
static bool attend(Connection *connection) {
    if (!http_receive(connection)) return false;
    uint64_t now = now_nanoseconds();
    Request request;
    while (!run.done && http_request(connection, &request)) {
        if (!serve(connection, &request, now)) return false;
        http_drop(connection, &request);
    }
    return true;
}

static void attend_all(const struct pollfd *polled, int count) {
    for (int index = count - 1; index >= 0 && !run.done; index--) {
        if (!polled[FIRST_CONNECTION + index].revents || attend(&connections[index])) continue;
        http_close(&connections[index]);
        connections[index] = connections[--open_connections];
    }
}

static void report_death(void) {
    const char *fate = program_fate(&program);
    program_end(&program);
    program.pid = 0;
    fail("the program %s after %zu answers", fate, run.answered);
}

static void loop(int api, int key_server) {
    while (!run.done) {
        struct pollfd polled[FIRST_CONNECTION + MOST_CONNECTIONS] = {
            [API_LISTENER] = {api, POLLIN, 0},
            [KEY_LISTENER] = {key_server, POLLIN, 0},
            [ENDED] = {program.descriptor, POLLIN, 0},
        };
        int count = open_connections;
        for (int index = 0; index < count; index++)
            polled[FIRST_CONNECTION + index] = (struct pollfd){connections[index].socket, POLLIN, 0};
        int ready = poll(polled, (nfds_t)(FIRST_CONNECTION + count), (int)(given.patience * 1000));
        if (ready < 0 && errno != EINTR) fail("poll: %s", strerror(errno));
        if (ready == 0) fail("nothing came for %g s after %zu answers", given.patience, run.answered);
        attend_all(polled, count);
        if (polled[ENDED].revents && !run.done) report_death();
        if (polled[API_LISTENER].revents) accept_from(api, false);
        if (polled[KEY_LISTENER].revents) accept_from(key_server, true);
    }
}

// ---- what is said ----

static int ascending(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void show_waits(void) {
    size_t count = given.count - given.warmup - 1;
    static const struct { const char *name; double share; } points[] = {
        {"least", 0}, {"q1", .25}, {"median", .5}, {"q3", .75}, {"p90", .9}, {"p99", .99}, {"most", 1}};
    qsort(run.waits, count, sizeof *run.waits, ascending);
    printf("\"warm_ns\":{");
    for (size_t index = 0; index < sizeof points / sizeof *points; index++)
        printf("%s\"%s\":%llu", index ? "," : "", points[index].name,
               (unsigned long long)run.waits[(size_t)(points[index].share * (double)(count - 1) + .5)]);
    printf("},\"warm_count\":%zu,\"warm_cpu_ns\":%.1f,\"warm_cycle_ns\":%.1f,", count,
           (double)(run.ended_cpu - run.warm_cpu) / (double)count,
           (double)(run.ended - run.warm_began) / (double)count);
}

static void show(void) {
    printf("{\"answered\":%zu,\"ready_ns\":%llu,\"ready_cpu_ns\":%llu,\"cold_ns\":%llu,\"cold_cpu_ns\":%llu,",
           run.answered, (unsigned long long)(run.ready - program.executed), (unsigned long long)run.ready_cpu,
           (unsigned long long)(run.cold - program.executed), (unsigned long long)run.cold_cpu);
    if (given.count > given.warmup + 1) show_waits();
    printf("\"peak_rss_kib\":%ld,\"rss_kib\":%ld,\"own_rss_kib\":%ld,\"connections\":%zu,\"key_requests\":%zu,",
           program_kib(&program, "VmHWM"), program_kib(&program, "VmRSS"), program_kib(&program, "RssAnon"),
           run.connections, run.key_requests);
}

static size_t number(const char *text, const char *name) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == 0 || *end != 0) fail("--%s %s is no number", name, text);
    return value;
}

static char **parse(int count, char **words) {
    static const struct option known[] = {
        {"events", 1, 0, 'e'}, {"answers", 1, 0, 'a'}, {"record", 1, 0, 'r'}, {"count", 1, 0, 'n'},
        {"warmup", 1, 0, 'w'}, {"keys", 1, 0, 'k'}, {"core", 1, 0, 'c'}, {"patience", 1, 0, 'p'},
        {"output", 1, 0, 'o'}, {"env", 1, 0, 'v'}, {"first", 0, 0, 'f'}, {"gently", 0, 0, 'g'}, {0}};
    for (int option; (option = getopt_long(count, words, "+", known, NULL)) != -1;) {
        switch (option) {
            case 'e': given.events = optarg; break;
            case 'a': given.answers = optarg; break;
            case 'r': given.record = optarg; break;
            case 'n': given.count = number(optarg, "count"); break;
            case 'w': given.warmup = number(optarg, "warmup"); break;
            case 'k': given.keys = optarg; break;
            case 'c': given.core = (int)number(optarg, "core"); break;
            case 'p': given.patience = strtod(optarg, NULL); break;
            case 'o': given.output = optarg; break;
            case 'v': environment_add(optarg); break;
            case 'f': given.first = true; break;
            case 'g': given.gently = true; break;
            default: exit(2);
        }
    }
    if (!given.events || !given.answers == !given.record || given.count <= given.warmup || optind == count)
        fail("stopwatch --events PACK (--answers PACK | --record PACK) --count N … -- PROGRAM");
    return words + optind;
}

int main(int count, char **words) {
    char **command = parse(count, words);
    events = pack_read(given.events);
    if (given.answers) answers = pack_read(given.answers);
    if (given.answers && answers.count != events.count) fail("%zu events, %zu answers", events.count, answers.count);
    if (given.record) record_file = open(given.record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (given.record && record_file < 0) fail("%s: %s", given.record, strerror(errno));
    if (given.keys) keys = file_read(given.keys);
    run.waits = calloc(given.count, sizeof *run.waits);
    if (!run.waits) fail("no memory for %zu times", given.count);

    int api_port, key_port;
    int api = http_listen(&api_port), key_server = http_listen(&key_port);
    char variable[64];
    snprintf(variable, sizeof variable, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:%d", api_port);
    environment_add(variable);
    snprintf(variable, sizeof variable, "BENCH_JWKS_URL=http://127.0.0.1:%d/keys.json", key_port);
    if (given.keys) environment_add(variable);
    if (given.core >= 0) pin(given.core);
    if (given.first) go_first();
    program = program_start(command, given.output);
    loop(api, key_server);
    show();
    if (given.gently) program_ask_to_end(&program);
    else program_end(&program);
    show_usage_of(&program);
    return 0;
}
