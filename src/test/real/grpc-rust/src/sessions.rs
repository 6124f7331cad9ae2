//! Every method that answers once, and what it refuses.

use std::collections::HashMap;
use std::time::Duration;

use tonic::Code;
use tonic::codec::CompressionEncoding;
use tonic_prost::ProstCodec;

use crate::failure::{Outcome, equal, fails, words};
use crate::mcpsession::v1::*;
use crate::{Setup, batch_validate, decision, validate};

pub async fn a_session_is_created_and_read(s: Setup) -> Outcome {
    let client = Some(Client { name: "tonic".into(), version: "1".into(), ..Default::default() });
    let attributes = HashMap::from([("a".into(), "1".into())]);
    let made = s.create(CreateSessionRequest { client, attributes, ..s.new_session() }).await.map_err(words)?;
    let read = s.second().get_session(GetSessionRequest { session_id: made.session_id }).await.map_err(words)?.into_inner();
    equal(read.owner, Some(s.owner))?;
    equal(read.client.map(|it| it.name), Some("tonic".to_owned()))?;
    equal(read.attributes, HashMap::from([("a".to_owned(), "1".to_owned())]))
}

pub async fn create_repeated_with_its_request_id_gives_the_same_session(s: Setup) -> Outcome {
    let request = CreateSessionRequest { request_id: s.owner.subject.clone(), ..s.new_session() };
    let first = s.create(request.clone()).await.map_err(words)?;
    equal(s.create(request.clone()).await.map_err(words)?.session_id, first.session_id)?;
    let other = CreateSessionRequest { protocol_version: "2025-06-18".into(), ..request };
    fails(s.create(other).await, Code::InvalidArgument, "REQUEST_ID_REUSED", &["BadRequest"]).map(drop)
}

pub async fn what_breaks_a_rule_is_refused(s: Setup) -> Outcome {
    let nobodys = CreateSessionRequest { owner: None, ..s.new_session() };
    fails(s.create(nobodys).await, Code::InvalidArgument, "REQUEST_INVALID", &["BadRequest"])?;
    let malformed = s.first().get_session(GetSessionRequest { session_id: "\n".into() }).await;
    fails(malformed, Code::InvalidArgument, "SESSION_ID_MALFORMED", &["BadRequest"])?;
    let list = ListSessionsRequest { owner: Some(s.owner.clone()), page_token: "?".into(), ..Default::default() };
    fails(s.first().list_sessions(list).await, Code::InvalidArgument, "REQUEST_INVALID", &["BadRequest"]).map(drop)
}

pub async fn unknown_deleted_and_revoked_are_told_apart(s: Setup) -> Outcome {
    let (deleted, revoked) = (s.id().await?, s.id().await?);
    let delete = DeleteSessionRequest { session_id: deleted.clone(), allow_missing: false };
    s.first().delete_session(delete.clone()).await.map_err(words)?;
    let again = s.second().delete_session(delete.clone()).await;
    fails(again, Code::NotFound, "SESSION_NOT_FOUND", &["ResourceInfo"])?;
    s.second().delete_session(DeleteSessionRequest { allow_missing: true, ..delete }).await.map_err(words)?;
    let kept = s.id().await?;
    let revoke = RevokeUserSessionsRequest {
        owner: Some(s.owner.clone()), except_session_id: kept.clone(), reason: "left".into(),
    };
    equal(s.first().revoke_user_sessions(revoke).await.map_err(words)?.into_inner().revoked_count, 1)?;
    let get = s.second().get_session(GetSessionRequest { session_id: revoked.clone() }).await;
    let metadata = fails(get, Code::FailedPrecondition, "SESSION_REVOKED", &[])?;
    equal(metadata.get("reason").map(String::as_str), Some("left"))?;
    let unknown = deleted[..deleted.len() - 8].to_owned() + "AAAAAAAA";
    for (id, wanted) in [
        (deleted, Decision::Deleted), (revoked, Decision::Revoked), (unknown, Decision::NotFound),
        (kept, Decision::Active),
    ] {
        equal(decision(s.second(), &id, Some(&s.owner)).await?, wanted)?;
    }
    Ok(())
}

