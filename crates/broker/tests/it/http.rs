//! HTTP as `curl` sees it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tidelog_grpc_api::v1::ErrorCode;
use tidelog_record::Compression;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{TestNode, batch, plain, ready};

/// An answer, whole.
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn lines(&self) -> Vec<Value> {
        self.body.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    #[track_caller]
    fn assert_error(&self, status: u16, code: ErrorCode, message: &str) {
        let name = code.as_str_name().strip_prefix("ERROR_CODE_").expect("the prefix of all codes");
        let error = &self.json()["error"];
        assert_eq!((self.status, &error["code"], &error["message"]), (status, &json!(name), &json!(message)));
    }
}

pub async fn get(node: &TestNode, path: &str) -> Answer {
    exchange(node, &format!("GET {path} HTTP/1.1\r\nhost: tidelog\r\nconnection: close\r\n\r\n")).await
}

async fn post(node: &TestNode, path: &str, headers: &[&str], body: &str) -> Answer {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: tidelog\r\nconnection: close\r\ncontent-length: {length}");
    exchange(node, &format!("{head}\r\n{headers}\r\n{body}")).await
}

const JSON: &str = "content-type: application/json";
const TEXT: &str = "content-type: text/plain; charset=utf-8";

async fn exchange(node: &TestNode, request: &str) -> Answer {
    let mut stream = TcpStream::connect(node.node.addresses().http).await.expect("connects");
    stream.write_all(request.as_bytes()).await.expect("is taken");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("answers");
    let text = String::from_utf8(bytes).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let headers: BTreeMap<String, String> = lines
        .map(|line| line.split_once(": ").expect("a header"))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let is_chunked = headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked");
    let body = if is_chunked { unchunked(body) } else { body.to_owned() };
    Answer { status: status.parse().expect("a number"), headers, body }
}

fn unchunked(mut rest: &str) -> String {
    let mut body = String::new();
    loop {
        let (size, chunk) = rest.split_once("\r\n").expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        if size == 0 {
            return body;
        }
        body.push_str(&chunk[..size]);
        rest = &chunk[size + 2..];
    }
}

#[tokio::test]
async fn a_node_that_serves_is_alive_and_ready() {
    let node = TestNode::start().await;
    let healthy = get(&node, "/healthz").await;
    assert_eq!((healthy.status, healthy.body.as_str()), (200, "ok\n"));
    let ready = get(&node, "/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
    let index = get(&node, "/").await;
    assert_eq!(index.status, 200);
    for path in ["/healthz", "/readyz", "/metrics", "/v1/topics"] {
        assert!(index.body.contains(path), "{path}");
    }
}

#[tokio::test]
async fn a_node_without_disk_space_is_alive_and_not_ready_and_refuses_records() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    // More than any disk has.
    let node = node.restart_with(&[("tidelog.disk.reserve.bytes", "9000000000000000000")]).await;
    while get(&node, "/readyz").await.status == 200 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let ready = get(&node, "/readyz").await;
    let reason = "free disk space is below tidelog.disk.reserve.bytes: nothing can be appended\n";
    assert_eq!((ready.status, ready.body.as_str()), (503, reason));
    assert_eq!(get(&node, "/healthz").await.status, 200);

    let answer = post(&node, "/v1/topics/events/records?partition=0", &[TEXT], "x").await;
    let error = &answer.json()["results"][0]["error"];
    assert_eq!((answer.status, &error["code"]), (503, &json!("DISK_RESERVE_REACHED")));
    assert_eq!((&error["retriable"], &error["retry_after_ms"]), (&json!(true), &json!(1000)));
}

#[tokio::test]
async fn a_node_that_shuts_down_says_so_to_whoever_asks_whether_it_is_ready() {
    let node = TestNode::start().await;
    assert_eq!(node.node.shared().unready(), None);
    node.node.shared().stop.cancel();
    assert_eq!(node.node.shared().unready().as_deref(), Some("the node is shutting down"));
}

#[tokio::test]
async fn a_path_that_is_not_served_is_not_found() {
    let node = TestNode::start().await;
    let message = "there is nothing at this path: GET / lists what is";
    get(&node, "/v2").await.assert_error(404, ErrorCode::InvalidRequest, message);
    assert_eq!(get(&node, "/v1/topics/events/records").await.status, 405);
}

