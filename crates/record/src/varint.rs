//! Zigzag variable-length integers, as records use them for every number.
//!
//! Only what a right encoder can write is read: at most 5 bytes for 32 bits and 10 for 64, no bit beyond the width. (An
//! encoding longer than it need be is legal, as in Kafka.)

/// Longest encoding of an `i32`.
pub(crate) const MAX_I32_BYTES: usize = 5;
/// Longest encoding of an `i64`.
pub(crate) const MAX_I64_BYTES: usize = 10;

/// Reads one number of at most `bits` bits from a source of bytes; the inner `None` is an encoding that is too long.
#[inline(always)]
fn read<E>(bits: u32, mut next: impl FnMut() -> Result<u8, E>) -> Result<Option<u64>, E> {
    let first = next()?;
    if first < 0x80 {
        return Ok(Some(u64::from(first)));
    }
    let mut value = u64::from(first & 0x7f);
    let mut shift = 7;
    while shift < bits {
        let byte = next()?;
        let part = u64::from(byte & 0x7f);
        if bits - shift < 7 && part >> (bits - shift) != 0 {
            return Ok(None);
        }
        value |= part << shift;
        if byte < 0x80 {
            return Ok(Some(value));
        }
        shift += 7;
    }
    Ok(None)
}

/// Reads an `i32`.
#[inline(always)]
pub(crate) fn read_i32<E>(next: impl FnMut() -> Result<u8, E>) -> Result<Option<i32>, E> {
    Ok(read(32, next)?.map(|raw| ((raw >> 1) as i32) ^ -((raw & 1) as i32)))
}

/// Reads an `i64`.
#[inline(always)]
pub(crate) fn read_i64<E>(next: impl FnMut() -> Result<u8, E>) -> Result<Option<i64>, E> {
    Ok(read(64, next)?.map(|raw| ((raw >> 1) as i64) ^ -((raw & 1) as i64)))
}

/// Bytes that [`write`] takes for the number. An `i32` takes the same as an `i64` of its value.
#[inline]
pub(crate) const fn size(value: i64) -> usize {
    let bits = 64 - (zigzag(value) | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Appends a number. The encoding of an `i32` is that of an `i64` of its value.
#[inline]
pub(crate) fn write(out: &mut impl bytes::BufMut, value: i64) {
    let mut rest = zigzag(value);
    let mut encoded = [0; MAX_I64_BYTES];
    let mut length = 0;
    while rest >= 0x80 {
        encoded[length] = rest as u8 | 0x80;
        rest >>= 7;
        length += 1;
    }
    encoded[length] = rest as u8;
    out.put_slice(&encoded[..=length]);
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_slice(mut bytes: &[u8]) -> impl FnMut() -> Result<u8, ()> {
        move || {
            let (first, rest) = bytes.split_first().ok_or(())?;
            bytes = rest;
            Ok(*first)
        }
    }

    #[test]
    fn numbers_survive_at_every_width() {
        for shift in 0..64 {
            for value in [1_i64 << shift, (1_i64 << shift).wrapping_sub(1), -1_i64 << shift] {
                let mut out = Vec::new();
                write(&mut out, value);
                assert_eq!(out.len(), size(value), "{value}");
                assert_eq!(read_i64(from_slice(&out)), Ok(Some(value)));
                if let Ok(narrow) = i32::try_from(value) {
                    assert!(out.len() <= MAX_I32_BYTES);
                    assert_eq!(read_i32(from_slice(&out)), Ok(Some(narrow)));
                } else {
                    assert_eq!(read_i32(from_slice(&out)), Ok(None), "{value} does not fit 32 bits");
                }
            }
        }
    }

    #[test]
    fn bits_beyond_the_width_are_refused() {
        assert_eq!(read_i32(from_slice(&[0xff, 0xff, 0xff, 0xff, 0x0f])), Ok(Some(i32::MIN)));
        assert_eq!(read_i32(from_slice(&[0xff, 0xff, 0xff, 0xff, 0x10])), Ok(None));
        assert_eq!(read_i32(from_slice(&[0xff, 0xff, 0xff, 0xff, 0x8f, 0x00])), Ok(None));
        assert_eq!(read_i64(from_slice(&[0xff; 10])), Ok(None));
        assert_eq!(
            read_i64(from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02])),
            Ok(None)
        );
        assert_eq!(read_i32(from_slice(&[0x80])), Err(()));
    }

    #[test]
    fn an_encoding_longer_than_need_be_is_read() {
        assert_eq!(read_i32(from_slice(&[0x82, 0x80, 0x00])), Ok(Some(1)));
    }
}
