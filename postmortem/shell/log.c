/* log: the kernel's log. */
#include "linux/clock.h"
#include "linux/list.h"
#include "linux/member.h"
#include "symbols/bytes.h"
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

static void json_record(struct pm_shell *sh, const struct pm_log_record *r)
{
	char *text = pm_printf("%.*s", PM_FMT(r->text));

	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "seq", r->seq);
	if (r->has_time) {
		pm_json_hex(sh->json, "time_ns", r->ts_ns);
		pm_json_uint(sh->json, "level", r->level);
		pm_json_uint(sh->json, "facility", r->facility);
	}
	if (r->has_caller)
		pm_json_uint(sh->json, r->caller_is_cpu ? "caller_cpu" : "caller_pid", r->caller);
	pm_json_str(sh->json, "text", text);
	if (r->subsystem.n) {
		pm_json_str(sh->json, "subsystem", r->subsystem.p);
		pm_json_str(sh->json, "device", r->device.p);
	}
	pm_json_close(sh->json, '}');
	free(text);
}

static bool print_json(struct pm_shell *sh, const struct pm_log *log)
{
	int64_t now, boot;

	if (pm_linux_wall_clock(sh->lx, &now, &boot))
		pm_json_int(sh->json, "boot_time_s", boot);
	pm_json_open(sh->json, "records", '[');
	for (size_t i = 0; i < log->records.n && !pm_shell_interrupted(sh); i++)
		json_record(sh, &log->records.v[i]);
	pm_json_close(sh->json, ']');
	return true;
}

/* Each line, and behind those of a record what it told of a device. */
static bool print_devices(struct pm_shell *sh, const struct pm_log *log, unsigned style)
{
	struct pm_buf text = { 0 };

	for (size_t i = 0; i < log->records.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_log_record *r = &log->records.v[i];

		text.n = 0;
		pm_linux_log_format(r, style, &text);
		fwrite(text.data, 1, text.n, sh->out);
		if (r->subsystem.n)
			fprintf(sh->out, "SUBSYSTEM=%s\nDEVICE=%s\n", r->subsystem.p, r->device.p);
	}
	pm_buf_deinit(&text);
	return true;
}

static bool print_text(struct pm_shell *sh, const struct pm_log *log, unsigned style)
{
	struct pm_buf text = { 0 };

	pm_linux_log_text(log, style, &text);
	if (text.n)
		fwrite(text.data, 1, text.n, sh->out);
	pm_buf_deinit(&text);
	return true;
}

/* Each line with the date and time it was printed at, as far as the machine did not sleep. */
static bool print_dates(struct pm_shell *sh, const struct pm_log *log, unsigned style, bool devices)
{
	struct pm_buf text = { 0 };
	int64_t now, boot;

	if (!pm_linux_wall_clock(sh->lx, &now, &boot)) {
		print_text(sh, log, style);
		return pm_shell_error(sh, "log", "-T: no dates: the kernel's clock cannot be found");
	}
	for (size_t i = 0; i < log->records.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_log_record *r = &log->records.v[i];
		struct pm_slice rest, line;
		char date[40];

		text.n = 0;
		pm_linux_log_format(r, style | PM_LOG_NO_TIME, &text);
		pm_linux_date(boot + (int64_t)(r->ts_ns / 1000000000), date);
		rest = (struct pm_slice){ text.data, text.n };
		while (pm_take_line(&rest, &line)) {
			size_t level = style & PM_LOG_LEVELS ? pm_slice_find_char(line, '>') + 1 : 0;

			if (!r->has_time)
				fprintf(sh->out, "%.*s\n", PM_FMT(line));
			else
				fprintf(sh->out, "%.*s[%s] %.*s\n", (int)level, line.p, date,
					PM_FMT(pm_slice_from(line, level)));
		}
		if (devices && r->subsystem.n)
			fprintf(sh->out, "SUBSYSTEM=%s\nDEVICE=%s\n", r->subsystem.p, r->device.p);
	}
	pm_buf_deinit(&text);
	return true;
}

/* ---- -a ---- */

/* Messages for the audit daemon that it has not taken yet: a queue of sk_buffs, which begin as list_heads do, each with a
 * netlink message. */
static void audit_queue(struct pm_shell *sh, uint64_t queue, bool *any, const char **trouble)
{
	enum { most = 1 << 16, header = 16, longest = 16384 };
	struct pm_linux *lx = sh->lx;
	struct pm_linux_nodes buffers;
	char *text = pm_alloc(longest);

	pm_linux_nodes_read(lx, queue, most, &buffers);
	for (size_t i = 0; i < buffers.n && !pm_shell_interrupted(sh); i++) {
		uint64_t data = pm_linux_member_value(lx, buffers.v[i], "sk_buff", "data"), length, type;

		if (!pm_space_load(&lx->kernel, data, 4, &length) ||
		    !pm_space_load(&lx->kernel, data + 4, 2, &type)) {
			*trouble = "a message is not in the dump";
			continue;
		}
		/* what the header says is that of the text alone, against netlink's rule: the buffer knows */
		pm_linux_member_get(lx, buffers.v[i], "sk_buff", "len", &length);
		size_t n = length > header ? (size_t)(length - header) : 0;

		size_t got =
			pm_space_read(&lx->kernel, data + header, text, n < longest ? n : longest - 1, NULL);

		if (got < n)
			*trouble = "a message is not whole in the dump, or too long for one";
		text[got] = 0;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_uint(sh->json, "type", type);
			pm_json_str(sh->json, "text", text);
			pm_json_close(sh->json, '}');
		} else {
			fprintf(sh->out, "type=%llu %s\n", (unsigned long long)type, text);
		}
		*any = true;
	}
	if (buffers.trouble)
		*trouble = buffers.trouble;
	pm_linux_nodes_free(&buffers);
	free(text);
}

