// SPDX-License-Identifier: GPL-2.0-only
// Kernel functions that read strings wherever they are told to: each byte through __get_kernel_nofault()
// (kernel/bpf/helpers.c), so that where there is nothing an error comes back.
#include "places.h"

int bpf_strlen(const char *s__ign) __ksym __weak;
int bpf_strnlen(const char *s__ign, __u32 count) __ksym __weak;
int bpf_strcmp(const char *s1__ign, const char *s2__ign) __ksym __weak;
int bpf_strchr(const char *s__ign, char c) __ksym __weak;
int bpf_strnchr(const char *s__ign, __u32 count, char c) __ksym __weak;
int bpf_strrchr(const char *s__ign, int c) __ksym __weak;
int bpf_strspn(const char *s__ign, const char *accept__ign) __ksym __weak;
int bpf_strcspn(const char *s__ign, const char *reject__ign) __ksym __weak;
int bpf_strstr(const char *s1__ign, const char *s2__ign) __ksym __weak;

static const char word[] = "word";

#define REFUSED(name, number, call, needs...)                                             \
	SEC("raw_tp")                                                                     \
	__success __retval(-14) __modes("jit jit-harden") __needs("bpf_strlen") needs     \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 address = (number);                                                 \
		const char *at;                                                           \
		int result;                                                               \
                                                                                          \
		__sink(address);                                                          \
		at = (const char *)address;                                               \
		result = call;                                                            \
		/* of architectures that look at the address first */                     \
		return result == -ERANGE ? -EFAULT : result;                              \
	}

REFUSED(length_at_null, 0, bpf_strlen(at), APART)
REFUSED(length_in_user_space, USER_SPACE, bpf_strlen(at))
REFUSED(length_in_no_half, NO_HALF, bpf_strlen(at))
REFUSED(length_in_the_last_page, LAST_PAGE, bpf_strlen(at))
REFUSED(length_at_the_end, ~0ull, bpf_strlen(at))
REFUSED(bounded_length_between_areas, BETWEEN_AREAS, bpf_strnlen(at, 8))
REFUSED(comparison_beyond_memory, BEYOND_MEMORY, bpf_strcmp(at, word))
REFUSED(comparison_with_what_is_beyond_memory, BEYOND_MEMORY, bpf_strcmp(word, at))
REFUSED(character_in_the_last_page, LAST_PAGE, bpf_strchr(at, 'w'))
REFUSED(character_of_few_between_areas, BETWEEN_AREAS, bpf_strnchr(at, 8, 'w'))
REFUSED(last_character_beyond_memory, BEYOND_MEMORY, bpf_strrchr(at, 'w'))
REFUSED(span_at_an_error_pointer, ERROR_POINTER, bpf_strspn(at, word))
REFUSED(span_of_what_is_beyond_memory, BEYOND_MEMORY, bpf_strspn(word, at))
REFUSED(other_span_at_an_error_pointer, ERROR_POINTER, bpf_strcspn(at, word))
REFUSED(word_in_the_last_page, LAST_PAGE, bpf_strstr(at, word))
REFUSED(what_is_in_the_last_page_in_a_word, LAST_PAGE, bpf_strstr(word, at))

char _license[] SEC("license") = "GPL";
