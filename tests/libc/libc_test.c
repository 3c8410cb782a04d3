/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library on the target: what programs use of it, on musl's side and on ours.
 */
#include "libc_test.h"

#include <component/component.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <posix/core.h>
#include <protocol/control_client.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1 << 20, PAGE = 4096 };

static int the_argument_count;
static char **the_arguments;

/* ---- text ---- */

static void printf_knows_its_formats(void)
{
    char text[200];
    size_t room;

    snprintf(text, sizeof(text), "%d %5u|%-5s|%05x %c %lld %%", -7, 42u, "ab", 0xbeefu, 'z',
             -9000000000ll);
    CHECK_STR(text, "-7    42|ab   |0beef z -9000000000 %");
    snprintf(text, sizeof(text), "%.3f %e %g %a %.20Lf", 3.14159, 12345.678, 1e-7, 1.0,
             (long double)0.1L);
    CHECK(strncmp(text, "3.142 1.234568e+04 1e-07 0x1p+0 0.1000000000000000000", 53) == 0);
    room = (size_t)the_argument_count + 1; /* 4, which the compiler cannot foresee */
    CHECK_EQ(snprintf(text, room, "%s", "longer"), 6);
    CHECK_STR(text, "lon");
}

static void numbers_are_read_back(void)
{
    double number = 0;
    int count = 0;

    CHECK(strtod("2.5e3", NULL) == 2500.0);
    CHECK_EQ(strtol("-0x7f", NULL, 0), -127);
    errno = 0;
    CHECK_EQ(strtoul("99999999999999999999", NULL, 10), UINT64_MAX);
    CHECK_EQ(errno, ERANGE);
    CHECK_EQ(sscanf("12 0.25", "%d %lf", &count, &number), 2);
    CHECK_EQ(count, 12);
    CHECK(number == 0.25);
}

static int compare_ints(const void *a, const void *b)
{
    const int *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static void qsort_sorts(void)
{
    int numbers[500];

    for (int i = 0; i < 500; i++)
        numbers[i] = i * 7919 % 503;
    qsort(numbers, 500, sizeof(numbers[0]), compare_ints);
    for (int i = 1; i < 500; i++)
        CHECK(numbers[i - 1] <= numbers[i]);
}

static void a_line_longer_than_the_logs_is_said_in_pieces(void)
{
    char text[400];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    CHECK_EQ(printf("%s\n", text), sizeof(text));
    CHECK_EQ(fprintf(stderr, "# a line of standard error\n"), 27);
}

/* ---- memory ---- */

static void malloc_gives_memory_of_its_own(void)
{
    enum { COUNT = 200, ROUNDS = 3000 };
    static struct {
        unsigned char *bytes;
        size_t size;
    } held[COUNT];
    uint32_t random = 1;

    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned which;

        random = random * 1664525u + 1013904223u;
        which = random >> 8 & 127;
        if (held[which].bytes != NULL) {
            for (size_t k = 0; k < held[which].size; k++) {
                if (held[which].bytes[k] != (unsigned char)which) {
                    CHECK(false);
                    return;
                }
            }
            free(held[which].bytes);
        }
        held[which].size = 1 + (random >> 16) % ((random & 15) == 0 ? 20000 : 300);
        held[which].bytes = malloc(held[which].size);
        if (!CHECK(held[which].bytes != NULL))
            return;
        memset(held[which].bytes, (int)which, held[which].size);
    }
    for (unsigned i = 0; i < COUNT; i++)
        free(held[i].bytes);
}

static void calloc_and_realloc_keep_their_word(void)
{
    int *numbers = calloc(3000, sizeof(*numbers));

    if (!CHECK(numbers != NULL))
        return;
    for (unsigned i = 0; i < 3000; i++)
        CHECK_EQ(numbers[i], 0);
    for (int i = 0; i < 3000; i++)
        numbers[i] = i;
    numbers = realloc(numbers, 100000 * sizeof(*numbers));
    if (!CHECK(numbers != NULL))
        return;
    for (int i = 0; i < 3000; i++)
        CHECK_EQ(numbers[i], i);
    free(numbers);
}

