// SPDX-License-Identifier: GPL-2.0-only
// Tags as the selftests of Linux 6.1 encode them: no counters anywhere.
#define SEC(name) __attribute__((section(name), used))
#define TAG(text) __attribute__((btf_decl_tag("comment:" text)))

SEC("socket")
TAG("test_expect_failure")
TAG("test_expect_msg=R2 !read_ok")
TAG("test_expect_msg=5=five, not a counter")
TAG("test_log_level=2")
int refused(void *ctx)
{
	return 0;
}

SEC("?raw_tp/sys_enter")
int untold(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
