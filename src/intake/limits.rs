//! Limits on what is read. Must not know where they are set.

/// Limits of one file. `None` means no limit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: Option<u64>,
    /// Bytes a workbook may unpack to, and its cells take when those that repeat a text or share a
    /// merged range are laid out.
    pub unpacked_bytes: u64,
    /// Rows with content, over all sheets.
    pub rows: Option<u32>,
    /// Characters in a cell; 32,767 is what spreadsheets themselves allow.
    pub cell_chars: usize,
    /// Columns looked at; sheets 255 columns wide are real, mostly blank.
    pub columns: usize,
}

impl Limits {
    /// For files that come over the network.
    pub const UPLOAD: Self = Self {
        file_bytes: Some(50 << 20),
        unpacked_bytes: 512 << 20,
        rows: Some(200_000),
        cell_chars: 32_767,
        columns: 512,
    };

    /// For the operator's own files: text of any size is streamed, workbooks stay bounded.
    pub const OPERATOR: Self = Self {
        file_bytes: None,
        unpacked_bytes: 2 << 30,
        rows: None,
        cell_chars: 32_767,
        columns: 512,
    };
}
