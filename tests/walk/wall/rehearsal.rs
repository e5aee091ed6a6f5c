//! A rehearsal is told apart from the real thing at first sight.

use tests::{process::Process, room::Room};

use super::{fits, marea::Marea, open, page};

#[tokio::test]
async fn a_rehearsal_of_a_real_agent_has_a_frame_and_its_word_in_the_foot() {
    let folder = Marea::rehearsed();
    let room = Room::open(&folder).await;
    let browser = open(room.address()).await;
    page::until_live(&browser, "quiet").await;
    assert_eq!(page::count(&browser, ".frame, .reh").await, 0, "nothing is rehearsed yet");

    let door = format!("ws://{}/api/v1/agent", room.address());
    let arguments = ["run", "--config", &folder.file("agent.toml"), "--room", &door];
    let _agent = Process::start("synco-agent", folder.path(), arguments);
    browser.until("the frame of a rehearsal", "return document.querySelector('.frame')").await;
    assert_eq!(page::text(&browser, ".foot .reh").await, "Rehearsal");
    browser.until("three tiles with their traces", page::THREE_TRACES).await;

    let lamp = page::until_lamp(&browser, "unit:payments", "level-down").await;
    assert_eq!(lamp["tone"], "pain");
    assert!(room.picture().await.signals.values().all(|signal| signal.rehearsed), "every signal says so");
    fits::everywhere(&browser, "rehearsal").await;
}
