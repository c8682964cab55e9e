# What `sam build` runs for each function whose BuildMethod is makefile: bootstrap and its authorizer.json, into
# ARTIFACTS_DIR. By hand, scripts/package does the same into dist/.
#
# TURNSTILE_ARCH    what the template's parameter Architecture says: x86_64 (its default) or arm64
# TURNSTILE_CONFIG  your own authorizer.json, instead of the one that goes with the template

arch := $(or $(TURNSTILE_ARCH),x86_64)
machine := $(subst aarch64,arm64,$(shell uname -m))

build-Authorizer: table := stack/authorizer.json
build-AttachedAuthorizer: table := stack/attach.json
build-StreamingAuthorizer: table := stack/http-websocket.json

.PHONY: build-Authorizer build-AttachedAuthorizer build-StreamingAuthorizer
build-Authorizer build-AttachedAuthorizer build-StreamingAuthorizer:
ifneq ($(arch),$(machine))
	@echo "error: this machine builds $(machine) executables, and $(arch) is asked for: build on a machine of that kind," \
		"or say TURNSTILE_ARCH=$(machine) and --parameter-overrides Architecture=$(machine)" >&2
	@exit 1
else
	@set -a; . stack/environment; scripts/package "$(or $(TURNSTILE_CONFIG),$(table))"
	@cp dist/$(shell uname -m)/bootstrap dist/$(shell uname -m)/authorizer.json "$(ARTIFACTS_DIR)/"
endif
