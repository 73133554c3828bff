//! The codecs behind two enums: [`Decoder`], a reader over compressed bytes, and [`Encoder`], whole payload to whole
//! payload. Their costly state (hash tables, windows) is made once and used again.

mod lz4;
mod snappy;

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use zstd::zstd_safe::{DCtx, DParameter, get_error_name};

use crate::compression::Compression;

/// Why a codec cannot go on.
pub(crate) enum Fault {
    /// The bytes are not what the codec writes.
    Corrupt(String),
    /// They claim a length beyond the budget.
    OverBudget,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Corrupt(error.to_string())
    }
}

impl From<&'static str> for Fault {
    fn from(detail: &'static str) -> Self {
        Fault::Corrupt(detail.to_owned())
    }
}

/// State that decoders hand on from batch to batch.
#[derive(Default)]
pub(crate) struct Contexts {
    zstd: Option<DCtx<'static>>,
    snappy_block: Vec<u8>,
}

impl Contexts {
    /// Largest distance that a zstd frame may look back: 2^23 = 8 MiB, what RFC 8878 asks of every decoder; no level below
    /// 20 uses more. A frame that wants more is refused before its window is allocated.
    const ZSTD_WINDOW_LOG: u32 = 23;

    fn zstd(&mut self) -> Result<&mut DCtx<'static>, Fault> {
        match &mut self.zstd {
            Some(context) => Ok(context),
            none => {
                let mut context = DCtx::try_create().ok_or("no memory for a zstd context")?;
                let limit = DParameter::WindowLogMax(Self::ZSTD_WINDOW_LOG);
                context.set_parameter(limit).map_err(get_error_name)?;
                Ok(none.insert(context))
            }
        }
    }
}

/// Reads what a payload decompresses to, piece by piece.
pub(crate) enum Decoder<'a> {
    None(&'a [u8]),
    Gzip(MultiGzDecoder<&'a [u8]>),
    Snappy(snappy::Decoder<'a>),
    Lz4(lz4_flex::frame::FrameDecoder<&'a [u8]>),
    Zstd(zstd::stream::read::Decoder<'a, &'a [u8]>),
}

impl<'a> Decoder<'a> {
    /// Over a payload that may decompress to at most `budget` bytes. Counting the output is the caller's task; the decoder
    /// only refuses what it would have to allocate beyond that.
    pub(crate) fn open(
        compression: Compression,
        payload: &'a [u8],
        budget: usize,
        contexts: &'a mut Contexts,
    ) -> Result<Self, Fault> {
        Ok(match compression {
            Compression::None => Decoder::None(payload),
            Compression::Gzip => Decoder::Gzip(MultiGzDecoder::new(payload)),
            Compression::Snappy => {
                Decoder::Snappy(snappy::Decoder::open(payload, budget, &mut contexts.snappy_block)?)
            }
            Compression::Lz4 => Decoder::Lz4(lz4::open(payload)?),
            Compression::Zstd => {
                Decoder::Zstd(zstd::stream::read::Decoder::with_context(payload, contexts.zstd()?))
            }
        })
    }

    /// The next bytes; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, Fault> {
        Ok(match self {
            Decoder::None(rest) => rest.read(out)?,
            Decoder::Gzip(decoder) => decoder.read(out)?,
            Decoder::Snappy(decoder) => decoder.read(out)?,
            Decoder::Lz4(decoder) => decoder.read(out)?,
            Decoder::Zstd(decoder) => decoder.read(out)?,
        })
    }
}

/// Compresses payloads.
pub(crate) enum Encoder {
    None,
    Gzip(flate2::Compress),
    Snappy(Box<snap::raw::Encoder>),
    Lz4(lz4_flex::block::CompressTable),
    Zstd(zstd::bulk::Compressor<'static>),
}

impl Encoder {
    /// zstd's own default, 3, costs a quarter more than 1 and gains nothing on event data.
    const ZSTD_LEVEL: i32 = 1;
    /// Windows of 32 KiB, the most that gzip knows.
    const GZIP_WINDOW_BITS: u8 = 15;

    /// For a codec, at the level that suits a log.
    pub(crate) fn new(compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::None => Encoder::None,
            Compression::Gzip => {
                let level = flate2::Compression::default();
                Encoder::Gzip(flate2::Compress::new_gzip(level, Self::GZIP_WINDOW_BITS))
            }
            Compression::Snappy => Encoder::Snappy(Box::new(snap::raw::Encoder::new())),
            Compression::Lz4 => Encoder::Lz4(lz4_flex::block::CompressTable::default()),
            Compression::Zstd => Encoder::Zstd(zstd::bulk::Compressor::new(Self::ZSTD_LEVEL)?),
        })
    }

    /// Appends the compressed payload to `out`.
    pub(crate) fn encode(&mut self, payload: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Encoder::None => out.extend_from_slice(payload),
            Encoder::Gzip(encoder) => encode_gzip(encoder, payload, out)?,
            Encoder::Snappy(encoder) => snappy::encode(encoder, payload, out)?,
            Encoder::Lz4(table) => lz4::encode(table, payload, out)?,
            Encoder::Zstd(encoder) => encode_zstd(encoder, payload, out)?,
        }
        Ok(())
    }
}

fn encode_gzip(encoder: &mut flate2::Compress, payload: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    encoder.reset();
    loop {
        let consumed = encoder.total_in() as usize;
        out.reserve((payload.len() - consumed) / 2 + 64);
        let status = encoder.compress_vec(&payload[consumed..], out, flate2::FlushCompress::Finish)?;
        if status == flate2::Status::StreamEnd {
            return Ok(());
        }
    }
}

fn encode_zstd(
    encoder: &mut zstd::bulk::Compressor<'_>,
    payload: &[u8],
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let start = out.len();
    out.resize(start + zstd::zstd_safe::compress_bound(payload.len()), 0);
    let written = encoder.compress_to_buffer(payload, &mut out[start..])?;
    out.truncate(start + written);
    Ok(())
}
