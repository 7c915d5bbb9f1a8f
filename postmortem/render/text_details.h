/* Everything else that is known: what `kpanic explain -v` adds. */
#ifndef PM_RENDER_TEXT_DETAILS_H
#define PM_RENDER_TEXT_DETAILS_H

#include "render/page.h"

void pm_text_details(struct pm_page *page, const struct pm_incident *inc);

#endif
