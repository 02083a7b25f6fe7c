/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include "image/digest.h"

static const struct algorithm {
    const char *prefix;
    size_t digits;
    const EVP_MD *(*md)(void);
} algorithms[] = {
    {"sha256:", 64, EVP_sha256},
    {"sha512:", 128, EVP_sha512},
};

struct digest_state {
    const struct algorithm *algorithm;
    EVP_MD_CTX *context;
};

static const struct algorithm *find_algorithm(const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
        if (str_starts(text, algorithms[i].prefix))
            return &algorithms[i];
    return NULL;
}

bool digest_is_valid(const char *text)
{
    const struct algorithm *a = find_algorithm(text);

    return a && strlen(text) == strlen(a->prefix) + a->digits &&
           strspn(text + strlen(a->prefix), "0123456789abcdef") == a->digits;
}

struct digest_state *digest_begin(const char *like)
{
    const struct algorithm *a = find_algorithm(like);
    struct digest_state *state;

    if (!a)
        return NULL;
    state = must_alloc(sizeof(*state));
    state->algorithm = a;
    state->context = EVP_MD_CTX_new();
    if (!state->context || !EVP_DigestInit_ex(state->context, a->md(), NULL)) {
        fputs("coracle: libcrypto does not give digests\n", stderr);
        exit(STATUS_OURS);
    }
    return state;
}

void digest_add(struct digest_state *state, const void *bytes, size_t size)
{
    EVP_DigestUpdate(state->context, bytes, size);
}

void digest_end(struct digest_state *state, char text[DIGEST_SIZE])
{
    unsigned char raw[EVP_MAX_MD_SIZE] = {0};
    unsigned size = 0;

    EVP_DigestFinal_ex(state->context, raw, &size);
    if (text) {
        size_t at = str_copy(text, state->algorithm->prefix, DIGEST_SIZE);

        for (unsigned i = 0; i < size; i++)
            at += (size_t)snprintf(text + at, DIGEST_SIZE - at, "%02x", raw[i]);
    }
    EVP_MD_CTX_free(state->context);
    free(state);
}
