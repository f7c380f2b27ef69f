// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a whole request to its reply. Knows which operations there are and
 * which arguments each takes; refuses to know what they do. Every request
 * gets exactly one reply, whatever is wrong with it.
 */
#include <errno.h>
#include <string.h>

#include "dispatch.h"
#include "structure.h"

struct operation {
	const char *name;
	serve_fn serve;
	const char *args;	/* an argument that is not here is refused */
};

static const struct operation operations[] = {
	{ "hello", op_hello, "op version nonce" },
	{ "renew", op_renew, "op seed realtime_ns" },
	{ "read_file", op_read_file, "op path limit" },
	{ "write_file", op_write_file, "op path data" },
	{ "mark", op_mark, "op text" },
	{ "health", op_health, "op" },
	{ "settings", op_settings, "op" },
	{ "put", op_put, "op blob data" },
	{ "drop", op_drop, "op blob" },
	{ "load", op_load,
	  "op as blob programs keep_going flags_set flags_clear log_level log_size drop_caps types "
	  "reuse no_autocreate" },
	{ "load_raw", op_load_raw,
	  "op as type attach_type insns license flags log_level log_size drop_caps attach_btf name "
	  "tables" },
	{ "code", op_code, "op program" },
	{ "run", op_run,
	  "op program data_in ctx_in data_out_size ctx_out_size repeat flags cpu batch_size" },
	{ "attach", op_attach, "op as program classic event owned" },
	{ "replace", op_replace, "op link program" },
	{ "received", op_received, "op link socket" },
	{ "iterate", op_iterate, "op link limit" },
	{ "send", op_send, "op link socket data" },
	{ "detach", op_detach, "op link" },
	{ "detach_all", op_detach_all, "op" },
	{ "table_create", op_table_create,
	  "op as name type key_size value_size entries flags extra inner types key_type value_type" },
	{ "table_update", op_table_update,
	  "op table key key_of value program inner descriptor flags" },
	{ "table_remove", op_table_remove, "op table key key_of" },
	{ "table_lookup", op_table_lookup, "op table key key_of value flags" },
	{ "table_take", op_table_take, "op table key key_of flags" },
	{ "table_dump", op_table_dump, "op table cursor limit take" },
	{ "table_add_batch", op_table_add_batch, "op table keys values flags" },
	{ "table_remove_batch", op_table_remove_batch, "op table keys" },
	{ "table_freeze", op_table_freeze, "op table" },
	{ "table_read", op_table_read, "op table offset size" },
	{ "table_write", op_table_write, "op table offset data" },
	{ "table_submit", op_table_submit, "op table records" },
	{ "descriptor", op_descriptor, "op as kind pid path cpu" },
	{ "stream_start", op_stream_start, "op as table pages" },
	{ "stream_stop", op_stream_stop, "op stream" },
	{ "trace_start", op_trace_start, "op" },
	{ "trace_stop", op_trace_stop, "op" },
	{ "shell_start", op_shell_start, "op as command seccomp" },
	{ "shell_kill", op_shell_kill, "op shell" },
	{ "terminal_start", op_terminal_start, "op as command term rows columns" },
	{ "terminal_input", op_terminal_input, "op shell data" },
	{ "terminal_resize", op_terminal_resize, "op shell rows columns" },
	{ "file_put", op_file_put, "op path data mode first" },
	{ "file_get", op_file_get, "op path offset limit" },
	{ "fire", op_fire,
	  "op as kind steps cpu cgroup wait_ms times listen listen_port alone congestion" },
	{ "fire_kill", op_fire_kill, "op fire" },
	{ "close", op_close, "op handle" },
	{ "reset", op_reset, "op" },
	{ "loop", op_loop, "op blob program count data_in" },
	{ "loop_dump", op_loop_dump, "op table" },
	{ "loop_records", op_loop_records, "op program table data_in repeat rounds" },
	{ "loop_lines", op_loop_lines, "op program data_in repeat rounds" },
	{ "poweroff", op_poweroff, "op" },
};

static const struct operation *find_operation(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	return NULL;
}

static int serve_map(struct agent *agent, struct call *call)
{
	const struct operation *operation;
	char name[NAME_SIZE];

	call->op = "request";
	if (arg_text(call, "op", name, sizeof(name)))
		return -1;
	operation = find_operation(name);
	if (!operation)
		return refuse(call, ENOSYS, "request: there is no operation %s", name);
	call->op = operation->name;
	if (arg_names(call, operation->args))
		return -1;
	return operation->serve(agent, call);
}

static int serve_message(struct agent *agent, struct call *call)
{
	const struct buffer *message = &agent->wire.message;
	const char *wrong = structure_fault(message->data, message->size);
	msgpack_unpacked unpacked;
	size_t offset = 0;
	int err = -1;

	if (wrong)
		return refuse(call, EBADMSG, "request: %s", wrong);
	msgpack_unpacked_init(&unpacked);
	if (msgpack_unpack_next(&unpacked, message->data, message->size, &offset) !=
	    MSGPACK_UNPACK_SUCCESS)
		refuse(call, EBADMSG, "request: it is not msgpack");
	else if (unpacked.data.type != MSGPACK_OBJECT_MAP)
		refuse(call, EBADMSG, "request: it is not a map");
	else {
		call->args = &unpacked.data.via.map;
		err = serve_map(agent, call);
	}
	msgpack_unpacked_destroy(&unpacked);
	return err;
}

static void write_error(struct call *call)
{
	pack_start(&call->pack, call->out);
	msgpack_pack_map(&call->pack, 1);
	put_map(&call->pack, "error", 2);
	put_int(&call->pack, "errno", call->fault);
	put_text(&call->pack, "message", call->message);
}

/* Serves the message in agent->wire.message. -1: the channel is broken. */
int serve_request(struct agent *agent)
{
	struct call call = { .op = "request", .out = &agent->out };

	pack_start(&call.pack, call.out);
	msgpack_pack_map(&call.pack, 1);
	if (serve_message(agent, &call)) {
		write_error(&call);
	} else if (call.out->failed) {
		refuse(&call, EMSGSIZE, "%s: the reply is over %zu bytes or memory ran out",
		       call.op, call.out->limit);
		write_error(&call);
	}
	wire_done(&agent->wire);
	if (wire_send(&agent->wire, FRAME_REPLY, agent->wire.id, call.out))
		return -1;
	return call.urgent ? wire_flush(&agent->wire) : 0;
}
