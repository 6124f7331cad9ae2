//! The cases in which something goes: the right to call, the session, a replica, a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rmcp::model::CallToolRequestParams;
use serde_json::json;

use crate::stage::setting;
use crate::visit::{PATIENCE, Visit, arguments, text};
use crate::{CANNOT, Outcome, equal, words};

/// A client that comes with a token, or goes on with it in the middle of its session.
async fn refused(v: &mut Visit, token: &str) -> Outcome {
    let mut stranger = Visit::with(v.revision, token, false);
    let begun = stranger.connect().await.err().ok_or("it was let in")?;
    equal(begun.is_authorization_required(), true)?;
    equal(begun.auth_challenge().is_some_and(|it| it.starts_with("Bearer")), true)?;
    equal(stranger.wire.saw("POST", "401"), true)?;
    v.simple().await?;
    v.wire.come_with(token);
    let gone = v.call("test_simple_text", json!({})).await.err().ok_or("it was served")?;
    equal(gone.auth_challenge().is_some_and(|it| it.starts_with("Bearer")), true)
}

/// Also one of another user, for whom somebody's session does not exist.
pub async fn wrong_token(v: &mut Visit) -> Outcome {
    if v.sessions() {
        let mut thief = Visit::new(v.revision);
        thief.connect().await.map_err(words)?;
        let id = thief.wire.session();
        thief.wire.come_with(&setting("MCP_OTHER_TOKEN"));
        thief.simple().await?;
        let last = thief.wire.last("POST").ok_or("nothing was sent")?;
        equal((last.sent.as_str(), last.got.is_empty(), last.got == id), (id.as_str(), false, false))?;
        thief.close().await?;
    }
    refused(v, "of-nobody").await
}

pub async fn expired_token(v: &mut Visit) -> Outcome {
    refused(v, &setting("MCP_EXPIRED_TOKEN")).await
}

pub async fn delete(v: &mut Visit) -> Outcome {
    v.simple().await?;
    let id = v.wire.session();
    v.close().await?;
    equal(v.wire.saw("DELETE", "ok"), v.sessions())?;
    if !v.sessions() {
        return Ok(());
    }
    let answer = reqwest::Client::new().post(setting("MCP_URL"))
        .header("authorization", format!("Bearer {}", setting("MCP_TOKEN")))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-session-id", id)
        .body(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .send().await.map_err(words)?;
    equal(answer.status().as_u16(), 404)
}

pub async fn simple(v: &mut Visit) -> Outcome {
    v.simple().await
}

/// The session ended, and its id does no more: there is another one, which the client goes on with.
async fn goes_on(v: &mut Visit) -> Outcome {
    v.simple().await?;
    v.simple().await?;
    let found = v.call("test_elicitation", json!({"message": "Still there?"})).await.map_err(words)?;
    equal(text(&found).contains("to Still there?"), true)
}

pub async fn renewed(v: &mut Visit) -> Outcome {
    let before = v.wire.session();
    goes_on(v).await?;
    equal(v.wire.session() != before, v.sessions())
}

/// The client is told, and recovers by itself.
pub async fn told(v: &mut Visit) -> Outcome {
    let before = v.wire.session();
    goes_on(v).await?;
    equal(v.wire.saw("POST", "404"), v.sessions())?;
    equal(v.wire.session() != before, v.sessions())
}

pub async fn revived(v: &mut Visit) -> Outcome {
    let before = v.wire.session();
    goes_on(v).await?;
    equal(v.wire.session(), before)
}

/// Calls on and on while replicas are restarted. A connection may end under a call on its way to a replica that stops,
/// as the front does not know which one that is; the next call is served.
pub async fn begins(v: &mut Visit) -> Outcome {
    let peer = v.client().peer().clone();
    let over = Arc::new(AtomicBool::new(false));
    v.over = over.clone();
    v.running = Some(tokio::spawn(async move {
        let (mut served, mut cut) = (0, 0);
        while !over.load(Ordering::Relaxed) {
            let call = peer.call_tool(CallToolRequestParams::new("test_simple_text"));
            match tokio::time::timeout(PATIENCE, call).await.map_err(words)? {
                Ok(_) => served += 1,
                Err(rmcp::ServiceError::TransportSend(_)) if cut < 2 => cut += 1,
                Err(other) => return Err(format!("after {served} calls, {cut} cut: {other:?}")),
            }
        }
        equal(served > 20, true)
    }));
    Ok(())
}

pub async fn ends(v: &mut Visit) -> Outcome {
    v.over.store(true, Ordering::Relaxed);
    v.running.take().ok_or("nothing runs")?.await.map_err(words)??;
    v.simple().await
}

pub async fn connected_anew_each_time(v: &mut Visit) -> Outcome {
    *v = Visit::with(v.revision, &setting("MCP_TOKEN"), true);
    v.connect().await.map_err(words)
}

/// Replicas take turns, and answers to questions reach the one that did not ask.
pub async fn other_replica(v: &mut Visit) -> Outcome {
    let which = v.handle().await?;
    let mut replicas = [false; 2];
    for round in 0..10 {
        let message = format!("round {round}");
        let found = v.call("test_elicitation", json!({"message": message})).await.map_err(words)?;
        equal(text(&found).contains(&format!("to {message}")), true)?;
        let info = v.call("session_info", which.clone()).await.map_err(words)?;
        for (at, name) in ["\"first\"", "\"second\""].iter().enumerate() {
            replicas[at] |= text(&info).contains(name);
        }
    }
    equal(replicas, [true, true])
}

const STEPS: u32 = 30;

/// Has a call in progress.
pub async fn streams(v: &mut Visit) -> Outcome {
    let call = CallToolRequestParams::new("test_steps").with_arguments(arguments(json!({"steps": STEPS.to_string()})));
    let peer = v.client().peer().clone();
    v.running = Some(tokio::spawn(async move {
        let call = tokio::time::timeout(2 * PATIENCE, peer.call_tool(call));
        let result = call.await.map_err(words)?.map_err(words)?;
        equal(text(&result), format!("Completed {STEPS} steps"))
    }));
    v.heard.until("progress", "3", PATIENCE).await
}

/// The result is there, and everything before it once.
pub async fn streamed(v: &mut Visit) -> Outcome {
    let outcome = v.running.take().ok_or("nothing runs")?.await.map_err(words)?;
    if !v.sessions() {
        equal(outcome.is_err(), true)?;
        v.simple().await?;
        return Err(format!("{CANNOT}this revision resumes no streams; the next call is served"));
    }
    outcome?;
    equal(v.wire.all().iter().any(|it| it.resumed && it.outcome == "ok"), true)?;
    v.heard.until("progress", &STEPS.to_string(), Duration::from_secs(5)).await?;
    equal(v.heard.numbers("progress"), (1..=STEPS).map(|it| it as f64).collect())?;
    v.simple().await
}
