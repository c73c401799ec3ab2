use super::page::page_crs;
use super::*;

fn fields() -> PageFields {
    let fields = vec![("WD22CD".to_owned(), "wd22cd".to_owned())];
    PageFields { id: "FID".to_owned(), code: "WD22CD".to_owned(), fields }
}

const FEATURE: &str = r#"{"type":"Feature","id":7,"geometry":{"type":"Point",
    "coordinates":[475486.5,260275]},"properties":{"FID":7,"wd22cd":"E05","rest":1}}"#;

fn page_of(head: &str) -> Result<Page, FetchError> {
    page(format!("{{{head}\"features\":[{FEATURE}]}}").as_bytes(), &fields())
}

#[test]
fn a_feature_keeps_the_requested_fields_under_our_names_and_its_geometry_unchanged() {
    let page = page_of("").unwrap();
    assert_eq!(page.features[0].id, "7");
    assert_eq!(page.features[0].code, "E05");
    let geometry = "{\"type\":\"Point\",     \"coordinates\":[475486.5,260275]}";
    let expected =
        format!(r#"{{"type":"Feature","properties":{{"WD22CD":"E05"}},"geometry":{geometry}}}"#);
    assert_eq!(page.features[0].json, expected);
}

#[test]
fn the_limit_flag_is_at_the_top_or_under_properties() {
    assert!(!page_of("").unwrap().exceeded);
    assert!(page_of("\"exceededTransferLimit\":true,").unwrap().exceeded);
    assert!(page_of("\"properties\":{\"exceededTransferLimit\":true},").unwrap().exceeded);
    assert!(!page_of("\"exceededTransferLimit\":false,\"properties\":{},").unwrap().exceeded);
}

#[test]
fn the_crs_is_stated_or_inferred_from_values_that_cannot_be_degrees() {
    let crs = |name: &str| {
        page_of(&format!(r#""crs":{{"type":"name","properties":{{"name":"{name}"}}}},"#))
    };
    assert_eq!(crs("EPSG:27700").unwrap().crs, PageCrs::BritishNationalGrid);
    assert_eq!(crs("urn:ogc:def:crs:OGC:1.3:CRS84").unwrap().crs, PageCrs::Degrees);
    assert!(crs("EPSG:3857").unwrap_err().to_string().contains("EPSG:3857"));
    assert_eq!(page_of("").unwrap().crs, PageCrs::BritishNationalGrid);
    assert_eq!(page_crs(None, Some(-0.9)), Ok(PageCrs::Degrees));
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let error_of = |code: &str| {
        let body = format!(
            r#"{{"error":{{"code":{code},"message":"Invalid URL","details":["Invalid URL","x"]}}}}"#
        );
        count(body.as_bytes()).unwrap_err()
    };
    assert_eq!(error_of("400"), FetchError::permanent("error 400, Invalid URL: x"));
    assert!(matches!(error_of("500"), FetchError::Transient { .. }));
    assert!(matches!(error_of("\"429\""), FetchError::Transient { .. }));
}

#[test]
fn a_truncated_response_is_transient_and_a_web_page_is_permanent() {
    let whole = format!("{{\"features\":[{FEATURE}]}}");
    let cut = page(&whole.as_bytes()[..whole.len() - 5], &fields()).unwrap_err();
    assert!(matches!(cut, FetchError::Transient { .. }), "{cut:?}");
    let web = count(b"<!DOCTYPE html><title>Sorry</title>").unwrap_err();
    assert!(web.to_string().contains("web page"), "{web}");
}

#[test]
fn a_layer_description_has_fields_object_id_and_edit_time() {
    let body = br#"{"fields":[{"name":"FID","type":"esriFieldTypeOID"},{"name":"WD22CD"}],
        "maxRecordCount":2000,"geometryType":"esriGeometryPolygon",
        "editingInfo":{"lastEditDate":5,"dataLastEditDate":4}}"#;
    let info = layer_info(body).unwrap();
    assert_eq!((info.object_id.as_str(), info.max_per_page), ("FID", Some(2000)));
    assert_eq!((info.edited, info.field("wd22cd")), (Some(4), Some("WD22CD")));
    assert!(super::layer_info(b"{}").unwrap_err().to_string().contains("no layer"));
    let paged = br#"{"fields":[],"advancedQueryCapabilities":{"supportsPagination":false}}"#;
    assert!(super::layer_info(paged).unwrap_err().to_string().contains("pages"));
}

#[test]
fn a_service_names_its_layers_and_a_feature_without_its_id_is_refused() {
    let body = br#"{"layers":[{"id":0,"name":"WD_DEC_2022_UK_BGC"},{"id":1}]}"#;
    let names = vec![(0, "WD_DEC_2022_UK_BGC".to_owned()), (1, String::new())];
    assert_eq!(layers(body).unwrap(), names);
    let nameless = br#"{"features":[{"properties":{"wd22cd":"E05"},"geometry":null}]}"#;
    assert!(page(nameless, &fields()).unwrap_err().to_string().contains("FID"));
}
