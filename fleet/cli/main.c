/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry-fleet: the fleet service by words, from the same interface that its pages use.
 *
 * Login makes a token of its own, good for 30 days; the password is not kept.
 */
#include "request.h"
#include "show.h"
#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { TOKEN_DAYS = 30, PATH_SIZE = 2048 };

/* A command line under way. */
struct line {
    const struct verb *verb;
    char path[PATH_SIZE];
    json_t *fields;
    const char *file;
    bool is_json;
};

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "skerry fleet: %s: %s\n", what, why);
    return false;
}

static void print_usage(FILE *out)
{
    fprintf(out, "usage: skerry fleet login URL [--trust CERTIFICATE]\n"
                 "       skerry fleet OBJECT VERB [ID] [--FIELD VALUE ...] [--json]\n\n");
    for (const struct verb *verb = verbs; verb->object != NULL; verb++) {
        fprintf(out, "  %-10s %-10s %s", verb->object, verb->name, verb->words);
        fprintf(out, verb->fields[0] != '\0' ? " (%s)\n" : "\n", verb->fields);
    }
    fprintf(out, "\nOf the fields in brackets, # is a number, ! a flag, @ a file.\n");
}

/* Reads a line without showing it, where there is a terminal. */
static bool read_secret(const char *prompt, char *text, size_t size)
{
    struct termios shown = {0};
    struct termios hidden;
    bool is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
    bool is_read;

    if (is_terminal) {
        fprintf(stderr, "%s: ", prompt);
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    is_read = fgets(text, (int)size, stdin) != NULL;
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        fputc('\n', stderr);
    }
    text[strcspn(text, "\n")] = '\0';
    return is_read;
}

/* The answer as JSON, to be given back; null, with the reason on stderr, when it is a refusal. */
static json_t *ask(const struct account *account, const char *method, const char *path,
                   const void *body, size_t size, char *cookie)
{
    struct answer answer;
    json_t *json;

    if (!request_send(account, method, path, body, size, &answer))
        return NULL;
    json = json_loadb((const char *)buffer_bytes(&answer.body), buffer_length(&answer.body), 0,
                      NULL);
    buffer_clear(&answer.body);
    if (cookie != NULL)
        strcpy(cookie, answer.cookie);
    if (answer.status == 200 && json != NULL)
        return json;
    complain(path, json_is_object(json)
                       ? json_string_value(json_object_get(json, "problem"))
                       : "the answer is none of the fleet service's");
    json_decref(json);
    return NULL;
}

static json_t *ask_with(const struct account *account, const char *method, const char *path,
                        json_t *fields, char *cookie)
{
    char *text = json_dumps(fields, JSON_COMPACT);
    json_t *answer = ask(account, method, path, text, strlen(text), cookie);

    free(text);
    json_decref(fields);
    return answer;
}

static bool make_token(struct account *account)
{
    char host[64] = "";
    char name[60];
    json_t *me = ask(account, "GET", "me", "", 0, NULL);
    json_t *made = NULL;

    if (me == NULL)
        return false;
    gethostname(host, sizeof(host) - 1);
    snprintf(name, sizeof(name), "skerry on %.45s", host);
    snprintf(account->csrf, sizeof(account->csrf), "%s",
             json_string_value(json_object_get(me, "csrf")));
    made = ask_with(account, "POST", "tokens",
                    json_pack("{s:s, s:O, s:i}", "name", name, "role",
                              json_object_get(me, "role"), "days", TOKEN_DAYS), NULL);
    json_decref(me);
    if (made == NULL)
        return false;
    snprintf(account->token, sizeof(account->token), "%s",
             json_string_value(json_object_get(made, "secret")));
    json_decref(made);
    return true;
}

static int log_in(int count, char **words)
{
    struct account account = {0};
    char email[130];
    char password[210];
    json_t *answer;

    if (count != 1 && !(count == 3 && strcmp(words[1], "--trust") == 0)) {
        print_usage(stderr);
        return 2;
    }
    snprintf(account.url, sizeof(account.url), "%s", words[0]);
    snprintf(account.trust, sizeof(account.trust), "%s", count == 3 ? words[2] : "");
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "Address: ");
    if (fgets(email, sizeof(email), stdin) == NULL ||
        !read_secret("Password", password, sizeof(password)))
        return 2;
    email[strcspn(email, "\n")] = '\0';
    answer = ask_with(&account, "POST", "login",
                      json_pack("{s:s, s:s}", "email", email, "password", password),
                      account.cookie);
    memset(password, 0, sizeof(password));
    if (answer == NULL)
        return 1;
    json_decref(answer);
    if (!make_token(&account) || !account_save(&account))
        return 1;
    printf("logged in at %s; the token is good for %d days\n", account.url, TOKEN_DAYS);
    return 0;
}

/* Finds a field of the verb; its kind is '#', '!', '@' or 0 for text. */
static bool find_field(const struct verb *verb, const char *name, char *kind)
{
    size_t length = strlen(name);

    for (const char *at = verb->fields; *at != '\0';) {
        size_t size = strcspn(at, ",");
        char last = at[size - 1];
        size_t letters = last == '#' || last == '!' || last == '@' ? size - 1 : size;

        if (letters == length && strncmp(at, name, length) == 0) {
            *kind = letters < size ? last : '\0';
            return true;
        }
        at += size + (at[size] == ',');
    }
    return false;
}

