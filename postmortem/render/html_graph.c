/* Drawings of a page: the lock cycle, who waits for whom, when the reports came. */
#include "render/html_page.h"

#include "render/words.h"

enum {
	WIDTH = 440, /* of the drawings' own coordinates: readable on a phone */
	NODES_MAX = 12,
	NODE_HEIGHT = 30,
	NODE_GAP = 62,
	TASKS_MAX = 12,
};

static void heading(struct pm_render_html *page, const char *title)
{
	pm_html_rawf(page, "<h3>%s</h3>\n", title);
}

static void text_at(struct pm_render_html *page, int x, int y, const char *class, const char *text,
		    size_t characters)
{
	pm_html_rawf(page, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	pm_html_cut(page, text, characters);
	pm_html_raw(page, "<title>");
	pm_html_text(page, text);
	pm_html_raw(page, "</title></text>\n");
}

static void node(struct pm_render_html *page, int x, int y, int width, const char *text, size_t characters)
{
	pm_html_rawf(page, "<rect class=\"node\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>\n",
		     x, y, width, NODE_HEIGHT);
	text_at(page, x + 8, y + 20, "", text, characters);
}

static void arrow_down(struct pm_render_html *page, int x, int y, const char *class)
{
	pm_html_rawf(page, "<path class=\"head %s\" d=\"M%d %d l-5 -9 h10 z\"/>\n", class, x, y);
}

/* The locks stand below each other in the order in which they are taken; the last arrow goes back up. */
bool pm_html_lock_cycle(struct pm_render_html *page, const struct pm_incident *inc)
{
	size_t n = inc->lock_edges.n;
	enum { X = 8, W = 330, BACK = X + W + 40 };

	if (n < 2 || n > NODES_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!inc->lock_edges.v[i].from || !inc->lock_edges.v[i].to)
			return false;
	bool closed = !strcmp(inc->lock_edges.v[0].from, inc->lock_edges.v[n - 1].to);
	size_t nodes = closed ? n : n + 1;
	int height = (int)nodes * NODE_GAP + 10;

	heading(page, closed ? "locks: the circle" : "locks: the order");
	pm_html_rawf(page,
		     "<svg class=\"locks\" role=\"img\" aria-label=\"lock order\" viewBox=\"0 0 %d %d\">\n",
		     WIDTH, height);
	for (size_t i = 0; i < nodes; i++) {
		const char *name = i < n ? inc->lock_edges.v[i].from : inc->lock_edges.v[n - 1].to;

		node(page, X, (int)i * NODE_GAP + 8, W, name, 44);
	}
	for (size_t i = 0; i < n; i++) {
		const struct pm_lock_edge *edge = &inc->lock_edges.v[i];
		const char *class = edge->new_edge ? "new" : "";
		int from = (int)i * NODE_GAP + 8 + NODE_HEIGHT, to = (int)(i + 1) * NODE_GAP + 8;
		const char *how = edge->how ? edge->how : "then";

		if (closed && i == n - 1) {
			int y = from - NODE_HEIGHT / 2, top = 8 + NODE_HEIGHT / 2;

			pm_html_rawf(page, "<path class=\"edge %s\" d=\"M%d %d H%d V%d H%d\"/>\n", class,
				     X + W, y, BACK, top, X + W + 8);
			pm_html_rawf(page, "<path class=\"head %s\" d=\"M%d %d l9 -5 v10 z\"/>\n", class,
				     X + W, top);
			text_at(page, X + W / 2 - 20, from + 18, edge->new_edge ? "new" : "dim", how, 32);
			continue;
		}
		pm_html_rawf(page, "<path class=\"edge %s\" d=\"M%d %d V%d\"/>\n", class, X + 30, from,
			     to - 8);
		arrow_down(page, X + 30, to, class);
		text_at(page, X + 44, from + 20, edge->new_edge ? "new" : "dim", how, 44);
	}
	pm_html_raw(page, "</svg>\n");
	return true;
}

/* A lock and a task of the wait graph. */
struct party {
	const struct pm_lock *lock;
	size_t row;
};

static bool same_lock(const struct pm_lock *a, const struct pm_lock *b)
{
	if (a->has_addr && b->has_addr && a->addr && b->addr)
		return a->addr == b->addr;
	return !a->has_addr && !b->has_addr && a->type && b->type && !a->name && !b->name &&
	       !strcmp(a->type, b->type);
}

static bool same_task(const struct pm_lock *a, const struct pm_lock *b)
{
	return a->has_pid && b->has_pid && a->pid == b->pid;
}

/* Do two tasks have to do with this lock? */
static bool contended(const struct pm_incident *inc, const struct pm_lock *lock)
{
	for (size_t i = 0; i < inc->locks.n; i++)
		if (inc->locks.v[i].role != PM_LOCK_RELEASED && same_lock(&inc->locks.v[i], lock) &&
		    inc->locks.v[i].has_pid && !same_task(&inc->locks.v[i], lock))
			return true;
	return false;
}

static size_t party_of(struct party *parties, size_t *n, const struct pm_lock *lock,
		       bool (*same)(const struct pm_lock *, const struct pm_lock *))
{
	for (size_t i = 0; i < *n; i++)
		if (same(parties[i].lock, lock))
			return i;
	if (*n == TASKS_MAX)
		return TASKS_MAX;
	parties[*n].lock = lock;
	return (*n)++;
}

bool pm_html_wait_graph(struct pm_render_html *page, const struct pm_incident *inc)
{
	enum { TASK_W = 150, LOCK_X = 270, LOCK_W = 165 };
	struct party tasks[TASKS_MAX], locks[TASKS_MAX];
	const struct pm_lock *edges[4 * TASKS_MAX];
	size_t ntasks = 0, nlocks = 0, nedges = 0;

	for (size_t i = 0; i < inc->locks.n && i < 400 && nedges < PM_COUNT(edges); i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->role == PM_LOCK_RELEASED || !lock->has_pid || !contended(inc, lock))
			continue;
		if (party_of(tasks, &ntasks, lock, same_task) == TASKS_MAX ||
		    party_of(locks, &nlocks, lock, same_lock) == TASKS_MAX)
			continue;
		edges[nedges++] = lock;
	}
	if (ntasks < 2 || !nlocks)
		return false;
	heading(page, "who waits for whom");
	pm_html_rawf(page,
		     "<svg class=\"waits\" role=\"img\" aria-label=\"who waits for whom\" viewBox=\"0 0 %d "
		     "%zu\">\n",
		     WIDTH, (ntasks > nlocks ? ntasks : nlocks) * NODE_GAP + 10);
	for (size_t i = 0; i < nedges; i++) {
		size_t t = party_of(tasks, &ntasks, edges[i], same_task),
		       l = party_of(locks, &nlocks, edges[i], same_lock);
		int ty = (int)t * NODE_GAP + 8 + NODE_HEIGHT / 2,
		    ly = (int)l * NODE_GAP + 8 + NODE_HEIGHT / 2;
		bool wants = edges[i]->role == PM_LOCK_WANTED;
		/* Lockdep's lists do not tell a lock that is held from one that is being waited for. */
		const char *label = wants ? "wants" : "has";

		pm_html_rawf(page, "<path class=\"edge %s\" d=\"M%d %d L%d %d\"/>\n", wants ? "new" : "",
			     8 + TASK_W, ty, LOCK_X, ly);
		pm_html_rawf(page, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", wants ? "new" : "dim",
			     (8 + TASK_W + LOCK_X) / 2 - 14, (ty + ly) / 2 - 4, label);
	}
	for (size_t i = 0; i < ntasks; i++) {
		struct pm_buf words = { 0 };

		pm_buf_printf(&words, "%s %lld", tasks[i].lock->task ? tasks[i].lock->task : "pid",
			      (long long)tasks[i].lock->pid);
		node(page, 8, (int)i * NODE_GAP + 8, TASK_W, words.data, 19);
		pm_buf_deinit(&words);
	}
	for (size_t i = 0; i < nlocks; i++)
		node(page, LOCK_X, (int)i * NODE_GAP + 8, LOCK_W,
		     locks[i].lock->name   ? locks[i].lock->name
		     : locks[i].lock->type ? locks[i].lock->type
					   : "lock",
		     21);
	pm_html_raw(page, "</svg>\n<p class=\"ev\">“has”: the kernel lists the lock for this task: held, or "
			  "waited for.</p>\n");
	return true;
}

