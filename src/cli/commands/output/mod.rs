//! The output of a command: stdout, or a file that gets its name only when it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Stdout, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use lapwing_boundaries::storage::atomic_file::AtomicFile;

use crate::cli::failure::Failure;

mod background_sync;

use background_sync::BackgroundSync;

/// A destination for data. The file is in place once [`Output::finish`] has returned. If it is
/// dropped before that, nothing remains on disk.
pub(crate) struct Output {
    path: PathBuf,
    sink: Option<Sink>,
    /// The file that the sink writes to, unless it is stdout or such as `/dev/null`.
    whole: Option<AtomicFile>,
    sync: Option<BackgroundSync>,
}

enum Sink {
    Stdout(BufWriter<Stdout>),
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

/// Returns whether the path stands for stdin or stdout.
pub(crate) fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// The suffix that determines the format of a file, in lower case, without `.gz`.
pub(crate) fn content_suffix(path: &Path) -> Option<String> {
    let plain = if is_gzip(path) { path.file_stem().map(Path::new)? } else { path };
    Some(plain.extension()?.to_str()?.to_ascii_lowercase())
}

/// Returns whether the name ends in `.gz`.
pub(crate) fn is_gzip(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("gz"))
}

/// The path to write to: symbolic links are followed, so that they are not replaced. `None` for a
/// special file such as `/dev/null`, which is written in place.
pub(crate) fn place_of(path: &Path) -> io::Result<Option<PathBuf>> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a folder: name a file in it"))
        }
        Ok(found) if !found.is_file() => Ok(None),
        Ok(_) => fs::canonicalize(path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(path.to_owned())),
        Err(error) => Err(error),
    }
}

impl Output {
    /// Opens a file for writing, or stdout for `-`; compressed if the name ends in `.gz`.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let level = is_gzip(path).then(Compression::default);
        Self::compressed(path, level)
    }

    /// The same without compression, for callers that compress the data themselves.
    pub(crate) fn create_uncompressed(path: &Path) -> Result<Self, Failure> {
        Self::compressed(path, None)
    }

    fn compressed(path: &Path, level: Option<Compression>) -> Result<Self, Failure> {
        if is_dash(path) {
            let sink = Sink::Stdout(BufWriter::new(io::stdout()));
            let path = path.to_owned();
            return Ok(Self { path, sink: Some(sink), whole: None, sync: None });
        }
        let unwritable = |error: io::Error| Failure::unwritable(path, &error);
        let place = place_of(path).map_err(unwritable)?;
        let (file, place, whole) = if let Some(place) = place {
            let mut whole = AtomicFile::create(&place).map_err(unwritable)?;
            (whole.file().try_clone().map_err(unwritable)?, place, Some(whole))
        } else {
            let file = File::options().write(true).open(path).map_err(unwritable)?;
            (file, path.to_owned(), None)
        };
        let sync = whole.as_ref().and_then(|_| BackgroundSync::start(&file));
        let file = BufWriter::new(file);
        let sink = match level {
            Some(level) => Sink::Gzip(Box::new(GzEncoder::new(file, level))),
            None => Sink::Plain(file),
        };
        Ok(Self { path: place, sink: Some(sink), whole, sync })
    }

    /// Flushes the buffers, syncs the file and gives it its name.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.close().map_err(|error| self.failed(&error))
    }

    /// The failure for an error while writing to this output.
    pub(crate) fn failed(&self, error: &io::Error) -> Failure {
        if self.whole.is_none() && is_dash(&self.path) {
            return Failure::from(io::Error::new(error.kind(), error.to_string()));
        }
        Failure::unwritable(&self.path, error)
    }

    fn close(&mut self) -> io::Result<()> {
        match self.sink.take() {
            None => return Ok(()),
            Some(Sink::Stdout(mut stdout)) => return stdout.flush(),
            Some(Sink::Plain(mut file)) => file.flush()?,
            Some(Sink::Gzip(gzip)) => gzip.finish()?.flush()?,
        }
        if let Some(sync) = self.sync.take() {
            sync.finish()?;
        }
        self.whole.take().map_or(Ok(()), AtomicFile::finish)
    }

    fn writer(&mut self) -> io::Result<&mut dyn Write> {
        match &mut self.sink {
            Some(Sink::Stdout(stdout)) => Ok(stdout),
            Some(Sink::Plain(file)) => Ok(file),
            Some(Sink::Gzip(gzip)) => Ok(gzip),
            None => Err(io::Error::other("the output is already closed")),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer()?.write(bytes)?;
        if let Some(sync) = &mut self.sync {
            sync.wrote(written);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer()?.flush()
    }
}

/// Only an uncompressed file is seekable.
impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.sink {
            Some(Sink::Plain(file)) => file.seek(to),
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, "this output is not seekable")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_special_file_is_written_in_place() {
        assert_eq!(place_of(Path::new("/dev/null")).unwrap(), None);
        let mut output = Output::create(Path::new("/dev/null")).unwrap();
        output.write_all(b"gone").unwrap();
        output.finish().unwrap();
        assert_eq!(place_of(Path::new("/dev/null")).unwrap(), None);
    }

    #[test]
    fn a_file_that_another_process_is_writing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut first = Output::create(&path).unwrap();
        first.write_all(b"whole").unwrap();
        let Err(Failure::Refused(message)) = Output::create(&path).map(|_| ()) else {
            panic!("two runs write one file")
        };
        assert!(message.contains("another lapwing is writing it"), "{message}");
        first.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }
}