/// The first life ends by itself, the other one however much it is used.
pub async fn sessions_expire(s: Setup) -> Outcome {
    for (kind, used) in [("idle", false), ("absolute", true)] {
        let made = s.short().create_session(s.new_session()).await.map_err(words)?.into_inner();
        let touch = TouchSessionRequest { session_id: made.session_id.clone(), principal: Some(s.owner.clone()) };
        let mut life = tokio::time::interval(Duration::from_millis(100));
        while decision(s.short(), &made.session_id, Some(&s.owner)).await? == Decision::Active {
            if used {
                // It may end between the two.
                s.short().touch_session(touch.clone()).await.ok();
            }
            life.tick().await;
        }
        equal(decision(s.short(), &made.session_id, Some(&s.owner)).await?, Decision::Expired)?;
        let late = s.short().touch_session(touch).await;
        let metadata = fails(late, Code::FailedPrecondition, "SESSION_EXPIRED", &[])?;
        equal(metadata.get("kind").map(String::as_str), Some(kind))?;
    }
    Ok(())
}

pub async fn a_session_is_its_owners_only(s: Setup) -> Outcome {
    let id = s.id().await?;
    let foreign = Principal { subject: "somebody else".into(), ..s.owner.clone() };
    let touch = TouchSessionRequest { session_id: id.clone(), principal: Some(s.owner.clone()) };
    let touched = s.second().touch_session(touch.clone()).await.map_err(words)?.into_inner();
    equal(touched.expire_time.is_some() && touched.absolute_expire_time.is_some(), true)?;
    let theirs = s.second().touch_session(TouchSessionRequest { principal: Some(foreign.clone()), ..touch }).await;
    fails(theirs, Code::PermissionDenied, "SESSION_OWNER_MISMATCH", &[])?;
    for mode in [TouchMode::None, TouchMode::IfStale, TouchMode::Always] {
        let ask = ValidateSessionRequest { touch_mode: mode.into(), ..validate(&id, Some(&s.owner)) };
        let answer = s.second().validate_session(ask).await.map_err(words)?.into_inner();
        equal((answer.decision(), answer.session_epoch > 0 || answer.cache_ttl.is_some()), (Decision::Active, true))?;
    }
    equal(decision(s.second(), &id, Some(&foreign)).await?, Decision::OwnerMismatch)
}

pub async fn a_batch_is_answered_in_order_and_one_bad_id_spoils_none(s: Setup) -> Outcome {
    use batch_validate_sessions_result::Outcome as Found;
    let id = s.id().await?;
    let mut requests = vec![validate(&id, Some(&s.owner)); 100];
    requests[50].session_id = "\n".into();
    let results = batch_validate(s.second(), requests.clone()).await.map_err(words)?;
    equal(results.len(), 100)?;
    for (at, result) in results.into_iter().enumerate() {
        match result.outcome {
            Some(Found::Response(it)) => equal((at == 50, it.decision()), (false, Decision::Active))?,
            Some(Found::Error(it)) => equal((at, it.code), (50, Code::InvalidArgument as i32))?,
            None => return Err(format!("nothing at {at}")),
        }
    }
    requests.push(requests[0].clone());
    for wrong in [requests, Vec::new()] {
        let answer = batch_validate(s.second(), wrong).await;
        fails(answer, Code::InvalidArgument, "REQUEST_INVALID", &["BadRequest"])?;
    }
    Ok(())
}

pub async fn attributes_change_by_mask_and_etag(s: Setup) -> Outcome {
    let attributes = HashMap::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
    let made = s.create(CreateSessionRequest { attributes, ..s.new_session() }).await.map_err(words)?;
    let change = Session { attributes: HashMap::from([("a".into(), "3".into())]), ..made };
    let mask = prost_types::FieldMask { paths: vec!["attributes.a".into()] };
    let update = UpdateSessionRequest { session: Some(change), update_mask: Some(mask) };
    let changed = s.second().update_session(update.clone()).await.map_err(words)?.into_inner();
    equal((changed.attributes["a"].as_str(), changed.attributes["b"].as_str()), ("3", "2"))?;
    let metadata = fails(s.first().update_session(update).await, Code::Aborted, "SESSION_ETAG_MISMATCH", &[])?;
    equal(metadata.get("etag"), Some(&changed.etag))
}

