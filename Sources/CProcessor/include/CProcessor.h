#ifndef KERNELVIZ_PROCESSOR_H
#define KERNELVIZ_PROCESSOR_H

/// Whether this processor has AVX-512 F, BW, DQ and VL; Swift has no such question.
int kv_has_avx512(void);
/// Whether this processor has AVX2 and FMA.
int kv_has_avx2(void);

#endif
