// What Swift cannot say: which instructions the processor has, hints to it, and a multiply-add of whole registers.
#ifndef KERNELVIZ_COPERATORS_H
#define KERNELVIZ_COPERATORS_H

#include <stdbool.h>

// __builtin_cpu_supports wants a literal and is not imported into Swift.
bool kernelviz_has_avx2_fma(void);
bool kernelviz_has_avx512(void);
bool kernelviz_has_avx512_bf16(void);

// __builtin_prefetch is not imported into Swift: the line is wanted soon, in the second-level cache.
static inline __attribute__((always_inline)) void kernelviz_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 2);
}

// The same for the first-level cache.
static inline __attribute__((always_inline)) void kernelviz_prefetch_near(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

// The same for a line that will be written.
static inline __attribute__((always_inline)) void kernelviz_prefetch_to_write(const void *address) {
    __builtin_prefetch(address, 1, 3);
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

// The first eight of sixteen numbers. What the numbers are is kept from the compiler: it would make the half of a
// repeated number by repeating it again, an instruction more.
typedef float kernelviz_half_lanes __attribute__((ext_vector_type(8)));
static inline __attribute__((always_inline)) kernelviz_half_lanes kernelviz_low_half(kernelviz_lanes a) {
#if defined(__AVX512F__)
    __asm__("" : "+v"(a));
#endif
    return __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7);
}

// Bfloat16 is the upper half of a 32-bit float. A word holds two, the first in its lower half; words travel as floats
// whose value means nothing.
typedef unsigned kernelviz_words __attribute__((ext_vector_type(16)));
typedef unsigned kernelviz_half_words __attribute__((ext_vector_type(8)));
typedef unsigned short kernelviz_bfloats __attribute__((ext_vector_type(16)));

// Sixteen floats from sixteen bfloat16 in memory.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_load_bfloat16(const void *from) {
    kernelviz_bfloats stored;
    __builtin_memcpy(&stored, from, sizeof stored);
    return (kernelviz_lanes)(__builtin_convertvector(stored, kernelviz_words) << 16);
}

// Sixteen floats to bfloat16 in memory, rounded to the nearest, ties to even; NaN stays NaN.
static inline __attribute__((always_inline)) void kernelviz_store_bfloat16(kernelviz_lanes lanes, void *to) {
#if defined(__AVX512BF16__)
    typedef float vector __attribute__((vector_size(64)));
    typedef __bf16 halves __attribute__((vector_size(32)));
    halves rounded = __builtin_convertvector((vector)lanes, halves);
    __builtin_memcpy(to, &rounded, sizeof rounded);
#else
    kernelviz_words bits = (kernelviz_words)lanes;
    kernelviz_words rounded = bits + 0x7FFFu + ((bits >> 16) & 1u);
    kernelviz_words isNaN = (kernelviz_words)((bits & 0x7FFFFFFFu) > 0x7F800000u);
    rounded = (isNaN & (bits | 0x00400000u)) | (~isNaN & rounded);
    kernelviz_bfloats stored = __builtin_convertvector(rounded >> 16, kernelviz_bfloats);
    __builtin_memcpy(to, &stored, sizeof stored);
#endif
}

