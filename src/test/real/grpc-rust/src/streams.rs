//! Calls that stream, and what becomes of those who send too much or read too little.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use crate::failure::{Outcome, equal, fails, words};
use crate::mcpsession::v1::*;
use crate::{Setup, endpoint, setting};

pub async fn many_sessions_are_kept_alive_over_one_stream(s: Setup) -> Outcome {
    let request = |session_id: &String| KeepAliveRequest { session_id: session_id.clone(), principal: Some(s.owner.clone()) };
    let mut session_id = s.id().await?;
    let (requests, waiting) = mpsc::channel(1);
    // tonic waits for the head of the answer, which comes with the first answer: the first request goes before.
    requests.send(request(&session_id)).await.map_err(|_| "the stream ended")?;
    let mut answers = s.second().keep_alive(ReceiverStream::new(waiting)).await.map_err(words)?.into_inner();
    for at in 0..20 {
        if at > 0 {
            session_id = if at == 10 { "\n".into() } else { s.id().await? };
            requests.send(request(&session_id)).await.map_err(|_| "the stream ended")?;
        }
        let answer = answers.message().await.map_err(words)?.ok_or("no answer")?;
        equal(&answer.session_id, &session_id)?;
        match answer.outcome {
            Some(keep_alive_response::Outcome::Decision(it)) => equal((at == 10, it), (false, Decision::Active.into()))?,
            Some(keep_alive_response::Outcome::Error(it)) => equal((at, it.code), (10, Code::InvalidArgument as i32))?,
            None => return Err("neither decision nor error".into()),
        }
    }
    drop(requests);
    equal(answers.message().await.map_err(words)?, None)
}

/// The next sessions that were opened, and a token to go on from behind the last.
async fn opened(watch: &mut Streaming<SessionEvent>, count: usize) -> Result<(Vec<String>, String), String> {
    let (mut seen, mut last) = (Vec::new(), String::new());
    while seen.len() < count {
        let event = watch.message().await.map_err(words)?.ok_or("the watch ended")?;
        if event.kind() == SessionEventKind::Created {
            last = event.resume_token;
            seen.push(event.session_id);
        }
    }
    Ok((seen, last))
}

/// The error that ends a watch, or with which it does not begin.
pub async fn end(mut watch: Result<tonic::Response<Streaming<SessionEvent>>, Status>) -> Result<SessionEvent, Status> {
    let stream = watch.as_mut().map_err(|it| it.clone())?.get_mut();
    loop {
        match stream.message().await? {
            Some(event) if event.kind() == SessionEventKind::Checkpoint => {}
            Some(event) => return Ok(event),
            None => return Err(Status::ok("the watch ended")),
        }
    }
}

pub async fn a_watch_tells_and_is_resumed_on_the_other_replica(s: Setup) -> Outcome {
    let of = |resume_token: String| WatchSessionsRequest { resume_token, owner: Some(s.owner.clone()), ..Default::default() };
    let mut watch = s.first().watch_sessions(of(String::new())).await.map_err(words)?.into_inner();
    let first = watch.message().await.map_err(words)?.ok_or("the watch ended")?;
    equal(first.kind(), SessionEventKind::Checkpoint)?;
    let mut made = Vec::new();
    for _ in 0..300 {
        made.push(s.id().await?);
    }
    let (mut seen, last) = opened(&mut watch, 100).await?;
    drop(watch);
    let mut again = s.second().watch_sessions(of(last)).await.map_err(words)?.into_inner();
    seen.extend(opened(&mut again, 200).await?.0);
    equal(seen, made)?;
    fails(end(s.first().watch_sessions(of("?".into())).await).await, Code::InvalidArgument, "REQUEST_INVALID", &["BadRequest"])
        .map(drop)
}

