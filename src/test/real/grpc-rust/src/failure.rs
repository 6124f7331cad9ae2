//! How calls fail: the code, and the details that go with it.

use std::collections::HashMap;
use std::fmt::Debug;

use prost::Message;
use tonic::{Code, Status};

use crate::google::rpc;

pub type Outcome = Result<(), String>;

pub const DOMAIN: &str = "mcpsession.v1.SessionService";

pub fn equal<T: PartialEq + Debug>(found: T, wanted: T) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{found:?} instead of {wanted:?}")) }
}

pub fn words(status: Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}

/// A detail besides ErrorInfo, by its name, once it is known to say something.
fn told(name: &str, bytes: &[u8]) -> Result<bool, prost::DecodeError> {
    Ok(match name {
        "BadRequest" => {
            let violations = rpc::BadRequest::decode(bytes)?.field_violations;
            violations.iter().any(|it| !it.field.is_empty() && !it.description.is_empty())
        }
        "ResourceInfo" => rpc::ResourceInfo::decode(bytes)?.resource_type == "mcpsession.v1.Session",
        "QuotaFailure" => rpc::QuotaFailure::decode(bytes)?.violations.iter().any(|it| !it.subject.is_empty()),
        "RetryInfo" => rpc::RetryInfo::decode(bytes)?.retry_delay.is_some_and(|it| it.seconds > 0 || it.nanos > 0),
        _ => false,
    })
}

/// The metadata of the one ErrorInfo of a call that must fail so, with these further details and no others.
pub fn fails<T: Debug>(result: Result<T, Status>, code: Code, reason: &str, more: &[&str])
    -> Result<HashMap<String, String>, String> {
    let status = match result {
        Ok(answer) => return Err(format!("{answer:?} instead of {reason}")),
        Err(status) => status,
    };
    equal((status.code(), reason), (code, reason)).map_err(|it| format!("{it}: {}", status.message()))?;
    let details = rpc::Status::decode(status.details()).map_err(|it| it.to_string())?;
    equal((details.code, details.message.as_str()), (code as i32, status.message()))?;
    let mut infos = Vec::new();
    let mut others = Vec::new();
    for it in &details.details {
        let name = it.type_url.strip_prefix("type.googleapis.com/google.rpc.").ok_or(&it.type_url)?;
        if name == "ErrorInfo" {
            infos.push(rpc::ErrorInfo::decode(it.value.as_slice()).map_err(|it| it.to_string())?);
        } else {
            equal((name, told(name, &it.value).map_err(|it| it.to_string())?), (name, true))?;
            others.push(name);
        }
    }
    equal(others.as_slice(), more)?;
    equal(infos.iter().map(|it| (it.domain.as_str(), it.reason.as_str())).collect::<Vec<_>>(), vec![(DOMAIN, reason)])?;
    Ok(infos.remove(0).metadata)
}