static bool print_audit(struct pm_shell *sh)
{
	static const char *const queues[] = { "audit_queue", "audit_retry_queue", "audit_hold_queue" };
	const char *trouble = NULL;
	bool any = false, found = false;
	uint64_t at;

	if (sh->json)
		pm_json_open(sh->json, "audit", '[');
	for (size_t i = 0; i < PM_COUNT(queues); i++)
		if (pm_linux_symbol(sh->lx, queues[i], &at)) {
			found = true;
			audit_queue(sh, at, &any, &trouble);
		}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!found)
		return pm_shell_error(sh, "log", "-a: the kernel has no queues of audit messages");
	if (trouble)
		return pm_shell_error(sh, "log", "-a: %s", trouble);
	if (!any && !sh->json)
		fputs("kernel audit log is empty\n", sh->out);
	return true;
}

/* ---- -s ---- */

/* Buffers of CPUs for what printk was called for from where it could not print (until 5.14). */
static bool print_safe_buffers(struct pm_shell *sh)
{
	static const char *const names[] = { "nmi_print_seq", "safe_print_seq" };
	enum { longest = 65536 };
	struct pm_linux *lx = sh->lx;
	char *text = pm_alloc(longest);
	uint64_t at, length;
	bool any = false, found = false;
	size_t lost_texts = 0;

	if (sh->json)
		pm_json_open(sh->json, "buffers", '[');
	for (size_t i = 0; i < PM_COUNT(names); i++)
		for (uint32_t cpu = 0; pm_linux_percpu(lx, names[i], cpu, &at); cpu++) {
			uint64_t buffer = pm_linux_member_at(lx, at, "printk_safe_seq_buf", "buffer");
			uint64_t lost = pm_linux_member_value(lx, at, "printk_safe_seq_buf", "message_lost");

			found = true;
			if (!buffer || !pm_linux_member_get(lx, at, "printk_safe_seq_buf", "len", &length)) {
				lost_texts++;
				continue;
			}
			any = true;
			size_t n = pm_space_read(&lx->kernel, buffer, text,
						 length < longest ? length : longest - 1, NULL);

			lost_texts += n < length;

			text[n] = 0;
			if (sh->json) {
				pm_json_open(sh->json, NULL, '{');
				pm_json_str(sh->json, "name", names[i]);
				pm_json_uint(sh->json, "cpu", cpu);
				pm_json_hex(sh->json, "address", at);
				pm_json_uint(sh->json, "lost", lost & UINT32_MAX);
				pm_json_str(sh->json, "text", text);
				pm_json_close(sh->json, '}');
				continue;
			}
			if (!cpu)
				fprintf(sh->out, "PRINTK_SAFE_SEQ_BUF: %s\n", names[i]);
			fprintf(sh->out, "CPU: %u  ADDR: %llx LEN: %llu  MESSAGE_LOST: %llu\n", cpu,
				(unsigned long long)at, (unsigned long long)length,
				(unsigned long long)lost & UINT32_MAX);
			if (!length)
				fputs("  (empty)\n", sh->out);
			struct pm_slice rest = { text, n }, line;

			while (pm_take_line(&rest, &line))
				fprintf(sh->out, "  %.*s\n", PM_FMT(line));
		}
	if (sh->json)
		pm_json_close(sh->json, ']');
	free(text);
	if (found && (lost_texts || !any))
		return pm_shell_error(sh, "log", "-s: %zu buffers are not whole in the dump", lost_texts);
	return any || pm_shell_error(sh, "log",
				     "-s: kernels from 5.15 on have no such buffers: "
				     "what they could not print is in the log");
}

bool pm_shell_log(struct pm_shell *sh, int argc, char **argv)
{
	const struct pm_error *trouble;
	bool levels = false, plain = false, callers = false, dates = false, devices = false, audit = false,
	     safe = false, rust = false;
	const struct pm_shell_option options[] = {
		{ "-m", PM_OPTION_FLAG, &levels, NULL },  { "-t", PM_OPTION_FLAG, &plain, NULL },
		{ "-c", PM_OPTION_FLAG, &callers, NULL }, { "-T", PM_OPTION_FLAG, &dates, NULL },
		{ "-d", PM_OPTION_FLAG, &devices, NULL }, { "-a", PM_OPTION_FLAG, &audit, NULL },
		{ "-s", PM_OPTION_FLAG, &safe, NULL },    { "-R", PM_OPTION_FLAG, &rust, NULL },
	};

	if (sh->image)
		return pm_shell_image_log(sh, argc, argv);
	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc > 1)
		return pm_shell_error(sh, "log", "it takes no argument: %s", argv[1]);
	if (audit || safe) {
		if (!sh->btf)
			return pm_shell_no_types(sh, "log");
		return audit ? print_audit(sh) : print_safe_buffers(sh);
	}
	unsigned style = (levels ? PM_LOG_LEVELS | PM_LOG_NO_FACILITY : 0u) | (plain ? PM_LOG_NO_TIME : 0u) |
			 (callers ? PM_LOG_CALLERS : 0u);
	const struct pm_log *log = pm_session_log(sh->session, &trouble);
	bool ok = sh->json  ? print_json(sh, log)
		  : dates   ? print_dates(sh, log, style, devices)
		  : devices ? print_devices(sh, log, style)
			    : print_text(sh, log, style);

	if (trouble)
		return pm_shell_error(sh, "log", "%s", trouble->message);
	if (log->lost)
		pm_shell_error(sh, "log", "the text of %llu records is not in the dump",
			       (unsigned long long)log->lost);
	return ok;
}
