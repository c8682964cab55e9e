#ifndef CPOSIX_SHIM_H
#define CPOSIX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// Embedded Swift has no Glibc module, and macros and variadic functions cannot be called from Swift at all.
// One wrapper for each thing that System needs; what it means is decided in Swift.

_Static_assert(sizeof(void *) == 8 && sizeof(long) == 8, "written for LP64: x86_64 and arm64 Linux");

// -1 where the clock cannot be read, or is beyond what 64 bits of nanoseconds hold: the year 2262.
static inline int64_t cposix_clock_nanoseconds(clockid_t clock) {
    struct timespec now;
    int64_t nanoseconds;
    if (clock_gettime(clock, &now) != 0) return -1;
    if (__builtin_mul_overflow((int64_t)now.tv_sec, (int64_t)1000000000, &nanoseconds)) return -1;
    if (__builtin_add_overflow(nanoseconds, (int64_t)now.tv_nsec, &nanoseconds)) return -1;
    return nanoseconds;
}

static inline int64_t cposix_wall_clock_nanoseconds(void) { return cposix_clock_nanoseconds(CLOCK_REALTIME); }

// CLOCK_BOOTTIME goes on while the machine is suspended; CLOCK_MONOTONIC does not.
static inline int64_t cposix_boot_clock_nanoseconds(void) { return cposix_clock_nanoseconds(CLOCK_BOOTTIME); }

static inline int cposix_errno(void) { return errno; }

static inline int cposix_open_for_reading(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); }

// The size of a regular file, -1 with errno set on failure, or -2 for anything that is not a regular file.
static inline int64_t cposix_regular_file_size(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -1;
    return S_ISREG(status.st_mode) ? (int64_t)status.st_size : -2;
}

// What a descriptor leads to. Kinds: 0 a regular file, 1 a folder, 2 anything else.
typedef struct {
    int32_t kind;
    uint32_t owner;
    uint32_t permissions;
    int64_t size;
} cposix_status;

// Returns 0, or -1 with errno set.
static inline int cposix_status_of(int descriptor, cposix_status *result) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -1;
    result->kind = S_ISREG(status.st_mode) ? 0 : S_ISDIR(status.st_mode) ? 1 : 2;
    result->owner = status.st_uid;
    result->permissions = status.st_mode & 07777;
    result->size = status.st_size;
    return 0;
}

