// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commits the fault that its parameter names, on purpose, while it is loaded:
 * what a kernel with detectors must report, and a judge must call CRASHED.
 * Knows nothing of BPF. Never load it on a machine that matters.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *fault = "none";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "none, out-of-bounds or lock-order");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

/* One byte behind an object that does not fill its slab: KASAN's shadow knows the exact end. */
static int write_out_of_bounds(void)
{
	size_t size = 123;
	char *object = kmalloc(size, GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	/* Otherwise the compiler sees the fault, and may do with it what it likes. */
	OPTIMIZER_HIDE_VAR(size);
	WRITE_ONCE(object[size], 'x');
	kfree(object);
	return 0;
}

/* Nobody waits here; that two orders exist is what lockdep reports. */
static int take_locks_in_the_wrong_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

static int __init faults_init(void)
{
	if (!strcmp(fault, "none"))
		return 0;
	if (!strcmp(fault, "out-of-bounds"))
		return write_out_of_bounds();
	if (!strcmp(fault, "lock-order"))
		return take_locks_in_the_wrong_order();
	return -EINVAL;
}

static void __exit faults_exit(void)
{
}

module_init(faults_init);
module_exit(faults_exit);
MODULE_DESCRIPTION("Faults for the detectors of a debug kernel");
MODULE_LICENSE("GPL");
