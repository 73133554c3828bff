"""Writes JSON to `user-events` with KafkaProducer and reads it with KafkaConsumer by assignment; a line for each claim."""

import json
import sys
import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

BOOTSTRAP = sys.argv[1]
EVENTS = [{"user": number % 7, "action": "click", "page": f"/item/{number}", "name": "Zoë"} for number in range(1000)]
PLACE = TopicPartition("user-events", 0)


def claim(name):
    print(f"pass {name}", flush=True)


def consumer(**options):
    made = KafkaConsumer(
        bootstrap_servers=BOOTSTRAP,
        value_deserializer=lambda value: json.loads(value.decode()),
        consumer_timeout_ms=20000,
        **options,
    )
    made.assign([PLACE])
    return made


def read(source, count):
    found = []
    for record in source:
        found.append(record)
        if len(found) == count:
            break
    return found


started = int(time.time() * 1000)
producer = KafkaProducer(
    bootstrap_servers=BOOTSTRAP, value_serializer=lambda value: json.dumps(value).encode(), key_serializer=str.encode
)
sent = [producer.send("user-events", event, key=str(event["user"])) for event in EVENTS]
producer.flush(timeout=30)
places = [future.get(timeout=10) for future in sent]
assert [(place.topic, place.partition, place.offset) for place in places] == [(*PLACE, n) for n in range(len(EVENTS))], places[:3]
claim("json_producer_gets_every_offset")

reader = consumer()
reader.seek_to_beginning(PLACE)
records = read(reader, len(EVENTS))
assert [record.value for record in records] == EVENTS
assert [record.offset for record in records] == list(range(len(EVENTS)))
assert [record.key for record in records] == [str(event["user"]).encode() for event in EVENTS]
assert all(started <= record.timestamp <= time.time() * 1000 for record in records)
claim("assigned_consumer_reads_what_was_sent")

assert (reader.beginning_offsets([PLACE]), reader.end_offsets([PLACE])) == ({PLACE: 0}, {PLACE: len(EVENTS)})
claim("offsets_of_begin_and_end")

reader.seek(PLACE, 990)
assert [record.value for record in read(reader, 10)] == EVENTS[990:]
claim("seek_reads_from_there")

found = reader.offsets_for_times({PLACE: records[500].timestamp})[PLACE]
wanted = next(record for record in records if record.timestamp >= records[500].timestamp)
assert (found.offset, found.timestamp) == (wanted.offset, wanted.timestamp), found
claim("offset_of_a_time")

packing = KafkaProducer(
    bootstrap_servers=BOOTSTRAP,
    value_serializer=lambda value: json.dumps(value).encode(),
    compression_type="lz4",
    acks="all",
    linger_ms=20,
)
for event in EVENTS:
    packing.send("user-events", event, headers=[("source", b"web")])
packing.flush(timeout=30)
reader.seek(PLACE, len(EVENTS))
packed = read(reader, len(EVENTS))
assert [(record.value, list(record.headers)) for record in packed] == [(event, [("source", b"web")]) for event in EVENTS]
claim("compressed_with_headers")

live = consumer(auto_offset_reset="latest")
live.seek_to_end(PLACE)
assert live.position(PLACE) == 2 * len(EVENTS)
producer.send("user-events", {"user": 1, "action": "last"}, key="1").get(timeout=10)
assert [record.value["action"] for record in read(live, 1)] == ["last"]
claim("waiting_consumer_gets_the_next_record")
