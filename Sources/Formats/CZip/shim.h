#pragma once
#include <stdio.h>
#include <zip.h>

// An error number of zip_open is told in words through a struct that has to be made and released.
static inline void kv_zip_error_text(int code, char *text, size_t capacity) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    snprintf(text, capacity, "%s", zip_error_strerror(&error));
    zip_error_fini(&error);
}
