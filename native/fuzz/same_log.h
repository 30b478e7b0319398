// Two ways of reading one file must come to the same.
#pragma once

#include "reading/file_log.h"

namespace kymo::fuzz {

void hold_same(const FileLog& a, const FileLog& b);
void hold_same(const DamageReport& a, const DamageReport& b);

// Whether the bits are equal, also of what is no number.
bool same_bits(double a, double b);

bool tells(const DamageReport& report, std::string_view rule);

}  // namespace kymo::fuzz