/// Some thousands may wait. Whoever sends more without reading is answered up to there, and told.
pub async fn requests_that_wait_for_their_answers_are_bounded(s: Setup) -> Outcome {
    let session_id = s.id().await?;
    let request = KeepAliveRequest { session_id, principal: None };
    let (requests, waiting) = mpsc::channel(1);
    requests.send(request.clone()).await.map_err(|_| "the stream ended")?;
    let mut answers = s.first().keep_alive(ReceiverStream::new(waiting)).await.map_err(words)?.into_inner();
    // The stream takes no more once the server has ended it.
    let mut sent = 1;
    while requests.send(request.clone()).await.is_ok() {
        sent += 1;
        equal(sent < 1_000_000, true)?;
    }
    let mut answered = 0;
    let failure = loop {
        match answers.message().await {
            Ok(Some(_)) => answered += 1,
            Ok(None) => return Err("the stream ended well".into()),
            Err(status) => break status,
        }
    };
    equal(answered > 1000 && answered < sent, true).map_err(|_| format!("{answered} of {sent} answered"))?;
    fails(Err::<(), _>(failure), Code::ResourceExhausted, "STREAM_BACKLOG_FULL", &["RetryInfo"]).map(drop)
}

/// Sends one command to the Redis of the server with the short sessions.
pub async fn redis(command: &str) -> Result<String, String> {
    let exchange = async {
        let mut socket = tokio::net::TcpStream::connect(setting("SHORT_REDIS")).await?;
        socket.write_all(format!("{command}\r\n").as_bytes()).await?;
        let mut answer = vec![0; 1000];
        let length = socket.read(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer[..length]).into_owned())
    };
    exchange.await.map_err(|it| it.to_string())
}

pub async fn a_watch_that_is_behind_what_is_kept_is_told(s: Setup) -> Outcome {
    let from = |resume_token: String| WatchSessionsRequest { resume_token, ..Default::default() };
    let mut watch = s.short().watch_sessions(from(String::new())).await.map_err(words)?.into_inner();
    let token = watch.message().await.map_err(words)?.ok_or("the watch ended")?.resume_token;
    drop(watch);
    s.short().create_session(s.new_session()).await.map_err(words)?;
    let script = "for _, key in ipairs(redis.call('KEYS', 'mcp*:events:*')) do redis.call('DEL', key) end return 'done'";
    equal(redis(&format!("EVAL \"{script}\" 0")).await?.as_str(), "$4\r\ndone\r\n")?;
    let made = s.short().create_session(s.new_session()).await.map_err(words)?.into_inner();
    let late = end(s.short().watch_sessions(from(token)).await).await;
    let metadata = fails(late, Code::OutOfRange, "WATCH_TOKEN_COMPACTED", &[])?;
    let oldest = metadata.get("oldest").ok_or("no token to go on from")?;
    let next = end(s.short().watch_sessions(from(oldest.clone())).await).await.map_err(words)?;
    equal((next.kind(), next.session_id), (SessionEventKind::Created, made.session_id))
}

/// With windows this small the server cannot send on, and gives up after 15 s; what was read goes on elsewhere.
pub async fn what_nobody_reads_is_given_up(s: Setup) -> Outcome {
    let narrow = endpoint("FIRST").initial_stream_window_size(65_535).initial_connection_window_size(65_535);
    let of = |resume_token: String| WatchSessionsRequest { resume_token, owner: Some(s.owner.clone()), ..Default::default() };
    let mut client = s.over(narrow.connect_lazy());
    let mut watch = client.watch_sessions(of(String::new())).await.map_err(words)?.into_inner();
    watch.message().await.map_err(words)?;
    let mut made = Vec::new();
    for _ in 0..600 {
        made.push(s.id().await?);
    }
    let (mut seen, mut last, mut failure) = (Vec::new(), String::new(), None);
    // The patience of the server, and some more.
    tokio::time::sleep(Duration::from_secs(20)).await;
    while failure.is_none() {
        match watch.message().await {
            Ok(Some(event)) => {
                last = event.resume_token;
                seen.push(event.session_id);
            }
            Ok(None) => return Err("the watch ended well".into()),
            Err(status) => failure = Some(status),
        }
    }
    fails(failure.map_or(Ok(()), Err), Code::Unavailable, "ANSWERS_UNREAD", &["RetryInfo"])?;
    let mut again = s.second().watch_sessions(of(last)).await.map_err(words)?.into_inner();
    seen.extend(opened(&mut again, made.len() - seen.len()).await?.0);
    equal(seen, made)
}
