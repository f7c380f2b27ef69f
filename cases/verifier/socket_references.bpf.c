// SPDX-License-Identifier: GPL-2.0-only
// A socket that was looked up must be released once, on every path, and not be used after that:
// check_reference_leak(), release_reference() and check_func_arg() in kernel/bpf/verifier.c.
#include <case.h>

static __always_inline struct bpf_sock *find_socket(struct __sk_buff *skb)
{
	struct bpf_sock_tuple nobody = {};

	return bpf_sk_lookup_udp(skb, &nobody, sizeof(nobody.ipv4), BPF_F_CURRENT_NETNS, 0);
}

SEC("tc")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int socket_never_released(struct __sk_buff *skb)
{
	find_socket(skb);
	return 0;
}

SEC("tc")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int socket_released_on_one_path_only(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	if (sk && skb->mark)
		bpf_sk_release(sk);
	return 0;
}

SEC("tc")
__success __retval(0)
int socket_released_on_both_paths(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	if (!sk)
		return 0;
	if (skb->mark) {
		bpf_sk_release(sk);
		return 1;
	}
	bpf_sk_release(sk);
	return 2;
}

SEC("tc")
__flag(BPF_F_ANY_ALIGNMENT)
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
__kernels("", "5.17") __msg("invalid mem access 'inv'")
int socket_read_after_release(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	if (!sk)
		return 0;
	bpf_sk_release(sk);
	return *(volatile __u32 *)&sk->family;
}

SEC("tc")
__failure __errno(EACCES)
__msg("R1 type=scalar expected=sock_common, sock,")
__kernels("", "5.17") __msg("R1 type=inv expected=sock_common, sock,")
int socket_released_twice(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	if (!sk)
		return 0;
	bpf_sk_release(sk);
	bpf_sk_release(sk);
	return 0;
}

SEC("tc")
__failure __errno(EACCES)
__msg("R1 type=sock_or_null expected=sock_common, sock,")
int socket_released_without_check(struct __sk_buff *skb)
{
	bpf_sk_release(find_socket(skb));
	return 0;
}

/* skb->sk is lent, not given. */
SEC("tc")
__failure __errno(EINVAL)
__msg("release helper bpf_sk_release expects referenced PTR_TO_BTF_ID passed to R1")
__kernels("5.19", "7.1") __msg("R1 must be referenced when passed to release function")
__kernels("", "5.18") __msg("func bpf_sk_release#86 reference has not been acquired before")
int socket_released_that_was_never_acquired(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (sk)
		bpf_sk_release(sk);
	return 0;
}

static __noinline int release(struct bpf_sock *sk)
{
	bpf_sk_release(sk);
	return 3;
}

/* What the callee releases is released for the caller as well. */
SEC("tc") __needs("bpf-to-bpf")
__success __retval(0)
int socket_released_by_a_function(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	return sk ? release(sk) : 0;
}

SEC("tc")
__flag(BPF_F_ANY_ALIGNMENT)
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
__kernels("", "5.17") __msg("invalid mem access 'inv'")
int socket_read_after_a_function_released_it(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	if (!sk)
		return 0;
	release(sk);
	return *(volatile __u32 *)&sk->family;
}

char _license[] SEC("license") = "GPL";
