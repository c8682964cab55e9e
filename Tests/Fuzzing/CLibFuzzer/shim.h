#ifndef CLIBFUZZER_SHIM_H
#define CLIBFUZZER_SHIM_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer has no header. As LLVM's documentation has these, "Using libFuzzer as a library" and "User-supplied
// mutators".

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *bytes, size_t count));
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t limit);

// As sanitizer/lsan_interface.h has these: what is allocated in between is no leak.
void __lsan_disable(void);
void __lsan_enable(void);

#endif
