//! Maps on the inside, lists on the wire: each member carries its own key.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{SeqAccess, Visitor},
};

/// A member of a list that knows the key it is kept under.
pub(crate) trait Keyed {
    type Key: Ord + Clone;
    fn key(&self) -> &Self::Key;
}

pub(crate) fn serialize<T: Keyed + Serialize, S: Serializer>(
    map: &BTreeMap<T::Key, T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_seq(map.values())
}

pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<BTreeMap<T::Key, T>, D::Error>
where
    T: Keyed + Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct List<T>(std::marker::PhantomData<T>);
    impl<'de, T: Keyed + Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = BTreeMap<T::Key, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some(member) = list.next_element::<T>()? {
                map.insert(member.key().clone(), member);
            }
            Ok(map)
        }
    }
    from.deserialize_seq(List(std::marker::PhantomData))
}
