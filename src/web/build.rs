//! Builds the map page: installs its packages with npm, bundles it with esbuild, and writes a list
//! of the results to `OUT_DIR/web.rs` for `src/http/routes/web/mod.rs` to embed.
//!
//! Everything is written to `OUT_DIR`, never to the sources. Without npm or without network the
//! build continues with a warning, and the page says what is missing. `LAPWING_WEB=off` leaves the
//! page out.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The sources of the page, besides the folder `page`.
const SOURCES: [&str; 4] = ["package.json", "package-lock.json", ".npmrc", "build.mjs"];

fn main() {
    let sources = Path::new("src/web");
    println!("cargo::rerun-if-env-changed=LAPWING_WEB");
    for source in SOURCES.iter().chain(&["page", "build.rs"]) {
        println!("cargo::rerun-if-changed={}", sources.join(source).display());
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let off = std::env::var("LAPWING_WEB").is_ok_and(|value| value == "off");
    let built = if off {
        Err("it was left out when this program was built, by LAPWING_WEB=off".to_owned())
    } else {
        build(sources, &out.join("web")).inspect_err(|error| {
            println!("cargo::warning=the map page is left out: {error}");
            println!(
                "cargo::warning=install Node.js with npm, then: touch src/web/build.rs && cargo build"
            );
        })
    };
    let list = built.and_then(|()| list(&out.join("web/out"))).unwrap_or_else(|error| {
        // The page says what failed. The details are in the warning of the build.
        let what = error.split(':').next().unwrap_or_default();
        format!("static BUILT: Result<MapPage, &str> = Err({what:?});\n")
    });
    fs::write(out.join("web.rs"), list).expect("OUT_DIR can be written");
}

/// Copies the sources, installs the packages if the lock file has changed, and bundles.
fn build(sources: &Path, work: &Path) -> Result<(), String> {
    let copy = |from: &Path, to: &Path| {
        fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()))
    };
    fs::create_dir_all(work).map_err(|error| format!("{}: {error}", work.display()))?;
    for source in SOURCES {
        copy(&sources.join(source), &work.join(source))?;
    }
    let page = work.join("page");
    // Removes files that are no longer in the sources.
    let _ = fs::remove_dir_all(&page);
    copy_folder(&sources.join("page"), &page, &copy)?;

    let lock = fs::read(work.join("package-lock.json")).unwrap_or_default();
    let stamp = work.join("node_modules/.installed");
    if fs::read(&stamp).ok().as_ref() != Some(&lock) {
        // Few and short attempts, so that a build without network does not hang.
        let few_retries =
            ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000"];
        run(
            npm().args(["ci", "--omit=dev", "--prefer-offline"]).args(few_retries),
            work,
            "npm ci",
        )?;
        fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))?;
    }
    run(Command::new("node").args(["build.mjs", "out"]), work, "node build.mjs")
}

fn copy_folder(
    from: &Path,
    to: &Path,
    copy: &impl Fn(&Path, &Path) -> Result<(), String>,
) -> Result<(), String> {
    let at_path = |error: std::io::Error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(at_path)?;
    for entry in fs::read_dir(from).map_err(at_path)? {
        let entry = entry.map_err(at_path)?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy_folder(&from, &to, copy)? } else { copy(&from, &to)? }
    }
    Ok(())
}

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn run(command: &mut Command, work: &Path, what: &str) -> Result<(), String> {
    let output = command.current_dir(work).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{what} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let mut lines: Vec<&str> = stderr.lines().filter(|line| !line.contains("npm warn")).collect();
    lines.truncate(4);
    Err(format!("{what} failed: {}", lines.join(" | ")))
}

/// The list of what was built, as Rust.
fn list(built: &Path) -> Result<String, String> {
    let at_path = |error: std::io::Error| format!("{}: {error}", built.display());
    let mut names: Vec<String> = fs::read_dir(built.join("assets"))
        .map_err(at_path)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".br").map(str::to_owned))
        .collect();
    names.sort();
    let path = |name: String| built.join(name).to_string_lossy().into_owned();
    let mut list = String::from("static BUILT: Result<MapPage, &str> = Ok(MapPage {\n");
    // A name is what build.mjs calls the asset, a hyphen, a hash and the suffix.
    for (field, stem, suffix) in
        [("style", "page-", ".css"), ("script", "page-", ".js"), ("map", "map-", ".js")]
    {
        let is_it = |name: &&String| name.starts_with(stem) && name.ends_with(suffix);
        let name = names.iter().find(is_it).ok_or_else(|| {
            format!("{stem}*{suffix} is missing: {} should have it", built.display())
        })?;
        let _ = writeln!(list, "{field}: {name:?},");
    }
    let _ = writeln!(list, "licences: include_str!({:?}),", path("licences.txt".to_owned()));
    list.push_str("assets: &[\n");
    for name in names {
        let (brotli, gzip) = (path(format!("assets/{name}.br")), path(format!("assets/{name}.gz")));
        let _ = writeln!(
            list,
            "Asset {{ name: {name:?}, brotli: include_bytes!({brotli:?}), gzip: include_bytes!({gzip:?}) }},"
        );
    }
    list.push_str("]});\n");
    Ok(list)
}