// sum + the products of both bfloat16 of each word.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_add_pairs(
    kernelviz_lanes sum, kernelviz_lanes a, kernelviz_lanes b) {
#if defined(__AVX512BF16__)
    typedef float vector __attribute__((vector_size(64)));
    typedef __bf16 pairs __attribute__((vector_size(64)));
    return (kernelviz_lanes)__builtin_ia32_dpbf16ps_512((vector)sum, (pairs)a, (pairs)b);
#else
    kernelviz_words x = (kernelviz_words)a, y = (kernelviz_words)b;
    kernelviz_lanes upper = (kernelviz_lanes)(x & 0xFFFF0000u), factor = (kernelviz_lanes)(y & 0xFFFF0000u);
    kernelviz_lanes lower = (kernelviz_lanes)(x << 16), other = (kernelviz_lanes)(y << 16);
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_elementwise_fma(upper, factor, __builtin_elementwise_fma(lower, other, sum));
#else
    return sum + lower * other + upper * factor;
#endif
#endif
}
static inline __attribute__((always_inline)) kernelviz_half_lanes kernelviz_add_half_pairs(
    kernelviz_half_lanes sum, kernelviz_half_lanes a, kernelviz_half_lanes b) {
#if defined(__AVX512BF16__)
    typedef float vector __attribute__((vector_size(32)));
    typedef __bf16 pairs __attribute__((vector_size(32)));
    return (kernelviz_half_lanes)__builtin_ia32_dpbf16ps_256((vector)sum, (pairs)a, (pairs)b);
#else
    kernelviz_half_words x = (kernelviz_half_words)a, y = (kernelviz_half_words)b;
    kernelviz_half_lanes upper = (kernelviz_half_lanes)(x & 0xFFFF0000u);
    kernelviz_half_lanes factor = (kernelviz_half_lanes)(y & 0xFFFF0000u);
    kernelviz_half_lanes lower = (kernelviz_half_lanes)(x << 16), other = (kernelviz_half_lanes)(y << 16);
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_elementwise_fma(upper, factor, __builtin_elementwise_fma(lower, other, sum));
#else
    return sum + lower * other + upper * factor;
#endif
#endif
}

