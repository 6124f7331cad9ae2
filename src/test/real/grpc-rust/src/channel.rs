//! What a channel of tonic's does with deadlines, pings, a server that is restarted, and two of them.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::task::JoinHandle;
use tonic::transport::channel::Change;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::ServerReflectionRequest;

use crate::failure::{DOMAIN, Outcome, equal, fails, words};
use crate::mcpsession::v1::*;
use crate::streams::end;
use crate::{Setup, decision, endpoint, setting, validate};

/// Has run.sh end a server by SIGTERM and start it anew on its port; waits until it runs.
async fn restart(name: &str) -> Outcome {
    let exchange = async {
        let mut ask = tokio::net::unix::pipe::OpenOptions::new().open_sender(setting("ASK"))?;
        let answer = tokio::net::unix::pipe::OpenOptions::new().open_receiver(setting("ANSWER"))?;
        ask.write_all(format!("{name}\n").as_bytes()).await?;
        let mut line = String::new();
        BufReader::new(answer).read_line(&mut line).await?;
        Ok::<_, std::io::Error>(line)
    };
    equal(exchange.await.map_err(|it| it.to_string())?.as_str(), "done\n")
}

pub async fn health_is_checked_and_watched(_: Setup) -> Outcome {
    let mut health = HealthClient::new(endpoint("FIRST").connect_lazy());
    for service in ["", DOMAIN] {
        let answer = health.check(HealthCheckRequest { service: service.into() }).await.map_err(words)?.into_inner();
        equal(answer.status(), ServingStatus::Serving)?;
    }
    let none = health.check(HealthCheckRequest { service: "none".into() }).await;
    equal(none.err().map(|it| it.code()), Some(Code::NotFound))?;
    let mut watch = health.watch(HealthCheckRequest::default()).await.map_err(words)?.into_inner();
    equal(watch.message().await.map_err(words)?.map(|it| it.status()), Some(ServingStatus::Serving))
}

pub async fn reflection_describes_the_service_and_the_details_of_errors(_: Setup) -> Outcome {
    let symbols = [DOMAIN, "google.rpc.Status", "google.rpc.ErrorInfo", "google.rpc.RetryInfo", "google.rpc.BadRequest"];
    let asked = symbols.map(|symbol| ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol(symbol.into())),
    });
    let mut reflection = ServerReflectionClient::new(endpoint("FIRST").connect_lazy());
    let mut answers = reflection.server_reflection_info(tokio_stream::iter(asked)).await.map_err(words)?.into_inner();
    for symbol in symbols {
        let answer = answers.message().await.map_err(words)?.ok_or(symbol)?;
        equal(matches!(answer.message_response, Some(MessageResponse::FileDescriptorResponse(_))), true)?;
    }
    Ok(())
}

pub async fn a_deadline_ends_calls_and_streams(s: Setup) -> Outcome {
    let mut late = Request::new(CountSessionsRequest::default());
    late.set_timeout(Duration::from_micros(1));
    let code = s.first().count_sessions(late).await.err().map(|it| it.code());
    equal(matches!(code, Some(Code::DeadlineExceeded | Code::Cancelled)), true).map_err(|_| format!("{code:?}"))?;
    let mut watch = Request::new(WatchSessionsRequest { owner: Some(s.owner.clone()), ..Default::default() });
    watch.set_timeout(Duration::from_millis(700));
    // The client watches over the beginning alone: that the stream ends is the server's doing.
    let ended = end(s.first().watch_sessions(watch).await).await.err().map(|it| it.code());
    equal(ended, Some(Code::DeadlineExceeded))?;
    s.first().count_sessions(CountSessionsRequest::default()).await.map_err(words).map(drop)
}

