//! A sender at a room that is locked: it shows its token, and reports for its own units.

use prost::Message;
use tests::{
    folder::{Folder, UNHURRIED},
    prompb::v1::{self, series},
    room::Room,
    sender::{Reply, post},
    series::now,
    tokens,
    wait::until,
};

const MAPS: &str = "[[source]]\nid = \"press-prometheus\"\n\
                    [[map]]\nmetric = \"press_load\"\nunit = \"press\"\n\
                    [[map]]\nmetric = \"kiln_load\"\nunit = \"kiln\"\nindicator = \"{unit}.load.{job}\"\n";

/// A load of the press and one of the kiln.
async fn write(room: &Room, token: Option<&str>) -> Reply {
    let at = now().unix_millis();
    let timeseries = vec![series("press_load", &[], &[(at, 1.0)]), series("kiln_load", &[("job", "a")], &[(at, 2.0)])];
    let message = v1::WriteRequest { timeseries }.encode_to_vec();
    let body = snap::raw::Encoder::new().compress_vec(&message).expect("a test's message is small");
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/x-protobuf"), ("content-encoding", "snappy")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    post(room.address(), "/api/v1/write?source=press-prometheus", &headers, body).await
}

#[tokio::test]
async fn a_sender_without_its_token_is_refused_and_with_it_what_belongs_to_another_unit() {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, "tls = \"proxy\"");
    folder.append("organisation.toml", MAPS);
    let token = tokens::add(&folder, "press-prometheus", "press").await;
    let other = tokens::add(&folder, "kiln-prometheus", "kiln").await;
    let room = Room::open(&folder).await;
    for (token, status) in [(None, 401), (Some("synco_guess"), 401), (Some(other.as_str()), 403)] {
        let reply = write(&room, token).await;
        assert_eq!(reply.status, status, "{}", reply.words());
    }
    let reply = write(&room, Some(&token)).await;
    let words = "1 of 2 samples refused, the first: kiln.load.a belongs to unit kiln; the token of press-prometheus is for press";
    assert_eq!((reply.status, reply.words().trim()), (400, words));
    until("the press has a lamp", async || room.lamp("press.press_load").await).await;
    assert!(room.lamp("kiln.load.a").await.is_none());
}
