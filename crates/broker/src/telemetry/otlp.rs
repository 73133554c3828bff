//! What is read of OpenTelemetry's metrics (OTLP, `opentelemetry/proto/metrics/v1/metrics.proto`): the numbers, with their
//! names and attributes. Histograms and summaries are passed over; Kafka's clients send none.
//!
//! What must stay true: a stranger's bytes are read where they lie. Nothing is allocated for what they claim, and nothing
//! recurses.

/// One number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point<'a> {
    /// The metric: `org.apache.kafka.producer.connection.creation.total`.
    pub metric: &'a str,
    /// What to do with the number.
    pub kind: Kind,
    /// The number.
    pub value: f64,
    body: &'a [u8],
}

/// What a number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What is now.
    Gauge,
    /// What there has been since the client's start.
    Counter,
    /// What came to a counter since the last push.
    CounterDelta,
}

/// The bytes are not OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the metrics are not OTLP: {0}")]
pub struct NotOtlp(&'static str);

// Field numbers: MetricsData, ResourceMetrics, ScopeMetrics, Metric, Gauge and Sum, NumberDataPoint, KeyValue, AnyValue.
const RESOURCE_METRICS: u32 = 1;
const SCOPE_METRICS: u32 = 2;
const METRICS: u32 = 2;
const METRIC_NAME: u32 = 1;
const METRIC_GAUGE: u32 = 5;
const METRIC_SUM: u32 = 7;
const DATA_POINTS: u32 = 1;
const SUM_TEMPORALITY: u32 = 2;
const SUM_IS_MONOTONIC: u32 = 3;
const POINT_DOUBLE: u32 = 4;
const POINT_INTEGER: u32 = 6;
const POINT_ATTRIBUTES: u32 = 7;
const PAIR_KEY: u32 = 1;
const PAIR_VALUE: u32 = 2;
const VALUE_STRING: u32 = 1;
const VALUE_BOOL: u32 = 2;
const VALUE_INTEGER: u32 = 3;

const TEMPORALITY_DELTA: u64 = 1;

/// Hands every number of a `MetricsData` to `each`.
pub fn read_points<'a>(message: &'a [u8], mut each: impl FnMut(Point<'a>)) -> Result<(), NotOtlp> {
    for resource in parts(message, RESOURCE_METRICS) {
        for scope in parts(resource?, SCOPE_METRICS) {
            for metric in parts(scope?, METRICS) {
                read_metric(metric?, &mut each)?;
            }
        }
    }
    Ok(())
}

impl<'a> Point<'a> {
    /// What sets it apart from the metric's other numbers: those attributes that are text, truth or whole numbers.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, String)> + use<'a> {
        parts(self.body, POINT_ATTRIBUTES).filter_map(|pair| {
            let pair = pair.ok()?;
            let key = text(pair, PAIR_KEY).ok()??;
            let value = parts(pair, PAIR_VALUE).next()?.ok()?;
            Some((key, attribute(value)?))
        })
    }
}

fn read_metric<'a>(metric: &'a [u8], each: &mut impl FnMut(Point<'a>)) -> Result<(), NotOtlp> {
    let name = text(metric, METRIC_NAME)?.unwrap_or_default();
    for gauge in parts(metric, METRIC_GAUGE) {
        read_data(gauge?, name, Kind::Gauge, each)?;
    }
    for sum in parts(metric, METRIC_SUM) {
        let sum = sum?;
        let kind = match (number(sum, SUM_IS_MONOTONIC)?, number(sum, SUM_TEMPORALITY)?) {
            (0, _) => Kind::Gauge,
            (_, TEMPORALITY_DELTA) => Kind::CounterDelta,
            _ => Kind::Counter,
        };
        read_data(sum, name, kind, each)?;
    }
    Ok(())
}

fn read_data<'a>(
    data: &'a [u8],
    metric: &'a str,
    kind: Kind,
    each: &mut impl FnMut(Point<'a>),
) -> Result<(), NotOtlp> {
    for body in parts(data, DATA_POINTS) {
        let body = body?;
        let mut value = None;
        for field in Fields(body) {
            match field? {
                (POINT_DOUBLE, Value::Fixed64(bits)) => value = Some(f64::from_bits(bits)),
                (POINT_INTEGER, Value::Fixed64(bits)) => value = Some(bits.cast_signed() as f64),
                _ => {}
            }
        }
        if let Some(value) = value {
            each(Point { metric, kind, value, body });
        }
    }
    Ok(())
}

fn attribute(value: &[u8]) -> Option<String> {
    Fields(value).find_map(|field| match field.ok()? {
        (VALUE_STRING, Value::Bytes(bytes)) => Some(std::str::from_utf8(bytes).ok()?.to_owned()),
        (VALUE_BOOL, Value::Varint(value)) => Some((value != 0).to_string()),
        (VALUE_INTEGER, Value::Varint(value)) => Some(value.cast_signed().to_string()),
        _ => None,
    })
}

