// The mail's second wish: the "whole bpf program can be a no-fault zone, so we can have C like:
// if (strcmp(skb->dev->name, "lo") == 0)". For events whose arguments have types, such as
// tp_btf/netif_receive_skb.

void my_filter(struct bpf_context *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->arg1;

	if (strcmp(skb->dev->name, "lo") == 0)
		trace_printk("skb %p dev %p len %d\n", skb, skb->dev, skb->len);
}
