// What the parts of the floor share. Text is never copied without its length being looked at.
#ifndef FLOOR_H
#define FLOOR_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *bytes; // none where there is no such text
    size_t length;
} Text;

// ---- text.c ----

Text text_of(const char *string);
bool text_is(Text left, Text right);
Text member(Text json, const char *name);   // of a string, its escapes not undone; none where it has any
bool member_is_number(Text json, const char *name, long long *value);
bool has_word(Text words, Text wanted);

typedef struct {
    char *bytes;
    size_t length, capacity;
} Buffer;

void put(Buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define TEXT(text) (int)(text).length, (text).bytes

// ---- runtime.c: HTTP by libcurl ----

void runtime_open(const char *address);
Text runtime_next(void);
Text runtime_request_id(void);
void runtime_post(const char *kind, Text body);
Text fetch(const char *url);

// ---- token.c: keys, and what one of them signed ----

typedef struct {
    Text subject, client, scope, kid;
} Caller;

void keys_load(Text set);
bool token_is_good(Text token, Text issuer, Text audience, Caller *caller);

_Noreturn void leave(const char *reason);

#endif
