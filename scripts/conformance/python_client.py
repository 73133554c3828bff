"""What a Python client does with a node: writes by call and by stream, reads back what it wrote, understands refusals."""

import sys

import grpc
from grpc_status import rpc_status
from tidelog.v1 import admin_pb2 as admin, admin_pb2_grpc, error_pb2 as error, log_pb2 as log, log_pb2_grpc

PARTITIONS = 3
RECORDS = 1000

channel = grpc.insecure_channel(sys.argv[1])
operator = admin_pb2_grpc.AdminServiceStub(channel)
broker = log_pb2_grpc.LogServiceStub(channel)


def record(number):
    headers = [log.Header(key="number", value=str(number).encode()), log.Header(key="empty")]
    return log.Record(key=b"key-%d" % (number % 17), value=b"value \xff %d" % number, headers=headers)


def requests(topic):
    for number in range(RECORDS):
        entry = log.ProduceEntry(topic=topic, records=[record(number)])
        yield log.ProduceRequest(correlation_id=number, entries=[entry])


def read(topic, **options):
    partitions = [log.FetchPartition(topic=topic, partition=partition) for partition in range(PARTITIONS)]
    for message in broker.Fetch(log.FetchRequest(partitions=partitions, **options)):
        for chunk in message.chunks:
            assert not chunk.HasField("error"), chunk.error
            for found in chunk.records:
                yield chunk.partition, found


created = operator.CreateTopics(
    admin.CreateTopicsRequest(topics=[admin.NewTopic(name="conformance", partitions=PARTITIONS)])
).results[0]
assert not created.HasField("error"), created.error
assert (created.partitions, len(created.topic_id)) == (PARTITIONS, 16), created

places = {}
for answer in broker.ProduceStream(requests("conformance")):
    (result,) = answer.results
    assert not result.HasField("error"), result.error
    places[answer.correlation_id] = (result.partition, result.base_offset)
assert sorted(places) == list(range(RECORDS))

found = {(partition, got.offset): got for partition, got in read("conformance")}
assert len(found) == RECORDS, len(found)
for number, place in places.items():
    sent, got = record(number), found[place]
    assert (got.key, got.value, list(got.headers)) == (sent.key, sent.value, list(sent.headers)), got
    assert got.timestamp_ms > 0
for key in {got.key for got in found.values()}:
    assert len({place[0] for place, got in found.items() if got.key == key}) == 1, key

ends = broker.ListOffsets(
    log.ListOffsetsRequest(
        entries=[
            log.ListOffsetsEntry(topic="conformance", partition=partition, at=log.OffsetSpec(position=log.POSITION_LATEST))
            for partition in range(PARTITIONS)
        ]
    )
).results
assert sum(end.offset for end in ends) == RECORDS, ends

refused = broker.Produce(
    log.ProduceRequest(entries=[log.ProduceEntry(topic="absent", records=[log.Record(value=b"x")])])
).results[0].error
assert refused.code == error.ERROR_CODE_UNKNOWN_TOPIC_OR_PARTITION and refused.retriable, refused
assert refused.message == "topic 'absent' does not exist", refused

try:
    list(broker.Fetch(log.FetchRequest()))
    raise SystemExit("a fetch of nothing was not refused")
except grpc.RpcError as failure:
    detail = error.ErrorDetail()
    assert rpc_status.from_call(failure).details[0].Unpack(detail)
    assert (failure.code(), detail.code) == (grpc.StatusCode.INVALID_ARGUMENT, error.ERROR_CODE_INVALID_REQUEST), failure

print(f"python-client: {RECORDS} records written by stream, read back as they were; refusals understood")