// a[0] b[0] a[1] b[1] … from the lower, or from the upper halves.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_interleave_low(
    kernelviz_lanes a, kernelviz_lanes b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_interleave_high(
    kernelviz_lanes a, kernelviz_lanes b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Each pixel's left and right neighbour where `a` holds a part of a row and the other register what lies beside it.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_left16(
    kernelviz_lanes before, kernelviz_lanes a) {
    return __builtin_shufflevector(before, a, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_right16(
    kernelviz_lanes a, kernelviz_lanes behind) {
    return __builtin_shufflevector(a, behind, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
}

// The same where `a` holds two rows of eight, or four rows of four; zero beyond the edges.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_left8(kernelviz_lanes a) {
    kernelviz_lanes zero = 0;
    return __builtin_shufflevector(a, zero, 16, 0, 1, 2, 3, 4, 5, 6, 16, 8, 9, 10, 11, 12, 13, 14);
}
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_right8(kernelviz_lanes a) {
    kernelviz_lanes zero = 0;
    return __builtin_shufflevector(a, zero, 1, 2, 3, 4, 5, 6, 7, 16, 9, 10, 11, 12, 13, 14, 15, 16);
}
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_left4(kernelviz_lanes a) {
    kernelviz_lanes zero = 0;
    return __builtin_shufflevector(a, zero, 16, 0, 1, 2, 16, 4, 5, 6, 16, 8, 9, 10, 16, 12, 13, 14);
}
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_right4(kernelviz_lanes a) {
    kernelviz_lanes zero = 0;
    return __builtin_shufflevector(a, zero, 1, 2, 3, 16, 5, 6, 7, 16, 9, 10, 11, 16, 13, 14, 15, 16);
}

// The rows above and below: `a` and what comes before or behind it, moved by a row of eight or of four.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_above8(
    kernelviz_lanes before, kernelviz_lanes a) {
    return __builtin_shufflevector(before, a, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
}
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_above4(
    kernelviz_lanes before, kernelviz_lanes a) {
    return __builtin_shufflevector(before, a, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
}
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_below4(
    kernelviz_lanes a, kernelviz_lanes behind) {
    return __builtin_shufflevector(a, behind, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
}

// Reads or writes the first `count` numbers, 1...15; the others are zero, or keep what they are.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_load_first(const float *from, long count) {
    kernelviz_lanes result = 0;
#if defined(__AVX512F__)
    typedef float vector __attribute__((vector_size(64)));
    return (kernelviz_lanes)__builtin_ia32_loadups512_mask(
        from, (vector)result, (unsigned short)((1u << count) - 1));
#else
    for (long lane = 0; lane < count; lane++) result[lane] = from[lane];
    return result;
#endif
}
static inline __attribute__((always_inline)) void kernelviz_store_first(
    kernelviz_lanes lanes, float *to, long count) {
#if defined(__AVX512F__)
    typedef float vector __attribute__((vector_size(64)));
    __builtin_ia32_storeups512_mask(to, (vector)lanes, (unsigned short)((1u << count) - 1));
#else
    for (long lane = 0; lane < count; lane++) to[lane] = lanes[lane];
#endif
}

// Integer products. Sixteen sums of 32 bits, and for each of them two numbers of 16 bits.
typedef int kernelviz_sums __attribute__((ext_vector_type(16)));
typedef short kernelviz_shorts __attribute__((ext_vector_type(32)));
typedef signed char kernelviz_signed_bytes __attribute__((ext_vector_type(32)));
typedef unsigned char kernelviz_bytes __attribute__((ext_vector_type(16)));
typedef unsigned char kernelviz_byte_pairs __attribute__((ext_vector_type(32)));
typedef unsigned short kernelviz_byte_words __attribute__((ext_vector_type(32)));

// sum[i] + a[2i]·b[2i] + a[2i + 1]·b[2i + 1], exact: a product of an unsigned and a signed byte is below 2^15, so the pair
// of them never reaches the one case in which pmaddwd wraps. (Its relative for bytes, pmaddubsw, saturates at 16 bits.)
static inline __attribute__((always_inline)) kernelviz_sums kernelviz_add_pair_products(
    kernelviz_sums sum, kernelviz_shorts a, kernelviz_shorts b) {
#if defined(__AVX512BW__)
    typedef short vector __attribute__((vector_size(64)));
    return sum + (kernelviz_sums)__builtin_ia32_pmaddwd512((vector)a, (vector)b);
#elif defined(__AVX2__)
    typedef short vector __attribute__((vector_size(32)));
    typedef union { kernelviz_shorts whole; vector parts[2]; } halves;
    typedef union { kernelviz_sums whole; int __attribute__((vector_size(32))) parts[2]; } results;
    halves x = {a}, y = {b};
    results z;
    z.parts[0] = __builtin_ia32_pmaddwd256(x.parts[0], y.parts[0]);
    z.parts[1] = __builtin_ia32_pmaddwd256(x.parts[1], y.parts[1]);
    return sum + z.whole;
#elif defined(__SSE2__)
    typedef short vector __attribute__((vector_size(16)));
    typedef union { kernelviz_shorts whole; vector parts[4]; } quarters;
    typedef union { kernelviz_sums whole; int __attribute__((vector_size(16))) parts[4]; } results;
    quarters x = {a}, y = {b};
    results z;
    for (int part = 0; part < 4; part++) z.parts[part] = __builtin_ia32_pmaddwd128(x.parts[part], y.parts[part]);
    return sum + z.whole;
#else
    typedef int products __attribute__((ext_vector_type(32)));
    products all = __builtin_convertvector(a, products) * __builtin_convertvector(b, products);
    return sum + all.even + all.odd;
#endif
}

// Thirty-two signed bytes from memory.
static inline __attribute__((always_inline)) kernelviz_shorts kernelviz_load_signed_bytes(const void *from) {
    kernelviz_signed_bytes stored;
    __builtin_memcpy(&stored, from, sizeof stored);
    return __builtin_convertvector(stored, kernelviz_shorts);
}

// a[0] b[0] a[1] b[1] … of sixteen unsigned bytes each.
static inline __attribute__((always_inline)) kernelviz_shorts kernelviz_pair_bytes(
    kernelviz_bytes a, kernelviz_bytes b) {
    kernelviz_byte_pairs both = __builtin_shufflevector(
        a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
        30, 15, 31);
    return (kernelviz_shorts)__builtin_convertvector(both, kernelviz_byte_words);
}

// Sixteen unsigned bytes from memory.
static inline __attribute__((always_inline)) kernelviz_bytes kernelviz_load_bytes(const void *from) {
    kernelviz_bytes stored;
    __builtin_memcpy(&stored, from, sizeof stored);
    return stored;
}
static inline __attribute__((always_inline)) kernelviz_sums kernelviz_load_bytes_as_sums(const void *from) {
    return __builtin_convertvector(kernelviz_load_bytes(from), kernelviz_sums);
}
// The nearest floats, ties to even.
static inline __attribute__((always_inline)) kernelviz_lanes kernelviz_sums_as_floats(kernelviz_sums sums) {
    return __builtin_convertvector(sums, kernelviz_lanes);
}

// min(max(round(number) + zero, low), high) as bytes, rounded to the nearest whole number, ties to even. Numbers must be
// less than 2^31 either way.
static inline __attribute__((always_inline)) void kernelviz_store_quantized(
    kernelviz_lanes numbers, int zero, unsigned char low, unsigned char high, void *to) {
    kernelviz_bytes least = low, most = high, stored;
#if defined(__AVX512BW__)
    typedef float vector __attribute__((vector_size(64)));
    typedef int integers __attribute__((vector_size(64)));
    kernelviz_sums whole = (kernelviz_sums)__builtin_ia32_cvtps2dq512_mask(
        (vector)numbers, (integers)(kernelviz_sums)0, (unsigned short)0xFFFF, 4);
    whole = __builtin_elementwise_min(__builtin_elementwise_max(whole + zero, (kernelviz_sums)0), (kernelviz_sums)255);
    stored = __builtin_convertvector(whole, kernelviz_bytes);
#elif defined(__AVX2__)
    typedef float vector __attribute__((vector_size(32)));
    typedef short words __attribute__((vector_size(32)));
    typedef short half_words __attribute__((vector_size(16)));
    typedef char half_bytes __attribute__((vector_size(16)));
    typedef int half_integers __attribute__((vector_size(16)));
    typedef union { kernelviz_lanes whole; vector parts[2]; } halves;
    halves x = {numbers};
    words sixteen = __builtin_ia32_packssdw256(
        __builtin_ia32_cvtps2dq256(x.parts[0]), __builtin_ia32_cvtps2dq256(x.parts[1]));
    short summand = (short)zero;
    words zeros = {summand, summand, summand, summand, summand, summand, summand, summand,
                   summand, summand, summand, summand, summand, summand, summand, summand};
    sixteen = (words)__builtin_elementwise_add_sat(sixteen, zeros);
    half_words first = __builtin_shufflevector(sixteen, sixteen, 0, 1, 2, 3, 4, 5, 6, 7);
    half_words second = __builtin_shufflevector(sixteen, sixteen, 8, 9, 10, 11, 12, 13, 14, 15);
    half_integers mixed = (half_integers)__builtin_ia32_packuswb128(first, second);
    stored = (kernelviz_bytes)__builtin_shufflevector(mixed, mixed, 0, 2, 1, 3);
#elif defined(__SSE2__)
    typedef float vector __attribute__((vector_size(16)));
    typedef short words __attribute__((vector_size(16)));
    typedef union { kernelviz_lanes whole; vector parts[4]; } quarters;
    quarters x = {numbers};
    short summand = (short)zero;
    words zeros = {summand, summand, summand, summand, summand, summand, summand, summand};
    words first = __builtin_ia32_packssdw128(
        __builtin_ia32_cvtps2dq(x.parts[0]), __builtin_ia32_cvtps2dq(x.parts[1]));
    words second = __builtin_ia32_packssdw128(
        __builtin_ia32_cvtps2dq(x.parts[2]), __builtin_ia32_cvtps2dq(x.parts[3]));
    stored = (kernelviz_bytes)__builtin_ia32_packuswb128(
        (words)__builtin_elementwise_add_sat(first, zeros), (words)__builtin_elementwise_add_sat(second, zeros));
#else
    kernelviz_lanes nearest = __builtin_elementwise_roundeven(numbers);
    kernelviz_sums whole = __builtin_convertvector(nearest, kernelviz_sums) + zero;
    whole = __builtin_elementwise_min(__builtin_elementwise_max(whole, (kernelviz_sums)0), (kernelviz_sums)255);
    stored = __builtin_convertvector(whole, kernelviz_bytes);
#endif
    stored = __builtin_elementwise_min(__builtin_elementwise_max(stored, least), most);
    __builtin_memcpy(to, &stored, sizeof stored);
}

#endif
