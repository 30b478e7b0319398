// The fuzz targets: each takes bytes that may be anything, and stops where what must hold does not.
#pragma once

#include "format/wire_reader.h"

namespace kymo::fuzz {

void codec(Bytes input);         // a list of events: written, then read back
void events(Bytes input);        // one serialized event
void index(Bytes input);         // a kept scan
void merge(Bytes input);         // several files that grow: one run
void outline(Bytes input);       // one serialized event, in outline and whole
void plain_events(Bytes input);  // an event file: read in one go and record by record
void plot(Bytes input);          // a series that grows, and viewports on it
void scanner(Bytes input);       // an event file that grows: a head of schedule_size bytes, then the file
void utf8(Bytes input);          // text

// How many bytes of the scanner's input say in what pieces its file grows.
constexpr std::size_t schedule_size = 8;

}  // namespace kymo::fuzz
