// What Swift cannot say: which instructions the processor has, hints to it, and a multiply-add of whole registers.
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

// Sixteen numbers, SIMD16<Float> in Swift.
typedef float kernelviz_lanes __attribute__((ext_vector_type(16)));

// a·b + c, rounded once. Swift's addingProduct is one such operation a lane, which the compiler puts together again in
// lucky cases only; this is one operation from the start.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_multiply_add(
    kernelviz_lanes a, kernelviz_lanes b, kernelviz_lanes c) {
    return __builtin_elementwise_fma(a, b, c);
}

#endif
