//! A wall shows what the room says of itself, in System Two of the whole.

use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
};

use super::{open, page};

#[tokio::test]
async fn the_rooms_own_figures_hang_in_system_two_of_the_whole() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "watch_itself = \"1s\"");
    let room = Room::open(&folder).await;
    let browser = open(room.address()).await;
    page::until_lamp(&browser, "system:2", "young").await;
    assert_eq!(page::lamp(&browser, "system:3").await["aspect"], page::lamp(&browser, "system:4").await["aspect"]);
    assert_ne!(page::lamp(&browser, "system:3").await["aspect"], "young", "nobody reports there");
    page::speaks(&browser).await;
}
