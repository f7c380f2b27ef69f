// SPDX-License-Identifier: GPL-2.0-only
// A value with a member of every kind, and variables in three sections.
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int (*name)[value]
#define __type(name, value) __typeof__(value) *name

enum state { DOWN, UP, GOING_UP = -1 };
enum wide_state { FAR = 0x100000000 };

struct place {
	unsigned short x, y;
};

struct value {
	unsigned long long times;
	char name[16];
	enum state state;
	_Bool on;
	unsigned char mac[6];
	struct place where[2];
	unsigned low : 3, high : 5;
	int negative : 4;
	const void *pointer;
	union {
		unsigned word;
		unsigned char bytes[4];
	};
	double ratio;
	enum wide_state far;
	__int128 wide;
};

struct key {
	unsigned port;
	enum state state;
};

struct {
	__uint(type, 1);
	__uint(max_entries, 8);
	__type(key, struct key);
	__type(value, struct value);
} values SEC(".maps");

struct {
	__uint(type, 6);
	__uint(max_entries, 2);
	__type(key, unsigned);
	__type(value, struct place);
} places SEC(".maps");

long counter;
static volatile int hidden = 5;
char label[8] = "abc";
const volatile struct place corner = { 3, 4 };

SEC("socket")
int reads(void *ctx)
{
	return hidden++ + counter++ + corner.x + label[0];
}
