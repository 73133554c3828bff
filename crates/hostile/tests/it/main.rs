//! A small attack on a node in this process: the same cases every time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tidelog_broker::{Node, NodeConfig};
use tidelog_hostile::{Attack, Client, Corpus, Crowd, Honest, Janitor, Metrics};
use tidelog_kafka_schema::Schemas;

const CASES: u64 = 20_000;
const SEED: u64 = 1;
const WORKERS: usize = 6;
const TOPIC: &str = "honest-and-not-to-be-hit";

/// Panics of any thread or task of this process.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        usual(panic);
    }));
}

/// Sends the cases, with a janitor, a crowd and an honest client around.
async fn attack(schemas: Arc<Schemas>, kafka: SocketAddr) -> Arc<Attack> {
    let mut client = Client::connect(schemas.clone(), kafka, TOPIC).await.expect("connects");
    let corpus = Corpus::load(&client.advertised().await.expect("is told")).expect("a corpus");
    let mut honest = Honest::start(schemas.clone(), kafka, TOPIC).await.expect("an honest client");
    let mut janitor = Janitor::start(schemas.clone(), kafka, TOPIC.to_owned()).await.expect("a janitor");
    let world = janitor.round().await.expect("a world");
    let crowd_topic = world.topics[0].0.clone();
    let crowd = Crowd::gather(schemas, kafka, &crowd_topic, (50, 2, 1)).await.expect("a crowd");
    assert_eq!(crowd.len(), 53);

    let attack = Attack::new(corpus, world, kafka, SEED, (0, CASES), 0);
    let telling = attack.clone();
    let tidying = tokio::spawn(janitor.run(move |world| telling.set_world(world)));
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = stop.clone();
    let serving = tokio::spawn(async move { honest.run(&stopping).await });
    let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(attack.clone().work())).collect();
    for worker in workers {
        worker.await.expect("no worker fails");
    }
    stop.store(true, Ordering::Relaxed);
    let served = serving.await.expect("an honest client does not fail");
    tidying.abort();
    assert_eq!(served.faults, Vec::<String>::new());
    assert!(served.served > 0, "the honest client was served");
    attack
}

/// Until the node has noticed that connections are gone.
async fn until_closed(http: SocketAddr) {
    let begun = Instant::now();
    loop {
        let open = Metrics::scrape(http).await.expect("metrics").by_label("tidelog_open_connections");
        if open["kafka"] == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{} connections are still open", open["kafka"]);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn twenty_thousand_hostile_requests_hurt_nobody() {
    count_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    runtime.block_on(async {
        let config = NodeConfig::embedded(directory.path().to_path_buf());
        let node = Node::start(config).await.expect("starts");
        let (kafka, http) = (node.addresses().kafka[0].1, node.addresses().http);
        let schemas = Arc::new(Schemas::checked_in().expect("the schemas"));
        let attack = attack(schemas, kafka).await;
        until_closed(http).await;

        assert_eq!(attack.faults(), Vec::<String>::new());
        assert_eq!(PANICS.load(Ordering::Relaxed), 0);
        let progress = attack.progress();
        assert_eq!(progress.sent, CASES);
        assert!(progress.answered * 10 > CASES * 3, "{progress:?}");
        let metrics = Metrics::scrape(http).await.expect("metrics");
        let reached = metrics.by_label("tidelog_kafka_requests_total");
        for (api, answered) in attack.answers() {
            assert!(answered > CASES / 200 && reached[&api] >= answered, "{api}: {answered} answered");
        }
        let closed = metrics.by_label("tidelog_kafka_disconnects_total");
        assert_eq!(closed["unanswerable"], 0);
        assert!(
            closed["malformed"] > 0 && closed["cut_frame"] > 0 && closed["frame_length"] > 0,
            "{closed:?}"
        );
        node.shut_down().await;
    });
}
