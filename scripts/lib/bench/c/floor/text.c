#define _GNU_SOURCE
#include "floor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Text text_of(const char *string) { return (Text){string, strlen(string)}; }

bool text_is(Text left, Text right) {
    return left.length == right.length && !memcmp(left.bytes, right.bytes, left.length);
}

// Behind the colon of a member; where it stands is not looked at: whoever wrote the JSON wrote it compactly.
static const char *value_of(Text json, const char *name) {
    char sought[64];
    int length = snprintf(sought, sizeof sought, "\"%s\":", name);
    const char *found = memmem(json.bytes, json.length, sought, (size_t)length);
    return found ? found + length : NULL;
}

Text member(Text json, const char *name) {
    const char *value = value_of(json, name), *end = json.bytes + json.length;
    if (!value || value == end || *value != '"') return (Text){NULL, 0};
    value++;
    const char *quote = memchr(value, '"', (size_t)(end - value));
    if (!quote || memchr(value, '\\', (size_t)(quote - value))) return (Text){NULL, 0};
    return (Text){value, (size_t)(quote - value)};
}

bool member_is_number(Text json, const char *name, long long *value) {
    const char *start = value_of(json, name), *end = json.bytes + json.length;
    if (!start) return false;
    *value = 0;
    const char *digit = start;
    for (; digit < end && digit - start < 15 && *digit >= '0' && *digit <= '9'; digit++)
        *value = *value * 10 + (*digit - '0');
    return digit > start && digit < end && (*digit == ',' || *digit == '}');
}

bool has_word(Text words, Text wanted) {
    const char *at = words.bytes, *end = words.bytes + words.length;
    while (at && at < end) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        Text word = {at, (size_t)((space ? space : end) - at)};
        if (text_is(word, wanted)) return true;
        at = space ? space + 1 : NULL;
    }
    return false;
}

void put(Buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = buffer->capacity - buffer->length;
    int count = vsnprintf(buffer->bytes + buffer->length, room, format, arguments);
    va_end(arguments);
    if (count < 0 || (size_t)count >= room) leave("an answer is too long");
    buffer->length += (size_t)count;
}
