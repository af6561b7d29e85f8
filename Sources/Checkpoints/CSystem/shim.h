#pragma once
#include <fcntl.h>
#include <spawn.h>
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

// prctl is variadic: the calling process gains no rights by exec.
static inline int kv_refuse_new_rights(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