/// Text that does not get much shorter by gzip, so that messages are larger than every window.
fn noise(from: u64, length: usize) -> String {
    let mut state = from.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + (state % 90) as u8)
    };
    (0..length).map(|_| next()).collect()
}

pub async fn large_messages_go_both_ways_and_lists_have_pages(s: Setup) -> Outcome {
    let attributes: HashMap<String, String> = (0..64).map(|at| (at.to_string(), noise(at + 1, 4000))).collect();
    for _ in 0..5 {
        s.create(CreateSessionRequest { attributes: attributes.clone(), ..s.new_session() }).await.map_err(words)?;
    }
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let ask = ListSessionsRequest { owner: Some(s.owner.clone()), page_size: 2, page_token, filter: None };
        let page = s.second().list_sessions(ask).await.map_err(words)?.into_inner();
        found.extend(page.sessions);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    equal(found.iter().filter(|it| it.attributes == attributes).count(), 5)?;
    let count = s.second().count_sessions(CountSessionsRequest { owner: Some(s.owner.clone()) }).await.map_err(words)?;
    equal(count.into_inner().count, 5)
}

/// Field 1 of every request is a string; here it is bytes that are no text.
#[derive(Clone, PartialEq, prost::Message)]
struct NoText {
    #[prost(bytes = "vec", tag = "1")]
    session_id: Vec<u8>,
}

pub async fn what_is_no_message_or_too_large_is_refused(s: Setup) -> Outcome {
    let mut raw = s.raw().await?;
    let path = http_path("/mcpsession.v1.SessionService/GetSession");
    let wrong = tonic::Request::new(NoText { session_id: vec![0xc3, 0x28] });
    let answer = raw.unary(wrong, path, ProstCodec::<NoText, Session>::default()).await;
    fails(answer, Code::InvalidArgument, "REQUEST_UNREADABLE", &[])?;
    let long = GetSessionRequest { session_id: noise(7, 2 << 20) };
    fails(s.first().get_session(long).await, Code::ResourceExhausted, "MESSAGE_TOO_LARGE", &[])?;
    // Nor does what is small until it is inflated.
    let bomb = GetSessionRequest { session_id: "x".repeat(2 << 20) };
    let packed = s.first().send_compressed(CompressionEncoding::Gzip).get_session(bomb).await;
    fails(packed, Code::ResourceExhausted, "MESSAGE_TOO_LARGE", &[])?;
    let mut headers = tonic::Request::new(CountSessionsRequest::default());
    headers.metadata_mut().insert("x-large", "x".repeat(60_000).parse().expect("metadata"));
    let code = s.first().count_sessions(headers).await.err().map(|it| it.code());
    equal(matches!(code, Some(Code::ResourceExhausted | Code::Internal)), true)?;
    s.first().count_sessions(CountSessionsRequest::default()).await.map_err(words).map(drop)
}

fn http_path(path: &'static str) -> tonic::codegen::http::uri::PathAndQuery {
    tonic::codegen::http::uri::PathAndQuery::from_static(path)
}

pub async fn what_does_not_exist_is_unimplemented(s: Setup) -> Outcome {
    for path in ["/mcpsession.v1.SessionService/Nothing", "/none.Service/Nothing"] {
        let mut raw = s.raw().await?;
        let answer = raw.unary(tonic::Request::new(()), http_path(path), ProstCodec::<(), ()>::default()).await;
        fails(answer, Code::Unimplemented, "METHOD_UNKNOWN", &[])?;
    }
    let deflated = s.first().send_compressed(CompressionEncoding::Deflate);
    let answer = { deflated }.count_sessions(CountSessionsRequest::default()).await;
    fails(answer, Code::Unimplemented, "ENCODING_UNSUPPORTED", &[]).map(drop)
}

pub async fn callers_with_full_batches_are_all_served(s: Setup) -> Outcome {
    let mut requests = Vec::new();
    for _ in 0..100 {
        requests.push(validate(&s.id().await?, Some(&s.owner)));
    }
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (client, requests) = (s.first(), requests.clone());
        callers.spawn(async move {
            for _ in 0..5 {
                equal(batch_validate(client.clone(), requests.clone()).await.map_err(words)?.len(), 100)?;
            }
            Ok::<(), String>(())
        });
    }
    callers.join_all().await.into_iter().collect()
}
