// What Swift cannot say: which instructions the processor has, and a hint to load a cache line.
#ifndef KERNELVIZ_COPERATORS_H
#define KERNELVIZ_COPERATORS_H

#include <stdbool.h>

// __builtin_cpu_supports wants a literal and is not imported into Swift.
bool kernelviz_has_avx2_fma(void);
bool kernelviz_has_avx512(void);

// __builtin_prefetch is not imported into Swift: the line is wanted soon, in the second-level cache.
static inline __attribute__((always_inline)) void kernelviz_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 2);
}

// A hint to the processor that a loop waits for another thread.
static inline __attribute__((always_inline)) void kernelviz_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

#endif
