//! A catalogue, its folder and a mock of its publishers.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::json;

use crate::county;
use crate::mock_publishers::services::{Feature, Service};
use crate::mock_publishers::{ONS, Standin};

/// A folder with a catalogue, and the publishers of its files.
pub(crate) struct World {
    pub(crate) publishers: Standin,
    pub(crate) folder: tempfile::TempDir,
}

/// The address of the zip of postcodes, and of the host that it redirects to.
pub(crate) const ZIP: &str = "api.os.uk/downloads/v1/zip";

/// The catalogue of a layer of wards, and of postcodes that these tests do not read.
pub(crate) fn catalogue(more_of_wards: &str, more_of_postcodes: &str) -> String {
    format!(
        "title = \"Squares\"\n\
         [[layer]]\nid = \"ward\"\ntitle = \"Wards\"\nsource = \"data/wards.geojson\"\n\
         url = \"https://{ONS}/Wards/FeatureServer/0\"\ncode = \"WDCD\"\nname = \"WDNM\"\n\
         licence = \"OGL-UK-3.0\"\n{more_of_wards}\n\
         [postcodes]\nsource = \"data/postcodes.zip\"\nformat = \"code-point-open\"\n\
         url = \"https://{ZIP}\"\n{more_of_postcodes}\n"
    )
}

/// `count` wards: squares of a kilometre in rows of a hundred, in shuffled order.
pub(crate) fn wards(count: usize) -> Service {
    let ward = |at: usize| {
        let (code, name) = (format!("E05{:06}", (at * 7919) % count), format!("Ward {at}"));
        let (x, y) = ((at % 100) as f64 * 1e3, (at / 100) as f64 * 1e3);
        Feature::square(&json!({"WDCD": code, "WDNM": name}), 300e3 + x, 200e3 + y, 1e3)
    };
    Service::new((0..count).map(ward).collect())
}

/// Bytes that start like a zip, long enough for several reads.
pub(crate) fn zip(seed: u8) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend((0..300_000_u32).map(|at| (at % 251) as u8 ^ seed));
    bytes
}

impl World {
    /// A catalogue, before anything is published.
    pub(crate) fn new(catalogue: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("catalogue.toml"), catalogue).unwrap();
        Self { publishers: Standin::start(), folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command for a fetch, with short delays between retries.
    pub(crate) fn command(&self, more: &[&str]) -> std::process::Command {
        let catalogue = self.path("catalogue.toml");
        let mut command = county::command(&["fetch", catalogue.to_str().unwrap()]);
        command.args(["--wait", "0.01"]).args(more);
        command.env_remove("http_proxy").env_remove("HTTP_PROXY").env_remove("ALL_PROXY");
        if !more.contains(&"--offline") {
            command.args(["--mirror", &self.publishers.address]);
        }
        command
    }

    pub(crate) fn run(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    /// Fetches successfully, and returns what was written to stderr.
    pub(crate) fn fetch(&self, more: &[&str]) -> String {
        let output = self.run(more);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        assert!(output.stdout.is_empty(), "messages go to stderr");
        stderr
    }

    /// Fetches with exit code 1, and returns what was written to stderr.
    pub(crate) fn refusal(&self, more: &[&str]) -> String {
        let output = self.run(more);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        stderr
    }

    /// The file names in the data folder, including hidden ones.
    pub(crate) fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("data")) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }
}
