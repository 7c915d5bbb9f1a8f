#include "cmd/cmd.h"

#include "console/console.h"
#include "decode/decode.h"
#include "explain/explain.h"
#include "render/render.h"

int pm_cmd_explain(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return PM_STATUS_NO_PANIC;
}
