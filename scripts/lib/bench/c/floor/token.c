// Keys of RFC 7517 and tokens of RFC 7515: RS256, ES256 and EdDSA with Ed25519.
#define _GNU_SOURCE
#include "floor.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>
#include <time.h>

enum { MOST_KEYS = 128, KID_BYTES = 256, SHA256_BYTES = 32, ES256_BYTES = 64, ED25519_BYTES = 64, KEY_BYTES = 1024 };
enum { TOKEN_BYTES = 8192, POINT_BYTES = 65 };

typedef enum { RS256, ES256, EDDSA } Algorithm;

typedef struct {
    char kid[KID_BYTES];
    size_t kid_length;
    Algorithm algorithm;
    EVP_PKEY *key;
    EVP_PKEY_CTX *context; // ready to verify digests; none for EdDSA
} Key;

static Key keys[MOST_KEYS];
static int key_count;
static const char *const names[] = {"RS256", "ES256", "EdDSA"};

// ---- base64url (RFC 4648 section 5) ----

static signed char values[256];

static void prepare_values(void) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    memset(values, -1, sizeof values);
    for (int index = 0; index < 64; index++) values[(unsigned char)digits[index]] = (signed char)index;
}

// How many bytes, or -1.
static long decode(Text text, unsigned char *out, size_t room) {
    if (!text.bytes || text.length % 4 == 1 || text.length / 4 * 3 + 3 > room) return -1;
    unsigned pending = 0;
    int bits = 0;
    unsigned char *at = out;
    for (size_t index = 0; index < text.length; index++) {
        int value = values[(unsigned char)text.bytes[index]];
        if (value < 0) return -1;
        pending = pending << 6 | (unsigned)value;
        bits += 6;
        if (bits >= 8) *at++ = (unsigned char)(pending >> (bits -= 8));
    }
    return at - out;
}

// ---- keys ----

static EVP_PKEY *from_parameters(const char *type, OSSL_PARAM_BLD *builder) {
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;
    if (EVP_PKEY_fromdata_init(context) != 1 || EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        leave("a key is none");
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

static EVP_PKEY *rsa_key(Text jwk) {
    unsigned char bytes[KEY_BYTES];
    long modulus_length = decode(member(jwk, "n"), bytes, sizeof bytes);
    BIGNUM *modulus = BN_bin2bn(bytes, (int)modulus_length, NULL);
    long exponent_length = decode(member(jwk, "e"), bytes, sizeof bytes);
    BIGNUM *exponent = BN_bin2bn(bytes, (int)exponent_length, NULL);
    if (modulus_length < 256 || exponent_length < 1) leave("an RSA key is none");
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent);
    EVP_PKEY *key = from_parameters("RSA", builder);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *elliptic_key(Text jwk) {
    unsigned char point[POINT_BYTES + 3] = {POINT_CONVERSION_UNCOMPRESSED};
    if (decode(member(jwk, "x"), point + 1, 35) != 32 || decode(member(jwk, "y"), point + 33, 35) != 32)
        leave("an EC key is none");
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_BYTES);
    return from_parameters("EC", builder);
}

static EVP_PKEY *edwards_key(Text jwk) {
    unsigned char bytes[35];
    if (decode(member(jwk, "x"), bytes, sizeof bytes) != 32) leave("an OKP key is none");
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, 32);
}

static EVP_PKEY_CTX *verification_context(const Key *key) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->key, NULL);
    if (!context || EVP_PKEY_verify_init(context) != 1 ||
        (key->algorithm == RS256 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) ||
        EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) != 1)
        leave("libcrypto cannot verify with a key");
    return context;
}

static void load(Text jwk) {
    Text kid = member(jwk, "kid"), type = member(jwk, "kty");
    if (key_count == MOST_KEYS || !kid.bytes || kid.length > KID_BYTES || !type.bytes) leave("a key cannot be used");
    Key *key = &keys[key_count++];
    memcpy(key->kid, kid.bytes, kid.length);
    key->kid_length = kid.length;
    key->algorithm = text_is(type, text_of("RSA")) ? RS256 : text_is(type, text_of("EC")) ? ES256 : EDDSA;
    key->key = key->algorithm == RS256 ? rsa_key(jwk) : key->algorithm == ES256 ? elliptic_key(jwk) : edwards_key(jwk);
    if (!key->key) leave("a key is none");
    if (key->algorithm != EDDSA) key->context = verification_context(key);
}

