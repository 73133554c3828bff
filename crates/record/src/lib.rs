//! Record batch v2 as bytes: view, checksum, builder, codecs, validation.