static void a_heap_that_is_used_up_is_an_error_and_comes_back(void)
{
    void *parts[64];
    unsigned count = 0;

    errno = 0;
    CHECK(malloc(64 * MIB) == NULL);
    CHECK_EQ(errno, ENOMEM);
    while (count < 64 && (parts[count] = malloc(MIB / 8)) != NULL)
        count++;
    CHECK(count > 2 && count < 64);
    for (unsigned i = 0; i < count; i++)
        free(parts[i]);
    parts[0] = malloc(MIB / 4);
    CHECK(parts[0] != NULL);
    free(parts[0]);
}

static void mapped_pages_are_zero_each_time(void)
{
    for (unsigned i = 0; i < 3; i++) {
        unsigned char *page =
            mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (!CHECK(page != MAP_FAILED))
            return;
        for (unsigned k = 0; k < 3 * PAGE; k++)
            CHECK_EQ(page[k], 0);
        memset(page, 0xa5, 3 * PAGE);
        CHECK_EQ(mprotect(page + PAGE, PAGE, PROT_READ), 0);
        CHECK_EQ(page[PAGE], 0xa5);
        CHECK_EQ(munmap(page, 3 * PAGE), 0);
    }
    CHECK(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
          MAP_FAILED);
    CHECK_EQ(munmap((void *)(uintptr_t)0x400000, PAGE), -1); /* the program's own text */
}

/* ---- control ---- */

static jmp_buf place;

static void jump(volatile int depth)
{
    if (depth > 0)
        jump(depth - 1);
    if (depth == 0)
        longjmp(place, 42);
}

static void longjmp_returns_to_setjmp(void)
{
    volatile int before = 7;
    int value = setjmp(place);

    if (value == 0) {
        before = 8;
        jump(20);
    }
    CHECK_EQ(value, 42);
    CHECK_EQ(before, 8);
}

static void arguments_and_environment_are_the_manifests(void)
{
    CHECK_EQ(the_argument_count, 3);
    CHECK_STR(the_arguments[0], "libc");
    CHECK_STR(the_arguments[1], "one");
    CHECK_STR(the_arguments[2], "two words");
    CHECK(the_arguments[3] == NULL);
    CHECK_STR(getenv("PLAIN"), "value");
    CHECK_STR(getenv("BLANKS"), " with blanks ");
    CHECK_STR(getenv("EMPTY"), "");
    CHECK_STR(getenv("UTF8"), "Gr\xc3\xbc\xc3\x9f"
                              "e \xe2\x9c\x93");
    CHECK(getenv("UNSET") == NULL);
    CHECK(getenv("PLAI") == NULL);
    CHECK_EQ(setenv("UNSET", "now", 1), 0);
    CHECK_STR(getenv("UNSET"), "now");
}

static void what_is_not_there_says_so(void)
{
    char byte;

    errno = 0;
    CHECK_EQ(fork(), -1);
    CHECK_EQ(errno, ENOSYS);
    CHECK_EQ(open("/etc/passwd", O_RDONLY), -1);
    CHECK_EQ(errno, ENOSYS);
    CHECK_EQ(kill(getpid(), 15), -1);
    CHECK_EQ(errno, ENOSYS);
    CHECK_EQ(write(9, "x", 1), -1);
    CHECK_EQ(errno, EBADF);
    CHECK_EQ(read(0, &byte, 1), 0);
    CHECK_EQ(lseek(1, 0, SEEK_CUR), -1);
    CHECK_EQ(errno, ESPIPE);
}

static void files_can_be_duplicated_and_closed(void)
{
    int copy = dup(1);

    CHECK_EQ(copy, 3);
    CHECK_EQ(write(copy, "# through a copy\n", 17), 17);
    CHECK_EQ(close(copy), 0);
    CHECK_EQ(close(copy), -1);
    CHECK_EQ(errno, EBADF);
}

/* ---- time ---- */

