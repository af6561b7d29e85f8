#include "CVersion.h"

#ifndef KERNELVIZ_COMMIT
#define KERNELVIZ_COMMIT ""
#endif

const char *kernelviz_commit(void) { return KERNELVIZ_COMMIT; }
