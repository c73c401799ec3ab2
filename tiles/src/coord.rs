//! The address of a tile in the `WebMercatorQuad` tile matrix set.

use std::fmt;

/// The deepest zoom that Lapwing serves: at z14 one unit of a 4096-unit tile is about 0.4 m on
/// the ground in England, finer than any boundary it draws.
pub const MAX_ZOOM: u8 = 14;

/// A tile's zoom, column and row, with row 0 in the north (OGC 17-083r4, annex D.1
/// `WebMercatorQuad`; the "XYZ" scheme, not TMS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileCoord {
    zoom: u8,
    column: u32,
    row: u32,
}

/// Why three numbers are not a tile's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileCoordError {
    /// The zoom is deeper than [`MAX_ZOOM`].
    TooDeep {
        /// The zoom that was asked for.
        zoom: u8,
    },
    /// The column or row is outside the 2^zoom × 2^zoom tiles of its zoom.
    OutsideMatrix {
        /// The number of columns, and of rows, at that zoom.
        size: u32,
    },
}

impl fmt::Display for TileCoordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep { zoom } => write!(f, "zoom {zoom} is deeper than {MAX_ZOOM}"),
            Self::OutsideMatrix { size } => {
                write!(f, "column and row go from 0 to {} at this zoom", size - 1)
            }
        }
    }
}

impl std::error::Error for TileCoordError {}

impl TileCoord {
    /// The tile at `zoom`, `column`, `row`, if there is one.
    ///
    /// ```
    /// use lapwing_tiles::TileCoord;
    /// assert!(TileCoord::new(1, 1, 1).is_ok());
    /// assert!(TileCoord::new(1, 2, 0).is_err());
    /// ```
    pub fn new(zoom: u8, column: u32, row: u32) -> Result<Self, TileCoordError> {
        if zoom > MAX_ZOOM {
            return Err(TileCoordError::TooDeep { zoom });
        }
        let size = 1_u32 << zoom;
        if column >= size || row >= size {
            return Err(TileCoordError::OutsideMatrix { size });
        }
        Ok(Self { zoom, column, row })
    }

    /// The zoom, 0 to [`MAX_ZOOM`].
    pub const fn zoom(self) -> u8 {
        self.zoom
    }

    /// The column, counted eastward from the antimeridian.
    pub const fn column(self) -> u32 {
        self.column
    }

    /// The row, counted southward from the north edge.
    pub const fn row(self) -> u32 {
        self.row
    }

    /// Column and row as numbers that may go below the first tile.
    pub(crate) const fn place(self) -> (i32, i32) {
        (self.column.cast_signed(), self.row.cast_signed())
    }
}
