//! What processes have used: CPU time and memory, and how much CPU the rest of the machine takes.

use std::io;
use std::time::{Duration, Instant};

/// A process on this machine, ours or another.
#[derive(Debug, Clone, Copy)]
pub struct Process(u32);

impl Process {
    /// This process.
    pub fn this() -> Process {
        Process(std::process::id())
    }

    /// The process with this id. Whether it lives shows when it is asked something.
    pub fn with_id(id: u32) -> Process {
        Process(id)
    }

    /// CPU time of all its threads, ended ones too, user and system. The process's own clock: `/proc/PID/stat` says the same in
    /// steps of 10 ms, too coarse for a broker that needs 40 ms.
    pub fn cpu_time(self) -> io::Result<Duration> {
        let mut clock = 0;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: both calls write one value each, through pointers to live local variables.
        let failed = unsafe { libc::clock_getcpuclockid(self.0 as libc::pid_t, &mut clock) };
        if failed != 0 {
            return Err(io::Error::from_raw_os_error(failed));
        }
        // SAFETY: as above.
        if unsafe { libc::clock_gettime(clock, &mut time) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }

    /// Resident memory now and at its highest, in KiB.
    pub fn memory_kib(self) -> io::Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
        };
        Ok((field("VmRSS:"), field("VmHWM:")))
    }
}

/// A moment of the machine, to tell later how busy it was since.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    at: Instant,
    busy: Duration,
}

impl Machine {
    /// Reads `/proc/stat`.
    pub fn now() -> io::Result<Machine> {
        let stat = std::fs::read_to_string("/proc/stat")?;
        let line = stat.lines().next().unwrap_or_default();
        let fields: Vec<u64> =
            line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal, in hundredths of a second; guests are in user already.
        let ticks = fields.iter().take(8).sum::<u64>() - fields.get(3..5).unwrap_or(&[]).iter().sum::<u64>();
        Ok(Machine { at: Instant::now(), busy: Duration::from_millis(ticks * 10) })
    }

    /// CPU that others than those whose `used` time is given took since then, in cores.
    pub fn foreign_cores_since(self, used: Duration) -> io::Result<f64> {
        let now = Machine::now()?;
        let elapsed = now.at.duration_since(self.at).as_secs_f64().max(1e-9);
        let foreign = (now.busy.saturating_sub(self.busy)).saturating_sub(used);
        Ok(foreign.as_secs_f64() / elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_computes_uses_cpu_time() {
        let before = Process::this().cpu_time().unwrap();
        let mut value = 1_u64;
        while Process::this().cpu_time().unwrap() < before + Duration::from_millis(20) {
            value = std::hint::black_box(value.wrapping_mul(3));
        }
        assert!(Process::this().cpu_time().unwrap() >= before + Duration::from_millis(20));
    }

    #[test]
    fn memory_is_at_least_what_was_just_written_and_never_above_the_peak() {
        let written = vec![1_u8; 32 << 20];
        let (now, peak) = Process::this().memory_kib().unwrap();
        assert!(now >= written.len() as u64 >> 10 && now <= peak, "{now} {peak}");
    }

    #[test]
    fn a_process_that_does_not_exist_is_an_error() {
        // Linux numbers processes up to 2^22.
        let none = Process::with_id((1 << 22) + 1);
        assert!(none.cpu_time().is_err());
        assert!(none.memory_kib().is_err());
    }
}
