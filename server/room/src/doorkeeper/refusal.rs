//! Why somebody does not come in, or not now, in words and as an answer over HTTP.

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use vsm::{id::AgentId, itself::SOURCE};

use crate::{api, happening::Refusal};

/// Why a source does not come in. What it showed is never repeated.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotAdmitted {
    /// It showed nothing.
    #[error(
        "no token; this room asks for one: `synco token add NAME --unit UNIT` makes it, an agent's file takes it as token = \
         \"...\", a script shows it as Authorization: Bearer ..."
    )]
    NoToken,
    /// It showed something else.
    #[error("the token is none of this room's; `synco token add NAME --unit UNIT` makes one")]
    Unknown,
    /// It was good once.
    #[error("the token of {0} was revoked; `synco token add {0} --unit UNIT` makes a new one")]
    Revoked(AgentId),
    /// It is somebody else's.
    #[error("the token is that of {owner}, and {source_name} showed it; each source has its own")]
    NotItsOwn {
        /// Whose it is.
        owner: AgentId,
        /// Who showed it.
        source_name: AgentId,
    },
    /// It calls itself what only the room is called.
    #[error("{SOURCE} is the room itself; give the source another name")]
    TheRoomItself,
    /// The room cannot tell.
    #[error("the room cannot read its tokens, so nobody comes in; its log says why")]
    TokensUnreadable,
}

impl NotAdmitted {
    /// What it is over HTTP.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::Unknown | Self::Revoked(_) => StatusCode::UNAUTHORIZED,
            Self::NotItsOwn { .. } | Self::TheRoomItself => StatusCode::FORBIDDEN,
            Self::TokensUnreadable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for NotAdmitted {
    fn into_response(self) -> Response {
        let status = self.status();
        let why = self.to_string();
        Refusal { who: "a sender", why: &why }.emit();
        let mut answer = api::refused(status, &why);
        if status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

/// A time as `Retry-After` says it, in whole seconds.
pub(crate) fn seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs_f64().ceil() as u64)
}

/// A source has to wait; over HTTP 429 with `Retry-After`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TooFast {
    /// It sends more than it may.
    #[error("more than {a_second} readings a second; come back in {} s", .wait.as_secs_f64().ceil())]
    Source {
        /// How long.
        wait: Duration,
        /// How many readings a second it may send.
        a_second: u32,
    },
    /// The room does not keep up with all who send.
    #[error("the room's journal does not keep up; come back in {} s", .wait.as_secs_f64().ceil())]
    Room {
        /// How long.
        wait: Duration,
    },
}

impl TooFast {
    /// How long to wait.
    pub fn wait(&self) -> Duration {
        match *self {
            Self::Source { wait, .. } | Self::Room { wait } => wait,
        }
    }
}

impl IntoResponse for TooFast {
    fn into_response(self) -> Response {
        let why = self.to_string();
        Refusal { who: "a sender", why: &why }.emit();
        let mut answer = api::refused(StatusCode::TOO_MANY_REQUESTS, &why);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds(self.wait()));
        answer
    }
}
