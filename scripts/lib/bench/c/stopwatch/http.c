#define _GNU_SOURCE
#include "stopwatch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 16, ROOM_BYTES = 65536 };

int http_listen(int *port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        fail("no port on loopback: %s", strerror(errno));
    *port = ntohs(address.sin_port);
    return listener;
}

Connection http_accept(int listener, bool asks_for_keys) {
    int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
    if (accepted < 0) fail("a connection could not be accepted: %s", strerror(errno));
    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return (Connection){.socket = accepted, .asks_for_keys = asks_for_keys};
}

void http_close(Connection *connection) {
    close(connection->socket);
    free(connection->bytes);
}

// Takes what has come; false where the other side has closed.
bool http_receive(Connection *connection) {
    if (connection->capacity - connection->length < ROOM_BYTES) {
        connection->capacity = connection->capacity * 2 + ROOM_BYTES;
        connection->bytes = realloc(connection->bytes, connection->capacity);
        if (!connection->bytes) fail("no memory for a request");
    }
    ssize_t count = recv(connection->socket, connection->bytes + connection->length,
                         connection->capacity - connection->length, 0);
    if (count <= 0) return false;
    connection->length += (size_t)count;
    return true;
}

// The value of a header, up to the end of its line; nothing where there is none.
static Slice header(Slice head, const char *name) {
    size_t length = strlen(name);
    const char *end = head.bytes + head.length;
    for (const char *line = head.bytes; line && line < end; line = memmem(line, (size_t)(end - line), "\r\n", 2)) {
        if (line != head.bytes) line += 2;
        if ((size_t)(end - line) > length && !strncasecmp(line, name, length) && line[length] == ':') {
            const char *value = line + length + 1;
            while (value < end && *value == ' ') value++;
            const char *stop = memmem(value, (size_t)(end - value), "\r\n", 2);
            return (Slice){value, (size_t)((stop ? stop : end) - value)};
        }
    }
    return (Slice){NULL, 0};
}

static Slice word(const char **at, const char *end) {
    const char *start = *at, *stop = memchr(start, ' ', (size_t)(end - start));
    if (!stop) fail("no request line: %.*s", (int)(end - start), start);
    *at = stop + 1;
    return (Slice){start, (size_t)(stop - start)};
}

// Whether a whole request lies there. Bodies have a length; a program that sends one in chunks is not understood.
bool http_request(const Connection *connection, Request *request) {
    const char *end = connection->length ? memmem(connection->bytes, connection->length, "\r\n\r\n", 4) : NULL;
    if (!end) return false;
    Slice head = {connection->bytes, (size_t)(end - connection->bytes)};
    if (header(head, "Transfer-Encoding").bytes) fail("a request came in chunks, which are not understood here");
    Slice length = header(head, "Content-Length");
    size_t body = length.bytes ? strtoul(length.bytes, NULL, 10) : 0;
    request->length = head.length + 4 + body;
    if (connection->length < request->length) return false;
    const char *at = connection->bytes;
    request->method = word(&at, end);
    request->target = word(&at, end);
    request->body = (Slice){end + 4, body};
    return true;
}

void http_drop(Connection *connection, const Request *request) {
    connection->length -= request->length;
    memmove(connection->bytes, connection->bytes + request->length, connection->length);
}

bool http_send(int socket, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = send(socket, bytes, length, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

bool http_reply(int socket, const char *status, Slice body) {
    char *text;
    int head = asprintf(&text, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                        status, body.length, (int)body.length, body.bytes);
    if (head < 0) fail("no memory for a reply");
    bool sent = http_send(socket, text, (size_t)head);
    free(text);
    return sent;
}

bool slice_is(Slice slice, const char *text) {
    return slice.length == strlen(text) && !memcmp(slice.bytes, text, slice.length);
}

bool slice_begins(Slice slice, const char *text) {
    return slice.length >= strlen(text) && !memcmp(slice.bytes, text, strlen(text));
}
