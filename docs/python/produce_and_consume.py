# Creates a topic, writes a record and reads it back. README.md beside this says how to get the stubs.
import grpc, sys
from tidelog.v1 import admin_pb2 as admin, admin_pb2_grpc, log_pb2 as log, log_pb2_grpc

channel = grpc.insecure_channel(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9094")
admin_pb2_grpc.AdminServiceStub(channel).CreateTopics(admin.CreateTopicsRequest(topics=[admin.NewTopic(name="events")]))
broker = log_pb2_grpc.LogServiceStub(channel)
entry = log.ProduceEntry(topic="events", records=[log.Record(key=b"user-7", value=b"clicked")])
print("stored at", broker.Produce(log.ProduceRequest(entries=[entry])).results[0].base_offset)
for message in broker.Fetch(log.FetchRequest(partitions=[log.FetchPartition(topic="events")])):
    for chunk in message.chunks:
        for record in chunk.records:
            print("read", record.offset, record.key, record.value)
