// The mail's program as far as it goes without the kernel's types: what the event hands over.
// For the entry of a function, and for the return from one.

void entered(struct bpf_context *ctx)
{
	trace_printk("nice %d\n", (int)ctx->arg2);
}

void returned(struct bpf_context *ctx)
{
	trace_printk("rmdir %d\n", (int)ctx->arg1);
}
