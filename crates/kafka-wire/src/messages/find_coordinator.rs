// Generated from proto/kafka by scripts/gen: change those, not this.

//! FindCoordinator (API key 10). Find the broker that coordinates a group, a transactional id or a share
//! partition.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Find the broker that coordinates a group, a transactional id or a share partition.
///
/// - 1: adds keyType. Transactional ids (KIP-98).
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: flexible.
/// - 4: coordinatorKeys instead of key. Many at once (KIP-699).
/// - 5: may be answered TRANSACTION_ABORTABLE (KIP-890).
/// - 6: share partitions (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindCoordinatorRequest {
    /// Versions 0-3.
    pub key: Str,
    /// 0: group, 1: transactional id, 2: share partition (groupId:topicId:partition). Versions 1+.
    pub key_type: i8,
    /// Ids, all of the same type. Versions 4+.
    pub coordinator_keys: Vec<Str>,
}

impl Wire for FindCoordinatorRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = FindCoordinatorRequest {
            key: if version <= 3 { decoder.string("key")? } else { Str::EMPTY },
            key_type: if version >= 1 { decoder.int8()? } else { 0 },
            coordinator_keys: if version >= 4 {
                decoder.array("coordinatorKeys", version)?
            } else {
                Vec::new()
            },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 3 {
            encoder.string("key", &self.key)?;
        } else if !self.key.is_empty() {
            return Err(EncodeError::unrepresentable("FindCoordinatorRequest", "key", version));
        }
        if version >= 1 {
            encoder.int8(self.key_type);
        } else if self.key_type != 0 {
            return Err(EncodeError::unrepresentable("FindCoordinatorRequest", "keyType", version));
        }
        if version >= 4 {
            encoder.array("coordinatorKeys", &self.coordinator_keys, version)?;
        } else if !self.coordinator_keys.is_empty() {
            return Err(EncodeError::unrepresentable("FindCoordinatorRequest", "coordinatorKeys", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for FindCoordinatorRequest {
    const NAME: &'static str = "FindCoordinatorRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

impl Request for FindCoordinatorRequest {
    const KEY: ApiKey = ApiKey::FindCoordinator;
    type Response = FindCoordinatorResponse;
}

/// Find the broker that coordinates a group, a transactional id or a share partition.
///
/// - 1: adds throttleTimeMs, errorMessage.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: flexible.
/// - 4: coordinators instead of errorCode, errorMessage, nodeId, host, port. Many at once (KIP-699).
/// - 5: may answer TRANSACTION_ABORTABLE (KIP-890).
/// - 6: as 5.
#[derive(Debug, Clone, PartialEq)]
pub struct FindCoordinatorResponse {
    /// Versions 1+, left out silently in others.
    pub throttle_time_ms: i32,
    /// Versions 0-3.
    pub error_code: i16,
    /// Versions 1-3, left out silently in others.
    pub error_message: Option<Str>,
    /// Versions 0-3.
    pub node_id: i32,
    /// Versions 0-3.
    pub host: Str,
    /// Versions 0-3.
    pub port: i32,
    /// Versions 4+.
    pub coordinators: Vec<Coordinator>,
}

impl Default for FindCoordinatorResponse {
    fn default() -> Self {
        FindCoordinatorResponse {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(Str::EMPTY),
            node_id: 0,
            host: Str::EMPTY,
            port: 0,
            coordinators: Vec::new(),
        }
    }
}

impl Wire for FindCoordinatorResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = FindCoordinatorResponse {
            throttle_time_ms: if version >= 1 { decoder.int32()? } else { 0 },
            error_code: if version <= 3 { decoder.int16()? } else { 0 },
            error_message: if (1..=3).contains(&version) {
                decoder.nullable_string("errorMessage")?
            } else {
                Some(Str::EMPTY)
            },
            node_id: if version <= 3 { decoder.int32()? } else { 0 },
            host: if version <= 3 { decoder.string("host")? } else { Str::EMPTY },
            port: if version <= 3 { decoder.int32()? } else { 0 },
            coordinators: if version >= 4 { decoder.array("coordinators", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.int32(self.throttle_time_ms);
        }
        if version <= 3 {
            encoder.int16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::unrepresentable("FindCoordinatorResponse", "errorCode", version));
        }
        if (1..=3).contains(&version) {
            encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        }
        if version <= 3 {
            encoder.int32(self.node_id);
            encoder.string("host", &self.host)?;
            encoder.int32(self.port);
        } else {
            if self.node_id != 0 {
                return Err(EncodeError::unrepresentable("FindCoordinatorResponse", "nodeId", version));
            }
            if !self.host.is_empty() {
                return Err(EncodeError::unrepresentable("FindCoordinatorResponse", "host", version));
            }
            if self.port != 0 {
                return Err(EncodeError::unrepresentable("FindCoordinatorResponse", "port", version));
            }
        }
        if version >= 4 {
            encoder.array("coordinators", &self.coordinators, version)?;
        } else if !self.coordinators.is_empty() {
            return Err(EncodeError::unrepresentable("FindCoordinatorResponse", "coordinators", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for FindCoordinatorResponse {
    const NAME: &'static str = "FindCoordinatorResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

/// Part of [`FindCoordinatorResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinator {
    /// `string`.
    pub key: Str,
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: Str,
    /// `int32`.
    pub port: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for Coordinator {
    fn default() -> Self {
        Coordinator {
            key: Str::EMPTY,
            node_id: 0,
            host: Str::EMPTY,
            port: 0,
            error_code: 0,
            error_message: Some(Str::EMPTY),
        }
    }
}

impl Wire for Coordinator {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Coordinator {
            key: decoder.string("key")?,
            node_id: decoder.int32()?,
            host: decoder.string("host")?,
            port: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("key", &self.key)?;
        encoder.int32(self.node_id);
        encoder.string("host", &self.host)?;
        encoder.int32(self.port);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
