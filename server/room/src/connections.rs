//! Takes connections and serves each until it ends, with a limit for how long a request's header may take to arrive.
//!
//! `axum::serve` does the like without that limit: who opens a connection and says nothing would hold it for ever.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{body::Body, serve::Listener};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::lobby::Lobby;

/// How long a request's header may take, from the opening of the connection or the end of the request before it.
const HEADER_ARRIVES_WITHIN: Duration = Duration::from_secs(30);

/// Serves whoever comes to `listener` until `stop`; then nobody else comes in, and what was asked for is answered.
pub async fn serve(mut listener: impl Listener<Addr = SocketAddr>, lobby: Lobby, stop: CancellationToken) {
    let connections = TaskTracker::new();
    loop {
        let (stream, _) = tokio::select! {
            () = stop.cancelled() => break,
            came = listener.accept() => came,
        };
        connections.spawn(attend(TokioIo::new(stream), lobby.clone(), stop.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn attend<S>(stream: TokioIo<S>, lobby: Lobby, stop: CancellationToken)
where
    TokioIo<S>: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let service = service_fn(|request: Request<Incoming>| {
        let lobby = lobby.clone();
        async move { Ok::<_, Infallible>(lobby.answer(request.map(Body::new)).await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_ARRIVES_WITHIN);
    let mut connection = pin!(server.serve_connection(stream, service).with_upgrades());
    tokio::select! {
        // Who goes, or breaks the rules of HTTP, has nothing more to be told.
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await.ok();
}

#[cfg(test)]
mod tests {
    use config::room::Room;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        task,
        time::Instant,
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_header_that_does_not_arrive_ends_the_connection_and_one_that_does_is_answered() {
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let lobby = Lobby::new(&Room::default(), ([127, 0, 0, 1], 1972).into(), metrics);
        let (mut client, server) = duplex(4096);
        let attending = task::spawn(attend(TokioIo::new(server), lobby, CancellationToken::new()));
        client.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4096];
        let length = client.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK"));
        let begun = Instant::now();
        client.write_all(b"GET /healthz HTTP/1.1\r\nHost: loc").await.unwrap();
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        attending.await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), HEADER_ARRIVES_WITHIN.as_secs());
    }
}
