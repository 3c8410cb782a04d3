/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerryvore: the fleet service.
 */
#include "account.h"
#include "audit.h"
#include "schema.h"
#include "serve.h"

#include <abi/status.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: skerryvore serve [options]\n"
    "       skerryvore found --organisation NAME --owner MAIL [--data DIR]\n"
    "       skerryvore login-link --owner MAIL [--data DIR]\n"
    "       skerryvore verify-audit [--data DIR]\n"
    "\n"
    "  --data DIR          where everything is kept (default: fleet-data)\n"
    "  --http ADDR:PORT    for people's browsers; keep it on a loopback address\n"
    "                      (default: 127.0.0.1:8080; none: no such port)\n"
    "  --tls ADDR:PORT     for devices, and for browsers (default: 0.0.0.0:8443)\n"
    "  --certificate FILE  its certificate chain, with --key FILE; default: one of its own\n"
    "  --host NAME         what its own certificate is for, beside loopback (default: localhost)\n"
    "  --owner MAIL        at the very first start: who shall be the owner\n"
    "\n"
    "found reads the owner's password from its standard input.\n";

enum { OPTION_ORGANISATION = 1 };

struct command_line {
    struct serve_options serve;
    const char *organisation;
};

static bool read_options(int count, char **words, struct command_line *line)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"http", required_argument, NULL, 'h'},
        {"tls", required_argument, NULL, 't'},
        {"certificate", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},
        {"host", required_argument, NULL, 'n'},
        {"owner", required_argument, NULL, 'o'},
        {"organisation", required_argument, NULL, OPTION_ORGANISATION},
        {0},
    };
    int option;

    while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
        switch (option) {
        case 'd': line->serve.data = optarg; break;
        case 'h': line->serve.http = strcmp(optarg, "none") == 0 ? NULL : optarg; break;
        case 't': line->serve.tls = optarg; break;
        case 'c': line->serve.certificate = optarg; break;
        case 'k': line->serve.key = optarg; break;
        case 'n': line->serve.host = optarg; break;
        case 'o': line->serve.owner = optarg; break;
        case OPTION_ORGANISATION: line->organisation = optarg; break;
        default: return false;
        }
    }
    return optind == count - 1 &&
           (line->serve.certificate == NULL) == (line->serve.key == NULL);
}

static status_t found(struct db *db, const struct command_line *line)
{
    char password[200];
    status_t status;

    if (line->organisation == NULL || line->serve.owner == NULL ||
        fgets(password, sizeof(password), stdin) == NULL)
        return ERR_BAD_ARGUMENT;
    password[strcspn(password, "\n")] = '\0';
    if (strlen(password) < 10) {
        fprintf(stderr, "skerryvore: a password has at least 10 letters\n");
        return ERR_BAD_ARGUMENT;
    }
    status = account_found(db, line->organisation, line->serve.owner, password);
    if (status == ERR_EXISTS)
        fprintf(stderr, "skerryvore: %s is a member somewhere already\n", line->serve.owner);
    return status;
}

static status_t login_link(struct db *db, const struct command_line *line)
{
    char secret[SECRET_SIZE];
    status_t status = line->serve.owner != NULL
                          ? account_make_link(db, line->serve.owner, secret)
                          : ERR_BAD_ARGUMENT;

    if (status == OK)
        printf("#link=%s\n", secret);
    else
        fprintf(stderr, "skerryvore: nobody has this address\n");
    return status;
}

static status_t verify_audit(struct db *db)
{
    struct statement *row = db_prepare(db, "SELECT id, name FROM org ORDER BY id");
    status_t result = OK;

    while (db_step(row)) {
        int64_t number;
        status_t status = audit_verify(db, get_int(row, 0), &number);

        if (status == OK)
            printf("%s: %lld entries, whole\n", get_text(row, 1), (long long)number);
        else
            printf("%s: entry %lld is not what was written\n", get_text(row, 1),
                   (long long)number);
        result = status != OK ? status : result;
    }
    return result;
}

static status_t run_offline(const char *command, const struct command_line *line)
{
    static struct server opened;
    status_t status = server_open_data(&opened, line->serve.data);

    if (status != OK)
        return status;
    if (strcmp(command, "found") == 0)
        status = found(opened.db, line);
    else if (strcmp(command, "login-link") == 0)
        status = login_link(opened.db, line);
    else
        status = verify_audit(opened.db);
    if (status == OK)
        status = db_commit(opened.db);
    db_close(opened.db);
    return status;
}

int main(int count, char **words)
{
    struct command_line line = {
        .serve = {.data = "fleet-data",
                  .http = "127.0.0.1:8080",
                  .tls = "0.0.0.0:8443",
                  .host = "localhost"},
    };
    const char *command;

    if (sodium_init() < 0 || !read_options(count, words, &line)) {
        fputs(usage, stderr);
        return EXIT_FAILURE;
    }
    command = words[optind];
    if (strcmp(command, "serve") == 0)
        return server_serve(&line.serve) == OK ? EXIT_SUCCESS : EXIT_FAILURE;
    if (strcmp(command, "found") == 0 || strcmp(command, "login-link") == 0 ||
        strcmp(command, "verify-audit") == 0)
        return run_offline(command, &line) == OK ? EXIT_SUCCESS : EXIT_FAILURE;
    fputs(usage, stderr);
    return EXIT_FAILURE;
}
