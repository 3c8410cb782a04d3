/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People, sessions and tokens.
 *
 * Of a secret only its hash is kept.  A password's hash is Argon2id and is computed on a worker's
 * thread; a wrong address costs as much time as a wrong password.
 */
#include "account.h"

#include <abi/status.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SESSION_IDLE_MS = 12 * 3600 * 1000,
    LINK_MS = 15 * 60 * 1000,
    FREE_GUESSES = 5,    /* before each costs time */
    GUESS_DELAY_MS = 2000, /* doubled for each more, up to */
    GUESS_DELAY_MAX_MS = 60000,
    PASSWORD_LEAST = 10,
    PASSWORD_MOST = 200,
    HASH_PASSES = 2, /* OWASP's Argon2id: 19 MiB, two passes */
    HASH_BYTES = 19 << 20,
};
static const int64_t SESSION_MS = INT64_C(7) * 24 * 3600 * 1000;
static const char cookie_name[] = "skerry_session=";

static const char *const role_names[] = {"none", "viewer", "operator", "maintainer", "owner"};

const char *role_name(enum role role)
{
    return role_names[role];
}

enum role role_of_name(const char *name)
{
    for (enum role role = ROLE_VIEWER; role <= ROLE_OWNER; role++)
        if (name != NULL && strcmp(role_names[role], name) == 0)
            return role;
    return ROLE_NONE;
}

int64_t random_id(void)
{
    int64_t id;

    randombytes_buf(&id, sizeof(id));
    return (id & ((INT64_C(1) << 48) - 1)) | 1; /* never 0 */
}

