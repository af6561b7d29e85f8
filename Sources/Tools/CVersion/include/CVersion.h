// The commit that the manifest knows of, "" where the sources are no clone.
#ifndef KERNELVIZ_CVERSION_H
#define KERNELVIZ_CVERSION_H

const char *kernelviz_commit(void);

#endif
