/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree against a sorted array.
 *
 * After every change the whole tree is checked: order, parent pointers, leans, heights, first.
 * All orders of a few elements are tried exhaustively, many elements at random.
 */
#include <base/tree.h>
#include <check/check.h>

enum { ITEMS_MAX = 512, HEIGHT_MAX = 32, SMALL = 6, RANDOM_STEPS = 60000 };

struct item {
    struct tree_node node;
    unsigned key;
    unsigned serial; /* order of arrival, to tell equal keys apart */
};

static const struct item *item_of(const struct tree_node *node)
{
    return container_of(node, const struct item, node);
}

static bool item_before(const struct tree_node *a, const struct tree_node *b)
{
    return item_of(a)->key < item_of(b)->key;
}

/* The height of a subtree whose pointers, leans and heights are right, or -1. */
static int checked_height(const struct tree_node *node, int depth_left)
{
    int height[2];

    if (node == NULL)
        return 0;
    if (depth_left == 0)
        return -1;
    for (unsigned side = 0; side < 2; side++) {
        if (node->child[side] != NULL && tree_parent(node->child[side]) != node)
            return -1;
        height[side] = checked_height(node->child[side], depth_left - 1);
        if (height[side] < 0)
            return -1;
    }

    switch (node->parent_and_lean & TREE_LEAN_MASK) {
    case TREE_EVEN:
        return height[0] == height[1] ? height[0] + 1 : -1;
    case TREE_LEANS_LEFT:
        return height[0] == height[1] + 1 ? height[0] + 1 : -1;
    case TREE_LEANS_RIGHT:
        return height[1] == height[0] + 1 ? height[1] + 1 : -1;
    default:
        return -1;
    }
}

/* `tree` is a valid AVL tree of exactly the items in `expected`, in that order. */
static bool tree_matches(const struct tree *tree, struct item *const *expected, size_t count)
{
    struct tree_node *node = tree_first(tree);
    struct tree_node *prev = NULL;

    if (checked_height(tree->root, HEIGHT_MAX) < 0)
        return false;
    if (tree->root != NULL && tree_parent(tree->root) != NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (node != &expected[i]->node || tree_prev(node) != prev)
            return false;
        prev = node;
        node = tree_next(node);
    }
    return node == NULL && tree_last(tree) == prev && tree_is_empty(tree) == (count == 0);
}

/* The model: insertion into a sorted array, behind equal keys. */
static void array_insert(struct item **array, size_t count, struct item *item)
{
    size_t at = count;

    for (; at > 0 && item->key < array[at - 1]->key; at--)
        array[at] = array[at - 1];
    array[at] = item;
}

static void array_remove(struct item **array, size_t count, size_t at)
{
    for (; at + 1 < count; at++)
        array[at] = array[at + 1];
}

/* The `number`-th permutation of the first `count` numbers. */
static void permutation(unsigned number, unsigned count, unsigned *out)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned place = number % (i + 1);

        number /= i + 1;
        for (unsigned j = i; j > place; j--)
            out[j] = out[j - 1];
        out[place] = i;
    }
}

/* Inserts keys in one order and removes them in another, checking after each step. */
static bool orders_work(const unsigned *in, const unsigned *out, unsigned count, unsigned divisor)
{
    static struct item items[ITEMS_MAX];
    struct item *expected[SMALL + 1];
    struct tree tree;
    size_t left = 0;

    tree_init(&tree);
    for (unsigned i = 0; i < count; i++) {
        struct item *item = &items[in[i]];

        *item = (struct item){.key = in[i] / divisor, .serial = i};
        array_insert(expected, left++, item);
        tree_insert(&tree, &item->node, item_before);
        if (!tree_matches(&tree, expected, left))
            return false;
    }
    for (unsigned i = 0; i < count; i++) {
        size_t at = 0;

        while (expected[at] != &items[out[i]])
            at++;
        array_remove(expected, left--, at);
        tree_remove(&tree, &items[out[i]].node);
        if (!tree_matches(&tree, expected, left))
            return false;
    }
    return true;
}

