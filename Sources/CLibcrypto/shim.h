#ifndef CLIBCRYPTO_SHIM_H
#define CLIBCRYPTO_SHIM_H

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecerr.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* Swift does not import a macro made of other macros, and a macro that is a string becomes a Swift string, whose C
   form does not outlive the call it is passed to. An OSSL_PARAM keeps the pointer to its name. */
static const int CLIBCRYPTO_EVP_PKEY_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;
static const int CLIBCRYPTO_ERR_R_MALLOC_FAILURE = ERR_R_MALLOC_FAILURE;
static const char *const CLIBCRYPTO_PARAM_RSA_N = OSSL_PKEY_PARAM_RSA_N;
static const char *const CLIBCRYPTO_PARAM_RSA_E = OSSL_PKEY_PARAM_RSA_E;
static const char *const CLIBCRYPTO_PARAM_GROUP_NAME = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const CLIBCRYPTO_PARAM_PUB_KEY = OSSL_PKEY_PARAM_PUB_KEY;

#endif
