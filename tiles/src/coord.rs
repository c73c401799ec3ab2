//! Tile addresses in the `WebMercatorQuad` tile matrix set.

use std::fmt;

/// The deepest zoom. At z14 one unit of a 4096-unit tile is about 0.4 m in England, finer than any
/// boundary drawn.
pub const MAX_ZOOM: u8 = 14;

/// A tile's zoom, column and row, with row 0 in the north (OGC 17-083r4, annex D.1
/// `WebMercatorQuad`; the "XYZ" scheme, not TMS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileCoord {
    zoom: u8,
    column: u32,
    row: u32,
}

/// Why three numbers are not a tile address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileCoordError {
    /// The zoom is deeper than [`MAX_ZOOM`].
    TooDeep {
        /// The requested zoom.
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
            Self::TooDeep { zoom } => {
                write!(f, "zoom {zoom} is deeper than {MAX_ZOOM}, the deepest zoom")
            }
            Self::OutsideMatrix { size } => {
                write!(f, "column and row must be from 0 to {} at this zoom", size - 1)
            }
        }
    }
}

impl std::error::Error for TileCoordError {}

impl TileCoord {
    /// Returns the tile at `zoom`, `column` and `row`, or an error if it does not exist.
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

    /// Returns the zoom, 0 to [`MAX_ZOOM`].
    pub const fn zoom(self) -> u8 {
        self.zoom
    }

    /// Returns the column, counted eastward from the antimeridian.
    pub const fn column(self) -> u32 {
        self.column
    }

    /// Returns the row, counted southward from the north edge.
    pub const fn row(self) -> u32 {
        self.row
    }

    /// Returns column and row as signed numbers, for positions outside the matrix.
    pub(crate) const fn column_row(self) -> (i32, i32) {
        (self.column.cast_signed(), self.row.cast_signed())
    }
}