#[tokio::test]
async fn topics_are_listed_and_described() {
    let node = TestNode::start().await;
    node.create_topic("events", 2, &[]).await;
    node.store(plain("events", 1, &["a"])).await.expect("stored");
    let list = get(&node, "/v1/topics").await.json();
    let id = list["topics"][0]["topic_id"].clone();
    assert_eq!(id.as_str().map(str::len), Some(22));
    let listing = json!({"name": "events", "topic_id": id, "partitions": 2, "replication_factor": 1, "internal": false});
    assert_eq!(list, json!({ "topics": [listing] }));

    let topic = get(&node, "/v1/topics/events").await.json();
    let partition = |partition: i32, end: i64, size_bytes: &Value| {
        json!({
            "partition": partition, "leader": 0, "leader_epoch": 0, "replicas": [0], "isr": [0],
            "log_start_offset": 0, "high_watermark": end, "log_end_offset": end, "size_bytes": size_bytes,
        })
    };
    let size = &topic["partitions"][1]["size_bytes"];
    let partitions = [partition(0, 0, &json!(0)), partition(1, 1, size)];
    assert_eq!(topic, json!({"name": "events", "topic_id": id, "internal": false, "partitions": partitions}));

    let absent = get(&node, "/v1/topics/absent").await;
    absent.assert_error(404, ErrorCode::UnknownTopicOrPartition, "topic 'absent' does not exist");
    assert_eq!(absent.json()["error"]["retriable"], json!(true));
}

#[tokio::test]
async fn records_go_in_and_come_out_as_they_were() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let records = json!({"records": [
        {"key": "user-7", "value": "clicked\n\"here\"", "timestamp_ms": 1_700_000_000_000i64,
         "headers": [{"key": "trace", "value": "abc"}, {"key": "trace", "value_base64": "/w=="}, {"key": "empty"}]},
        {"key_base64": "/wA=", "timestamp_ms": 1_700_000_000_001i64},
    ]});
    let path = "/v1/topics/events/records?partition=0";
    let answer = post(&node, path, &[JSON], &records.to_string()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({"results": [{"partition": 0, "base_offset": 0}]}));

    let answer = get(&node, "/v1/topics/events/partitions/0/records").await;
    assert_eq!((answer.status, answer.headers["content-type"].as_str()), (200, "application/x-ndjson"));
    let mut expected = records["records"].as_array().expect("a list").clone();
    expected[0]["offset"] = json!(0);
    expected[1]["offset"] = json!(1);
    assert_eq!(answer.lines(), expected);
    assert_eq!(answer.headers["tidelog-next-offset"], "2");
    assert_eq!(answer.headers["tidelog-high-watermark"], "2");
    assert_eq!(answer.headers["tidelog-log-start-offset"], "0");
    // What was read can be written.
    let again = json!({ "records": answer.lines() }).to_string();
    assert_eq!(post(&node, path, &[JSON], &again).await.json()["results"][0]["base_offset"], json!(2));
}

#[tokio::test]
async fn lines_of_text_are_values_and_go_where_the_broker_places_them() {
    let node = TestNode::start().await;
    node.create_topic("events", 3, &[]).await;
    let answer = post(&node, "/v1/topics/events/records?acks=1", &[TEXT], "a\nb\n\nc\n").await.json();
    let result = &answer["results"][0];
    assert_eq!(result["record_indexes"], json!([0, 1, 2, 3]));
    let path = format!("/v1/topics/events/partitions/{}/records", result["partition"]);
    let values: Vec<Value> =
        get(&node, &path).await.lines().iter().map(|line| line["value"].clone()).collect();
    assert_eq!(values, ["a", "b", "", "c"]);
}

#[tokio::test]
async fn a_write_without_acknowledgement_says_nothing_about_offsets() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let answer = post(&node, "/v1/topics/events/records?partition=0&acks=0", &[TEXT], "a").await;
    assert_eq!((answer.status, answer.json()), (200, json!({"results": [{"partition": 0}]})));
}

#[tokio::test]
async fn a_read_begins_where_it_is_asked_to_and_is_cut_at_whole_batches() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    node.store(ready("events", 0, batch(Compression::Zstd, &["a", "b", "c"]))).await.expect("stored");
    node.store(ready("events", 0, batch(Compression::Zstd, &["d"]))).await.expect("stored");
    let read = async |query: &str| {
        let answer = get(&node, &format!("/v1/topics/events/partitions/0/records{query}")).await;
        assert_eq!(answer.status, 200);
        let values: String =
            answer.lines().iter().map(|line| line["value"].as_str().expect("text")).collect();
        (values, answer.headers["tidelog-next-offset"].clone())
    };
    let expect = |values: &str, next: &str| (values.to_owned(), next.to_owned());
    assert_eq!(read("?offset=1").await, expect("bcd", "4"));
    for least in ["0", "1"] {
        assert_eq!(read(&format!("?offset=1&max_bytes={least}")).await, expect("bc", "3"));
    }
    assert_eq!(read("?offset=earliest&max_bytes=1").await, expect("abc", "3"));
    assert_eq!(read("?offset=latest").await, expect("", "4"));
    assert_eq!(read("?offset=4").await, expect("", "4"));
}

