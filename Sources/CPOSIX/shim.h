#ifndef CPOSIX_SHIM_H
#define CPOSIX_SHIM_H
#include <unistd.h>
#endif
