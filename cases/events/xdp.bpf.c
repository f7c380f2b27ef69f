// SPDX-License-Identifier: GPL-2.0-only
// Generic XDP on lo: do_xdp_generic() in net/core/dev.c, before any socket has seen the frame.
#include "seen.h"

SEC("xdp")
__success __needs("xdp-links")
__trigger("@packet times=3 lo zero:12 be16:0x88b5 text:hello")
__table(seen, "u32:19", "u64:3")
int frames_pass(struct xdp_md *ctx)
{
	saw(ctx->data_end - ctx->data);
	return XDP_PASS;
}

SEC("xdp")
__success __needs("xdp-links")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = nothing")
__trigger("@packet lo zero:12 be16:0x88b6 text:hello")
__table(seen, "u32:0x88b5", "u64:1") __table(seen, "u32:0x88b6", "u64:1")
int frames_of_a_type_are_dropped(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 type;

	if (data + 14 > end)
		return XDP_PASS;
	type = data[12] << 8 | data[13];
	saw(type);
	return type == 0x88b5 ? XDP_DROP : XDP_PASS;
}

/* An action that is none drops, too: XDP_ABORTED. */
SEC("xdp")
__success __needs("xdp-links")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = nothing")
int aborted_frames_are_dropped(struct xdp_md *ctx)
{
	return XDP_ABORTED;
}

SEC("xdp")
__success __needs("xdp-links")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = zero:12 be16:0x88b5 text:Hello")
int a_byte_is_changed(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 15 <= end && data[14] == 'h')
		data[14] = 'H';
	return XDP_PASS;
}

SEC("xdp")
__success __needs("xdp-links")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = zero:12 be16:0x88b5 text:hel")
int the_tail_is_cut(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_tail(ctx, -2) ? XDP_DROP : XDP_PASS;
}

/* The Ethernet header moves over the first two bytes behind it. */
SEC("xdp")
__success __needs("xdp-links")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = zero:12 be16:0x88b5 text:llo")
int the_head_is_cut(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, header[14];

	if (data + sizeof(header) > end)
		return XDP_DROP;
	__builtin_memcpy(header, data, sizeof(header));
	if (bpf_xdp_adjust_head(ctx, 2))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + sizeof(header) > end)
		return XDP_DROP;
	__builtin_memcpy(data, header, sizeof(header));
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
