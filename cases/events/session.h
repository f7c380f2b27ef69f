/* SPDX-License-Identifier: GPL-2.0-only */
/* Which half of a call a session is in. */
/* It takes its context from Linux 7.0 on. */
extern _Bool bpf_session_is_return___old(void) __weak __ksym;
extern _Bool bpf_session_is_return___new(void *ctx) __weak __ksym;

static __always_inline _Bool is_return(void *ctx)
{
	if (bpf_ksym_exists(bpf_session_is_return___new))
		return bpf_session_is_return___new(ctx);
	return bpf_session_is_return___old();
}
