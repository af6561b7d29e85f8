#pragma once
#include <hdf5.h>
#include <string.h>

// Constants that are macros with a cast, a comma or a call to H5open(): Swift imports none of them.
static inline unsigned kv_H5F_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
static inline unsigned kv_H5F_ACC_EXCL(void) { return H5F_ACC_EXCL; }
static inline unsigned kv_H5F_ACC_TRUNC(void) { return H5F_ACC_TRUNC; }
static inline hid_t kv_H5T_NATIVE_FLOAT(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t kv_H5T_NATIVE_DOUBLE(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t kv_H5T_NATIVE_INT64(void) { return H5T_NATIVE_INT64; }
static inline hid_t kv_H5T_IEEE_F32LE(void) { return H5T_IEEE_F32LE; }
static inline hid_t kv_H5T_IEEE_F64LE(void) { return H5T_IEEE_F64LE; }
static inline hid_t kv_H5T_STD_I64LE(void) { return H5T_STD_I64LE; }
static inline hid_t kv_H5T_C_S1(void) { return H5T_C_S1; }
static inline size_t kv_H5T_VARIABLE(void) { return H5T_VARIABLE; }
static inline hid_t kv_H5T_STD_I8LE(void) { return H5T_STD_I8LE; }
static inline hid_t kv_H5P_DEFAULT(void) { return H5P_DEFAULT; }
static inline hid_t kv_H5P_FILE_ACCESS(void) { return H5P_FILE_ACCESS; }
static inline hid_t kv_H5P_LINK_CREATE(void) { return H5P_LINK_CREATE; }
static inline hid_t kv_H5P_FILE_CREATE(void) { return H5P_FILE_CREATE; }
static inline hid_t kv_H5P_GROUP_CREATE(void) { return H5P_GROUP_CREATE; }
static inline hid_t kv_H5P_DATASET_CREATE(void) { return H5P_DATASET_CREATE; }
static inline hid_t kv_H5E_DEFAULT(void) { return H5E_DEFAULT; }
static inline hid_t kv_H5S_ALL(void) { return H5S_ALL; }

// Files are only read or freshly made, and folders may be read-only: no lock file semantics (older libraries lack it).
static inline void kv_without_file_locking(hid_t access_list) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    H5Pset_file_locking(access_list, 0, 1);
#else
    (void)access_list;
#endif
}

// H5Literate and H5L_info_t become versioned macros from 1.12 on; the visitor gets plain values.
typedef herr_t (*kv_link_visitor)(const char *name, int link_type, int64_t creation_order, void *context);
struct kv_link_visit { kv_link_visitor visitor; void *context; };

#if H5_VERSION_GE(1, 12, 0)
typedef H5L_info2_t kv_link_info;
#define KV_ITERATE_LINKS H5Literate2
#else
typedef H5L_info_t kv_link_info;
#define KV_ITERATE_LINKS H5Literate
#endif

static inline herr_t kv_visit_link(hid_t group, const char *name, const kv_link_info *info, void *data) {
    (void)group;
    struct kv_link_visit *visit = (struct kv_link_visit *)data;
    return visit->visitor(name, (int)info->type, info->corder_valid ? info->corder : -1, visit->context);
}
static inline herr_t kv_iterate_links(hid_t group, kv_link_visitor visitor, void *context) {
    struct kv_link_visit visit = {visitor, context};
    hsize_t position = 0;
    return KV_ITERATE_LINKS(group, H5_INDEX_NAME, H5_ITER_NATIVE, &position, kv_visit_link, &visit);
}

// H5Aiterate2 stays, but its visitor takes a C struct: the wrapper hands over the name alone.
typedef herr_t (*kv_attribute_visitor)(const char *name, void *context);
struct kv_attribute_visit { kv_attribute_visitor visitor; void *context; };
static inline herr_t kv_visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
    (void)object;
    (void)info;
    struct kv_attribute_visit *visit = (struct kv_attribute_visit *)data;
    return visit->visitor(name, visit->context);
}
static inline herr_t kv_iterate_attributes(hid_t object, kv_attribute_visitor visitor, void *context) {
    struct kv_attribute_visit visit = {visitor, context};
    hsize_t position = 0;
    return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &position, kv_visit_attribute, &visit);
}

// H5Oget_info became a versioned macro in 1.10.3 and its address an opaque token in 1.12.
// The type of an open object (H5O_type_t) and a key that is unique inside its file.
static inline herr_t kv_object_info(hid_t object, int *type, uint64_t *key) {
#if H5_VERSION_GE(1, 12, 0)
    H5O_info2_t info;
    herr_t status = H5Oget_info3(object, &info, H5O_INFO_BASIC);
    if (status >= 0) { *type = (int)info.type; memcpy(key, &info.token, sizeof *key); }
#else
    H5O_info_t info;
    herr_t status = H5Oget_info2(object, &info, H5O_INFO_BASIC);
    if (status >= 0) { *type = (int)info.type; *key = (uint64_t)info.addr; }
#endif
    return status;
}

// A property list is needed to say that external links are refused, and its class is a macro that calls H5open().
static inline herr_t kv_refuse_external(const char *from, const char *object, const char *to, const char *into,
                                        unsigned *flags, hid_t access, void *data) {
    (void)from; (void)object; (void)to; (void)into; (void)flags; (void)access; (void)data;
    return -1;
}
static inline hid_t kv_inside_file_only(void) {
    hid_t list = H5Pcreate(H5P_DATASET_ACCESS);
    if (list >= 0) H5Pset_elink_cb(list, kv_refuse_external, NULL);
    return list;
}
