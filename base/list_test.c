/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list: order, removal from anywhere, and joining.
 */
#include <base/list.h>
#include <check/check.h>

struct item {
    int value;
    struct list_node node;
};

/* The list holds exactly `expected`, read in both directions. */
static bool list_holds(const struct list *list, const int *expected, size_t count)
{
    const struct list_node *node = list_first(list);

    for (size_t i = 0; i < count; i++) {
        if (node == NULL || container_of(node, const struct item, node)->value != expected[i])
            return false;
        node = list_next(list, node);
    }
    if (node != NULL)
        return false;

    node = list_last(list);
    for (size_t i = count; i > 0; i--) {
        if (node == NULL || container_of(node, const struct item, node)->value != expected[i - 1])
            return false;
        node = list_prev(list, node);
    }
    return node == NULL && list_is_empty(list) == (count == 0);
}

static void pushes_keep_order(void)
{
    struct item a = {.value = 1}, b = {.value = 2}, c = {.value = 3}, d = {.value = 4};
    struct list list;

    list_init(&list);
    CHECK(list_holds(&list, NULL, 0));
    list_push_back(&list, &b.node);
    list_push_back(&list, &d.node);
    list_push_front(&list, &a.node);
    list_insert_before(&d.node, &c.node);
    CHECK(list_holds(&list, (const int[]){1, 2, 3, 4}, 4));
}

static void removed_node_points_to_itself(void)
{
    struct item a = {.value = 1}, b = {.value = 2}, c = {.value = 3};
    struct list list;

    list_init(&list);
    list_push_back(&list, &a.node);
    list_insert_after(&a.node, &c.node);
    list_insert_after(&a.node, &b.node);
    CHECK(list_is_linked(&b.node));
    list_remove(&b.node);
    CHECK(!list_is_linked(&b.node));
    list_remove(&b.node);
    CHECK(list_holds(&list, (const int[]){1, 3}, 2));
    list_remove(&a.node);
    list_remove(&c.node);
    CHECK(list_holds(&list, NULL, 0));
}

static void pop_takes_the_first_until_none_is_left(void)
{
    struct item a = {.value = 1}, b = {.value = 2};
    struct list list;

    list_init(&list);
    list_push_back(&list, &a.node);
    list_push_back(&list, &b.node);
    CHECK(list_pop_front(&list) == &a.node);
    CHECK(list_pop_front(&list) == &b.node);
    CHECK(list_pop_front(&list) == NULL);
}

static void append_moves_all_elements(void)
{
    struct item items[] = {{.value = 1}, {.value = 2}, {.value = 3}, {.value = 4}};
    struct list list;
    struct list from;

    list_init(&list);
    list_init(&from);
    list_append(&list, &from);
    CHECK(list_holds(&list, NULL, 0));

    list_push_back(&from, &items[0].node);
    list_push_back(&from, &items[1].node);
    list_append(&list, &from);
    CHECK(list_holds(&list, (const int[]){1, 2}, 2));
    CHECK(list_holds(&from, NULL, 0));

    list_push_back(&from, &items[2].node);
    list_push_back(&from, &items[3].node);
    list_append(&list, &from);
    CHECK(list_holds(&list, (const int[]){1, 2, 3, 4}, 4));
    CHECK(list_holds(&from, NULL, 0));
}

int main(void)
{
    static const struct check_test tests[] = {
        {"pushes_keep_order", pushes_keep_order},
        {"removed_node_points_to_itself", removed_node_points_to_itself},
        {"pop_takes_the_first_until_none_is_left", pop_takes_the_first_until_none_is_left},
        {"append_moves_all_elements", append_moves_all_elements},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
