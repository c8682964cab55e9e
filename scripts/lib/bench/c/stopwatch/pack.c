#include "stopwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Slice file_read(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail("%s: %s", path, strerror(errno));
    size_t length = (size_t)status.st_size, done = 0;
    char *bytes = malloc(length + 1);
    if (!bytes) fail("no memory for %s", path);
    while (done < length) {
        ssize_t count = read(file, bytes + done, length - done);
        if (count <= 0) fail("%s: cut off at byte %zu of %zu", path, done, length);
        done += (size_t)count;
    }
    close(file);
    bytes[length] = 0;
    return (Slice){bytes, length};
}

static size_t item_length(const char *bytes) {
    const unsigned char *digits = (const unsigned char *)bytes;
    return digits[0] | (size_t)digits[1] << 8 | (size_t)digits[2] << 16 | (size_t)digits[3] << 24;
}

Pack pack_read(const char *path) {
    Slice whole = file_read(path);
    Pack pack = {NULL, 0};
    for (size_t at = 0; at < whole.length;) {
        if (whole.length - at < 4) fail("%s: half a length at byte %zu", path, at);
        size_t length = item_length(whole.bytes + at);
        at += 4;
        if (whole.length - at < length) fail("%s: item %zu is cut off", path, pack.count);
        pack.items = realloc(pack.items, (pack.count + 1) * sizeof *pack.items);
        if (!pack.items) fail("no memory for %s", path);
        pack.items[pack.count++] = (Slice){whole.bytes + at, length};
        at += length;
    }
    if (pack.count == 0) fail("%s: holds nothing", path);
    return pack;
}

static void write_whole(int file, const void *bytes, size_t length) {
    if (write(file, bytes, length) != (ssize_t)length) fail("an answer could not be recorded: %s", strerror(errno));
}

// The item is the kind of the answer, one byte, and its body.
void pack_append(int file, char kind, Slice body) {
    size_t length = body.length + 1;
    unsigned char digits[4] = {(unsigned char)length, (unsigned char)(length >> 8), (unsigned char)(length >> 16),
                               (unsigned char)(length >> 24)};
    write_whole(file, digits, sizeof digits);
    write_whole(file, &kind, 1);
    if (body.length > 0) write_whole(file, body.bytes, body.length);
}
