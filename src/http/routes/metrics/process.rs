//! Process metrics from Linux's `proc(5)`, as far as available.

/// Clock ticks per second in `/proc`, on every architecture since Linux 2.6.
const TICKS_A_SECOND: f64 = 100.0;

/// Resident memory in bytes, including pages of mapped files.
pub(super) fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = kilobytes.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// Processor time in seconds, user and system.
pub(super) fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may contain spaces; the state follows it, and utime is the twelfth field
    // after it.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_A_SECOND)
}

/// Open files and sockets.
pub(super) fn open_files() -> Option<f64> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as f64)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_time_and_files() {
        assert!(resident_bytes().unwrap() > 1e6);
        let before = cpu_seconds().unwrap();
        let started = std::time::Instant::now();
        while started.elapsed().as_millis() < 200 {
            std::hint::spin_loop();
        }
        assert!(cpu_seconds().unwrap() > before);
        assert!(open_files().unwrap() >= 3.0);
    }
}
