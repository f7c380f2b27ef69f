// SPDX-License-Identifier: GPL-2.0-only
// Prints the DMA buffers that there are: dmabuf_iter_seq_show() in kernel/bpf/dmabuf_iter.c.
#include "iterators.h"

struct dma_buf {
	unsigned long size;
	const char *exp_name;
} RELOCATED;

struct bpf_iter__dmabuf {
	struct bpf_iter_meta *meta;
	struct dma_buf *dmabuf;
} RELOCATED;

SEC("iter/dmabuf")
int buffers(struct bpf_iter__dmabuf *ctx)
{
	struct dma_buf *buffer = ctx->dmabuf;

	if (buffer)
		print(ctx->meta, "%s has %lu bytes\n", buffer->exp_name, buffer->size);
	return 0;
}

char _license[] SEC("license") = "GPL";
