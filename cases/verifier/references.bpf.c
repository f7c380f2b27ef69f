// SPDX-License-Identifier: GPL-2.0-only
// What was acquired must be released once, on every path, and not be used after that:
// check_reference_leak(), release_reference() and check_func_arg() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

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
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
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
__msg("R1 must be referenced when passed to release function")
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
SEC("tc")
__success __retval(0)
int socket_released_by_a_function(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	return sk ? release(sk) : 0;
}

SEC("tc")
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
int socket_read_after_a_function_released_it(struct __sk_buff *skb)
{
	struct bpf_sock *sk = find_socket(skb);

	if (!sk)
		return 0;
	release(sk);
	return *(volatile __u32 *)&sk->family;
}

SEC("socket")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int record_neither_submitted_nor_discarded(struct __sk_buff *skb)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (record)
		*record = 1;
	return 0;
}

SEC("socket")
__failure __errno(EINVAL)
__msg("must have zero offset when passed to release func")
int record_submitted_from_its_middle(struct __sk_buff *skb)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, 2 * sizeof(*record), 0);

	if (record)
		bpf_ringbuf_submit(record + 1, 0);
	return 0;
}

SEC("socket")
__failure __errno(EACCES)
__msg("invalid access to memory, mem_size=8 off=8 size=4")
int record_written_beyond_its_end(struct __sk_buff *skb)
{
	volatile __u32 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	record[2] = 1;
	bpf_ringbuf_submit((void *)record, 0);
	return 0;
}

SEC("socket")
__success __retval(1)
int record_filled_and_submitted(struct __sk_buff *skb)
{
	volatile __u32 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	record[0] = 1;
	record[1] = 2;
	bpf_ringbuf_submit((void *)record, 0);
	return 1;
}

char _license[] SEC("license") = "GPL";
