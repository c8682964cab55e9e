// Steps the clocks of one process: LD_PRELOAD, for an ordinary build. TURNSTILE_CLOCK names a file that holds three
// numbers of 64 bits, which may change at any time: seconds to add to the wall clock, seconds to add to the clock
// that counts suspension, and which of the two fail (1 the first, 2 the second). CLOCK_MONOTONIC stays as it is.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct steps {
    volatile int64_t wall_seconds, boot_seconds, failing;
};

static struct steps none, *steps = &none;

__attribute__((constructor)) static void open_steps(void) {
    const char *path = getenv("TURNSTILE_CLOCK");
    int descriptor = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (descriptor < 0) return;
    void *mapped = mmap(NULL, sizeof *steps, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (mapped != MAP_FAILED) steps = mapped;
    close(descriptor);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if ((is_wall && steps->failing & 1) || (clock == CLOCK_BOOTTIME && steps->failing & 2)) {
        errno = EINVAL;
        return -1;
    }
    if (syscall(SYS_clock_gettime, clock, now) != 0) return -1;
    if (is_wall) now->tv_sec += steps->wall_seconds;
    if (clock == CLOCK_BOOTTIME) now->tv_sec += steps->boot_seconds;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return -1;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
