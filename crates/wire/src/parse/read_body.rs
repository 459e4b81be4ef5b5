//! Reading the body of a request, with bounds on its size and on the patience with its sender.

use std::time::Duration;

use astrolabe_core::error::{Error, ErrorCode, Result};
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::body_budget::BodyBudget;
pub(crate) use super::body_budget::ReservedBytes;

/// How long a client may send nothing in the middle of a body. Every byte starts it anew.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How long a whole body may take: enough for 20 MB over a slow line.
const WHOLE_MAX: Duration = Duration::from_secs(300);

/// How much of a body that is too large is still read and thrown away, in times of the limit: many clients hear
/// the answer only when they have sent everything.
const OVERLONG_READ_FACTOR: usize = 4;

/// Reads the whole body. Fails with status 413 when it is larger than `bytes_max`, with 429 when the budget is used
/// up, and with 400 when it does not come to its end.
pub async fn read_body<B>(
    mut body: B,
    bytes_max: usize,
    budget: &BodyBudget,
) -> Result<(Bytes, ReservedBytes)>
where
    B: Body<Data = Bytes> + Unpin,
{
    if body.is_end_stream() {
        return Ok((Bytes::new(), ReservedBytes::default()));
    }
    // Most bodies have arrived with their head; timers cost more than reading those.
    let first = match body.frame().now_or_never() {
        Some(first) => data_of(first)?,
        None => Some(Bytes::new()),
    };
    let mut reading =
        Reading { body, bytes_max, budget, read: BytesMut::new(), reserved: Default::default() };
    match first {
        Some(first) if reading.body.is_end_stream() && reading.fits(&first) => {
            budget.grow(&mut reading.reserved, first.len())?;
            Ok((first, reading.reserved))
        }
        first => match timeout(WHOLE_MAX, reading.finish(first)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(too_slow()),
        },
    }
}

/// A body that is being read.
struct Reading<'b, B> {
    body: B,
    bytes_max: usize,
    budget: &'b BodyBudget,
    read: BytesMut,
    reserved: ReservedBytes,
}

impl<B: Body<Data = Bytes> + Unpin> Reading<'_, B> {
    fn fits(&self, data: &Bytes) -> bool {
        data.len() <= self.bytes_max - self.read.len()
    }

    /// Reads `next` and what comes after it.
    async fn finish(mut self, mut next: Option<Bytes>) -> Result<(Bytes, ReservedBytes)> {
        while let Some(data) = next {
            if !self.fits(&data) {
                drain(self.body, self.bytes_max.saturating_mul(OVERLONG_READ_FACTOR)).await;
                return Err(too_large());
            }
            self.budget.grow(&mut self.reserved, self.read.len() + data.len())?;
            self.read.extend_from_slice(&data);
            next = next_data(&mut self.body).await?;
        }
        Ok((self.read.freeze(), self.reserved))
    }
}

/// The refusal of a body that is larger than it may be.
pub(super) fn too_large() -> Error {
    Error::new(ErrorCode::BodyTooLarge, "request entity too large")
}

fn too_slow() -> Error {
    Error::new(ErrorCode::MalformedBody, "The request body did not arrive in time.")
}

async fn drain<B: Body<Data = Bytes> + Unpin>(mut body: B, bytes_max: usize) {
    let mut read = 0_usize;
    while let Ok(Some(data)) = next_data(&mut body).await {
        read = read.saturating_add(data.len());
        if read > bytes_max {
            return;
        }
    }
}

/// The next piece of the body; `None` at its end.
async fn next_data<B: Body<Data = Bytes> + Unpin>(body: &mut B) -> Result<Option<Bytes>> {
    match timeout(SILENCE_MAX, body.frame()).await {
        Ok(frame) => data_of(frame),
        Err(_) => Err(too_slow()),
    }
}

fn data_of<E>(frame: Option<Result<Frame<Bytes>, E>>) -> Result<Option<Bytes>> {
    match frame {
        None => Ok(None),
        // Trailers carry nothing we read.
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(_)) => Err(Error::new(ErrorCode::MalformedBody, "The request body ended too early.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use futures_util::stream::{self, StreamExt};
    use tokio::time::{Instant, sleep};

    type Piece = std::io::Result<&'static str>;

    async fn read(body: Body, bytes_max: usize) -> Result<Bytes> {
        let budget = BodyBudget::new(1024);
        super::read_body(body, bytes_max, &budget).await.map(|(bytes, _)| bytes)
    }

    #[tokio::test]
    async fn pieces_are_put_together() {
        let pieces = stream::iter([Piece::Ok("ab"), Ok(""), Ok("cd")]);
        assert_eq!(read(Body::from_stream(pieces), 4).await, Ok(Bytes::from("abcd")));
        assert_eq!(read(Body::empty(), 0).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn large_and_broken_bodies_are_refused() {
        let code = async |pieces: Vec<Piece>| {
            read(Body::from_stream(stream::iter(pieces)), 3).await.map_err(|error| error.code)
        };
        assert_eq!(code(vec![Ok("ab"), Ok("cd")]).await, Err(ErrorCode::BodyTooLarge));
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert_eq!(code(vec![Ok("ab"), Err(lost)]).await, Err(ErrorCode::MalformedBody));
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_who_falls_silent_is_given_up() {
        for (start, bytes_max) in [("{\"a\":", 100), ("", 100), ("too long", 3)] {
            let body = Body::from_stream(stream::iter([Piece::Ok(start)]).chain(stream::pending()));
            let since = Instant::now();
            assert!(read(body, bytes_max).await.is_err(), "{start}");
            assert_eq!(since.elapsed().as_secs(), SILENCE_MAX.as_secs(), "{start}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_sender_is_waited_for() {
        let pieces = stream::iter([Piece::Ok("a"), Ok("b"), Ok("c")]).then(async |piece| {
            sleep(SILENCE_MAX / 2).await;
            piece
        });
        assert_eq!(read(Body::from_stream(pieces), 3).await, Ok(Bytes::from("abc")));
    }
}