// A JWK has no object within it.
void keys_load(Text set) {
    prepare_values();
    const char *end = set.bytes + set.length, *list = memchr(set.bytes, '[', set.length);
    while (list && (list = memchr(list, '{', (size_t)(end - list)))) {
        const char *brace = memchr(list, '}', (size_t)(end - list));
        if (!brace) leave("the set of keys is cut off");
        load((Text){list, (size_t)(brace + 1 - list)});
        list = brace;
    }
    if (key_count == 0) leave("there are no keys");
}

static const Key *key_for(Text kid) {
    for (int index = 0; index < key_count; index++)
        if (text_is(kid, (Text){keys[index].kid, keys[index].kid_length})) return &keys[index];
    return NULL;
}

// ---- signatures ----

// From r and s, one behind the other (RFC 7518 section 3.4), to the DER that libcrypto wants.
static size_t der_of(const unsigned char *joined, unsigned char *der) {
    unsigned char *at = der + 2;
    for (int half = 0; half < 2; half++) {
        const unsigned char *number = joined + half * 32;
        int length = 32;
        while (length > 1 && *number == 0) number++, length--;
        int prefix = *number >> 7;
        *at++ = 2;
        *at++ = (unsigned char)(length + prefix);
        if (prefix) *at++ = 0;
        memcpy(at, number, (size_t)length);
        at += length;
    }
    der[0] = 0x30;
    der[1] = (unsigned char)(at - der - 2);
    return (size_t)(at - der);
}

static bool is_signed_by(const Key *key, Text input, const unsigned char *signature, size_t length) {
    const unsigned char *message = (const unsigned char *)input.bytes;
    if (key->algorithm == EDDSA) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        bool good = length == ED25519_BYTES && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->key) == 1 &&
                    EVP_DigestVerify(context, signature, length, message, input.length) == 1;
        EVP_MD_CTX_free(context);
        return good;
    }
    unsigned char digest[SHA256_BYTES], der[ES256_BYTES + 8];
    if (EVP_Digest(message, input.length, digest, NULL, EVP_sha256(), NULL) != 1) leave("no digest");
    if (key->algorithm == ES256) {
        if (length != ES256_BYTES) return false;
        length = der_of(signature, der);
        signature = der;
    }
    return EVP_PKEY_verify(key->context, signature, length, digest, sizeof digest) == 1;
}

// ---- tokens ----

static bool claims_are_good(Text claims, Text issuer, Text audience) {
    long long expires, from, now = (long long)time(NULL);
    Text iss = member(claims, "iss"), aud = member(claims, "aud"), use = member(claims, "token_use");
    if (!member_is_number(claims, "exp", &expires) || now >= expires) return false;
    if (memmem(claims.bytes, claims.length, "\"nbf\":", 6) &&
        (!member_is_number(claims, "nbf", &from) || now < from))
        return false;
    return iss.bytes && text_is(iss, issuer) && aud.bytes && text_is(aud, audience) && use.bytes &&
           text_is(use, text_of("access"));
}

bool token_is_good(Text token, Text issuer, Text audience, Caller *caller) {
    static unsigned char head[TOKEN_BYTES], payload[TOKEN_BYTES], signature[TOKEN_BYTES];
    const char *end = token.bytes + token.length, *first = memchr(token.bytes, '.', token.length);
    const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
    if (!second || token.length > TOKEN_BYTES) return false;
    long head_length = decode((Text){token.bytes, (size_t)(first - token.bytes)}, head, sizeof head);
    long payload_length = decode((Text){first + 1, (size_t)(second - first - 1)}, payload, sizeof payload);
    long signature_length = decode((Text){second + 1, (size_t)(end - second - 1)}, signature, sizeof signature);
    if (head_length < 0 || payload_length < 0 || signature_length < 0) return false;

    Text header = {(const char *)head, (size_t)head_length}, claims = {(const char *)payload, (size_t)payload_length};
    Text algorithm = member(header, "alg");
    caller->kid = member(header, "kid");
    const Key *key = algorithm.bytes && caller->kid.bytes ? key_for(caller->kid) : NULL;
    if (!key || !text_is(algorithm, text_of(names[key->algorithm]))) return false;
    Text input = {token.bytes, (size_t)(second - token.bytes)};
    if (!is_signed_by(key, input, signature, (size_t)signature_length)) return false;
    if (!claims_are_good(claims, issuer, audience)) return false;
    caller->subject = member(claims, "sub");
    caller->client = member(claims, "client_id");
    caller->scope = member(claims, "scope");
    return caller->subject.bytes && caller->client.bytes && caller->scope.bytes;
}