void make_secret(char secret[SECRET_SIZE])
{
    uint8_t bytes[32];

    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(secret, SECRET_SIZE, bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void hash_secret(const char *secret, uint8_t hash[SHA256_BYTES])
{
    sha256(secret, strlen(secret), hash);
}

bool secret_equals(const char *given, const char *expected)
{
    uint8_t a[SHA256_BYTES];
    uint8_t b[SHA256_BYTES];

    hash_secret(given, a);
    hash_secret(expected, b);
    return sodium_memcmp(a, b, sizeof(a)) == 0;
}

static status_t hash_password(const char *password, char hash[crypto_pwhash_STRBYTES])
{
    return crypto_pwhash_str_alg(hash, password, strlen(password), HASH_PASSES, HASH_BYTES,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0
               ? OK
               : ERR_NO_MEMORY;
}

bool account_is_any(struct db *db)
{
    return db_number(db_prepare(db, "SELECT count(*) FROM person"), 0) > 0;
}

static status_t add_person(struct db *db, int64_t org, const char *email, enum role role,
                           const char *hash, int64_t *id)
{
    struct statement *row = db_prepare(
        db, "INSERT INTO person (id, org, email, role, password, created)"
            " VALUES (?1, ?2, lower(?3), ?4, ?5, ?6)");

    *id = random_id();
    put_int(row, *id);
    put_int(row, org);
    put_text(row, email);
    put_int(row, role);
    put_text(row, hash);
    put_int(row, (int64_t)clock_ms());
    return db_run(row);
}

status_t account_found(struct db *db, const char *organisation, const char *email,
                       const char *password)
{
    char hash[crypto_pwhash_STRBYTES];
    int64_t org = random_id();
    int64_t person;
    struct statement *row;
    status_t status = hash_password(password, hash);

    if (status != OK)
        return status;
    row = db_prepare(db, "INSERT INTO org (id, name, created) VALUES (?1, ?2, ?3)");
    put_int(row, org);
    put_text(row, organisation);
    put_int(row, (int64_t)clock_ms());
    status = db_run(row);
    return status == OK ? add_person(db, org, email, ROLE_OWNER, hash, &person) : status;
}

status_t account_make_link(struct db *db, const char *email, char secret[SECRET_SIZE])
{
    struct statement *row = db_prepare(db, "SELECT id FROM person WHERE email = lower(?1)");
    uint8_t hash[SHA256_BYTES];
    int64_t person;

    put_text(row, email);
    person = db_number(row, 0);
    if (person == 0)
        return ERR_NOT_FOUND;
    make_secret(secret);
    hash_secret(secret, hash);
    row = db_prepare(db, "INSERT INTO login_link (hash, person, expires) VALUES (?1, ?2, ?3)");
    put_blob(row, hash, sizeof(hash));
    put_int(row, person);
    put_int(row, (int64_t)clock_ms() + LINK_MS);
    return db_run(row);
}

/* The bearer token of an Authorization header, or null. */
static const char *bearer(const struct http_request *http)
{
    const char *value = http->headers[HEADER_AUTHORIZATION];

    return value != NULL && strncasecmp(value, "Bearer ", 7) == 0 ? value + 7 : NULL;
}

static bool session_cookie(const struct http_request *http, char secret[SECRET_SIZE])
{
    const char *value = http->headers[HEADER_COOKIE];

    value = value != NULL ? strstr(value, cookie_name) : NULL;
    if (value == NULL)
        return false;
    snprintf(secret, SECRET_SIZE, "%s", value + strlen(cookie_name));
    return strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
           SECRET_SIZE - 1;
}

static status_t identify_token(struct api_request *request, const char *secret)
{
    struct actor *actor = &request->actor;
    struct statement *row = db_prepare(
        request->server->db,
        "SELECT t.org, t.person, min(t.role, p.role), p.email, t.name FROM token t"
        " JOIN person p ON p.id = t.person WHERE t.hash = ?1 AND t.expires > ?2");
    uint8_t hash[SHA256_BYTES];

    hash_secret(secret, hash);
    put_blob(row, hash, sizeof(hash));
    put_int(row, (int64_t)clock_ms());
    if (!db_step(row))
        return ERR_NO_RIGHT;
    actor->org = get_int(row, 0);
    actor->person = get_int(row, 1);
    actor->role = (enum role)get_int(row, 2);
    snprintf(actor->name, sizeof(actor->name), "%s (token %s)", get_text(row, 3),
             get_text(row, 4));
    return actor->org != 0 ? OK : ERR_NO_RIGHT;
}

static status_t identify_session(struct api_request *request, const char *secret)
{
    struct actor *actor = &request->actor;
    int64_t now = (int64_t)clock_ms();
    struct statement *row = db_prepare(
        request->server->db,
        "SELECT p.org, p.id, p.role, p.email, s.csrf, s.used FROM session s"
        " JOIN person p ON p.id = s.person WHERE s.hash = ?1 AND s.used > ?2 AND s.created > ?3");
    int64_t used;

    hash_secret(secret, actor->session);
    put_blob(row, actor->session, sizeof(actor->session));
    put_int(row, now - SESSION_IDLE_MS);
    put_int(row, now - SESSION_MS);
    if (!db_step(row))
        return ERR_NO_RIGHT;
    actor->org = get_int(row, 0);
    actor->person = get_int(row, 1);
    actor->role = (enum role)get_int(row, 2);
    snprintf(actor->name, sizeof(actor->name), "%s", get_text(row, 3));
    snprintf(actor->csrf, sizeof(actor->csrf), "%s", get_text(row, 4));
    used = get_int(row, 5);
    if (now - used > 60000) { /* once a minute is often enough */
        row = db_prepare(request->server->db, "UPDATE session SET used = ?1 WHERE hash = ?2");
        put_int(row, now);
        put_blob(row, actor->session, sizeof(actor->session));
        return db_run(row);
    }
    return OK;
}

status_t account_identify(struct api_request *request, const struct http_request *http)
{
    char secret[SECRET_SIZE];

    if (bearer(http) != NULL)
        return identify_token(request, bearer(http));
    return session_cookie(http, secret) ? identify_session(request, secret) : ERR_NO_RIGHT;
}

/* Guesses are counted by address and by whose password it is; a collision only makes both wait. */
static struct guesses *guesses_of(struct server *server, const char *who)
{
    uint8_t hash[SHA256_BYTES];
    uint64_t key;
    struct guesses *guesses;

    hash_secret(who, hash);
    memcpy(&key, hash, sizeof(key));
    guesses = &server->guesses[key % GUESS_TABLE_SIZE];
    if (guesses->key != key && guesses->next_allowed_ms < loop_now_ms(server->loop))
        *guesses = (struct guesses){.key = key};
    return guesses;
}

static bool must_wait(struct server *server, const char *who)
{
    return guesses_of(server, who)->next_allowed_ms > loop_now_ms(server->loop);
}

static void count_guess(struct server *server, const char *who)
{
    struct guesses *guesses = guesses_of(server, who);
    uint32_t over;

    if (++guesses->count <= FREE_GUESSES)
        return;
    over = guesses->count - FREE_GUESSES - 1;
    guesses->next_allowed_ms =
        loop_now_ms(server->loop) +
        u64_min(GUESS_DELAY_MAX_MS, (uint64_t)GUESS_DELAY_MS << (over < 5 ? over : 5));
}

static status_t start_session(struct api_request *request)
{
    char secret[SECRET_SIZE];
    char csrf[SECRET_SIZE];
    uint8_t hash[SHA256_BYTES];
    struct statement *row =
        db_prepare(request->server->db, "INSERT INTO session (hash, person, csrf, created, used)"
                                        " VALUES (?1, ?2, ?3, ?4, ?4)");

    make_secret(secret);
    make_secret(csrf);
    hash_secret(secret, hash);
    put_blob(row, hash, sizeof(hash));
    put_int(row, request->actor.person);
    put_text(row, csrf);
    put_int(row, (int64_t)clock_ms());
    snprintf(request->headers, sizeof(request->headers),
             "Set-Cookie: %s%s; HttpOnly; SameSite=Strict; Path=/%s\r\n", cookie_name, secret,
             request->is_secure ? "; Secure" : "");
    request->result = json_pack("{s:s, s:s, s:s}", "csrf", csrf, "email", request->actor.name,
                                "role", role_name(request->actor.role));
    return db_run(row);
}

/* A password on a worker's thread: to be checked, or to become a person's. */
struct password_job {
    struct job job;
    struct api_request *request;
    char password[PASSWORD_MOST + 1];
    char hash[crypto_pwhash_STRBYTES];
    bool is_right;
    status_t status;
};

/* What nobody's password hashes to; so a wrong address takes as long as a wrong password. */
static const char nobody[] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static void check_password(struct job *job)
{
    struct password_job *self = container_of(job, struct password_job, job);

    self->is_right =
        crypto_pwhash_str_verify(self->hash, self->password, strlen(self->password)) == 0;
}

static void make_hash(struct job *job)
{
    struct password_job *self = container_of(job, struct password_job, job);

    self->status = hash_password(self->password, self->hash);
}

static void password_job_free(struct password_job *self)
{
    sodium_memzero(self->password, sizeof(self->password));
    free(self);
}

static status_t log_in_rest(struct api_request *request)
{
    if (request->actor.person == 0) {
        request->actor = (struct actor){0};
        request->server->counters.logins_refused++;
        return api_refuse(request, ERR_NO_RIGHT, "address or password is wrong");
    }
    return start_session(request);
}

static void login_checked(struct job *job)
{
    struct password_job *self = container_of(job, struct password_job, job);
    struct api_request *request = self->request;

    if (self->is_right) {
        guesses_of(request->server, request->actor.name)->count = 0;
    } else {
        count_guess(request->server, field_text(request->body, "email"));
        count_guess(request->server, request->peer);
        request->actor.person = 0;
    }
    password_job_free(self);
    api_continue(request, log_in_rest);
}

static status_t start_job(struct api_request *request, const char *password, const char *hash,
                          void (*work)(struct job *job), void (*done)(struct job *job))
{
    struct password_job *self = calloc(1, sizeof(*self));
    status_t status;

    if (self == NULL)
        return ERR_NO_MEMORY;
    self->job = (struct job){.work = work, .done = done};
    self->request = request;
    snprintf(self->password, sizeof(self->password), "%s", password);
    snprintf(self->hash, sizeof(self->hash), "%s", hash);
    status = workers_add(request->server->workers, &self->job);
    if (status == OK)
        return REQUEST_LATER;
    password_job_free(self);
    return status;
}

static void take_person(struct api_request *request, struct statement *row)
{
    request->actor.org = get_int(row, 0);
    request->actor.person = get_int(row, 1);
    request->actor.role = (enum role)get_int(row, 2);
    snprintf(request->actor.name, sizeof(request->actor.name), "%s", get_text(row, 3));
}

static status_t log_in(struct api_request *request)
{
    const char *email = field_text(request->body, "email");
    char hash[crypto_pwhash_STRBYTES];
    struct statement *row;

    if (must_wait(request->server, email) || must_wait(request->server, request->peer))
        return api_refuse(request, ERR_OVER_LIMIT, "too many wrong guesses; wait a minute");
    row = db_prepare(request->server->db,
                     "SELECT org, id, role, email, password FROM person WHERE email = lower(?1)");
    put_text(row, email);
    snprintf(hash, sizeof(hash), "%s", nobody);
    if (db_step(row)) {
        take_person(request, row);
        snprintf(hash, sizeof(hash), "%s", get_text(row, 4));
    }
    return start_job(request, field_text(request->body, "password"), hash, check_password,
                     login_checked);
}

static status_t log_in_by_link(struct api_request *request)
{
    struct db *db = request->server->db;
    uint8_t hash[SHA256_BYTES];
    struct statement *row;

    if (must_wait(request->server, request->peer))
        return api_refuse(request, ERR_OVER_LIMIT, "too many wrong guesses; wait a minute");
    hash_secret(field_text(request->body, "link"), hash);
    row = db_prepare(db, "SELECT p.org, p.id, p.role, p.email FROM login_link l JOIN person p"
                         " ON p.id = l.person WHERE l.hash = ?1 AND l.expires > ?2");
    put_blob(row, hash, sizeof(hash));
    put_int(row, (int64_t)clock_ms());
    if (!db_step(row)) {
        count_guess(request->server, request->peer);
        return api_refuse(request, ERR_NO_RIGHT, "the link was used, or is too old");
    }
    take_person(request, row);
    row = db_prepare(db, "DELETE FROM login_link WHERE hash = ?1");
    put_blob(row, hash, sizeof(hash));
    db_run(row);
    return start_session(request);
}

static status_t log_out(struct api_request *request)
{
    struct statement *row =
        db_prepare(request->server->db, "DELETE FROM session WHERE hash = ?1");

    put_blob(row, request->actor.session, sizeof(request->actor.session));
    snprintf(request->headers, sizeof(request->headers),
             "Set-Cookie: %s; Max-Age=0; HttpOnly; SameSite=Strict; Path=/\r\n", cookie_name);
    return db_run(row);
}

static status_t who_am_i(struct api_request *request)
{
    struct statement *row = db_prepare(
        request->server->db, "SELECT o.name AS organisation, p.email AS email FROM person p"
                             " JOIN org o ON o.id = p.org WHERE p.org = ?1 AND p.id = ?2");
    status_t status;

    put_int(row, request->actor.org);
    put_int(row, request->actor.person);
    status = answer_row(request, row);
    if (status != OK)
        return status;
    json_object_set_new(request->result, "role", json_string(role_name(request->actor.role)));
    json_object_set_new(request->result, "csrf", json_string(request->actor.csrf));
    return OK;
}

static status_t list_members(struct api_request *request)
{
    struct statement *rows = db_prepare(
        request->server->db,
        "SELECT id, email, CASE role WHEN 1 THEN 'viewer' WHEN 2 THEN 'operator'"
        " WHEN 3 THEN 'maintainer' ELSE 'owner' END AS role, created FROM person"
        " WHERE org = ?1 ORDER BY email");

    put_int(rows, request->actor.org);
    return answer_rows(request, rows);
}

static status_t add_member_rest(struct api_request *request)
{
    const char *hash = field_text(request->body, "password_hash");
    enum role role = role_of_name(field_text(request->body, "role"));
    const char *email = field_text(request->body, "email");
    int64_t id;
    status_t status;

    if (hash == NULL)
        return ERR_NO_MEMORY;
    api_name(request, "member %s as %s", email, role_name(role));
    status = add_person(request->server->db, request->actor.org, email, role, hash, &id);
    if (status == ERR_EXISTS)
        return api_refuse(request, status, "this address is a member somewhere already");
    request->result = json_pack("{s:I}", "id", (json_int_t)id);
    return status;
}

static void member_hashed(struct job *job)
{
    struct password_job *self = container_of(job, struct password_job, job);
    struct api_request *request = self->request;

    json_object_del(request->body, "password");
    if (self->status == OK)
        json_object_set_new(request->body, "password_hash", json_string(self->hash));
    password_job_free(self);
    api_continue(request, add_member_rest);
}

static status_t add_member(struct api_request *request)
{
    const char *password = field_text(request->body, "password");

    if (role_of_name(field_text(request->body, "role")) == ROLE_NONE)
        return api_refuse(request, ERR_BAD_ARGUMENT,
                          "roles: viewer, operator, maintainer, owner");
    if (strchr(field_text(request->body, "email"), '@') == NULL)
        return api_refuse(request, ERR_BAD_ARGUMENT, "this is no mail address");
    if (strlen(password) < PASSWORD_LEAST)
        return api_refuse(request, ERR_BAD_ARGUMENT, "a password has at least %d letters",
                          PASSWORD_LEAST);
    return start_job(request, password, "", make_hash, member_hashed);
}

/* There is always an owner. */
static bool is_last_owner(struct api_request *request)
{
    struct statement *row =
        db_prepare(request->server->db, "SELECT count(*) FROM person WHERE org = ?1 AND role = ?2"
                                        " AND id <> ?3");

    put_int(row, request->actor.org);
    put_int(row, ROLE_OWNER);
    put_int(row, request->ids[0]);
    return db_number(row, 0) == 0;
}

static status_t name_member(struct api_request *request)
{
    struct statement *row =
        db_prepare(request->server->db, "SELECT email FROM person WHERE org = ?1 AND id = ?2");

    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    if (!db_step(row))
        return ERR_NOT_FOUND;
    api_name(request, "member %s", get_text(row, 0));
    return OK;
}

static status_t change_member(struct api_request *request)
{
    enum role role = role_of_name(field_text(request->body, "role"));
    struct statement *row;
    status_t status = name_member(request);

    if (status != OK)
        return status;
    if (role == ROLE_NONE)
        return api_refuse(request, ERR_BAD_ARGUMENT,
                          "roles: viewer, operator, maintainer, owner");
    if (role != ROLE_OWNER && is_last_owner(request))
        return api_refuse(request, ERR_BAD_STATE, "this is the last owner");
    row = db_prepare(request->server->db,
                     "UPDATE person SET role = ?1 WHERE org = ?2 AND id = ?3");
    put_int(row, role);
    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    return db_run(row);
}

static status_t remove_member(struct api_request *request)
{
    struct statement *row;
    status_t status = name_member(request);

    if (status != OK)
        return status;
    if (is_last_owner(request))
        return api_refuse(request, ERR_BAD_STATE, "this is the last owner");
    row = db_prepare(request->server->db, "DELETE FROM person WHERE org = ?1 AND id = ?2");
    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    return db_run(row);
}

static status_t list_tokens(struct api_request *request)
{
    struct statement *rows = db_prepare(
        request->server->db,
        "SELECT id, name, CASE role WHEN 1 THEN 'viewer' WHEN 2 THEN 'operator'"
        " WHEN 3 THEN 'maintainer' ELSE 'owner' END AS role, created, expires FROM token"
        " WHERE org = ?1 AND person = ?2 ORDER BY created DESC");

    put_int(rows, request->actor.org);
    put_int(rows, request->actor.person);
    return answer_rows(request, rows);
}

static status_t add_token(struct api_request *request)
{
    enum role role = role_of_name(field_text(request->body, "role"));
    int64_t now = (int64_t)clock_ms();
    int64_t id = random_id();
    uint8_t hash[SHA256_BYTES];
    char secret[SECRET_SIZE];
    struct statement *row;

    if (request->actor.csrf[0] == '\0')
        return api_refuse(request, ERR_NOT_PERMITTED, "a token cannot make tokens; log in");
    if (role == ROLE_NONE || role > request->actor.role)
        return api_refuse(request, ERR_BAD_ARGUMENT, "a token has at most your own role");
    make_secret(secret);
    hash_secret(secret, hash);
    row = db_prepare(request->server->db,
                     "INSERT INTO token (id, org, hash, person, name, role, created, expires)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    put_int(row, id);
    put_int(row, request->actor.org);
    put_blob(row, hash, sizeof(hash));
    put_int(row, request->actor.person);
    put_text(row, field_text(request->body, "name"));
    put_int(row, role);
    put_int(row, now);
    put_int(row, now + field_int(request->body, "days") * 24 * 3600 * 1000);
    api_name(request, "token %s as %s", field_text(request->body, "name"), role_name(role));
    request->result = json_pack("{s:I, s:s}", "id", (json_int_t)id, "secret", secret);
    return db_run(row);
}

static status_t remove_token(struct api_request *request)
{
    struct statement *row = db_prepare(
        request->server->db,
        "DELETE FROM token WHERE org = ?1 AND person = ?2 AND id = ?3 RETURNING name");

    put_int(row, request->actor.org);
    put_int(row, request->actor.person);
    put_int(row, request->ids[0]);
    if (!db_step(row))
        return ERR_NOT_FOUND;
    api_name(request, "token %s", get_text(row, 0));
    return db_run(row);
}

static const struct field login_fields[] = {
    {"email", FIELD_TEXT, true, 120, "the address"},
    {"password", FIELD_TEXT, true, PASSWORD_MOST, "the password"},
    {0},
};
static const struct field link_fields[] = {
    {"link", FIELD_TEXT, true, 100, "the secret of the one-time link"},
    {0},
};
static const struct field member_fields[] = {
    {"email", FIELD_TEXT, true, 120, "the address to log in by"},
    {"password", FIELD_TEXT, true, PASSWORD_MOST, "a first password, of 10 letters at least"},
    {"role", FIELD_TEXT, true, 16, "viewer, operator, maintainer or owner"},
    {0},
};
static const struct field role_fields[] = {
    {"role", FIELD_TEXT, true, 16, "viewer, operator, maintainer or owner"},
    {0},
};
static const struct field token_fields[] = {
    {"name", FIELD_TEXT, true, 60, "what it is for"},
    {"role", FIELD_TEXT, true, 16, "what it may do: a role, at most your own"},
    {"days", FIELD_INT, true, 3650, "until it expires"},
    {0},
};

const struct route account_routes[] = {
    {HTTP_POST, "/api/v1/login", ROLE_NONE, "Log in; sets the session cookie", NULL, login_fields,
     "log in", false, log_in},
    {HTTP_POST, "/api/v1/login-link", ROLE_NONE, "Log in by a one-time link", NULL, link_fields,
     "log in by link", false, log_in_by_link},
    {HTTP_POST, "/api/v1/logout", ROLE_VIEWER, "End the session", NULL, NULL, "log out", false,
     log_out},
    {HTTP_GET, "/api/v1/me", ROLE_VIEWER, "Who asks", NULL, NULL, NULL, false, who_am_i},
    {HTTP_GET, "/api/v1/members", ROLE_VIEWER, "The organisation's people", NULL, NULL, NULL,
     false, list_members},
    {HTTP_POST, "/api/v1/members", ROLE_OWNER, "Add a person", NULL, member_fields,
     "add member", false, add_member},
    {HTTP_POST, "/api/v1/members/{member}", ROLE_OWNER, "Give a person another role", NULL,
     role_fields, "change role", false, change_member},
    {HTTP_DELETE, "/api/v1/members/{member}", ROLE_OWNER, "Remove a person", NULL, NULL,
     "remove member", false, remove_member},
    {HTTP_GET, "/api/v1/tokens", ROLE_VIEWER, "One's own tokens", NULL, NULL, NULL, false,
     list_tokens},
    {HTTP_POST, "/api/v1/tokens", ROLE_VIEWER, "Make a token; its secret is told once", NULL,
     token_fields, "make token", false, add_token},
    {HTTP_DELETE, "/api/v1/tokens/{token}", ROLE_VIEWER, "Remove a token", NULL, NULL,
     "remove token", false, remove_token},
    {0},
};
