//! HTTP as rmcp does it, with what went over it written down, and with the token that is set now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::stream::BoxStream;
use http::{HeaderName, HeaderValue};
use rmcp::model::ClientJsonRpcMessage;
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse, StreamableHttpResponseLimits,
};
use sse_stream::Sse;

type Headers = HashMap<HeaderName, HeaderValue>;
type Failure = StreamableHttpError<reqwest::Error>;
type Stream = BoxStream<'static, Result<Sse, SseError>>;

/// One request and what became of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: &'static str,
    pub sent: String,
    pub resumed: bool,
    pub got: String,
    pub outcome: String,
}

#[derive(Clone)]
pub struct Wire {
    http: reqwest::Client,
    token: Arc<Mutex<String>>,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

impl Wire {
    /// With a connection for each request, where `fresh`.
    pub fn new(token: &str, fresh: bool) -> Self {
        let builder = reqwest::Client::builder();
        let builder = if fresh { builder.pool_max_idle_per_host(0) } else { builder };
        Wire {
            http: builder.build().expect("a client"),
            token: Arc::new(Mutex::new(token.into())),
            seen: Arc::default(),
        }
    }

    pub fn come_with(&self, token: &str) {
        *self.token.lock().unwrap() = token.into();
    }

    fn token(&self) -> Option<String> {
        Some(self.token.lock().unwrap().clone())
    }

    pub fn all(&self) -> Vec<Exchange> {
        self.seen.lock().unwrap().clone()
    }

    pub fn last(&self, method: &str) -> Option<Exchange> {
        self.all().into_iter().rfind(|it| it.method == method)
    }

    pub fn saw(&self, method: &str, outcome: &str) -> bool {
        self.all().iter().any(|it| it.method == method && it.outcome == outcome)
    }

    /// The session that the server named last.
    pub fn session(&self) -> String {
        self.all().into_iter().rev().map(|it| it.got).find(|it| !it.is_empty()).unwrap_or_default()
    }

    fn note<T>(&self, method: &'static str, sent: Option<Arc<str>>, resumed: bool, got: Option<String>,
        result: &Result<T, Failure>) {
        let outcome = match result {
            Ok(_) => "ok".into(),
            Err(Failure::AuthRequired(_)) => "401".into(),
            Err(Failure::SessionExpired) => "404".into(),
            Err(other) => other.to_string(),
        };
        let sent = sent.map(|it| it.to_string()).unwrap_or_default();
        let exchange = Exchange { method, sent, resumed, got: got.unwrap_or_default(), outcome };
        self.seen.lock().unwrap().push(exchange);
    }
}

impl StreamableHttpClient for Wire {
    type Error = reqwest::Error;

    async fn post_message(&self, uri: Arc<str>, message: ClientJsonRpcMessage, session: Option<Arc<str>>,
        token: Option<String>, headers: Headers) -> Result<StreamableHttpPostResponse, Failure> {
        let limits = StreamableHttpResponseLimits::default();
        self.post_message_with_response_limits(uri, message, session, token, headers, limits).await
    }

    async fn post_message_with_response_limits(&self, uri: Arc<str>, message: ClientJsonRpcMessage,
        session: Option<Arc<str>>, _: Option<String>, headers: Headers, limits: StreamableHttpResponseLimits)
        -> Result<StreamableHttpPostResponse, Failure> {
        let result = self.http
            .post_message_with_response_limits(uri, message, session.clone(), self.token(), headers, limits).await;
        let got = match &result {
            Ok(StreamableHttpPostResponse::Json(_, id) | StreamableHttpPostResponse::Sse(_, id)) => id.clone(),
            _ => None,
        };
        self.note("POST", session, false, got, &result);
        result
    }

    async fn delete_session(&self, uri: Arc<str>, session: Arc<str>, _: Option<String>, headers: Headers)
        -> Result<(), Failure> {
        let result = self.http.delete_session(uri, session.clone(), self.token(), headers).await;
        self.note("DELETE", Some(session), false, None, &result);
        result
    }

    async fn get_stream(&self, uri: Arc<str>, session: Option<Arc<str>>, last: Option<String>, token: Option<String>,
        headers: Headers) -> Result<Stream, Failure> {
        let most = StreamableHttpResponseLimits::default().max_sse_event_size;
        self.get_stream_with_max_sse_event_size(uri, session, last, token, headers, most).await
    }

    async fn get_stream_with_max_sse_event_size(&self, uri: Arc<str>, session: Option<Arc<str>>, last: Option<String>,
        _: Option<String>, headers: Headers, most: usize) -> Result<Stream, Failure> {
        let resumed = last.is_some();
        let result = self.http
            .get_stream_with_max_sse_event_size(uri, session.clone(), last, self.token(), headers, most).await;
        self.note("GET", session, resumed, None, &result);
        result
    }
}
