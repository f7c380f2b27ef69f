// SPDX-License-Identifier: GPL-2.0-only
// Tables of every form, sections that become tables, and functions that are not filters.
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int (*name)[value]
#define __type(name, value) __typeof__(value) *name
#define __array(name, value) __typeof__(value) *name[]

typedef const unsigned int key_type;

struct value {
	long long sum;
	char *text;
	short parts[3][2];
};

struct {
	__uint(type, 1);
	__uint(max_entries, 1024);
	__uint(map_flags, 1);
	__type(key, key_type);
	__type(value, struct value);
} by_type SEC(".maps");

struct {
	__uint(type, 6);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 16);
} by_size SEC(".maps");

struct inner {
	__uint(type, 2);
	__uint(max_entries, 3);
	__type(key, int);
	__type(value, long long);
} slot SEC(".maps");

struct {
	__uint(type, 12);
	__uint(max_entries, 5);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { &slot } };

struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} ring SEC(".maps");

const volatile int limit = 7;
int start = 5;
long long seen;

static __attribute__((noinline)) int half(int x)
{
	return x / (unsigned)2 + limit;
}

__attribute__((noinline)) int called(int x)
{
	seen += x;
	return half(x) + start;
}

SEC("tp/sched/sched_switch")
int first(void *ctx)
{
	return called(3);
}

SEC("fentry/vfs_read")
int second(void *ctx)
{
	return 0;
}

SEC("?tp/sched/sched_switch")
void third(void *ctx)
{
}

char _license[] SEC("license") = "GPL";
