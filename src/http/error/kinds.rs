//! The kinds of problem: slug, status, title and what to do, each in one place.

use axum::http::StatusCode;

/// What is wrong with a request, or here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is described by its title and advice below")]
pub enum ProblemKind {
    UnknownParameter,
    RepeatedParameter,
    MissingParameter,
    InvalidParameter,
    ConflictingParameters,
    InvalidPostcode,
    OutsideBritain,
    WrongLayerKind,
    InvalidBody,
    Unauthorized,
    UnknownRoute,
    UnknownPostcode,
    PostcodeWithoutPosition,
    UnknownLayer,
    UnknownArea,
    UnknownTile,
    NotInForce,
    NoOtherVintage,
    MethodNotAllowed,
    NotAcceptable,
    BodyTooSlow,
    NotReloaded,
    BodyTooLarge,
    UrlTooLong,
    UnsupportedMediaType,
    RangeNotSatisfiable,
    InvalidGeometry,
    Refused,
    Internal,
    NotReady,
    Overloaded,
    TookTooLong,
}

impl ProblemKind {
    /// Every kind.
    pub const ALL: [Self; 32] = [
        Self::UnknownParameter,
        Self::RepeatedParameter,
        Self::MissingParameter,
        Self::InvalidParameter,
        Self::ConflictingParameters,
        Self::InvalidPostcode,
        Self::OutsideBritain,
        Self::WrongLayerKind,
        Self::InvalidBody,
        Self::Unauthorized,
        Self::UnknownRoute,
        Self::UnknownPostcode,
        Self::PostcodeWithoutPosition,
        Self::UnknownLayer,
        Self::UnknownArea,
        Self::UnknownTile,
        Self::NotInForce,
        Self::NoOtherVintage,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::BodyTooSlow,
        Self::NotReloaded,
        Self::BodyTooLarge,
        Self::UrlTooLong,
        Self::UnsupportedMediaType,
        Self::RangeNotSatisfiable,
        Self::InvalidGeometry,
        Self::Refused,
        Self::Internal,
        Self::NotReady,
        Self::Overloaded,
        Self::TookTooLong,
    ];

