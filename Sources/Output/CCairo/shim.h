#pragma once
#include <cairo.h>
#include <cairo-pdf.h>
#include <cairo-svg.h>
// Fonts for letters that the first one lacks; fontconfig comes with libcairo2-dev.
#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
