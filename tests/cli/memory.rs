//! The memory for bulk lookups does not depend on the length of the file.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::county::service::{Service, serve};
use crate::county::{command, squares_file};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use lapwing_testing::rounds;
use memchr::memchr_iter;

/// Rows of the long file: at least 30 MB, with three times as many bytes of answers. Either is more
/// than [`MORE_MB`].
fn many() -> usize {
    rounds(2_000_000, 6_000_000)
}

/// Rows of the short file, enough for all one-time allocations.
const FEW: usize = 50_000;

/// The long file may take this much more memory than the short one: for queues between threads and
/// the allocator. Holding the file or its answer would take more.
const MORE_MB: f64 = 20.0;

fn rows(count: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 * count);
    out.extend_from_slice(b"postcode,number\n");
    for number in 0..count {
        writeln!(out, "NN1 1A{},{number}", ["A", "B"][number % 2]).expect("memory");
    }
    out
}

/// The peak memory of a process so far, in megabytes; `None` once it has ended.
fn peak_mb(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Matches a file and returns the peak memory.
fn peak_of_match(input: &Path, output: &Path) -> f64 {
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let mut child = command(&["match", squares_file(), &path(input), "-o", &path(output), "-q"])
        .args(["--layers", "ward"])
        .stderr(Stdio::inherit())
        .spawn()
        .expect("lapwing starts");
    let mut peak = 0.0;
    loop {
        peak = peak_mb(child.id()).unwrap_or(peak);
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            assert!(status.success());
            return peak;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn the_memory_of_match_does_not_grow_with_rows() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    for (name, count) in [("few", FEW), ("many", many())] {
        let rows = rows(count);
        fs::write(at(&format!("{name}.csv")), &rows).unwrap();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&rows).unwrap();
        fs::write(at(&format!("{name}.csv.gz")), gzip.finish().unwrap()).unwrap();
    }
    for suffix in ["csv", "csv.gz"] {
        let out = at(&format!("out.{suffix}"));
        let few = peak_of_match(&at(&format!("few.{suffix}")), &out);
        let more = peak_of_match(&at(&format!("many.{suffix}")), &out);
        println!("{suffix}: {few:.1} MB for {FEW} rows, {more:.1} MB for {}", many());
        assert!(more < few + MORE_MB, "{suffix}: {few} MB grow to {more} MB");
    }
    let lines = memchr_iter(b'\n', &fs::read(at("out.csv")).unwrap()).count();
    assert_eq!(lines, many() + 1);
}

/// Sends everything before it reads, as many clients do; `header_lines` are header lines.
fn post(mut stream: TcpStream, header_lines: &str, rows: &[u8]) -> TcpStream {
    write!(
        stream,
        "POST /v1/lookup?layers=ward HTTP/1.0\r\nHost: x\r\nContent-Type: text/csv\r\n\
         {header_lines}Content-Length: {}\r\n\r\n",
        rows.len()
    )
    .expect("a head is sent");
    stream.write_all(rows).expect("the rows are sent");
    stream
}

/// The lines of an answer, with those of its head.
fn count_lines(mut answer: impl Read) -> usize {
    let (mut lines, mut piece) = (0, vec![0; 1 << 16]);
    loop {
        let read = answer.read(&mut piece).expect("an answer");
        if read == 0 {
            return lines;
        }
        lines += memchr_iter(b'\n', &piece[..read]).count();
    }
}

/// The lines of a compressed answer, without its head.
fn lines_unpacked(answer: TcpStream) -> usize {
    let mut answer = BufReader::new(answer);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(answer.read_line(&mut head).expect("a head") > 0, "{head}");
    }
    assert!(head.to_lowercase().contains("content-encoding: gzip\r\n"), "{head}");
    count_lines(MultiGzDecoder::new(answer))
}

fn assert_no_more_memory_for_more_rows(header_lines: &str, lines_of: fn(TcpStream) -> usize) {
    let service = Service::start(&mut serve(&[squares_file(), "--log-level", "warn"]));
    let peak = || peak_mb(service.child.id()).expect("it runs");
    lines_of(post(service.connect(), header_lines, &rows(FEW * 8)));
    let few = peak();
    let lines = lines_of(post(service.connect(), header_lines, &rows(many())));
    let more = peak();
    println!("{few:.1} MB for {} rows, {more:.1} MB for {}", FEW * 8, many());
    assert!(lines > many(), "{lines}");
    assert!(more < few + MORE_MB, "{few} MB grow to {more} MB");
}

#[test]
fn the_memory_of_a_bulk_request_does_not_grow_with_rows() {
    assert_no_more_memory_for_more_rows("", count_lines);
}

#[test]
fn the_memory_of_a_compressed_bulk_answer_does_not_grow_with_rows() {
    assert_no_more_memory_for_more_rows("Accept-Encoding: gzip\r\n", lines_unpacked);
}
