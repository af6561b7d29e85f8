#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// glibc shows memfd_create and seals only under _GNU_SOURCE, which Swift's importer does not set. Closed on exec, and
// sealed (F_ADD_SEALS, F_SEAL_SHRINK): no process can take away pages that another one reads.
static inline int kv_memory_file(const char *name) {
    int file = (int)syscall(SYS_memfd_create, name, 3U);
    if (file >= 0) fcntl(file, 1033, 2);
    return file;
}

// Likewise; it closes every descriptor from `first` on in the new process.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
static inline int kv_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

// fcntl is variadic: another descriptor of the same thing, from `lowest` on, closed on exec.
static inline int kv_duplicate(int descriptor, int lowest) { return fcntl(descriptor, F_DUPFD_CLOEXEC, lowest); }

// The program's path as the kernel was told it, known without /proc; NULL where it is not.
static inline const char *kv_executable(void) { return (const char *)getauxval(AT_EXECFN); }

// prctl is variadic: the calling process gains no rights by exec, or ends when the thread that started it does.
static inline int kv_refuse_new_rights(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int kv_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

// Landlock, by numbers: headers of Debian 12 know its first versions alone, and glibc has no functions for it.

// The version that the kernel has; below 1 where it has none.
static inline int kv_landlock_version(void) { return (int)syscall(444, NULL, 0, 1U); }

// A set of rules that allows nothing yet: no file, and from version 4 on no network; below 0 where there is none.
static inline int kv_landlock_start(void) {
    int version = kv_landlock_version();
    if (version < 1) return -1;
    struct { uint64_t files, network, scopes; } attributes = {(1ULL << 13) - 1, 0, 0};
    if (version >= 2) attributes.files |= 1ULL << 13;
    if (version >= 3) attributes.files |= 1ULL << 14;
    if (version >= 4) attributes.network = 3;
    if (version >= 5) attributes.files |= 1ULL << 15;
    if (version >= 6) attributes.scopes = 3;
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    return (int)syscall(444, &attributes, size, 0U);
}

// Lets the file at `path` be read, or all files below a folder; below 0 where it cannot be opened.
static inline int kv_landlock_allow_reading(int rules, const char *path, int is_folder) {
    int file = open(path, 010000000 | O_CLOEXEC);
    if (file < 0) return -1;
    struct __attribute__((packed)) { uint64_t rights; int32_t file; } rule = {is_folder ? 12 : 4, file};
    int status = (int)syscall(445, rules, 1, &rule, 0U);
    close(file);
    return status;
}

// From now on the calling thread, and those that it starts, can do what the rules allow.
static inline int kv_landlock_restrict(int rules) { return (int)syscall(446, rules, 0U); }

// seccomp's macros and arrays are not imported. From now on the calling thread, and those that it starts, can make no
// connection, start no program, write or rename no file and touch no other process: such calls fail with EPERM.

// Whether the kernel filters system calls.
static inline int kv_seccomp_is_there(void) {
    uint32_t action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, 2, 0, &action) == 0;
}

#if defined(__x86_64__)
#define KV_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define KV_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define KV_DENY(name) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define KV_LOAD(place) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, place)
// Denies a call whose argument has one of some bits, or lacks all of them, and allows it otherwise.
#define KV_DENY_WITH(name, argument, bits) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 4), \
    KV_LOAD(offsetof(struct seccomp_data, args) + 8 * (argument)), \
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KV_DENY_WITHOUT(name, argument, bits) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 4), \
    KV_LOAD(offsetof(struct seccomp_data, args) + 8 * (argument)), \
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static inline int kv_seccomp_restrict(void) {
#ifndef KV_ARCHITECTURE
    return -1;
#else
    struct sock_filter filter[] = {
        KV_LOAD(offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KV_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        KV_LOAD(offsetof(struct seccomp_data, nr)),
        // The numbers of x32, which mean the same calls.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        KV_DENY(socket), KV_DENY(socketpair), KV_DENY(connect), KV_DENY(bind), KV_DENY(listen), KV_DENY(accept),
        KV_DENY(accept4), KV_DENY(execve), KV_DENY(execveat), KV_DENY(ptrace), KV_DENY(process_vm_readv),
        KV_DENY(process_vm_writev), KV_DENY(kill), KV_DENY(tkill), KV_DENY(mount), KV_DENY(umount2),
        KV_DENY(pivot_root), KV_DENY(chroot), KV_DENY(setns), KV_DENY(unshare), KV_DENY(keyctl), KV_DENY(add_key),
        KV_DENY(request_key), KV_DENY(bpf), KV_DENY(perf_event_open), KV_DENY(userfaultfd),
        KV_DENY(open_by_handle_at), KV_DENY(init_module), KV_DENY(finit_module), KV_DENY(kexec_load),
        KV_DENY(truncate), KV_DENY(unlinkat), KV_DENY(renameat), KV_DENY(renameat2), KV_DENY(linkat),
        KV_DENY(symlinkat), KV_DENY(mkdirat), KV_DENY(mknodat), KV_DENY(fchmod), KV_DENY(fchmodat), KV_DENY(fchown),
        KV_DENY(fchownat), KV_DENY(utimensat),
#ifdef SYS_io_uring_setup
        KV_DENY(io_uring_setup), KV_DENY(io_uring_enter), KV_DENY(io_uring_register),
#endif
#ifdef __x86_64__
        KV_DENY(fork), KV_DENY(vfork), KV_DENY(creat), KV_DENY(unlink), KV_DENY(rename), KV_DENY(link),
        KV_DENY(symlink), KV_DENY(mkdir), KV_DENY(rmdir), KV_DENY(mknod), KV_DENY(chmod), KV_DENY(chown),
        KV_DENY(lchown),
        KV_DENY_WITH(open, 1, O_WRONLY | O_RDWR | O_CREAT),
#endif
        KV_DENY_WITH(openat, 2, O_WRONLY | O_RDWR | O_CREAT),
        // Threads are started, processes are not; glibc takes the older call where the newer is missing.
        KV_DENY_WITHOUT(clone, 0, 0x10000),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 435, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        // openat2, whose flags a filter cannot see.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 437, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}

// The arguments of the process, as they lie before its environment: where /proc is not there, Swift has none. Only before
// anything changes the environment.
extern char **environ;
static inline char **kv_arguments(int *count) {
    *count = 0;
    if (environ == NULL || environ[-1] != NULL) return NULL;
    for (intptr_t arguments = 1; arguments < 1 << 20; arguments++) {
        if ((intptr_t)environ[-2 - arguments] != arguments) continue;
        *count = (int)arguments;
        return environ - 1 - arguments;
    }
    return NULL;
}
