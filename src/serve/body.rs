//! Bodies that gateways hand over: bounded in bytes and in time.

use std::{future::poll_fn, pin::Pin, time::Duration};

use hyper::body::{Body as _, Incoming};
use zeroize::Zeroizing;

/// Bytes of a body that is read; of a document that holds one in base64 a third more, and its fields.
pub(super) const MOST: usize = 1024 * 1024;
/// How long it may take to arrive.
const TIME: Duration = Duration::from_secs(10);

/// Reads a body to its end. `None` if it is too long, too slow or breaks off. Legacy passwords are in it: wiped.
pub(super) async fn read(mut body: Incoming, most: usize) -> Option<Zeroizing<Vec<u8>>> {
    if body.size_hint().lower() > most as u64 {
        return None;
    }
    let all = async {
        // With all the room it may need, it never moves and leaves no copy behind.
        let exact = body.size_hint().exact().and_then(|exact| usize::try_from(exact).ok());
        let mut read = Zeroizing::new(Vec::with_capacity(exact.unwrap_or(most).min(most)));
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            // Trailers are no part of a body.
            let Ok(data) = frame.ok()?.into_data() else { continue };
            if read.len() + data.len() > most {
                return None;
            }
            read.extend_from_slice(&data);
        }
        Some(read)
    };
    tokio::time::timeout(TIME, all).await.ok().flatten()
}
