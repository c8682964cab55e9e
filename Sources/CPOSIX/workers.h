#ifndef CPOSIX_WORKERS_H
#define CPOSIX_WORKERS_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Worker processes, and the memory and locks that they share. One wrapper for each thing that SystemWorkers and
// SystemSharedMemory need.

// In the new process it returns 0, once that will end with its parent; where the parent is gone already, it ends.
static inline pid_t cposix_fork_worker(void) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0) return child;
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) _exit(1);
    return 0;
}

static inline int cposix_worker_signals(sigset_t *set) {
    return sigemptyset(set) | sigaddset(set, SIGTERM) | sigaddset(set, SIGCHLD);
}

// While held, the end of a worker and SIGTERM wait for cposix_await_worker_signal. Returns 0, or -1 with errno set.
// Where the parent ignored SIGCHLD, so would this process, and nobody could be told of a worker's end.
static inline int cposix_hold_worker_signals(int hold) {
    sigset_t set;
    if (cposix_worker_signals(&set) != 0 || signal(SIGCHLD, SIG_DFL) == SIG_ERR) return -1;
    return sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

// Returns the signal that came, or 0 when the time is over or another one interrupted.
static inline int cposix_await_worker_signal(int64_t milliseconds) {
    sigset_t set;
    struct timespec patience = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    if (cposix_worker_signals(&set) != 0) return 0;
    int signal = sigtimedwait(&set, NULL, &patience);
    return signal < 0 ? 0 : signal;
}

// The process that ended, 0 where none did, -1 where there is none. What ended it: its exit status, or the signal.
static inline pid_t cposix_reap_worker(int *exit_status, int *signal) {
    int status = 0;
    pid_t process = waitpid(-1, &status, WNOHANG);
    if (process <= 0) return process;
    *signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    *exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    return process;
}

// A socket for a worker's connection, of which the parent keeps a descriptor. -1 with errno set on failure.
static inline int cposix_make_socket(void) { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

// Tells the other side that a worker is gone.
static inline void cposix_end_sending(int socket) { (void)shutdown(socket, SHUT_WR); }

// Takes what comes until the other side ends the connection, or nothing comes for so long. Returns how many bytes that
// is, at most the capacity.
static inline size_t cposix_take_rest(int socket, uint8_t *bytes, size_t capacity, int milliseconds) {
    size_t length = 0;
    struct pollfd readable = {socket, POLLIN, 0};
    while (length < capacity && poll(&readable, 1, milliseconds) == 1) {
        ssize_t count = recv(socket, bytes + length, capacity - length, MSG_DONTWAIT);
        if (count <= 0) break;
        length += (size_t)count;
    }
    return length;
}

enum { CPOSIX_SHARED_ID_LIMIT = 128, CPOSIX_SHARED_TAG_LIMIT = 256 };

// What a worker does, told to whoever finds it dead. The id is whole while is_handling is 1.
typedef struct {
    uint32_t is_handling;
    uint32_t id_length;
    uint64_t events;
    uint8_t id[CPOSIX_SHARED_ID_LIMIT];
} cposix_worker_slot;

// What is known of one issuer's keys; behind it lies the set, as it came.
typedef struct {
    int64_t last_attempt;
    int64_t keys_as_of;
    uint32_t is_failure;
    uint32_t set_length;
    uint32_t tag_length;
    uint8_t tag[CPOSIX_SHARED_TAG_LIMIT];
} cposix_shared_keys;

static inline uint64_t cposix_load(const uint64_t *value) { return __atomic_load_n(value, __ATOMIC_ACQUIRE); }
static inline void cposix_store(uint64_t *value, uint64_t to) { __atomic_store_n(value, to, __ATOMIC_RELEASE); }
static inline void cposix_store_flag(uint32_t *value, uint32_t to) { __atomic_store_n(value, to, __ATOMIC_RELEASE); }
static inline uint32_t cposix_load_flag(const uint32_t *value) { return __atomic_load_n(value, __ATOMIC_ACQUIRE); }

// Zeroed memory that is shared with every process forked from here on, taken up only as it is used. NULL with errno set.
static inline void *cposix_share_memory(size_t length) {
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

// A file without a name, whose bytes are locks. A descriptor, or -1 with errno set.
// By its number, since the C library declares memfd_create only under _GNU_SOURCE.
static inline int cposix_make_locks(void) {
    const unsigned int close_on_exec = 1;
    return (int)syscall(SYS_memfd_create, "turnstile-locks", close_on_exec);
}

// Takes, tries or gives back the lock of this process on one byte. A process that ends gives back what it holds.
// Returns 0, or -1 with errno set.
enum { CPOSIX_LOCK_GIVE_BACK, CPOSIX_LOCK_TRY, CPOSIX_LOCK_WAIT };
static inline int cposix_lock(int locks, int64_t byte, int how) {
    struct flock range = {0};
    range.l_type = how == CPOSIX_LOCK_GIVE_BACK ? F_UNLCK : F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = byte;
    range.l_len = 1;
    int result;
    do {
        result = fcntl(locks, how == CPOSIX_LOCK_WAIT ? F_SETLKW : F_SETLK, &range);
    } while (result != 0 && errno == EINTR);
    return result;
}

#endif
