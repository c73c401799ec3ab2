//! A layer of an Esri feature service (Esri's ArcGIS REST API, "Query (Feature Service/Layer)").
//!
//! 1. the layer says of itself what it holds and when it was edited last ([`answers::Info`]);
//! 2. it counts what the query will give;
//! 3. pages are asked for in the order of the object id, each kept on the disk ([`pages`]), so
//!    that a run that was killed goes on with the next;
//! 4. when all that was counted is there, none twice, and the layer was not edited meanwhile, the
//!    pages are put together as one GeoJSON ([`assemble`]), the same bytes for the same features.

pub mod answers;
mod assemble;
mod pages;
mod query;

use ureq::http::header;

use super::client::{Client, shown};
use super::digest::{create, digest};
use super::downloads::Wanted;
use super::error::Trouble;
use super::file::{Got, check_digests};
use super::lock::Entry;
use super::progress::{Listener, Unit};
use answers::Info;
use pages::Pages;
use query::Query;
pub(super) use query::{Narrowing, is_feature_service, service_name};

/// How many features a page has at most, whatever more the service would give: ONS's limit.
const PAGE: u64 = 2000;

/// A service that fails on pages of this many fails for another reason than their size.
const SMALLEST_PAGE: u64 = 25;

/// Reads one layer into a GeoJSON file. `known` is what the lock says of the file that is there,
/// if that one may be kept where it has not changed.
pub(super) fn fetch(
    client: &Client,
    wanted: &Wanted,
    url: &str,
    narrowing: &Narrowing,
    known: Option<&Entry>,
    listener: &dyn Listener,
) -> Result<Got, Trouble> {
    let mut reader =
        Reader { client, wanted, listener, layer: String::new(), page: PAGE, gained: false };
    let mut tries = client.tries();
    let (info, query, pages) = loop {
        match reader.read(url, narrowing, known) {
            Ok(Read::Unchanged) => return Ok(Got::Unchanged),
            Ok(Read::All(all)) => break *all,
            Err(trouble) => {
                listener.end();
                if std::mem::take(&mut reader.gained) {
                    tries.gained();
                }
                tries.wait(trouble, &|line| listener.say(line))?;
            }
        }
    };
    listener.end();
    let here = |error: std::io::Error| Trouble::here(&wanted.path, &error);
    let mut whole = create(&wanted.path).map_err(here)?;
    let features = assemble::write(&pages, whole.file())?;
    let digests = digest(whole.partial_path()).map_err(here)?;
    if let Err(trouble) = check_digests(&wanted.origin, url, &digests) {
        pages.remove();
        return Err(trouble);
    }
    whole.finish().map_err(here)?;
    pages.remove();
    Ok(Got::Fetched(Box::new(Entry {
        file: wanted.file.clone(),
        url: reader.layer,
        fetched: super::now(),
        bytes: digests.bytes,
        sha256: digests.sha256,
        etag: None,
        last_modified: None,
        query: Some(query.in_words()),
        edited: info.edited,
        features: Some(features),
        licence: wanted.licence.clone(),
    })))
}

enum Read {
    Unchanged,
    All(Box<(Info, Query, Pages)>),
}

struct Reader<'a> {
    client: &'a Client,
    wanted: &'a Wanted,
    listener: &'a dyn Listener,
    /// The address of the layer, once it is known.
    layer: String,
    /// How many features to ask for at once.
    page: u64,
    /// Whether a page has come since the last failure.
    gained: bool,
}