/// The messages under a field, in their order.
fn parts(message: &[u8], wanted: u32) -> impl Iterator<Item = Result<&[u8], NotOtlp>> {
    Fields(message).filter_map(move |field| match field {
        Ok((number, Value::Bytes(bytes))) if number == wanted => Some(Ok(bytes)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// The text under a field.
fn text(message: &[u8], wanted: u32) -> Result<Option<&str>, NotOtlp> {
    let Some(bytes) = parts(message, wanted).last().transpose()? else { return Ok(None) };
    std::str::from_utf8(bytes).map(Some).map_err(|_| NotOtlp("a name is not UTF-8"))
}

/// The number under a field; 0 if it is not there.
fn number(message: &[u8], wanted: u32) -> Result<u64, NotOtlp> {
    let mut found = 0;
    for field in Fields(message) {
        if let (field, Value::Varint(value)) = field?
            && field == wanted
        {
            found = value;
        }
    }
    Ok(found)
}

/// The fields of a protobuf message; ends after the first fault.
struct Fields<'a>(&'a [u8]);

enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), NotOtlp>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u32, Value<'a>), NotOtlp> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| NotOtlp("a field's number is too large"))?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(*self.array()?)),
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).map_err(|_| NotOtlp("a length is too large"))?;
                Value::Bytes(self.take(length)?)
            }
            5 => {
                self.array::<4>()?;
                Value::Fixed32
            }
            _ => return Err(NotOtlp("a field is of no known type")),
        };
        Ok((number, value))
    }

    fn varint(&mut self) -> Result<u64, NotOtlp> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(NotOtlp("a number has too many bytes"))
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], NotOtlp> {
        let (array, rest) = self.0.split_first_chunk().ok_or(NotOtlp("it ends within a field"))?;
        self.0 = rest;
        Ok(array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], NotOtlp> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(NotOtlp("it ends within a field"))?;
        self.0 = rest;
        Ok(bytes)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A field of bytes.
    fn part(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut length = bytes.len();
        let mut field = vec![number << 3 | 2];
        while length >= 0x80 {
            field.push(length as u8 | 0x80);
            length >>= 7;
        }
        field.push(length as u8);
        [field, bytes.to_vec()].concat()
    }

    fn double(value: f64, attributes: &[(&str, &str)]) -> Vec<u8> {
        let mut point = [&[4 << 3 | 1][..], &value.to_le_bytes()].concat();
        for (key, value) in attributes {
            let pair = [part(1, key.as_bytes()), part(2, &part(1, value.as_bytes()))].concat();
            point.extend(part(7, &pair));
        }
        part(1, &point)
    }

    /// A message of one metric that is a sum.
    pub fn counter(name: &str, value: f64, is_delta: bool, attributes: &[(&str, &str)]) -> Vec<u8> {
        let temporality = if is_delta { 1 } else { 2 };
        let sum = [double(value, attributes), vec![2 << 3, temporality, 3 << 3, 1]].concat();
        wrap(&[part(1, name.as_bytes()), part(7, &sum)].concat())
    }

    /// A message of one metric that is a gauge.
    pub fn gauge(name: &str, value: f64, attributes: &[(&str, &str)]) -> Vec<u8> {
        // The name comes last: fields may come in any order.
        wrap(&[part(5, &double(value, attributes)), part(1, name.as_bytes())].concat())
    }

    fn wrap(metric: &[u8]) -> Vec<u8> {
        part(1, &part(2, &part(2, metric)))
    }

    /// Name, kind, value, attributes.
    type Read = (String, Kind, f64, Vec<(String, String)>);

    fn read(message: &[u8]) -> Result<Vec<Read>, NotOtlp> {
        let mut points = Vec::new();
        read_points(message, |point| {
            let attributes = point.attributes().map(|(key, value)| (key.to_owned(), value)).collect();
            points.push((point.metric.to_owned(), point.kind, point.value, attributes));
        })?;
        Ok(points)
    }

    #[test]
    fn numbers_come_with_name_kind_and_attributes() {
        let message = [
            counter("a.total", 3.0, true, &[("node_id", "1"), ("topic", "t")]),
            counter("b.total", 4.0, false, &[]),
            gauge("c.avg", 0.5, &[]),
        ]
        .concat();
        let pairs = vec![("node_id".to_owned(), "1".to_owned()), ("topic".to_owned(), "t".to_owned())];
        assert_eq!(
            read(&message),
            Ok(vec![
                ("a.total".to_owned(), Kind::CounterDelta, 3.0, pairs),
                ("b.total".to_owned(), Kind::Counter, 4.0, vec![]),
                ("c.avg".to_owned(), Kind::Gauge, 0.5, vec![]),
            ])
        );
    }

    #[test]
    fn whatever_is_cut_or_changed_is_an_error_or_another_message_and_nothing_worse() {
        let message = counter("a.total", 3.0, true, &[("node_id", "1")]);
        for cut in 1..message.len() {
            assert!(read(&message[..cut]).is_err(), "{cut}");
        }
        for at in 0..message.len() {
            for byte in 0..=u8::MAX {
                let mut changed = message.clone();
                changed[at] = byte;
                let _ = read(&changed);
            }
        }
        assert_eq!(read(&[0xff; 11]), Err(NotOtlp("a number has too many bytes")));
        assert_eq!(read(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]), Err(NotOtlp("it ends within a field")));
    }
}
