// SPDX-License-Identifier: GPL-2.0-only
// Functions without SEC(), as people write them for `bpf-harness run`.
struct bpf_context {
	unsigned long long arg1;
};
struct __sk_buff;

static __attribute__((noinline)) int inner(struct bpf_context *ctx)
{
	return ctx->arg1 > 3;
}

static volatile int seen;

void my_filter(struct bpf_context *ctx)
{
	seen = inner(ctx);
}

int on_packet(struct __sk_buff *skb)
{
	return 0;
}

int helper(int x)
{
	return x + 1;
}

int two(struct bpf_context *ctx, int x)
{
	return x;
}

__attribute__((section("tp/sched/sched_switch"), used)) int with_section(void *ctx)
{
	return 0;
}
