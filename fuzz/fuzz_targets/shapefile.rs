#![no_main]

use lapwing_fuzz::files;

/// The British National Grid as a `.prj` has it.
const PRJ: &[u8] = br#"PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",SPHEROID["Airy_1830",6377563.396,299.3249646]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",400000.0],PARAMETER["False_Northing",-100000.0],PARAMETER["Central_Meridian",-2.0],PARAMETER["Scale_Factor",0.9996012717],PARAMETER["Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]"#;

// Two bytes with the length of the .shp, the .shp, and the .dbf.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return };
    let (shp, dbf) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let folder = std::env::temp_dir().join(format!("lapwing-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    files::vector(&folder, "wards.shp", shp, &[("wards.dbf", dbf), ("wards.prj", PRJ)]);
});
