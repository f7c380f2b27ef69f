/* SPDX-License-Identifier: GPL-2.0-only */
/* Folders by their names, for filters that are asked whether one may be made. */
#include "counts.h"

#define EPERM 1
#define EACCES 13
#define RELOCATED __attribute__((preserve_access_index))

struct qstr {
	const unsigned char *name;
} RELOCATED;

struct dentry {
	struct qstr d_name;
} RELOCATED;

/* Whether its name begins with these 8 letters. */
static __always_inline int is_named(struct dentry *dentry, const char name[8])
{
	char own[8] = {};

	bpf_probe_read_kernel(own, sizeof(own), dentry->d_name.name);
	return !__builtin_memcmp(own, name, sizeof(own));
}
