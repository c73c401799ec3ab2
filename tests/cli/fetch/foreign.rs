//! Mutated responses of other services: they are read or refused, without a panic.

use lapwing::fetch::features::responses::{self, PageFields};
use lapwing::fetch::lock::Lock;
use lapwing::fetch::portal;

/// Mutates a text from a seed: changes, inserts, removes, doubles or truncates bytes.
struct Spoiler(u64);

impl Spoiler {
    /// Marsaglia's xorshift64.
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }

    fn spoil(&mut self, text: &[u8]) -> Vec<u8> {
        const TOKENS: [&[u8]; 10] =
            [b"null", b"-1", b"1e999", b"[]", b"{}", b"\"\"", b"[[", b"\\u0000", b"\xff", b"\n"];
        let mut bytes = text.to_vec();
        for _ in 0..=self.next(4) {
            let at = self.next(bytes.len());
            let end = (at + self.next(12)).min(bytes.len());
            match self.next(5) {
                0 if !bytes.is_empty() => bytes[at] = self.next(256) as u8,
                1 => drop(bytes.splice(at..end, TOKENS[self.next(TOKENS.len())].to_vec())),
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let piece = bytes[at..end].to_vec();
                    drop(bytes.splice(at..at, piece));
                }
                _ => bytes.truncate(bytes.len() - self.next(bytes.len() / 4)),
            }
        }
        bytes
    }
}

const PAGE: &[u8] = br#"{"type":"FeatureCollection","crs":{"type":"name","properties":
    {"name":"EPSG:27700"}},"properties":{"exceededTransferLimit":true},"features":[
    {"type":"Feature","id":1,"geometry":{"type":"Polygon","coordinates":[[[475000.5,260000],
    [476000,260000],[476000,261000],[475000.5,260000]]]},"properties":{"FID":1,"CD":"E05"}},
    {"type":"Feature","id":2,"geometry":null,"properties":{"FID":2,"CD":null}}]}"#;
const INFO: &[u8] = br#"{"id":0,"geometryType":"esriGeometryPolygon","objectIdField":"FID",
    "maxRecordCount":2000,"fields":[{"name":"FID","type":"esriFieldTypeOID"},{"name":"CD"}],
    "advancedQueryCapabilities":{"supportsPagination":true},"editingInfo":{"lastEditDate":17}}"#;
const ERROR: &[u8] = br#"{"error":{"code":400,"message":"Invalid URL","details":["a","b"]}}"#;
const ITEMS: &[u8] = br#"{"type":"FeatureCollection","features":[{"id":"x","properties":{"title":
    "Wards (December 2022)","type":"Feature Service",
    "url":"https://a.example/rest/services/W/FeatureServer"}}]}"#;
const LOCK: &str = "version = 1\n\n[[source]]\nfile = \"data/a.zip\"\nurl = \"https://a.example\"\n\
    fetched = \"2026-11-22T02:00:00Z\"\nbytes = 12\n\
    sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n";

fn fields() -> PageFields {
    let fields = vec![("CD".to_owned(), "CD".to_owned())];
    PageFields { id: "FID".to_owned(), code: "CD".to_owned(), fields }
}

/// Runs every parser on the bytes, and checks the invariants of what it accepts.
fn read_all(bytes: &[u8]) -> usize {
    let mut passed = 0;
    let words = portal::words("Wards_December_2022");
    if let Ok(page) = responses::page(bytes, &fields()) {
        passed += 1;
        for feature in &page.features {
            assert!(!feature.json.contains(['\n', '\r']), "a feature has a line of its own");
            serde_json::from_str::<serde::de::IgnoredAny>(&feature.json).expect("JSON");
        }
    }
    passed += usize::from(responses::layer_info(bytes).is_ok());
    passed += usize::from(responses::layers(bytes).is_ok());
    passed += usize::from(responses::count(bytes).is_ok());
    if let Ok(found) = portal::services(bytes, &words) {
        passed += 1;
        assert!(found.iter().all(|url| url.starts_with("http") && url.contains("Server")));
    }
    if let Ok(lock) = Lock::parse(&String::from_utf8_lossy(bytes)) {
        passed += 1;
        assert_eq!(Lock::parse(&lock.to_text()).expect("what was written can be read"), lock);
    }
    passed
}

#[test]
fn the_texts_to_be_mutated_are_valid() {
    assert_eq!(responses::page(PAGE, &fields()).unwrap().features.len(), 2);
    assert_eq!(responses::layer_info(INFO).unwrap().max_per_page, Some(2000));
    assert_eq!(portal::services(ITEMS, &portal::words("Wards_December_2022")).unwrap().len(), 1);
    assert!(Lock::parse(LOCK).unwrap().entry("data/a.zip").is_some());
    assert!(responses::count(ERROR).unwrap_err().to_string().contains("Invalid URL"));
}

#[test]
fn mutated_responses_do_not_panic_a_parser() {
    let seed = std::env::var("LAPWING_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(0x5eed_1a9e);
    println!("LAPWING_SEED={seed}");
    let mut spoiler = Spoiler(seed);
    let mut passed = 0;
    for text in [PAGE, INFO, ERROR, ITEMS, LOCK.as_bytes(), b"{\"count\":57}"] {
        for _ in 0..2000 {
            passed += read_all(&spoiler.spoil(text));
        }
    }
    assert!(passed > 100, "some are spoilt so little that they pass, or nothing is tested");
}
