# What `sam build` runs for each function whose BuildMethod is makefile: bootstrap, its authorizer.json and Amazon's roots,
# into ARTIFACTS_DIR. By hand, scripts/package does the same into dist/.
#
# TURNSTILE_ARCH    what the template's parameter Architecture says: x86_64 (its default) or arm64; each is built on any
#                   machine of x86_64
# TURNSTILE_CONFIG  your own authorizer.json, instead of the one that goes with the template

arch := $(or $(TURNSTILE_ARCH),x86_64)

build-Authorizer: table := stack/authorizer.json
build-AttachedAuthorizer: table := stack/attach.json
build-StreamingAuthorizer: table := stack/http-websocket.json

.PHONY: build-Authorizer build-AttachedAuthorizer build-StreamingAuthorizer
build-Authorizer build-AttachedAuthorizer build-StreamingAuthorizer:
	@set -a; . stack/environment; scripts/package --arch "$(arch)" "$(or $(TURNSTILE_CONFIG),$(table))"
	@cp dist/$(arch)/bootstrap dist/$(arch)/authorizer.json dist/$(arch)/amazon-roots.pem "$(ARTIFACTS_DIR)/"
