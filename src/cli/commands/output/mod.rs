//! Where data go: stdout, or a file that appears under its name only when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Stdout, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use lapwing_boundaries::storage::atomic_file::AtomicFile;

use super::failure::Failure;

mod background_sync;

use background_sync::Settler;

/// A destination of data. What is written is in place once [`Output::finish`] has returned; a
/// file dropped before that leaves nothing behind.
pub(crate) struct Output {
    path: PathBuf,
    sink: Option<Sink>,
    /// The file that the sink writes to, unless it is stdout or such as `/dev/null`.
    whole: Option<AtomicFile>,
    settler: Option<Settler>,
}

enum Sink {
    Stdout(BufWriter<Stdout>),
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

/// Whether a path asks for stdin or stdout.
pub(crate) fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// The suffix that says what a file holds, in lower case, that of a compression left aside.
pub(crate) fn content_suffix(path: &Path) -> Option<String> {
    let plain = if is_gzip(path) { path.file_stem().map(Path::new)? } else { path };
    Some(plain.extension()?.to_str()?.to_ascii_lowercase())
}

/// Whether the name ends in `.gz`.
pub(crate) fn is_gzip(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("gz"))
}

/// Where a file will really stand: a link is followed, so that it goes on being one. `None` for
/// what is no ordinary file, such as `/dev/null`, which must be written to and not replaced.
pub(crate) fn place_of(path: &Path) -> io::Result<Option<PathBuf>> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: name a file in it"))
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

    /// The same for who compresses what is written, where the name asks for that.
    pub(crate) fn create_as_it_is(path: &Path) -> Result<Self, Failure> {
        Self::compressed(path, None)
    }

    fn compressed(path: &Path, level: Option<Compression>) -> Result<Self, Failure> {
        if is_dash(path) {
            let sink = Sink::Stdout(BufWriter::new(io::stdout()));
            let path = path.to_owned();
            return Ok(Self { path, sink: Some(sink), whole: None, settler: None });
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
        let settler = whole.as_ref().and_then(|_| Settler::of(&file));
        let file = BufWriter::new(file);
        let sink = match level {
            Some(level) => Sink::Gzip(Box::new(GzEncoder::new(file, level))),
            None => Sink::Plain(file),
        };
        Ok(Self { path: place, sink: Some(sink), whole, settler })
    }

    /// Writes out what is buffered and gives the file its name.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.settle().map_err(|error| self.failed(&error))
    }

    /// What a failed write to it means.
    pub(crate) fn failed(&self, error: &io::Error) -> Failure {
        if self.whole.is_none() && is_dash(&self.path) {
            return Failure::from(io::Error::new(error.kind(), error.to_string()));
        }
        Failure::unwritable(&self.path, error)
    }

    fn settle(&mut self) -> io::Result<()> {
        match self.sink.take() {
            None => return Ok(()),
            Some(Sink::Stdout(mut stdout)) => return stdout.flush(),
            Some(Sink::Plain(mut file)) => file.flush()?,
            Some(Sink::Gzip(gzip)) => gzip.finish()?.flush()?,
        }
        if let Some(settler) = self.settler.take() {
            settler.finish()?;
        }
        self.whole.take().map_or(Ok(()), AtomicFile::finish)
    }

    fn writer(&mut self) -> io::Result<&mut dyn Write> {
        match &mut self.sink {
            Some(Sink::Stdout(stdout)) => Ok(stdout),
            Some(Sink::Plain(file)) => Ok(file),
            Some(Sink::Gzip(gzip)) => Ok(gzip),
            None => Err(io::Error::other("it was finished already")),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer()?.write(bytes)?;
        if let Some(settler) = &mut self.settler {
            settler.wrote(written);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer()?.flush()
    }
}

/// Only a file that is not compressed can be gone back in.
impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.sink {
            Some(Sink::Plain(file)) => file.seek(to),
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, "it is no plain file")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_ordinary_file_is_written_to_and_not_replaced() {
        assert_eq!(place_of(Path::new("/dev/null")).unwrap(), None);
        let mut output = Output::create(Path::new("/dev/null")).unwrap();
        output.write_all(b"gone").unwrap();
        output.finish().unwrap();
        assert_eq!(place_of(Path::new("/dev/null")).unwrap(), None);
    }

    #[test]
    fn a_file_that_another_run_is_writing_is_left_to_it() {
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
