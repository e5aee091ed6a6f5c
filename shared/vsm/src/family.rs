//! A family: indicators that are described all at once, because their names come from one template.

use serde::{Deserialize, Serialize};

use crate::{id::IndicatorId, indicator::Indicator, template::Template};

/// Indicators with names of one template, known from the first reading on.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Family {
    /// Whence the names of its members in files and on the wire come.
    pub template: Template,
    /// What its members have in common. Its own name may hold the blanks of the template; an empty one stands for the
    /// member's name in files, without that of the unit.
    pub model: Indicator,
}

impl Family {
    /// The member of that name, if it is one.
    pub fn member(&self, id: &IndicatorId) -> Option<Indicator> {
        let blanks = self.template.fits(id.as_str())?;
        let mut name = self.model.name.clone();
        for (blank, word) in blanks {
            name = name.replace(&format!("{{{blank}}}"), word);
        }
        if name.is_empty() {
            name = short(id, self.model.unit.as_str()).to_owned();
        }
        Some(Indicator { id: id.clone(), name, ..self.model.clone() })
    }
}

/// A name in files without that of the unit before it.
pub fn short<'n>(id: &'n IndicatorId, unit: &str) -> &'n str {
    let own = id.as_str().strip_prefix(unit).and_then(|rest| rest.strip_prefix(['.', '/']));
    own.filter(|own| !own.is_empty()).unwrap_or(id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::UnitId, organisation::Organisation};

    fn family(name: &str) -> Family {
        let (id, unit) = (IndicatorId::parse("payments.load.instance").unwrap(), UnitId::parse("payments").unwrap());
        let model = Indicator { name: name.to_owned(), ..Organisation::unowned(id, unit) };
        Family { template: Template::parse("payments.load.{instance}").unwrap(), model }
    }

    #[test]
    fn a_member_is_described_by_its_name_alone() {
        let id = IndicatorId::parse("payments.load.host-7").unwrap();
        let member = family("Load {instance}").member(&id).unwrap();
        assert_eq!((member.name.as_str(), member.unit.as_str()), ("Load host-7", "payments"));
        assert_eq!(family("").member(&id).unwrap().name, "load.host-7");
        assert_eq!(family("").member(&IndicatorId::parse("payments.load").unwrap()), None);
    }
}