static uint64_t now_ns(clockid_t clock)
{
    struct timespec time = {0};

    CHECK_EQ(clock_gettime(clock, &time), 0);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void time_passes(void)
{
    const struct timespec pause = {0, 20000000};
    uint64_t before = now_ns(CLOCK_MONOTONIC), wall = now_ns(CLOCK_REALTIME);

    CHECK_EQ(nanosleep(&pause, NULL), 0);
    CHECK(now_ns(CLOCK_MONOTONIC) - before >= 20000000);
    CHECK(now_ns(CLOCK_REALTIME) - wall >= 20000000);
    CHECK(wall >= UINT64_C(946684800000000000)); /* 2000 */
    CHECK_EQ(clock_gettime(77, &(struct timespec){0}), -1);
    CHECK_EQ(errno, EINVAL);
}

static void the_calendar_works(void)
{
    const time_t when = 1700000000;
    char text[40];
    struct tm date;

    CHECK(gmtime_r(&when, &date) != NULL);
    CHECK_EQ(strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a", &date), 23);
    CHECK_STR(text, "2023-11-14 22:13:20 Tue");
    CHECK_EQ(timegm(&date), when);
}

static void random_bytes_are_an_error_without_a_source(void)
{
    char bytes[8];

    errno = 0;
    CHECK_EQ(getrandom(bytes, sizeof(bytes), 0), -1);
    CHECK_EQ(errno, ENOSYS);
}

static void put(const char *text)
{
    printf("%s", text);
}

int main(int argument_count, char **arguments)
{
    static const struct check_test tests[] = {
        {"printf_knows_its_formats", printf_knows_its_formats},
        {"numbers_are_read_back", numbers_are_read_back},
        {"qsort_sorts", qsort_sorts},
        {"a_line_longer_than_the_logs_is_said_in_pieces",
         a_line_longer_than_the_logs_is_said_in_pieces},
        {"malloc_gives_memory_of_its_own", malloc_gives_memory_of_its_own},
        {"calloc_and_realloc_keep_their_word", calloc_and_realloc_keep_their_word},
        {"a_heap_that_is_used_up_is_an_error_and_comes_back",
         a_heap_that_is_used_up_is_an_error_and_comes_back},
        {"mapped_pages_are_zero_each_time", mapped_pages_are_zero_each_time},
        {"longjmp_returns_to_setjmp", longjmp_returns_to_setjmp},
        {"arguments_and_environment_are_the_manifests",
         arguments_and_environment_are_the_manifests},
        {"what_is_not_there_says_so", what_is_not_there_says_so},
        {"files_can_be_duplicated_and_closed", files_can_be_duplicated_and_closed},
        {"time_passes", time_passes},
        {"the_calendar_works", the_calendar_works},
        {"random_bytes_are_an_error_without_a_source", random_bytes_are_an_error_without_a_source},
        {"threads_run_and_are_joined", threads_run_and_are_joined},
        {"a_mutex_lets_one_in_at_a_time", a_mutex_lets_one_in_at_a_time},
        {"a_condition_wakes_who_waits", a_condition_wakes_who_waits},
        {"a_broadcast_wakes_all", a_broadcast_wakes_all},
        {"a_wait_with_a_limit_ends", a_wait_with_a_limit_ends},
        {"thread_local_variables_are_each_threads_own",
         thread_local_variables_are_each_threads_own},
        {"keys_are_destroyed_at_the_end_of_a_thread", keys_are_destroyed_at_the_end_of_a_thread},
        {"errno_is_each_threads_own", errno_is_each_threads_own},
        {"a_semaphore_counts", a_semaphore_counts},
        {"a_sleeping_thread_can_be_cancelled", a_sleeping_thread_can_be_cancelled},
        {"ended_threads_give_everything_back", ended_threads_give_everything_back},
        {"there_are_so_many_threads_and_no_more", there_are_so_many_threads_and_no_more},
        {"a_thread_may_call_protocols", a_thread_may_call_protocols},
    };
    int failed;

    the_argument_count = argument_count;
    the_arguments = arguments;
    failed = check_run(tests, array_count(tests), put);
    fflush(stdout);
    (void)control_power_off(rt_startup_find(core_component()->startup, "control"));
    return failed;
}
