//! [`RequestHeader`]: what stands before a request's body.

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Request, Str};

/// What stands before a request's body, after the frame's length.
///
/// A response's header is the correlation id, and from header version 1 on tagged fields, of which Kafka has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestHeader {
    /// The API, see [`ApiKey`]; as it came, so it may be unknown.
    pub api_key: i16,
    /// The version of the body, and through the key of the header, too.
    pub api_version: i16,
    /// Comes back in the response.
    pub correlation_id: i32,
    /// What the client calls itself.
    pub client_id: Option<Str>,
}

impl RequestHeader {
    /// A header of a request, without a client id.
    pub fn of<M: Request>(api_version: i16, correlation_id: i32) -> Self {
        RequestHeader { api_key: M::KEY as i16, api_version, correlation_id, client_id: None }
    }

    /// What every header starts with, of known keys and of unknown ones: all but the client id.
    pub fn peek(frame: &Bytes) -> Result<Self, DecodeError> {
        // Clones a reference, and charges nothing.
        Self::fixed_part(&mut Decoder::new(frame.clone(), crate::Budget::of_bytes(0)))
    }

    /// The header; the decoder then stands at the body. An unknown key is an error, an unknown version is not: its header
    /// is read as that of the versions next to it.
    pub fn decode(decoder: &mut Decoder) -> Result<Self, DecodeError> {
        let fixed = Self::fixed_part(decoder)?;
        let key = ApiKey::try_from(fixed.api_key)?;
        // The client id did not become compact, so that a server can answer a version that it does not know (KIP-511).
        decoder.set_flexible(false);
        let client_id = decoder.nullable_string("clientId")?;
        decoder.set_flexible(key.request_header_version(fixed.api_version) >= 2);
        decoder.skip_tags()?;
        Ok(RequestHeader { client_id, ..fixed })
    }

    fn fixed_part(decoder: &mut Decoder) -> Result<Self, DecodeError> {
        Ok(RequestHeader {
            api_key: decoder.int16()?,
            api_version: decoder.int16()?,
            correlation_id: decoder.int32()?,
            client_id: None,
        })
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder) -> Result<(), EncodeError> {
        encoder.int16(self.api_key);
        encoder.int16(self.api_version);
        encoder.int32(self.correlation_id);
        encoder.nullable_string("clientId", self.client_id.as_deref())?;
        let version =
            ApiKey::try_from(self.api_key).map_or(1, |key| key.request_header_version(self.api_version));
        encoder.set_flexible(version >= 2);
        encoder.no_tags();
        Ok(())
    }
}