impl Reader<'_> {
    fn read(
        &mut self,
        url: &str,
        narrowing: &Narrowing,
        known: Option<&Entry>,
    ) -> Result<Read, Trouble> {
        if self.layer.is_empty() {
            self.layer = self.find_layer(url)?;
        }
        let info = self.info()?;
        let query = Query::new(&self.layer, &info, self.wanted, narrowing)?;
        if let Some(known) = known
            && known.edited.is_some()
            && known.edited == info.edited
            && known.url == self.layer
            && known.query == Some(query.in_words())
        {
            return Ok(Read::Unchanged);
        }
        let count = answers::count(&self.ask(&query.count())?).map_err(|t| self.at_layer(t))?;
        if count == 0 {
            return Err(Trouble::lasting(format!(
                "{} has no feature for {}",
                shown(&self.layer),
                query.in_words()
            )));
        }
        let here = |error: std::io::Error| Trouble::here(&self.wanted.path, &error);
        let mut pages = Pages::open(&self.wanted.path, &query.mark(&info, count)).map_err(here)?;
        self.listener.begin(Unit::Features, Some(count));
        self.listener.advance(pages.features());
        self.page = self.page.min(info.most_a_page.unwrap_or(PAGE)).max(1);
        let mut asked = 0;
        while pages.features() < count {
            self.read_page(&query, count, &mut pages)?;
            asked += 1;
        }
        if pages.features() != count || pages.has_any_twice() {
            let there = pages.features();
            pages.remove();
            return Err(Trouble::passing(format!(
                "{} counted {count} features and gave {there}, or some of them twice: from the \
                 beginning",
                shown(&self.layer)
            )));
        }
        if asked > 1 && self.info()?.edited != info.edited {
            pages.remove();
            return Err(Trouble::passing(format!(
                "{} was edited while it was being read: from the beginning",
                shown(&self.layer)
            )));
        }
        Ok(Read::All(Box::new((info, query, pages))))
    }

    fn read_page(&mut self, query: &Query, count: u64, pages: &mut Pages) -> Result<(), Trouble> {
        let offset = pages.features();
        let answer = self.ask(&query.page(offset, self.page)).inspect_err(|trouble| {
            // Full-resolution areas can be too many for one answer.
            if matches!(trouble, Trouble::Passing { .. }) {
                self.page = (self.page / 2).max(SMALLEST_PAGE.min(self.page));
            }
        })?;
        let page = answers::page(&answer, query.shape()).map_err(|t| self.at_layer(t))?;
        if page.features.is_empty() || (!page.exceeded && offset + page.len() < count) {
            let there = offset + page.len();
            pages.clear().map_err(|error| Trouble::here(&self.wanted.path, &error))?;
            return Err(Trouble::passing(format!(
                "{} counted {count} features and ends after {there}: from the beginning",
                shown(&self.layer)
            )));
        }
        let features = page.len();
        pages.add(page).map_err(|error| Trouble::here(&self.wanted.path, &error))?;
        self.gained = true;
        self.listener.advance(features);
        Ok(())
    }

    fn info(&self) -> Result<Info, Trouble> {
        answers::info(&self.ask(&format!("{}?f=json", self.layer))?).map_err(|t| self.at_layer(t))
    }

    /// `…/FeatureServer/0` out of what the catalogue has, which may name the service alone or a
    /// query of the layer.
    fn find_layer(&self, url: &str) -> Result<String, Trouble> {
        let Some((service, layer)) = query::split(url) else {
            return Err(Trouble::lasting(format!("{url} is no feature service")));
        };
        if let Some(layer) = layer {
            return Ok(format!("{service}/{layer}"));
        }
        let layers = answers::layers(&self.ask(&format!("{service}?f=json"))?)
            .map_err(|trouble| name_place(&service, trouble))?;
        match &layers[..] {
            [(id, _)] => Ok(format!("{service}/{id}")),
            [] => Err(Trouble::lasting(format!("{service} has no layer"))),
            several => {
                let list: Vec<String> =
                    several.iter().map(|(id, name)| format!("/{id} ({name})")).collect();
                Err(Trouble::lasting(format!(
                    "{service} has several layers: write which, one of {}",
                    list.join(", ")
                )))
            }
        }
    }

    fn ask(&self, url: &str) -> Result<Vec<u8>, Trouble> {
        self.client.get_document(url, &[(header::ACCEPT, "application/json".to_owned())])
    }

    fn at_layer(&self, trouble: Trouble) -> Trouble {
        name_place(&self.layer, trouble)
    }
}

/// Puts the address before what its answer says.
fn name_place(url: &str, trouble: Trouble) -> Trouble {
    let place = |why: String| format!("{} answers: {why}", shown(url));
    match trouble {
        Trouble::Passing { why, wait } => Trouble::Passing { why: place(why), wait },
        Trouble::Lasting(why) => Trouble::Lasting(place(why)),
        here @ Trouble::Here(_) => here,
    }
}