#[tokio::test]
async fn a_read_that_waits_ends_with_the_first_record_that_comes() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let path = "/v1/topics/events/partitions/0/records?offset=latest&wait_ms=60000";
    let (answer, stored) = tokio::join!(get(&node, path), async {
        // Once the reader is there.
        while crate::metrics::scrape(&node).await["tidelog_open_connections{listener=\"http\"}"] < 2.0 {
            tokio::task::yield_now().await;
        }
        node.store(plain("events", 0, &["at last"])).await
    });
    assert_eq!(stored, Ok(0));
    assert_eq!(answer.lines()[0]["value"], json!("at last"));
}

#[tokio::test]
async fn reads_of_what_is_not_there_are_refused() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let read = async |path: &str| get(&node, &format!("/v1/topics/{path}")).await;
    read("absent/partitions/0/records").await.assert_error(
        404,
        ErrorCode::UnknownTopicOrPartition,
        "topic 'absent' does not exist",
    );
    read("events/partitions/1/records").await.assert_error(
        404,
        ErrorCode::UnknownTopicOrPartition,
        "topic 'events' has no partition 1: it has 1, numbered from 0",
    );
    read("events/partitions/0/records?offset=soon").await.assert_error(
        400,
        ErrorCode::InvalidRequest,
        "offset=soon: use a number, earliest or latest",
    );
    let beyond = read("events/partitions/0/records?offset=5").await;
    assert_eq!((beyond.status, &beyond.json()["error"]["limit"]), (416, &json!("0 to 0")));
    assert_eq!(read("events/partitions/x/records").await.status, 400);
    assert_eq!(read("events/partitions/0/records?ofset=5").await.status, 400);
}

#[tokio::test]
async fn writes_that_cannot_be_understood_are_refused_and_store_nothing() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let path = "/v1/topics/events/records";
    post(&node, path, &["content-type: application/x-www-form-urlencoded"], "a").await.assert_error(
        415,
        ErrorCode::InvalidRequest,
        "a body of type 'application/x-www-form-urlencoded' is not understood: send application/json, or text/plain \
         with one record a line",
    );
    let answer = post(&node, path, &[JSON], "{").await;
    assert_eq!((answer.status, &answer.json()["error"]["cause"]), (400, &json!("body")));
    let answer = post(&node, &format!("{path}?acks=2"), &[TEXT], "a").await;
    answer.assert_error(400, ErrorCode::InvalidRequiredAcks, "acks=2: use all, 1 or 0");
    let answer = post(&node, "/v1/topics/absent/records", &[TEXT], "a").await;
    let error = &answer.json()["results"][0]["error"];
    assert_eq!((answer.status, &error["code"]), (404, &json!("UNKNOWN_TOPIC_OR_PARTITION")));
    let answer = post(&node, path, &[TEXT], "").await;
    let error = &answer.json()["results"][0]["error"];
    assert_eq!((answer.status, &error["code"]), (400, &json!("INVALID_REQUEST")));
    assert_eq!(node.values("events", 0, 0).await, []);
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_before_it_is_read() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    // Nothing of the body is sent, and the answer comes all the same.
    let head = "POST /v1/topics/events/records HTTP/1.1\r\nhost: tidelog\r\nconnection: close\r\n";
    let answer = exchange(&node, &format!("{head}{TEXT}\r\ncontent-length: 4194305\r\n\r\n")).await;
    answer.assert_error(
        413,
        ErrorCode::RecordListTooLarge,
        "a body has at most 4194304 bytes and 10000 records, and this one has 4194305 bytes: send several",
    );
    let lines = "\n".repeat(10_002);
    let answer = post(&node, "/v1/topics/events/records", &[TEXT], &lines).await;
    answer.assert_error(
        413,
        ErrorCode::RecordListTooLarge,
        "the body has 10002 lines, and the limit is 10000 for one request: send several",
    );
}

#[tokio::test]
async fn a_body_without_a_length_is_taken_as_it_comes() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let head = "POST /v1/topics/events/records HTTP/1.1\r\nhost: tidelog\r\nconnection: close\r\n";
    let chunks = "3\r\na\nb\r\n2\r\n\nc\r\n0\r\n\r\n";
    let answer =
        exchange(&node, &format!("{head}{TEXT}\r\ntransfer-encoding: chunked\r\n\r\n{chunks}")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(node.values("events", 0, 0).await.len(), 3);
}

#[tokio::test]
async fn a_web_page_of_another_site_cannot_write() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let path = "/v1/topics/events/records";
    let answer = post(&node, path, &[TEXT, "origin: http://evil.example"], "a").await;
    answer.assert_error(
        403,
        ErrorCode::TopicAuthorizationFailed,
        "a web page of another site may not write here",
    );
    assert_eq!(post(&node, path, &[TEXT, "origin: null"], "a").await.status, 403);
    assert_eq!(post(&node, path, &[TEXT, "origin: http://tidelog"], "a").await.status, 200);
    assert_eq!(node.values("events", 0, 0).await, [(0, "a".to_owned())]);
}
