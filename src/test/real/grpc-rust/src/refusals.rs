//! What a server refuses because of who calls, how much there is already, or what is away.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Request, Status};

use crate::failure::{Outcome, equal, fails, words};
use crate::mcpsession::v1::*;
use crate::streams::{end, redis};
use crate::{Service, Setup, decision, endpoint, validate};

/// The server with listed services, and room for little.
fn tight(s: &Setup) -> Service {
    s.over(endpoint("TIGHT").connect_lazy())
}

/// A request of the service with this token.
fn of<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("metadata"));
    request
}

pub async fn services_are_known_by_their_tokens(s: Setup) -> Outcome {
    let count = CountSessionsRequest::default();
    fails(tight(&s).count_sessions(count.clone()).await, Code::Unauthenticated, "CALLER_UNKNOWN", &[])?;
    fails(tight(&s).count_sessions(of("nobody", count.clone())).await, Code::Unauthenticated, "CALLER_UNKNOWN", &[])?;
    tight(&s).count_sessions(of("reader", count)).await.map_err(words)?;
    let create = tight(&s).create_session(of("reader", s.new_session())).await;
    let metadata = fails(create, Code::PermissionDenied, "CALLER_NOT_ALLOWED", &[])?;
    equal(metadata, HashMap::from([("role".to_owned(), "admin".to_owned())]))
}

/// Opens sessions until there is no room; with a new user for each, where wanted.
async fn until_full(s: &Setup, users: bool) -> Result<(usize, Result<Session, Status>), String> {
    for made in 0..200 {
        let mut owner = s.owner.clone();
        if users {
            owner.subject.push_str(&format!("-{made}"));
        }
        let create = CreateSessionRequest { owner: Some(owner), ..s.new_session() };
        match tight(s).create_session(of("admin", create)).await {
            Ok(_) => {}
            Err(status) => return Ok((made, Err(status))),
        }
    }
    Err("200 sessions, and room for more".into())
}

const FULL: [&str; 2] = ["QuotaFailure", "RetryInfo"];

pub async fn a_user_has_no_more_sessions_than_allowed(s: Setup) -> Outcome {
    let (made, full) = until_full(&s, false).await?;
    fails(full, Code::ResourceExhausted, "SESSION_LIMIT_PER_USER", &FULL)?;
    equal(made, 2)
}

pub async fn nor_have_all_users_together(s: Setup) -> Outcome {
    let (_, full) = until_full(&s, true).await?;
    fails(full, Code::ResourceExhausted, "SESSION_LIMIT_TOTAL", &FULL).map(drop)
}

pub async fn streams_are_counted(s: Setup) -> Outcome {
    let watch = WatchSessionsRequest::default();
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = tight(&s).watch_sessions(of("reader", watch.clone())).await.map_err(words)?.into_inner();
        stream.message().await.map_err(words)?;
        open.push(stream);
    }
    let more = end(tight(&s).watch_sessions(of("reader", watch.clone())).await).await;
    fails(more, Code::ResourceExhausted, "STREAM_LIMIT", &FULL)?;
    // One that its client gave up makes room for another.
    open.pop();
    let mut retries = tokio::time::interval(Duration::from_millis(50));
    loop {
        retries.tick().await;
        let again = tight(&s).watch_sessions(of("reader", watch.clone())).await;
        match again.map_err(words)?.into_inner().message().await {
            Ok(first) => return equal(first.is_some_and(|it| it.kind() == SessionEventKind::Checkpoint), true),
            Err(status) => equal(status.code(), Code::ResourceExhausted)?,
        }
    }
}

pub async fn calls_are_counted(s: Setup) -> Outcome {
    for _ in 0..2000 {
        match tight(&s).count_sessions(of("hurried", CountSessionsRequest::default())).await {
            Ok(_) => {}
            refused => {
                fails(refused, Code::ResourceExhausted, "RATE_LIMIT", &FULL)?;
                // Others are served.
                return tight(&s).count_sessions(of("reader", CountSessionsRequest::default())).await.map_err(words).map(drop);
            }
        }
    }
    Err("2000 calls, and none refused".into())
}

/// It says nothing about the session, which is there again with its store.
pub async fn the_store_is_away(s: Setup) -> Outcome {
    let made = s.short().create_session(s.new_session()).await.map_err(words)?.into_inner();
    equal(redis("CLIENT PAUSE 3000 ALL").await?.as_str(), "+OK\r\n")?;
    let get = s.short().validate_session(validate(&made.session_id, Some(&s.owner))).await;
    fails(get, Code::Unavailable, "STORE_UNAVAILABLE", &["RetryInfo"])?;
    let mut retries = tokio::time::interval(Duration::from_millis(100));
    loop {
        retries.tick().await;
        match s.short().count_sessions(CountSessionsRequest::default()).await {
            Ok(_) => break,
            Err(status) => equal(status.code(), Code::Unavailable)?,
        }
    }
    // Its time ran out meanwhile.
    equal(decision(s.short(), &made.session_id, Some(&s.owner)).await?, Decision::Expired)
}