/// A connection that answers no ping is closed by the client, so one that lasts has answered them all.
pub async fn an_idle_stream_is_kept_by_pings(s: Setup) -> Outcome {
    let pinging = endpoint("FIRST").http2_keep_alive_interval(Duration::from_millis(500))
        .keep_alive_timeout(Duration::from_secs(2)).keep_alive_while_idle(true);
    let quiet = prost_types::Duration { seconds: 60, nanos: 0 };
    let watch = WatchSessionsRequest { owner: Some(s.owner.clone()), checkpoint_interval: Some(quiet), ..Default::default() };
    let mut stream = s.over(pinging.connect_lazy()).watch_sessions(watch).await.map_err(words)?.into_inner();
    stream.message().await.map_err(words)?;
    let silence = tokio::time::timeout(Duration::from_secs(6), stream.message()).await;
    equal(silence.is_err(), true).map_err(|_| "the stream was not left alone")?;
    let made = s.id().await?;
    let event = stream.message().await.map_err(words)?.ok_or("the watch ended")?;
    equal((event.kind(), event.session_id), (SessionEventKind::Created, made))
}

/// tonic has no wait_for_ready: calls fail at once while nobody listens, and the same channel connects again.
pub async fn a_channel_goes_on_when_its_server_was_restarted(s: Setup) -> Outcome {
    let id = s.id().await?;
    let mut watch = s.second().watch_sessions(WatchSessionsRequest::default()).await.map_err(words)?.into_inner();
    let token = watch.message().await.map_err(words)?.ok_or("the watch ended")?.resume_token;
    let restarting = tokio::spawn(restart("second"));
    let stopped = loop {
        if let Err(status) = watch.message().await.and_then(|it| it.ok_or_else(|| tonic::Status::ok("the watch ended"))) {
            break status;
        }
    };
    fails(Err::<(), _>(stopped), Code::Unavailable, "SERVER_STOPPING", &["RetryInfo"])?;
    restarting.await.map_err(|it| it.to_string())??;
    // The first call may find the old connection, whose end nobody has noticed.
    if let Err(status) = s.second().validate_session(validate(&id, Some(&s.owner))).await {
        equal(status.code(), Code::Unavailable)?;
    }
    equal(decision(s.second(), &id, Some(&s.owner)).await?, Decision::Active)?;
    let made = s.id().await?;
    let of = WatchSessionsRequest { resume_token: token, owner: Some(s.owner.clone()), ..Default::default() };
    let event = end(s.second().watch_sessions(of).await).await.map_err(words)?;
    equal((event.kind(), event.session_id), (SessionEventKind::Created, made))
}

/// Follows the health of a replica: it gets calls only while it serves.
fn follow(name: &'static str, changes: tokio::sync::mpsc::Sender<Change<&'static str, Endpoint>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut serves = false;
        loop {
            let mut health = HealthClient::new(endpoint(name).connect_lazy());
            if let Ok(watch) = health.watch(HealthCheckRequest { service: DOMAIN.into() }).await {
                let mut watch = watch.into_inner();
                while let Ok(Some(answer)) = watch.message().await {
                    let now = answer.status() == ServingStatus::Serving;
                    if now != serves {
                        let change = if now { Change::Insert(name, endpoint(name)) } else { Change::Remove(name) };
                        changes.send(change).await.expect("the channel is there");
                        serves = now;
                    }
                }
            }
            if serves {
                changes.send(Change::Remove(name)).await.expect("the channel is there");
                serves = false;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
}

/// tonic balances what it is told of, and follows nobody's health itself; the health service tells.
pub async fn calls_are_spread_over_healthy_replicas_and_none_fails_while_they_are_restarted(s: Setup) -> Outcome {
    let (balanced, changes) = Channel::balance_channel(16);
    let followers = ["SECOND", "THIRD"].map(|name| follow(name, changes.clone()));
    let id = s.id().await?;
    let mut restarts = tokio::spawn(async {
        restart("second").await?;
        restart("third").await
    });
    let mut served = 0;
    let outcome = loop {
        let found = decision(s.over(balanced.clone()), &id, Some(&s.owner)).await?;
        equal(found, Decision::Active)?;
        served += 1;
        tokio::select! {
            biased;
            outcome = &mut restarts => break outcome.map_err(|it| it.to_string())?,
            _ = tokio::time::sleep(Duration::from_millis(2)) => {}
        }
    };
    followers.iter().for_each(JoinHandle::abort);
    outcome?;
    equal(served > 100, true).map_err(|_| format!("only {served} calls"))
}
