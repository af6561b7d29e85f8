#include <zlib.h>

/// inflateInit2 is a macro: windowBits 15 + 32 recognises gzip and zlib headers.
static inline int kv_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 32); }
