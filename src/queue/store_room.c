/** Gives the disk the room that removed rows have left in the database. */
#include "sqlite.h"

#include <errno.h>

/** Moved at a time, from the end of the file to where there is room. */
#define GIVE_SQL "PRAGMA incremental_vacuum(128)"
/** Less is soon needed again: one part of so many, and as little as this. */
#define SPARE_PART 10
#define SPARE_PAGES 64

struct room_of {
    int pages, free, size;
    int can_give; /* the mode that is called incremental */
};

static bool measure(struct store *store, struct room_of *room)
{
    sqlite3 *database = store->database;
    *room = (struct room_of){0};
    fail(store, ask_number(database, "PRAGMA page_count", &room->pages));
    fail(store, ask_number(database, "PRAGMA freelist_count", &room->free));
    fail(store, ask_number(database, "PRAGMA page_size", &room->size));
    fail(store, ask_number(database, "PRAGMA auto_vacuum", &room->can_give));
    return !store->failure;
}

static bool is_much(const struct room_of *room)
{
    return room->free > SPARE_PAGES && room->free > room->pages / SPARE_PART;
}

bool store_give_back(struct store *store)
{
    enum { INCREMENTAL = 2 };
    struct room_of room;
    if (!measure(store, &room) || room.can_give != INCREMENTAL || !is_much(&room))
        return false;
    fail(store, sqlite3_exec(store->database, GIVE_SQL, NULL, NULL, NULL));
    return !store->failure;
}

int store_shrink(struct store *store, int64_t *ret_bytes)
{
    struct room_of before, after;
    store->failure = SQLITE_OK;
    *ret_bytes = 0;
    if (!measure(store, &before))
        return -EIO;
    if (!is_much(&before))
        return 0;
    int code = sqlite3_exec(store->database, "VACUUM", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return (code & 0xFF) == SQLITE_FULL    ? -ENOSPC
               : (code & 0xFF) == SQLITE_NOMEM ? -ENOMEM
                                               : -EIO;
    if (measure(store, &after))
        *ret_bytes = (int64_t)(before.pages - after.pages) * before.size;
    return 0;
}
