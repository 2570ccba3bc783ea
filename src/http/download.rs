//! A file as the body of an answer: read piece by piece, as fast as the reader takes it.
//! Must not know which file it is or where it is kept.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::task::{self, JoinHandle};

/// Bytes held in memory at once for one reader.
const PIECE: u64 = 256 * 1024;

type Source = Box<dyn Read + Send>;
/// The source as it stands after a piece, and the piece.
type Piece = (Source, Vec<u8>);

/// Reading blocks, so each piece is read on a thread for such work. None is held between two
/// pieces: a slow reader keeps a file open, and nobody from being served.
pub struct Download {
    /// Absent while a piece is being read, and after the last.
    source: Option<Source>,
    reading: Option<JoinHandle<io::Result<Piece>>>,
    /// Bytes not yet handed over.
    left: u64,
}

impl Download {
    /// A file of this length, read from its beginning.
    pub fn new(source: Source, length: u64) -> Self {
        Self {
            source: Some(source),
            reading: None,
            left: length,
        }
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if let Some(source) = self.source.take() {
            let length = self.left.min(PIECE);
            self.reading = Some(task::spawn_blocking(move || piece(source, length)));
        }
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        match read.map_err(io::Error::other).flatten() {
            Ok((source, bytes)) => {
                self.source = Some(source);
                self.left = self.left.saturating_sub(bytes.len() as u64);
                Poll::Ready(Some(Ok(Frame::data(bytes.into()))))
            }
            Err(error) => {
                // The head is long sent: all that is left is to cut the answer off, which the
                // reader notices by its length.
                tracing::error!(%error, left = self.left, "a file could not be read to its end");
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// The next bytes; fewer than asked for only at an end that comes too early, where none are an error.
fn piece(mut source: Source, length: u64) -> io::Result<Piece> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    (&mut source).take(length).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((source, bytes))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body as Answer, to_bytes};

    use super::*;

    async fn send(bytes: Vec<u8>, length: u64) -> Result<Bytes, axum::Error> {
        let download = Download::new(Box::new(io::Cursor::new(bytes)), length);
        to_bytes(Answer::new(download), usize::MAX).await
    }

    #[tokio::test]
    async fn a_file_of_any_length_arrives_whole() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            assert_eq!(send(bytes.clone(), length).await.unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn a_file_that_ends_early_is_not_passed_off_as_whole() {
        for length in [1, PIECE, PIECE + 1] {
            let short = (1..length).map(|_| 7).collect();
            assert!(send(short, length).await.is_err());
        }
    }
}
