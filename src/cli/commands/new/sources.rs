//! The published sources of a new catalogue. Update this file when ONS, Ordnance Survey or the NHS
//! publish a new edition.
//!
//! Service names change between editions. If several are known for one edition, they are tried in
//! order; if none exists any more, `lapwing fetch` searches the portal.

/// The folder of ONS's services.
const ONS: &str = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services";

/// Ordnance Survey's Code-Point Open (OS Downloads API): redirects to a zip of `Data/CSV/*.csv`.
pub(super) const CODE_POINT_OPEN: &str =
    "https://api.os.uk/downloads/v1/products/CodePointOpen/downloads?area=GB&format=CSV&redirect";

/// NHS England's report of GP practices (ODS Data Search and Export), a CSV without a header.
pub(super) const EPRACCUR: &str =
    "https://www.odsdatasearchandexport.nhs.uk/api/getReport?report=epraccur";

/// An edition of a layer of boundaries.
#[derive(Debug)]
pub(super) struct Edition {
    /// The edition as used by `--wards` and in file names: `2022-12`.
    pub(super) id: &'static str,
    /// The edition for display: `December 2022`.
    pub(super) date: &'static str,
    /// The names of the services; `{R}` is replaced by the resolution.
    pub(super) services: &'static [&'static str],
    /// The field that holds the code.
    pub(super) code: &'static str,
    /// The field that holds the name.
    pub(super) name: &'static str,
    /// Other fields to keep.
    pub(super) keep: &'static [&'static str],
    /// The date at which these boundaries were in force according to ONS.
    pub(super) valid_from: &'static str,
    /// The copyright year.
    pub(super) year: u16,
}

/// The editions of wards, oldest first.
pub(super) const WARDS: &[Edition] = &[
    Edition {
        id: "2022-12",
        date: "December 2022",
        services: &["Wards_December_2022_Boundaries_UK_{R}"],
        code: "WD22CD",
        name: "WD22NM",
        keep: &["LAD22CD", "LAD22NM"],
        valid_from: "2022-12-31",
        year: 2022,
    },
    Edition {
        id: "2024-05",
        date: "May 2024",
        services: &["Wards_May_2024_Boundaries_UK_{R}"],
        code: "WD24CD",
        name: "WD24NM",
        keep: &[],
        valid_from: "2024-05-02",
        year: 2024,
    },
    Edition {
        id: "2025-05",
        date: "May 2025",
        services: &["Wards_May_2025_Boundaries_UK_{R}"],
        code: "WD25CD",
        name: "WD25NM",
        keep: &["LAD25CD", "LAD25NM"],
        valid_from: "2025-05-01",
        year: 2025,
    },
];

/// The default edition of wards.
pub(super) const DEFAULT_WARDS: &str = "2024-05";

/// Authorities.
pub(super) const AUTHORITIES: Edition = Edition {
    id: "2024-05",
    date: "May 2024",
    services: &["Local_Authority_Districts_May_2024_Boundaries_UK_{R}"],
    code: "LAD24CD",
    name: "LAD24NM",
    keep: &[],
    valid_from: "2024-05-02",
    year: 2024,
};

/// Parishes, and the ground without them under codes of its own.
pub(super) const PARISHES: Edition = Edition {
    id: "2023-12",
    date: "December 2023",
    services: &["Parishes_and_Non_Civil_Parished_Areas_December_2023_Boundaries_EW_{R}"],
    code: "PARNCP23CD",
    name: "PARNCP23NM",
    keep: &[],
    valid_from: "2023-12-31",
    year: 2023,
};

/// Lower layer Super Output Areas of the census of 2021.
pub(super) const LSOAS: Edition = Edition {
    id: "2021-12",
    date: "December 2021",
    services: &[
        "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_{R}_V5",
        "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_{R}_V10",
        "Lower_layer_Super_Output_Areas_Dec_2021_Boundaries_Generalised_Clipped_EW_{R}_V5",
    ],
    code: "LSOA21CD",
    name: "LSOA21NM",
    keep: &[],
    valid_from: "2021-03-21",
    year: 2024,
};

impl Edition {
    /// The addresses of its services in a resolution. ONS numbers the versions of each resolution
    /// on its own, so that some of them are of the other.
    pub(super) fn urls(&self, resolution: &str) -> Vec<String> {
        let fits = |service: &&&str| match resolution {
            "BFC" => !service.ends_with("{R}_V5"),
            _ => !service.ends_with("{R}_V10"),
        };
        let url = |service: &&str| {
            format!("{ONS}/{}/FeatureServer/0", service.replace("{R}", resolution))
        };
        self.services.iter().filter(fits).map(url).collect()
    }
}