/* A list with a mark on a line for each report that has a time; times of different boots stand on no line. */
void pm_html_timeline(struct pm_render_html *page)
{
	uint64_t first = UINT64_MAX, last = 0;
	bool one_clock = true;

	for (size_t i = 0; i < page->moments.n; i++) {
		const struct pm_html_moment *m = &page->moments.v[i], *before = i ? m - 1 : m;

		one_clock = one_clock && m->boot == before->boot && !strcmp(m->input, before->input);
		if (!m->has_time)
			continue;
		first = m->ns < first ? m->ns : first;
		last = m->ns > last ? m->ns : last;
	}
	pm_html_raw(page, "<nav aria-label=\"reports\">\n");
	if (last > first && one_clock) {
		pm_html_raw(page, "<svg class=\"timeline\" role=\"img\" aria-label=\"timeline\" viewBox=\"0 "
				  "0 1000 24\">\n"
				  "<path class=\"edge\" d=\"M10 12 H990\"/>\n");
		for (size_t i = 0; i < page->moments.n; i++) {
			const struct pm_html_moment *m = &page->moments.v[i];

			if (m->has_time)
				pm_html_rawf(
					page,
					"<a href=\"#r%zu\"><circle class=\"head%s\" cx=\"%d\" cy=\"12\" "
					"r=\"6\"/></a>\n",
					i + 1, m->secondary ? "" : " new",
					10 + (int)(980.0 * (double)(m->ns - first) / (double)(last - first)));
		}
		pm_html_raw(page, "</svg>\n");
	}
	pm_html_raw(page, "<ol>\n");
	for (size_t i = 0; i < page->moments.n; i++) {
		const struct pm_html_moment *m = &page->moments.v[i];
		struct pm_buf words = { 0 };

		pm_html_rawf(page, "<li><a href=\"#r%zu\">", i + 1);
		pm_html_text(page, m->headline);
		pm_html_raw(page, "</a>");
		if (page->many)
			pm_buf_str(&words, m->input);
		if (m->has_time) {
			pm_buf_str(&words, words.n ? ", " : "");
			pm_words_seconds(&words, m->ns);
		}
		if (words.n) {
			pm_html_raw(page, " <span class=\"ev of\">");
			pm_html_text(page, words.data);
			pm_html_raw(page, "</span>");
		}
		pm_html_raw(page, "</li>\n");
		pm_buf_deinit(&words);
	}
	pm_html_raw(page, "</ol></nav>\n");
}
