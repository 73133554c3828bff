//! What the system knows about a process, from `/proc` (nothing where there is none), and what it tells this one: to stop.

use std::fs;
use std::time::Duration;

use rustix::process::Pid;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::CliError;

/// A process of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// This one.
    Own,
    /// The one with this id.
    Id(u32),
}

/// Ticks a second in `/proc/PID/stat`: `USER_HZ`, the same on every Linux.
const TICKS_PER_SECOND: u64 = 100;

impl Process {
    /// Processor time of all its threads so far, user and system.
    pub fn cpu_time(self) -> Option<Duration> {
        cpu_time(&self.read("stat")?)
    }

    /// The most memory that it ever had resident, in bytes.
    pub fn peak_memory_bytes(self) -> Option<u64> {
        status_bytes(&self.read("status")?, "VmHWM:")
    }

    /// Asks it to end (SIGTERM). Nothing happens if it has ended.
    pub fn terminate(self) {
        if let Process::Id(id) = self
            && let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw)
        {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
    }

    fn read(self, file: &str) -> Option<String> {
        let path = match self {
            Process::Own => format!("/proc/self/{file}"),
            Process::Id(id) => format!("/proc/{id}/{file}"),
        };
        fs::read_to_string(path).ok()
    }
}

/// Ctrl-C and SIGTERM. They count from when this is made: none is lost between two waits.
#[derive(Debug)]
pub struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    /// From now on they no longer end the process by themselves.
    pub fn listen() -> Result<Self, CliError> {
        let listen = |kind| {
            signal(kind).map_err(|error| CliError::failed(format!("signals cannot be received: {error}")))
        };
        Ok(Interrupts {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// The next one. Cancel safe.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Fields 14 and 15 of proc_pid_stat(5). The second, a name in parentheses, may hold anything.
fn cpu_time(stat: &str) -> Option<Duration> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_ascii_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 1000 / TICKS_PER_SECOND))
}

fn status_bytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 105 0 0 0 731 269 0 0 20 0 4 0 100 0 0";
        assert_eq!(cpu_time(stat), Some(Duration::from_secs(10)));
        assert_eq!(cpu_time("42 (short) S 1"), None);
    }

    #[test]
    fn memory_is_given_in_bytes() {
        let status = "Name:\ttidelog\nVmHWM:\t   65536 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(status_bytes(status, "VmHWM:"), Some(64 << 20));
        assert_eq!(status_bytes(status, "VmRSS:"), Some(1 << 20));
        assert_eq!(status_bytes(status, "VmSwap:"), None);
    }

    #[test]
    fn this_process_has_used_some_of_both() {
        if cfg!(target_os = "linux") {
            assert!(Process::Own.cpu_time().is_some());
            assert!(Process::Own.peak_memory_bytes().is_some_and(|bytes| bytes > 0));
        }
    }
}
