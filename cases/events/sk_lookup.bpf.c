// SPDX-License-Identifier: GPL-2.0-only
// Asked which socket is to get a connection that is for none in particular: bpf_sk_lookup_run_v4() in
// include/linux/filter.h.
#include "seen.h"

SEC("sk_lookup")
__success __needs("sk_lookup")
__trigger("@tcp 127.0.0.1:4000 text:hello")
__table(seen, "u32:4000", "u64:1")
int lookups_pass(struct bpf_sk_lookup *ctx)
{
	if (ctx->protocol == 6)
		saw(ctx->local_port);
	return SK_PASS;
}

SEC("sk_lookup")
__success __needs("sk_lookup")
__trigger("@tcp 127.0.0.1:4000 text:hello = ECONNREFUSED")
__trigger("@tcp 127.0.0.1:4001 text:hello")
int lookups_for_a_port_find_nothing(struct bpf_sk_lookup *ctx)
{
	return ctx->local_port == 4000 ? SK_DROP : SK_PASS;
}

char _license[] SEC("license") = "GPL";
