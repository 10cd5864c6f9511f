/** What the worker knows of each folder, most of it from the watch thread. */
#include "folder_view.h"
#include "discards.h"

#include <stdlib.h>
#include <string.h>

struct folder_view *folder_views_new(const struct worker *worker, const struct config *config)
{
    struct folder_view *views = calloc(config->folder_count + 1, sizeof(*views));
    for (size_t i = 0; views && i < config->folder_count; i++) {
        views[i].name = config->folders[i].name;
        for (size_t j = 0; worker->config && j < worker->config->folder_count; j++)
            if (strcmp(views[i].name, worker->folders[j].name) == 0) {
                views[i] = worker->folders[j];
                views[i].name = config->folders[i].name;
                views[i].check_next_ms = 0; /* rescan may be another one now */
            }
    }
    return views;
}

struct folder_view *folder_view_of(const struct worker *worker, const char *name)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (strcmp(worker->folders[i].name, name) == 0)
            return &worker->folders[i];
    return NULL;
}

void worker_set_folder(struct worker *worker, const char *name, const struct folder_state *state)
{
    struct folder_view *view = folder_view_of(worker, name);
    if (!view)
        return;
    view->healthy = state->healthy;
    view->device = state->device;
    view->inode = state->inode;
    view->scanned = state->scanned;
    if (state->complete_scans && state->complete_scans != view->complete_scans)
        discards_begin(config_folder(worker->config, name), view);
    view->complete_scans = state->complete_scans;
}