static void every_order_of_insert_and_remove_keeps_the_tree_right(void)
{
    unsigned in[SMALL + 1];
    unsigned out[SMALL + 1];
    unsigned orders = 1;

    for (unsigned count = 1; count <= SMALL; count++) {
        orders *= count;
        for (unsigned i = 0; i < orders; i++) {
            permutation(i, count, in);
            for (unsigned j = 0; j < orders; j++) {
                permutation(j, count, out);
                if (!CHECK(orders_work(in, out, count, 1)))
                    return;
            }
            if (!CHECK(orders_work(in, out, count, 2)))
                return;
        }
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Tends to grow for a while, then to shrink, so that all sizes are met. */
static bool random_steps_work(uint32_t seed, unsigned key_range)
{
    static struct item items[ITEMS_MAX];
    static struct item *expected[ITEMS_MAX];
    static struct item *unused[ITEMS_MAX];
    struct tree tree;
    size_t count = 0;
    unsigned serial = 0;

    tree_init(&tree);
    for (size_t i = 0; i < ITEMS_MAX; i++)
        unused[i] = &items[i];

    for (unsigned step = 0; step < RANDOM_STEPS; step++) {
        bool grows = next_random(&seed) % 16 < (step / 2000 % 2 == 0 ? 10u : 6u);

        if (grows && count < ITEMS_MAX) {
            struct item *item = unused[ITEMS_MAX - 1 - count];

            item->key = next_random(&seed) % key_range;
            item->serial = serial++;
            array_insert(expected, count++, item);
            tree_insert(&tree, &item->node, item_before);
        } else if (!grows && count > 0) {
            size_t at = next_random(&seed) % 4 == 0 ? 0 : next_random(&seed) % count;
            struct item *item = expected[at];

            array_remove(expected, count--, at);
            unused[ITEMS_MAX - 1 - count] = item;
            tree_remove(&tree, &item->node);
        }
        if ((count < 8 || step % 16 == 0) && !tree_matches(&tree, expected, count))
            return false;
    }
    return true;
}

static void random_steps_match_a_sorted_array(void)
{
    static const unsigned key_ranges[] = {1, 3, 64, 1u << 30};

    for (size_t i = 0; i < array_count(key_ranges); i++)
        CHECK(random_steps_work(2463534242u + (uint32_t)i, key_ranges[i]));
}

static void equal_keys_leave_in_order_of_arrival(void)
{
    static struct item items[100];
    struct tree tree;
    unsigned last[3] = {0, 0, 0};

    tree_init(&tree);
    for (unsigned i = 0; i < array_count(items); i++) {
        items[i] = (struct item){.key = i * 7 % 3, .serial = i + 1};
        tree_insert(&tree, &items[i].node, item_before);
    }
    while (!tree_is_empty(&tree)) {
        const struct item *item = item_of(tree_first(&tree));

        CHECK(item->serial > last[item->key]);
        last[item->key] = item->serial;
        tree_remove(&tree, tree_first(&tree));
    }
}

static void height_stays_within_the_avl_bound(void)
{
    static struct item items[ITEMS_MAX];
    struct tree tree;

    tree_init(&tree);
    for (unsigned i = 0; i < ITEMS_MAX; i++) {
        items[i].key = i;
        tree_insert(&tree, &items[i].node, item_before);
    }
    CHECK_EQ(checked_height(tree.root, HEIGHT_MAX), 10); /* 512 sorted inserts: as flat as can be */
}

static void callers_own_search_places_the_node(void)
{
    static struct item items[ITEMS_MAX];
    static struct item *expected[ITEMS_MAX];
    struct tree tree;

    tree_init(&tree);
    for (unsigned i = 0; i < ITEMS_MAX; i++) {
        struct tree_node *parent = NULL;
        struct tree_node *node = tree.root;
        enum tree_side side = TREE_LEFT;

        items[i].key = i * 389 % ITEMS_MAX;
        while (node != NULL) {
            parent = node;
            side = items[i].key < item_of(node)->key ? TREE_LEFT : TREE_RIGHT;
            node = node->child[side];
        }
        array_insert(expected, i, &items[i]);
        tree_insert_at(&tree, parent, side, &items[i].node);
        if (!CHECK(tree_matches(&tree, expected, i + 1)))
            return;
    }
}

static void single_element_comes_and_goes(void)
{
    struct item item = {.key = 1};
    struct item *expected[] = {&item};
    struct tree tree;

    tree_init(&tree);
    CHECK(tree_first(&tree) == NULL && tree_last(&tree) == NULL);
    for (unsigned i = 0; i < 2; i++) {
        tree_insert(&tree, &item.node, item_before);
        CHECK(tree_matches(&tree, expected, 1));
        tree_remove(&tree, &item.node);
        CHECK(tree_matches(&tree, expected, 0));
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"single_element_comes_and_goes", single_element_comes_and_goes},
        {"every_order_of_insert_and_remove_keeps_the_tree_right",
         every_order_of_insert_and_remove_keeps_the_tree_right},
        {"random_steps_match_a_sorted_array", random_steps_match_a_sorted_array},
        {"equal_keys_leave_in_order_of_arrival", equal_keys_leave_in_order_of_arrival},
        {"height_stays_within_the_avl_bound", height_stays_within_the_avl_bound},
        {"callers_own_search_places_the_node", callers_own_search_places_the_node},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