static inline int cposix_open_folder(const char *path) {
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static inline int cposix_open_within(int folder, const char *name) {
    return openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

// For the owner alone, whatever the umask.
static inline int cposix_create_within(int folder, const char *name) {
    int descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor >= 0 && fchmod(descriptor, 0600) != 0) {
        int reason = errno;
        close(descriptor);
        unlinkat(folder, name, 0);
        errno = reason;
        return -1;
    }
    return descriptor;
}

static inline int cposix_open_lock_within(int folder, const char *name) {
    return openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static inline int cposix_try_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

// Whether the terminal behind the descriptor shows what is typed. While it does not, it can neither stop nor quit the
// program: nobody would turn it back. Showing puts back what was there before. Returns 0, or -1 with errno set.
static inline int cposix_set_echo(int descriptor, int is_shown) {
    static struct termios before;
    static int is_hidden;
    if (is_shown) {
        if (!is_hidden) return 0;
        is_hidden = 0;
        return tcsetattr(descriptor, TCSAFLUSH, &before);
    }
    if (is_hidden) return 0;
    if (tcgetattr(descriptor, &before) != 0) return -1;
    struct termios settings = before;
    settings.c_lflag &= ~(tcflag_t)ECHO;
    settings.c_cc[VQUIT] = _POSIX_VDISABLE;
    settings.c_cc[VSUSP] = _POSIX_VDISABLE;
    is_hidden = 1;
    return tcsetattr(descriptor, TCSAFLUSH, &settings);
}

// Where a standard stream is closed, the next file that is opened would take its number, and what is printed would go
// there. Such a number is given to the null device, opened so that reading or writing fails as on a closed stream.
static inline void cposix_occupy_standard_streams(void) {
    for (int stream = 0; stream <= 2; stream++) {
        if (fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
        if (open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY) != stream) return;
    }
}

// Whether the stream takes something now, or within so many milliseconds; also where writing will fail at once. A pipe
// that does takes PIPE_BUF bytes without making anybody wait.
enum { CPOSIX_PIPE_BYTES = PIPE_BUF };
static inline int cposix_takes_output(int descriptor, int milliseconds) {
    struct pollfd stream = {descriptor, POLLOUT, 0};
    return poll(&stream, 1, milliseconds) == 1;
}

// No core file, and no memory for other programs of the same user. SIGQUIT ends the process and prints nothing.
static inline int cposix_refuse_dumps(void) {
    if (signal(SIGQUIT, SIG_DFL) == SIG_ERR) return -1;
    return prctl(PR_SET_DUMPABLE, 0);
}

// The C library lets the size from which a block has pages of its own grow with each large block that is freed; events
// of megabytes would from then on lie among small blocks, and hold their pages after their end. A fixed size does not.
static inline void cposix_give_large_blocks_back(void) {
    enum { LARGE_BLOCK_BYTES = 128 * 1024 };
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
}

// glibc keeps up to seven freed blocks of each of 64 sizes aside for the thread that freed them, wherever they lie: over
// hundreds of thousands of events they hold ever more pages, and malloc_trim takes them for blocks in use. This is what
// glibc calls at a thread's end: they are given back, and none is kept aside from then on. A program with a shared C
// library has no such function, and keeps them.
extern void __malloc_arena_thread_freeres(void) __attribute__((weak));
static inline void cposix_keep_no_freed_blocks(void) {
    if (__malloc_arena_thread_freeres) __malloc_arena_thread_freeres();
}

// The pages of free blocks that the C library would keep. Walks all blocks: some 10 µs for each megabyte.
static inline void cposix_give_free_pages_back(void) { (void)malloc_trim(0); }

static inline int cposix_ignore_file_size_signal(void) { return signal(SIGXFSZ, SIG_IGN) == SIG_ERR ? -1 : 0; }

// The width of the terminal, or 0 where the descriptor is none or does not tell.
static inline int cposix_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static inline void cposix_sleep_milliseconds(int64_t milliseconds) {
    struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {}
}

// _exit is safe inside a signal handler; exit is not.
static inline void cposix_leave(int signal) {
    (void)signal;
    _exit(0);
}

// Returns 0, or -1 with errno set.
static inline int cposix_leave_on_sigterm(void) {
    struct sigaction leave;
    memset(&leave, 0, sizeof leave);
    leave.sa_handler = cposix_leave;
    struct sigaction ignore;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    if (sigaction(SIGPIPE, &ignore, NULL) != 0) return -1;
    return sigaction(SIGTERM, &leave, NULL);
}

static inline int cposix_hold_sigterm(int hold) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    return sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

enum { CPOSIX_TRACE_ID_LIMIT = 1024 };

// setenv copies, and the C library never frees a copy: a million invocations would leak a hundred megabytes.
// putenv takes the buffer itself, so the variable lives in one place and is overwritten there.
// A value of length 0, or one that does not fit, removes the variable.
static inline int cposix_set_trace_id(const uint8_t *value, size_t length) {
    static const char name[] = "_X_AMZN_TRACE_ID=";
    static char entry[sizeof name + CPOSIX_TRACE_ID_LIMIT];
    static int is_set;
    if (length == 0 || length > CPOSIX_TRACE_ID_LIMIT) {
        if (is_set) unsetenv("_X_AMZN_TRACE_ID");
        is_set = 0;
        return 0;
    }
    memcpy(entry, name, sizeof name - 1);
    memcpy(entry + sizeof name - 1, value, length);
    entry[sizeof name - 1 + length] = 0;
    if (is_set) return 0;
    is_set = 1;
    return putenv(entry);
}

#endif
