// The mail's first wish: "trace_printk(), memcmp() need to be able to accept 'char *' in a normal
// way". For any event that hands over a packet first, such as raw_tp/netif_receive_skb.

static const char *describe(const char *name)
{
	return strcmp(name, "lo") == 0 ? "loopback" : "another device";
}

void my_filter(struct bpf_context *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->arg1;
	struct net_device *dev = bpf_load_pointer(&skb->dev);
	char *name = dev->name;
	char *format = "packet on %s, %s\n";

	if (memcmp(name, "lo", 3) == 0)
		trace_printk(format, name, describe(name));
}
