//! SessionService as tonic calls it: every method with its documented errors and their details, watches, and what a
//! channel does when its server goes. run.sh starts it. Prints a line a case and at last the counts. Arguments are names
//! of cases, where not all shall run.

mod channel;
mod failure;
mod refusals;
mod sessions;
mod streams;

pub mod mcpsession {
    pub mod v1 {
        tonic::include_proto!("mcpsession.v1");
    }
}

pub mod google {
    pub mod rpc {
        tonic::include_proto!("google.rpc");
    }
}

use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use failure::{Outcome, words};
use mcpsession::v1::session_service_client::SessionServiceClient;
use mcpsession::v1::*;
use tonic::Status;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};

pub type Service = SessionServiceClient<Channel>;

pub fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run.sh starts this program"))
}

pub fn endpoint(name: &str) -> Endpoint {
    Endpoint::from_shared(format!("http://{}", setting(name))).expect("an address").connect_timeout(Duration::from_secs(5))
}

/// What a case has to itself: connections, and a user.
#[derive(Clone)]
pub struct Setup {
    first: Channel,
    second: Channel,
    short: Channel,
    gzip: bool,
    pub owner: Principal,
}

impl Setup {
    fn new(gzip: bool) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
        Setup {
            first: endpoint("FIRST").connect_lazy(),
            second: endpoint("SECOND").connect_lazy(),
            short: endpoint("SHORT").connect_lazy(),
            gzip,
            owner: Principal { issuer: "https://issuer.example".into(), subject: format!("tonic-{now}") },
        }
    }

    pub fn over(&self, channel: Channel) -> Service {
        let service = SessionServiceClient::new(channel);
        if self.gzip { service.send_compressed(CompressionEncoding::Gzip) } else { service }
    }

    pub fn first(&self) -> Service {
        self.over(self.first.clone())
    }

    pub fn second(&self) -> Service {
        self.over(self.second.clone())
    }

    pub fn short(&self) -> Service {
        self.over(self.short.clone())
    }

    /// Calls by path, with any message.
    pub async fn raw(&self) -> Result<tonic::client::Grpc<Channel>, String> {
        let mut raw = tonic::client::Grpc::new(self.first.clone());
        raw.ready().await.map_err(|it| it.to_string())?;
        Ok(raw)
    }

    pub fn new_session(&self) -> CreateSessionRequest {
        CreateSessionRequest {
            owner: Some(self.owner.clone()),
            protocol_version: "2025-11-25".into(),
            ..Default::default()
        }
    }

    pub async fn create(&self, request: CreateSessionRequest) -> Result<Session, Status> {
        Ok(self.first().create_session(request).await?.into_inner())
    }

    /// The id of a new session.
    pub async fn id(&self) -> Result<String, String> {
        Ok(self.create(self.new_session()).await.map_err(words)?.session_id)
    }
}

pub fn validate(id: &str, principal: Option<&Principal>) -> ValidateSessionRequest {
    ValidateSessionRequest { session_id: id.into(), principal: principal.cloned(), touch_mode: 0 }
}

pub async fn decision(mut service: Service, id: &str, principal: Option<&Principal>) -> Result<Decision, String> {
    Ok(service.validate_session(validate(id, principal)).await.map_err(words)?.into_inner().decision())
}

pub async fn batch_validate(mut service: Service, requests: Vec<ValidateSessionRequest>)
    -> Result<Vec<BatchValidateSessionsResult>, Status> {
    Ok(service.batch_validate_sessions(BatchValidateSessionsRequest { requests }).await?.into_inner().results)
}

type Test = fn(Setup) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;
type Case = (&'static str, Test);

macro_rules! cases {
    ($($module:ident: $($name:ident)*;)*) => {
        vec![$($((stringify!($name), (|s| Box::pin($module::$name(s))) as Test),)*)*]
    };
}

fn cases() -> Vec<Case> {
    cases! {
        sessions: a_session_is_created_and_read create_repeated_with_its_request_id_gives_the_same_session
            what_breaks_a_rule_is_refused unknown_deleted_and_revoked_are_told_apart
            a_session_is_its_owners_only a_batch_is_answered_in_order_and_one_bad_id_spoils_none
            attributes_change_by_mask_and_etag large_messages_go_both_ways_and_lists_have_pages
            what_is_no_message_or_too_large_is_refused what_does_not_exist_is_unimplemented
            callers_with_full_batches_are_all_served;
        streams: many_sessions_are_kept_alive_over_one_stream a_watch_tells_and_is_resumed_on_the_other_replica;
    }
}

/// Those that no compression changes.
fn plain() -> Vec<Case> {
    cases! {
        sessions: sessions_expire;
        streams: requests_that_wait_for_their_answers_are_bounded a_watch_that_is_behind_what_is_kept_is_told;
        refusals: services_are_known_by_their_tokens a_user_has_no_more_sessions_than_allowed
            nor_have_all_users_together streams_are_counted calls_are_counted the_store_is_away;
        channel: health_is_checked_and_watched reflection_describes_the_service_and_the_details_of_errors
            a_deadline_ends_calls_and_streams an_idle_stream_is_kept_by_pings
            a_channel_goes_on_when_its_server_was_restarted
            calls_are_spread_over_healthy_replicas_and_none_fails_while_they_are_restarted;
    }
}

async fn run((name, case): Case, gzip: bool) -> bool {
    let begun = Instant::now();
    let patience = Duration::from_secs(100);
    let outcome = tokio::time::timeout(patience, case(Setup::new(gzip))).await.unwrap_or(Err("no end in sight".into()));
    let how = if gzip { "gzip" } else { "plain" };
    match &outcome {
        Ok(()) => println!("ok    {how:5} {name} {} ms", begun.elapsed().as_millis()),
        Err(why) => println!("FAIL  {how:5} {name}\n      {why}"),
    }
    outcome.is_ok()
}

#[tokio::main]
async fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |case: &Case| names.is_empty() || names.iter().any(|it| it == case.0);
    // It takes the server 15 s to give up a client that reads nothing; the others go on meanwhile.
    let unread = cases! { streams: what_nobody_reads_is_given_up; };
    let unread: Vec<_> = unread.into_iter().filter(wanted).map(|case| tokio::spawn(run(case, false))).collect();
    let mut passed = vec![];
    for gzip in [false, true] {
        for case in cases().into_iter().filter(wanted) {
            passed.push(run(case, gzip).await);
        }
    }
    for case in plain().into_iter().filter(wanted) {
        passed.push(run(case, false).await);
    }
    for it in unread {
        passed.push(it.await.expect("an outcome"));
    }
    let failed = passed.iter().filter(|it| !**it).count();
    println!("tonic: {} passed, {failed} failed", passed.len() - failed);
    std::process::exit(if failed > 0 || passed.is_empty() { 1 } else { 0 });
}