/* Null, with the reason on stderr, when it cannot be read or is no text. */
static json_t *text_of_file(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL) {
        perror(path);
        return NULL;
    }
    size = fread(text, 1, sizeof(text), file);
    fclose(file);
    return json_stringn(text, size);
}

/* One option; the result is the words it took, 0 when it is wrong. */
static int read_option(struct line *line, int count, char **words)
{
    const char *name = words[0] + 2;
    json_t *value;
    char kind;

    if (strcmp(name, "json") == 0) {
        line->is_json = true;
        return 1;
    }
    if (!find_field(line->verb, name, &kind)) {
        complain(words[0], "no such field here");
        return 0;
    }
    if (kind == '!') {
        json_object_set_new(line->fields, name, json_true());
        return 1;
    }
    if (count < 2) {
        complain(words[0], "needs a value");
        return 0;
    }
    value = kind == '#'   ? json_integer(atoll(words[1]))
            : kind == '@' ? text_of_file(words[1])
                          : json_string(words[1]);
    return json_object_set_new(line->fields, name, value) == 0 ? 2 : 0;
}

static bool read_operand(struct line *line, const char *word)
{
    const char *hole = strstr(line->verb->path, "{}");

    if (hole != NULL && strstr(line->path, "{}") != NULL) {
        if (word[0] == '\0' || strspn(word, "0123456789") != strlen(word))
            return complain(word, "not an id; `list` shows them");
        snprintf(line->path, sizeof(line->path), "%.*s%s%s", (int)(hole - line->verb->path),
                 line->verb->path, word, hole + 2);
        return true;
    }
    if (strcmp(line->verb->method, "UPLOAD") == 0 && line->file == NULL) {
        line->file = word;
        return true;
    }
    return complain(word, "one word too many");
}

static bool read_line(struct line *line, int count, char **words)
{
    snprintf(line->path, sizeof(line->path), "%s", line->verb->path);
    while (count > 0) {
        int taken = 1;

        if (strncmp(words[0], "--", 2) == 0)
            taken = read_option(line, count, words);
        else if (!read_operand(line, words[0]))
            taken = 0;
        if (taken == 0)
            return false;
        count -= taken;
        words += taken;
    }
    if (strstr(line->path, "{}") != NULL)
        return complain(line->verb->object, "which? an id is missing");
    return strcmp(line->verb->method, "UPLOAD") != 0 || line->file != NULL ||
           complain("upload", "which file?");
}

/* Fields as a query behind the path. */
static void add_query(struct line *line)
{
    const char *name;
    json_t *value;
    char mark = '?';

    json_object_foreach(line->fields, name, value)
    {
        size_t used = strlen(line->path);

        used += (size_t)snprintf(line->path + used, PATH_SIZE - used, "%c%s=", mark, name);
        mark = '&';
        if (json_is_integer(value)) {
            snprintf(line->path + used, PATH_SIZE - used, "%lld", json_integer_value(value));
            continue;
        }
        for (const char *at = json_string_value(value); *at != '\0' && used + 4 < PATH_SIZE; at++)
            used += (size_t)snprintf(line->path + used, PATH_SIZE - used, "%%%02x",
                                     (unsigned char)*at);
    }
}

static json_t *upload(const struct account *account, struct line *line)
{
    FILE *file = fopen(line->file, "rb");
    struct buffer bytes = {0};
    json_t *answer;
    size_t size;

    if (file == NULL) {
        perror(line->file);
        return NULL;
    }
    do {
        size = fread(buffer_reserve(&bytes, 1 << 16), 1, 1 << 16, file);
        bytes.end += size;
    } while (size > 0);
    fclose(file);
    add_query(line);
    answer = ask(account, "POST", line->path, buffer_bytes(&bytes), buffer_length(&bytes), NULL);
    buffer_clear(&bytes);
    return answer;
}

static json_t *send_line(const struct account *account, struct line *line)
{
    if (strcmp(line->verb->method, "UPLOAD") == 0)
        return upload(account, line);
    if (strcmp(line->verb->method, "POST") == 0)
        return ask_with(account, "POST", line->path, json_incref(line->fields), NULL);
    add_query(line);
    return ask(account, line->verb->method, line->path, "", 0, NULL);
}

static int run(const struct verb *verb, int count, char **words)
{
    struct line line = {.verb = verb, .fields = json_object()};
    struct account account = {0};
    json_t *answer;

    if (!read_line(&line, count, words))
        return 2;
    if (!account_load(&account))
        return 1;
    answer = send_line(&account, &line);
    json_decref(line.fields);
    if (answer == NULL)
        return 1;
    if (line.is_json) {
        json_dumpf(answer, stdout, JSON_INDENT(4));
        putchar('\n');
    } else if (verb->columns != NULL) {
        show_table(answer, verb->columns);
    } else {
        show_thing(answer);
    }
    json_decref(answer);
    return 0;
}

int main(int count, char **words)
{
    if (count >= 2 && strcmp(words[1], "login") == 0)
        return log_in(count - 2, words + 2);
    for (const struct verb *verb = verbs; count >= 3 && verb->object != NULL; verb++)
        if (strcmp(verb->object, words[1]) == 0 && strcmp(verb->name, words[2]) == 0)
            return run(verb, count - 3, words + 3);
    if (count >= 2 && strcmp(words[1], "--help") == 0) {
        print_usage(stdout);
        return 0;
    }
    print_usage(stderr);
    return 2;
}
