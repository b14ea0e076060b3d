/* A security key in software, for tests only: the interface by which OpenSSH loads a token (SSH_SK_PROVIDER), with nothing
 * protected. What ssh keeps as the handle of a key is the private key itself.
 *
 * Signed is, by FIDO: SHA-256(application), flags, counter, SHA-256(data). */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#define VERSION 0x000a0000u
#define ALG_ECDSA 0u
#define ALG_ED25519 1u
#define FAILED (-1)
#define UNSUPPORTED (-2)
#define SECRET 32
#define POINT 65

struct option;

struct enrolled {
    uint8_t flags;
    uint8_t *public_key;
    size_t public_key_len;
    uint8_t *handle;
    size_t handle_len;
    uint8_t *signature;
    size_t signature_len;
    uint8_t *certificate;
    size_t certificate_len;
    uint8_t *authdata;
    size_t authdata_len;
};

struct signature {
    uint8_t flags;
    uint32_t counter;
    uint8_t *r;
    size_t r_len;
    uint8_t *s;
    size_t s_len;
};

uint32_t sk_api_version(void) { return VERSION; }

static uint8_t *copy(const uint8_t *bytes, size_t len, size_t *is) {
    uint8_t *made = malloc(len);
    if (made) memcpy(made, bytes, len);
    *is = made ? len : 0;
    return made;
}

/* The key pair on P-256 whose private half is `secret`; its public half goes to `point`. */
static EVP_PKEY *pair(const uint8_t *secret, uint8_t *point) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *public = EC_POINT_new(group);
    BIGNUM *scalar = BN_bin2bn(secret, SECRET, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    if (EC_POINT_mul(group, public, scalar, NULL, NULL, NULL) == 1 &&
        EC_POINT_point2oct(group, public, POINT_CONVERSION_UNCOMPRESSED, point, POINT, NULL) == POINT &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT) &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) && (params = OSSL_PARAM_BLD_to_param(builder)) &&
        EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    BN_free(scalar);
    EC_POINT_free(public);
    EC_GROUP_free(group);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* A new key: its private half to `secret`, its public one to `public_key`, whose length is returned; 0 is a failure. */
static size_t make(uint32_t alg, uint8_t *secret, uint8_t *public_key) {
    size_t len = SECRET, made = 0;
    EVP_PKEY *key = alg == ALG_ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_EC_gen("P-256");
    if (key && alg == ALG_ED25519) {
        if (EVP_PKEY_get_raw_private_key(key, secret, &len) == 1) {
            len = SECRET;
            made = EVP_PKEY_get_raw_public_key(key, public_key, &len) == 1 ? len : 0;
        }
    } else if (key) {
        BIGNUM *scalar = NULL;
        if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) == 1 && BN_bn2binpad(scalar, secret, SECRET) == SECRET) {
            EVP_PKEY *again = pair(secret, public_key);
            made = again ? POINT : 0;
            EVP_PKEY_free(again);
        }
        BN_free(scalar);
    }
    EVP_PKEY_free(key);
    return made;
}

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags,
              const char *pin, struct option **options, struct enrolled **out) {
    (void)challenge, (void)challenge_len, (void)application, (void)pin, (void)options;
    uint8_t secret[SECRET], public_key[POINT];
    if (alg != ALG_ECDSA && alg != ALG_ED25519) return UNSUPPORTED;
    size_t len = make(alg, secret, public_key);
    struct enrolled *made = len ? calloc(1, sizeof *made) : NULL;
    if (!made) return FAILED;
    made->flags = flags;
    made->public_key = copy(public_key, len, &made->public_key_len);
    made->handle = copy(secret, sizeof secret, &made->handle_len);
    /* Nobody attests a key in software: the signature only must not be empty. */
    made->signature = copy((const uint8_t *)"none", 4, &made->signature_len);
    *out = made;
    return 0;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *handle,
            size_t handle_len, uint8_t flags, const char *pin, struct option **options, struct signature **out) {
    (void)pin, (void)options;
    uint8_t message[32 + 1 + 4 + 32], sig[256], point[POINT];
    size_t len = sizeof sig;
    if (handle_len != SECRET || (alg != ALG_ECDSA && alg != ALG_ED25519)) return UNSUPPORTED;
    struct signature *made = calloc(1, sizeof *made);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY *key = alg == ALG_ED25519 ? EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, handle, handle_len)
                                       : pair(handle, point);
    made->flags = flags;
    made->counter = 1;
    EVP_Q_digest(NULL, "SHA256", NULL, application, strlen(application), message, NULL);
    message[32] = flags;
    memcpy(message + 33, "\0\0\0\1", 4);
    EVP_Q_digest(NULL, "SHA256", NULL, data, data_len, message + 37, NULL);
    int done = key && EVP_DigestSignInit(context, NULL, alg == ALG_ED25519 ? NULL : EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestSign(context, sig, &len, message, sizeof message) == 1;
    if (done && alg == ALG_ED25519) {
        made->r = copy(sig, len, &made->r_len);
    } else if (done) {
        const uint8_t *der = sig;
        uint8_t half[SECRET];
        ECDSA_SIG *both = d2i_ECDSA_SIG(NULL, &der, (long)len);
        BN_bn2binpad(ECDSA_SIG_get0_r(both), half, SECRET);
        made->r = copy(half, SECRET, &made->r_len);
        BN_bn2binpad(ECDSA_SIG_get0_s(both), half, SECRET);
        made->s = copy(half, SECRET, &made->s_len);
        ECDSA_SIG_free(both);
    }
    EVP_PKEY_free(key);
    EVP_MD_CTX_free(context);
    if (!done) {
        free(made);
        return FAILED;
    }
    *out = made;
    return 0;
}

/* Nothing is kept in it. */
int sk_load_resident_keys(const char *pin, struct option **options, void ***keys, size_t *count) {
    (void)pin, (void)options;
    *keys = NULL;
    *count = 0;
    return 0;
}
