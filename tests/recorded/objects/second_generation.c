// SPDX-License-Identifier: GPL-2.0-only
// Tags as the selftests of Linux 6.12 encode them: repeated ones carry a counter after the key.
#define SEC(name) __attribute__((section(name), used))
#define TEXT(x) #x
#define STRING(x) TEXT(x)
#define TAG(text) __attribute__((btf_decl_tag("comment:" text)))
#define COUNTED(key, text) TAG(key "=" STRING(__COUNTER__) "=" text)

SEC("tc")
TAG("test_description=bounds of a packet")
TAG("test_expect_success")
TAG("test_expect_failure_unpriv")
COUNTED("test_expect_msg_unpriv", "first")
COUNTED("test_expect_msg_unpriv", "7=second")
COUNTED("test_expect_msg_unpriv", "first")
TAG("test_retval=POINTER_VALUE")
TAG("test_prog_flags=BPF_F_TEST_STATE_FREQ")
TAG("test_prog_flags=!BPF_F_TEST_RND_HI32")
TAG("test_prog_flags=0x100")
int both(void *ctx)
{
	return 0;
}

SEC("socket")
TAG("test_arch=X86_64")
COUNTED("test_jited", "	endbr64")
COUNTED("test_jited", "...")
COUNTED("test_jited", "	{{(retq|jmp	0x)}}")
TAG("test_arch=ARM64")
COUNTED("test_jited", "	bti	jc")
COUNTED("test_expect_xlated", "0: r0 = 0")
COUNTED("test_expect_xlated", "1: exit")
int lines(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
