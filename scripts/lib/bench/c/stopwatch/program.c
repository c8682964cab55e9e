#define _GNU_SOURCE
#include "stopwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_VARIABLES = 64 };

static char *environment[MOST_VARIABLES + 1];

static uint64_t read_clock(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t now_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC); }

// This process and what it starts from now on.
void pin(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET((size_t)core, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) fail("core %d: %s", core, strerror(errno));
}

// Ahead of all others on the core, and what is started from now on too.
void go_first(void) {
    if (setpriority(PRIO_PROCESS, 0, -20) != 0) fail("priority: %s", strerror(errno));
}

void environment_add(const char *text) {
    int count = 0;
    while (environment[count]) count++;
    if (count == MOST_VARIABLES) fail("more than %d variables", MOST_VARIABLES);
    environment[count] = strdup(text);
}

static void become(char **words, const char *output, uint64_t *executed) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int file = open(output, O_WRONLY | O_CREAT | O_APPEND, 0644), null = open("/dev/null", O_RDONLY);
    if (file < 0 || null < 0 || dup2(null, 0) < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0) _exit(126);
    close(file);
    close(null);
    *executed = now_nanoseconds();
    execve(words[0], words, environment);
    dprintf(2, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
}

Program program_start(char **words, const char *output) {
    uint64_t *executed = mmap(NULL, sizeof *executed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (executed == MAP_FAILED) fail("no shared memory: %s", strerror(errno));
    pid_t pid = vfork(); // the time of exec must not hold a copy of this process
    if (pid == 0) become(words, output, executed);
    if (pid < 0) fail("no process: %s", strerror(errno));
    Program program = {.pid = pid, .executed = *executed};
    program.descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    if (program.descriptor < 0) fail("pidfd_open: %s", strerror(errno));
    return program;
}

// Of all its threads.
uint64_t program_cpu_nanoseconds(const Program *program) {
    clockid_t clock;
    return clock_getcpuclockid(program->pid, &clock) == 0 ? read_clock(clock) : 0;
}

// A line of /proc/PID/status, such as VmHWM; -1 where there is none. rusage will not do: its ru_maxrss also counts
// what was there before exec.
long program_kib(const Program *program, const char *name) {
    char path[64], line[256];
    long value = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)program->pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':') value = atol(line + strlen(name) + 1);
    if (file) fclose(file);
    return value;
}

// With all that it started itself.
void program_end(const Program *program) { kill(-program->pid, SIGKILL); }

// As Lambda does; so that a tool which watches the program can say what it saw.
void program_ask_to_end(const Program *program) { kill(program->pid, SIGTERM); }

const char *program_fate(const Program *program) {
    static char text[64];
    int status;
    if (waitpid(program->pid, &status, 0) != program->pid) return "is gone";
    if (WIFEXITED(status)) snprintf(text, sizeof text, "ended with status %d", WEXITSTATUS(status));
    else snprintf(text, sizeof text, "was ended by signal %d, %s", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return text;
}

void show_usage_of(const Program *program) {
    struct rusage usage;
    int status;
    if (wait4(program->pid, &status, 0, &usage) != program->pid) fail("the program cannot be waited for");
    printf("\"minor_faults\":%ld,\"major_faults\":%ld,\"voluntary_switches\":%ld}\n", usage.ru_minflt, usage.ru_majflt,
           usage.ru_nvcsw);
}
