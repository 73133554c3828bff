//! `tidelog serve`: a node, from its settings to its end.
//!
//! What must stay true: the banner is printed when every listener answers, never before; Ctrl-C and SIGTERM end the node
//! cleanly, with exit code 0.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use tidelog_broker::{Addresses, Node};

use crate::Context;
use crate::args::VERSION;
use crate::error::CliError;
use crate::output::interrupted;
use crate::process::Interrupts;
use crate::settings::{Settings, SettingsArgs};
use crate::{logging, units};

/// Options of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog serve                        on 127.0.0.1, records in ./tidelog-data
  tidelog serve --data-dir /var/lib/tidelog --set num.partitions=4
  TIDELOG_SET_NUM_PARTITIONS=4 tidelog serve
  tidelog serve --config tidelog.toml  the file may say:

    data_dir = \"/var/lib/tidelog\"
    grpc = \"127.0.0.1:9094\"
    num.partitions = 4
    log.retention.hours = 24

`tidelog config dump` shows every setting with its value, `tidelog config explain KEY` what one means. Ctrl-C or \
SIGTERM stops the node cleanly.")]
pub struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Serve a copied data directory as if it were the original, which must never be started again
    #[arg(long)]
    adopt_data_dir: bool,
}

/// Serves until it is told to stop.
pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let settings = Settings::read(&args.settings, &context.global)?;
    logging::start(&settings.log_level, settings.log_format)?;
    let mut interrupts = Interrupts::listen()?;
    let config = settings.node_config(args.adopt_data_dir);
    let node = Node::start(config).await?;
    let banner = Banner::new(&node, &settings, context.started.elapsed());
    // The node serves whether or not somebody reads the banner.
    let _ = banner.show(context);

    interrupts.next().await;
    tracing::info!("stopping");
    let begun = Instant::now();
    tokio::select! {
        () = node.shut_down() => {}
        () = interrupts.next() => return Err(interrupted()),
    }
    tracing::info!("stopped in {}", units::duration(begun.elapsed()));
    Ok(())
}

/// What listens where, and what was found.
struct Banner {
    addresses: Addresses,
    node_id: i32,
    data_dir: String,
    formatted: bool,
    logs: u64,
    redone_operations: u64,
    started_in: Duration,
}

impl Banner {
    fn new(node: &Node, settings: &Settings, started_in: Duration) -> Self {
        let recovery = node.recovery();
        let data_dir = std::path::absolute(&settings.data_dir).unwrap_or_else(|_| settings.data_dir.clone());
        Banner {
            addresses: node.addresses().clone(),
            node_id: settings.node_id.0,
            data_dir: data_dir.display().to_string(),
            formatted: recovery.formatted,
            logs: recovery.logs as u64,
            redone_operations: recovery.redone_operations,
            started_in,
        }
    }

    fn show(&self, context: &Context) -> Result<(), CliError> {
        let Banner { addresses: Addresses { kafka, grpc, http }, node_id, data_dir, .. } = self;
        let output = context.output;
        if output.is_json() {
            return output.json(&json!({
                "ready": true,
                "version": VERSION,
                "node_id": node_id,
                "kafka": kafka.iter().map(|(name, address)| format!("{name}://{address}")).collect::<Vec<_>>(),
                "grpc": grpc.to_string(),
                "http": http.to_string(),
                "data_dir": data_dir,
                "formatted": self.formatted,
                "logs": self.logs,
                "redone_operations": self.redone_operations,
                "started_in_ms": self.started_in.as_secs_f64() * 1e3,
            }));
        }
        let ready = format!("ready in {}", units::duration(self.started_in));
        let row = |name: &str, value: &str, remark: &str| {
            let row = format!("  {}  {value:<21}  {}", output.bold(format!("{name:<6}")), output.dim(remark));
            row.trim_end().to_owned()
        };
        let next = if self.formatted { "tidelog topic create events" } else { "tidelog topic list" };
        let listener = |(name, address): &(String, SocketAddr)| {
            row("Kafka", &address.to_string(), if kafka.len() > 1 { name } else { "" })
        };
        let mut lines =
            vec![format!("{} {VERSION}  {}", output.bold("tidelog"), output.green(ready)), String::new()];
        lines.extend(kafka.iter().map(listener));
        lines.extend([
            row("gRPC", &grpc.to_string(), ""),
            row("HTTP", &http.to_string(), &format!("http://{http}/metrics  /healthz  /readyz")),
            row("node", &node_id.to_string(), ""),
            row("data", data_dir, &self.found()),
            String::new(),
            format!("  {}", output.dim(format!("try it: {next}    stop it: Ctrl-C"))),
            String::new(),
        ]);
        output.print(lines.iter().map(|line| format!("{line}\n")).collect::<String>())
    }

    fn found(&self) -> String {
        if self.formatted {
            return "new, empty".to_owned();
        }
        let logs = format!("{} recovered", units::counted(self.logs, "log"));
        match self.redone_operations {
            0 => format!("{logs}, stopped cleanly"),
            redone => format!("{logs}, {} redone from the journal", units::counted(redone, "operation")),
        }
    }
}