    /// The last part of its `type`, the same for ever.
    pub const fn slug(self) -> &'static str {
        self.words().0
    }

    /// The status it is sent with.
    pub const fn status(self) -> StatusCode {
        self.words().1
    }

    /// What it is, in a few words.
    pub const fn title(self) -> &'static str {
        self.words().2
    }

    /// What to do about it, for its page.
    pub const fn advice(self) -> &'static str {
        self.words().3
    }

    #[rustfmt::skip]
    const fn words(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::UnknownParameter => ("unknown-parameter", S::BAD_REQUEST, "Unknown query parameter",
                "The route does not know the parameter. Look for a misspelling: `known` lists those it takes."),
            Self::RepeatedParameter => ("repeated-parameter", S::BAD_REQUEST, "Repeated query parameter",
                "Give each parameter once. Lists are one parameter with commas: layers=ward,parish."),
            Self::MissingParameter => ("missing-parameter", S::BAD_REQUEST, "Missing query parameter",
                "Add the parameter that the detail names."),
            Self::InvalidParameter => ("invalid-parameter", S::BAD_REQUEST, "Malformed query parameter",
                "Write the value in the form that the detail shows."),
            Self::ConflictingParameters => ("conflicting-parameters", S::BAD_REQUEST, "Parameters that exclude each other",
                "Ask about one place in one way: postcode, or lon and lat, or easting and northing."),
            Self::InvalidPostcode => ("invalid-postcode", S::BAD_REQUEST, "Not a postcode",
                "Write a full postcode, such as NN1 1ED; case and spaces do not matter. For the beginning of one, ask /v1/search."),
            Self::OutsideBritain => ("outside-britain", S::BAD_REQUEST, "Position outside the British National Grid",
                "Check the order of the numbers: lon is about -8 to 2 and lat 49 to 61 in Britain. The detail names the grid's bounds."),
            Self::WrongLayerKind => ("wrong-layer-kind", S::NOT_FOUND, "A layer of the other kind",
                "Lookups and overlaps take layers of areas; nearest takes layers of points. /v1/layers tells which is which."),
            Self::InvalidBody => ("invalid-body", S::BAD_REQUEST, "Malformed request body",
                "The body is not what its Content-Type says, or lacks what the route needs. The detail tells what and where."),
            Self::Unauthorized => ("unauthorized", S::UNAUTHORIZED, "Not the operator",
                "Show the token that the service was started with (--admin-token), as in Authorization: Bearer TOKEN."),
            Self::UnknownRoute => ("unknown-route", S::NOT_FOUND, "No such address here",
                "/api lists every route."),
            Self::UnknownPostcode => ("unknown-postcode", S::NOT_FOUND, "Unknown postcode",
                "The postcode is well formed but not in this snapshot: it may be new, wrong, or of another part of the country. Ask by position instead."),
            Self::PostcodeWithoutPosition => ("postcode-without-position", S::NOT_FOUND, "Postcode without a position",
                "The postcode exists, but its source gives no position for it (positional quality 90). Ask by position instead."),
            Self::UnknownLayer => ("unknown-layer", S::NOT_FOUND, "Unknown layer",
                "/v1/layers lists the layers of this snapshot."),
            Self::UnknownArea => ("unknown-area", S::NOT_FOUND, "Unknown area",
                "The layer has no area with that code. Codes change when boundaries do: the detail names the layers that have it. /v1/search finds codes by name."),
            Self::UnknownTile => ("unknown-tile", S::NOT_FOUND, "No such tile",
                "A tile is at zoom, column, row in WebMercatorQuad, rows from the north: zoom 0 to 14, column and row from 0 to 2 to the power of the zoom less 1. Maps magnify the deepest tiles by themselves where maxzoom is 14."),
            Self::NotInForce => ("not-in-force", S::NOT_FOUND, "No vintage on that date",
                "/v1/layers tells from when to when each layer is in force."),
            Self::NoOtherVintage => ("no-other-vintage", S::NOT_FOUND, "No vintage to compare with",
                "The series of the layer has no vintage before or after that one in this snapshot. /v1/layers lists them all."),
            Self::MethodNotAllowed => ("method-not-allowed", S::METHOD_NOT_ALLOWED, "Method not allowed",
                "The Allow header lists the methods of this address."),
            Self::NotAcceptable => ("not-acceptable", S::NOT_ACCEPTABLE, "No acceptable format",
                "The Accept header leaves out every format of this address, which the detail lists, or the format asked for cannot hold the answer: ask for another."),
            Self::BodyTooSlow => ("body-too-slow", S::REQUEST_TIMEOUT, "Request body too slow",
                "The body came too slowly or stopped. Send it again, in smaller pieces if the line is slow."),
            Self::NotReloaded => ("not-reloaded", S::CONFLICT, "Not reloaded",
                "All is as it was: the snapshot before goes on answering. The detail tells why the new one was not taken; put that right and ask again."),
            Self::BodyTooLarge => ("body-too-large", S::PAYLOAD_TOO_LARGE, "Request body too large",
                "Split the request. For very large files the command `lapwing match` has no such limit."),
            Self::UrlTooLong => ("url-too-long", S::URI_TOO_LONG, "URL too long",
                "Ask for many places at once with POST /v1/lookup."),
            Self::UnsupportedMediaType => ("unsupported-media-type", S::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
                "Send the body with one of the Content-Types that the detail lists, plain; bulk lookups are taken with Content-Encoding gzip, too."),
            Self::RangeNotSatisfiable => ("range-not-satisfiable", S::RANGE_NOT_SATISFIABLE, "No such bytes",
                "The file is shorter than the range asked for: Content-Range tells its length. A HEAD request does too."),
            Self::InvalidGeometry => ("invalid-geometry", S::UNPROCESSABLE_ENTITY, "Not a valid polygon",
                "`faults` lists what is wrong with the geometry, each with its ring and place in metres of the British National Grid."),
            Self::Refused => ("refused", S::BAD_REQUEST, "Request refused",
                "The request breaks a rule of HTTP; the status tells which."),
            Self::Internal => ("internal", S::INTERNAL_SERVER_ERROR, "Internal error",
                "The fault is here, not in the request. What happened is in this server's log under the request id in `instance`."),
            Self::NotReady => ("not-ready", S::SERVICE_UNAVAILABLE, "Not ready",
                "No snapshot is loaded yet, or the server is shutting down. Ask again after Retry-After seconds."),
            Self::Overloaded => ("overloaded", S::SERVICE_UNAVAILABLE, "Too many requests at once",
                "Ask again after Retry-After seconds, and put many lookups into one with POST /v1/lookup."),
            Self::TookTooLong => ("took-too-long", S::SERVICE_UNAVAILABLE, "Took too long",
                "The answer was not ready in time. Ask for fewer layers or a smaller polygon, or again later."),
        }
    }

    /// The kind of a bare status, for what the HTTP library itself refuses.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let same = Self::ALL.into_iter().find(|kind| {
            kind.status() == status
                && !matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND)
        });
        match (same, status) {
            (Some(kind), _) => kind,
            (None, StatusCode::NOT_FOUND) => Self::UnknownRoute,
            (None, status) if status.is_server_error() => Self::Internal,
            (None, _) => Self::Refused,
        }
    }
}
