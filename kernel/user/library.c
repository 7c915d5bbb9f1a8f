#include <stdarg.h>

#include "lib/format.h"
#include "lib/string.h"
#include "user/user.h"

void say(const char *text, ...)
{
	char line[128];
	va_list list;

	va_start(list, text);
	size_t n = format_list(line, sizeof(line) - 1, text, list);
	va_end(list);
	line[n++] = '\n';
	CALL3(write, 1, line, n);
}

void quit(int status)
{
	CALL1(exit, status);
	__builtin_trap();
}

int in_child(void (*run)(void))
{
	int status = -1;
	int64_t id = CALL0(fork);

	if (id == 0) {
		run();
		quit(0);
	}
	while (id > 0 && CALL1(wait, &status) != id)
		;
	return status;
}

void on_signal(unsigned signal, void (*handler)(struct signal_information *), uint64_t flags)
{
	struct signal_action action = { (uint64_t)handler, (uint64_t)signal_restorer, flags };

	CALL2(sigaction, signal, &action);
}
