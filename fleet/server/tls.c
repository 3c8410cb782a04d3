/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's context for the server, and a self-signed certificate for whoever brings none: devices
 * and the command line pin it.
 */
#include "tls.h"

#include <abi/status.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <unistd.h>

enum { CERTIFICATE_DAYS = 3650 };

static bool add_extension(X509 *certificate, int kind, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool is_added;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    is_added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static X509 *make_certificate(EVP_PKEY *key, const char *host)
{
    X509 *certificate = X509_new();
    BIGNUM *serial = BN_new();
    char names[300];
    bool is_good;

    snprintf(names, sizeof(names), "DNS:localhost,IP:127.0.0.1,IP:::1,DNS:%s", host);
    is_good = certificate != NULL && serial != NULL && X509_set_version(certificate, 2) == 1 &&
              BN_rand(serial, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) != NULL &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL &&
              X509_time_adj_ex(X509_getm_notAfter(certificate), CERTIFICATE_DAYS, 0, NULL) !=
                  NULL &&
              X509_set_pubkey(certificate, key) == 1 &&
              X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                         (const unsigned char *)"Skerryvore", -1, -1, 0) == 1 &&
              X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
              add_extension(certificate, NID_subject_alt_name, names) &&
              add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
              X509_sign(certificate, key, EVP_sha256()) > 0;
    BN_free(serial);
    if (is_good)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* The key is never readable by others, not even while it is written. */
static bool write_files(const char *certificate_path, X509 *certificate, const char *key_path,
                        EVP_PKEY *key)
{
    int fd = open(key_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *key_file = fd >= 0 ? fdopen(fd, "w") : NULL;
    FILE *file = fopen(certificate_path, "w");
    bool is_good = key_file != NULL && file != NULL &&
                   PEM_write_PrivateKey(key_file, key, NULL, NULL, 0, NULL, NULL) == 1 &&
                   PEM_write_X509(file, certificate) == 1;

    if (key_file != NULL)
        is_good = fclose(key_file) == 0 && is_good;
    if (file != NULL)
        is_good = fclose(file) == 0 && is_good;
    return is_good;
}

status_t tls_make_certificate(const char *certificate_path, const char *key_path,
                              const char *host)
{
    X509 *certificate = NULL;
    EVP_PKEY *key;
    status_t status = ERR_IO_FAILED;

    if (access(certificate_path, R_OK) == 0 && access(key_path, R_OK) == 0)
        return OK;
    key = EVP_EC_gen("P-256");
    if (key != NULL)
        certificate = make_certificate(key, host);
    if (certificate != NULL && write_files(certificate_path, certificate, key_path, key))
        status = OK;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return status;
}

SSL_CTX *tls_create(const char *certificate, const char *key)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    if (tls == NULL)
        return NULL;
    SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
    SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(tls, 0);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_use_certificate_chain_file(tls, certificate) == 1 &&
        SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(tls) == 1)
        return tls;
    ERR_print_errors_fp(stderr);
    SSL_CTX_free(tls);
    return NULL;
}
