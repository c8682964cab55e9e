// What the parts of the stopwatch share.
#ifndef STOPWATCH_H
#define STOPWATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    const char *bytes;
    size_t length;
} Slice;

// ---- pack.c: many byte strings in one file, each behind its length in four bytes, little endian ----

typedef struct {
    Slice *items;
    size_t count;
} Pack;

Pack pack_read(const char *path);
Slice file_read(const char *path);
void pack_append(int file, char kind, Slice body);

// ---- http.c: requests, as far as a Runtime API and a server of keys need to understand them ----

typedef struct {
    int socket;
    bool asks_for_keys; // came in at the server of keys, not at the Runtime API
    char *bytes;
    size_t length, capacity;
} Connection;

typedef struct {
    Slice method, target, body;
    size_t length; // of the whole request
} Request;

int http_listen(int *port);
Connection http_accept(int listener, bool asks_for_keys);
void http_close(Connection *connection);
bool http_receive(Connection *connection);
bool http_request(const Connection *connection, Request *request);
void http_drop(Connection *connection, const Request *request);
bool http_send(int socket, const char *bytes, size_t length);
bool http_reply(int socket, const char *status, Slice body);
bool slice_is(Slice slice, const char *text);
bool slice_begins(Slice slice, const char *text);

// ---- program.c: the program under test ----

typedef struct {
    pid_t pid;
    int descriptor; // of the process: readable once it has ended
    uint64_t executed; // when exec was called; CLOCK_MONOTONIC, in nanoseconds
} Program;

uint64_t now_nanoseconds(void);
void pin(int core);
void go_first(void);
void environment_add(const char *text);
Program program_start(char **words, const char *output);
uint64_t program_cpu_nanoseconds(const Program *program);
long program_kib(const Program *program, const char *name);
void program_end(const Program *program);
void program_ask_to_end(const Program *program);
const char *program_fate(const Program *program);
void show_usage_of(const Program *program);

// Prints one line and ends with status 2: the run is worth nothing.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
