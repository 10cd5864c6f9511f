/* What a crash left in .closedrop/ is put back by another process, as the queue says. */
#include "closedrop/work/staging.h"

#include "queue/queue_fixture.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[SCRATCH_MAX];
static char name[] = "scans";
static struct folder folder = {.name = name, .path = top};

static int make_folder(void **state)
{
    char staging[SCRATCH_MAX + 16];
    if (scratch_make(top) < 0)
        return -1;
    snprintf(staging, sizeof(staging), "%s/.closedrop", top);
    return mkdir(staging, 0700) < 0 ? -1 : open_queue(state);
}

static int remove_folder(void **state)
{
    (void)close_queue(state);
    return scratch_remove(top);
}

static bool exists(const char *path)
{
    char whole[2 * SCRATCH_MAX];
    snprintf(whole, sizeof(whole), "%s/%s", top, path);
    return access(whole, F_OK) == 0;
}

static void leave(int64_t id)
{
    char path[2 * SCRATCH_MAX];
    snprintf(path, sizeof(path), "%s/.closedrop/%lld", top, (long long)id);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

/** Carry an order out as the other process does, and have the queue answer. */
static int carry_out(struct queue *queue, struct str *order, struct str *next)
{
    struct str result = STR_INIT(FRAME_MAX);
    struct wire wire = {.at = order->bytes, .left = order->length};
    assert_true(staging_order_do(&folder, &wire, &result));
    wire = (struct wire){.at = result.bytes, .left = result.length};
    begin(queue);
    int count = staging_order_continue(&folder, queue, &wire, next);
    commit(queue);
    str_release(&result);
    str_release(order);
    return count;
}

static void puts_back_what_no_job_awaits(void **state)
{
    char staged[64];
    struct queue *queue = *state;
    struct str first = STR_INIT(FRAME_MAX), second = STR_INIT(FRAME_MAX),
               rest = STR_INIT(FRAME_MAX);
    struct arrival failed = {.folder = name,
        .path = "failed.pdf",
        .identity = file(1),
        .error_code = "empty",
        .error_message = "it is empty"};
    begin(queue);
    int64_t awaited = queue_add(queue, &failed), queued = add(queue, "queued.pdf", file(2));
    commit(queue);
    leave(awaited);
    leave(queued);
    leave(99);
    staging_order_add(&first);
    assert_int_equal(carry_out(queue, &first, &second), 2);
    assert_false(exists("queued.pdf")); /* the first one only lists */
    assert_int_equal(carry_out(queue, &second, &rest), 0);
    str_release(&rest);
    assert_true(exists("queued.pdf"));
    assert_true(exists("99"));
    assert_false(exists(".closedrop/99"));
    snprintf(staged, sizeof(staged), ".closedrop/%lld", (long long)awaited);
    assert_true(exists(staged));
}

static int continue_with(struct queue *queue, const int64_t *numbers, size_t count, size_t cut)
{
    struct str result = STR_INIT(1000), next = STR_INIT(1000);
    for (size_t i = 0; i < count; i++)
        wire_add_number(&result, numbers[i]);
    struct wire wire = {.at = result.bytes, .left = result.length - cut};
    begin(queue);
    int continued = staging_order_continue(&folder, queue, &wire, &next);
    commit(queue);
    str_release(&result);
    str_release(&next);
    return continued;
}

static void believes_no_result_that_is_broken(void **state)
{
    const int64_t unusable[] = {-EACCES}, positive[] = {1}, one[] = {0, 7};
    assert_int_equal(continue_with(*state, unusable, 1, 0), -EACCES);
    assert_int_equal(continue_with(*state, positive, 1, 0), -EPROTO);
    assert_int_equal(continue_with(*state, one, 2, 1), -EPROTO);
    assert_int_equal(continue_with(*state, one, 2, 0), 1);
}

static void leaves_other_orders_alone(void **state)
{
    struct str order = STR_INIT(100), result = STR_INIT(100);
    (void)state;
    wire_add_number(&order, 3);
    struct wire wire = {.at = order.bytes, .left = order.length};
    assert_false(staging_order_do(&folder, &wire, &result));
    assert_int_equal(wire_number(&wire), 3); /* nothing of it was read */
    assert_int_equal(result.length, 0);
    str_release(&order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(puts_back_what_no_job_awaits, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            believes_no_result_that_is_broken, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(leaves_other_orders_alone, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
