//! Postcodes by their beginning.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::postcode::{Postcode, PostcodePrefix};

use super::errors::PostcodesIoError;
use super::fields::PostcodeFields;
use super::near::{DEFAULT_LIMIT, MAX_LIMIT};
use super::{Answer, Query, answer, near, nothing, respond};
use crate::compat::outcodes::Outcodes;
use crate::http::routes::compat::query::leading_int;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot, today};

/// Parses `limit`; anything but a positive number means the default.
fn limit(query: &Query) -> usize {
    let limit = query.get("limit").and_then(leading_int).and_then(|n| usize::try_from(n).ok());
    limit.filter(|limit| *limit > 0).unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT)
}

/// Finds the live postcodes that begin with `text`:
///
/// 1. if it is an existing outcode, those of that outcode;
/// 2. if it is two words, those whose halves begin with them;
/// 3. otherwise, those that begin with it when spaces are ignored, in that order.
///
/// A complete postcode is returned alone.
pub(super) fn find(
    atlas: &Atlas,
    outcodes: &Outcodes,
    text: &str,
    limit: usize,
) -> Vec<PostcodeFacts> {
    let text = text.trim().to_ascii_uppercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let halves = match words[..] {
        [outcode] if Postcode::is_outward(outcode) => Some((outcode, "")),
        [outcode, inward] if Postcode::is_outward(outcode) => Some((outcode, inward)),
        _ => None,
    };
    if let Some((outcode, inward)) = halves {
        let found = with_halves(atlas, outcode, inward, limit);
        if !found.is_empty() {
            return found;
        }
    }
    compact(atlas, outcodes, &words.concat(), limit)
}

fn with_halves(atlas: &Atlas, outcode: &str, inward: &str, limit: usize) -> Vec<PostcodeFacts> {
    let begun = PostcodePrefix::of_halves(outcode, inward).map(|begun| atlas.facts_of(begun));
    begun.into_iter().flatten().filter(PostcodeFacts::is_live).take(limit).collect()
}

/// Searches without the space: the outcodes that begin with `text`, and for each way to split it,
/// the postcodes of the outcode whose second half begins with the rest.
fn compact(atlas: &Atlas, outcodes: &Outcodes, text: &str, limit: usize) -> Vec<PostcodeFacts> {
    if text.is_empty() || text.len() > 7 || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Vec::new();
    }
    let mut found: Vec<PostcodeFacts> = Vec::new();
    for cut in 2..=4_usize.min(text.len() - 1) {
        found.extend(with_halves(atlas, &text[..cut], &text[cut..], limit));
    }
    let all = outcodes.all();
    let start = all.partition_point(|known| &*known.outcode < text);
    for known in all[start..].iter().take_while(|known| known.outcode.starts_with(text)) {
        found.extend(with_halves(atlas, &known.outcode, "", limit));
    }
    // Without spaces NN10 1AA sorts before NN1 1AA.
    let whole = |record: &PostcodeFacts| record.postcode.outward() + &record.postcode.inward();
    found.sort_by_cached_key(|record| whole(record));
    if let Some(exact) = found.iter().find(|record| whole(record) == text) {
        return vec![*exact];
    }
    found.truncate(limit);
    found
}

pub(super) async fn query(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    if let Some(around) = near::of_query(&query) {
        return respond(&query, near::around(&app, snapshot, around).await);
    }
    let text = query.get("q").or_else(|| query.get("query")).filter(|text| !text.trim().is_empty());
    let answer = match text {
        None => Err(PostcodesIoError::NoPostcode),
        Some(text) => search(&app, snapshot, text, limit(&query), true).await,
    };
    respond(&query, answer)
}

pub(super) async fn autocomplete(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    respond(&query, search(&app, snapshot, &text, limit(&query), false).await)
}

async fn search(
    app: &AppState,
    snapshot: RequestSnapshot,
    text: &str,
    limit: usize,
    whole: bool,
) -> Answer {
    let (served, text) = (snapshot.served()?, text.to_owned());
    let work = move || {
        let found = find(served.atlas(), served.outcodes(), &text, limit);
        if found.is_empty() {
            answer(&nothing())
        } else if whole {
            let plan = served.plan(today());
            let fields = found.into_iter().map(|record| PostcodeFields::of(&served, &plan, record));
            answer(&fields.collect::<Vec<_>>())
        } else {
            let texts = found.into_iter().map(|record| record.postcode.to_string());
            answer(&texts.collect::<Vec<_>>())
        }
    };
    // One letter can match many thousands.
    run_blocking(app, work).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::squares;

    #[test]
    fn postcodes_are_found_by_outcode_by_halves_and_without_spaces() {
        let atlas = squares::atlas();
        let outcodes = Outcodes::of(&atlas);
        let of = |text: &str, limit| -> Vec<String> {
            find(&atlas, &outcodes, text, limit).iter().map(|r| r.postcode.to_string()).collect()
        };
        let one = ["NN1 1AA", "NN1 1AB", "NN1 1AC", "NN1 1AE", "NN1 1AF"];
        assert_eq!(of("nn1", 10), one, "only this outcode, without NN11");
        assert_eq!(of("NN1 1", 10), one);
        assert_eq!(of("NN1", 2), one[..2]);
        assert_eq!(of("NN11", 10), ["NN11 1AA"], "an outcode takes precedence over NN1 1");
        assert_eq!(of("NN11A", 10), one, "not an outcode: matches NN1 1A");
        assert_eq!(of("NN111", 10), ["NN11 1AA"]);
        assert_eq!(of("NN11AA", 10), ["NN1 1AA"], "a complete postcode is returned alone");
        assert_eq!(of("NN1 1AA", 10), ["NN1 1AA"]);
        let all = ["NN11 1AA", "NN1 1AA", "NN1 1AB", "NN1 1AC", "NN1 1AE", "NN1 1AF", "NN6 9ZZ"];
        assert_eq!(of("N", 10), all, "in order without the spaces");
        assert_eq!(of("n", 3), all[..3]);
        assert!(of("NN1 1AD", 10).is_empty(), "terminated");
        for nothing in ["", " ", "ZZ", "NN1 1AA 1", "1", "Ñ", "NN1-", "NN1 1AAA"] {
            assert!(of(nothing, 10).is_empty(), "{nothing:?}");
        }
    }
}
