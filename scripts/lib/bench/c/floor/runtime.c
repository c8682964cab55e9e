// One libcurl handle for the Runtime API, kept with its connection; one more for the keys.
#define _GNU_SOURCE
#include "floor.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX "/2018-06-01/runtime/invocation/"
enum { MOST_BYTES = 7 * 1024 * 1024 };

static CURL *api;
static char received[MOST_BYTES], request_id[64];
static size_t received_bytes;
static struct curl_slist *fields;

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    (void)context;
    size_t length = size * count;
    if (length > sizeof received - received_bytes) return 0;
    memcpy(received + received_bytes, bytes, length);
    received_bytes += length;
    return length;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
    (void)context;
    static const char name[] = "Lambda-Runtime-Aws-Request-Id:";
    size_t length = size * count, prefix = sizeof name - 1;
    if (length <= prefix || strncasecmp(bytes, name, prefix) != 0) return length;
    const char *value = bytes + prefix, *end = bytes + length;
    while (value < end && *value == ' ') value++;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n')) end--;
    size_t value_length = (size_t)(end - value);
    if (value_length >= sizeof request_id) return 0;
    memcpy(request_id, value, value_length);
    request_id[value_length] = 0;
    return length;
}

static CURL *new_handle(void) {
    CURL *handle = curl_easy_init();
    if (!handle) leave("libcurl gives no handle");
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    return handle;
}

void runtime_open(const char *address) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) leave("libcurl does not start");
    char origin[128];
    snprintf(origin, sizeof origin, "http://%s/", address);
    api = new_handle();
    // The origin alone, since libcurl takes the URL apart for each request: what is asked for is said beside it.
    curl_easy_setopt(api, CURLOPT_URL, origin);
    curl_easy_setopt(api, CURLOPT_HEADERFUNCTION, take_header);
    fields = curl_slist_append(NULL, "Content-Type: application/json");
    fields = curl_slist_append(fields, "Expect:");
}

static void perform(CURL *handle, const char *what) {
    received_bytes = 0;
    long status = 0;
    if (curl_easy_perform(handle) != CURLE_OK) leave(what);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299) leave(what);
}

Text runtime_next(void) {
    curl_easy_setopt(api, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(api, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(api, CURLOPT_REQUEST_TARGET, PREFIX "next");
    request_id[0] = 0;
    perform(api, "no event came");
    if (!request_id[0]) leave("an event came without its id");
    return (Text){received, received_bytes};
}

Text runtime_request_id(void) { return text_of(request_id); }

// The event is gone afterwards.
void runtime_post(const char *kind, Text body) {
    char target[256];
    snprintf(target, sizeof target, PREFIX "%s/%s", request_id, kind);
    curl_easy_setopt(api, CURLOPT_POST, 1L);
    curl_easy_setopt(api, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(api, CURLOPT_REQUEST_TARGET, target);
    curl_easy_setopt(api, CURLOPT_POSTFIELDS, body.bytes);
    curl_easy_setopt(api, CURLOPT_POSTFIELDSIZE, (long)body.length);
    perform(api, "an answer was not taken");
}

// FLOOR_CA names the roots that are believed; without it, those that libcurl was built with.
Text fetch(const char *url) {
    CURL *handle = new_handle();
    curl_easy_setopt(handle, CURLOPT_URL, url);
    const char *roots = getenv("FLOOR_CA");
    if (roots) curl_easy_setopt(handle, CURLOPT_CAINFO, roots);
    perform(handle, "the keys could not be fetched");
    curl_easy_cleanup(handle);
    return (Text){received, received_bytes};
}
