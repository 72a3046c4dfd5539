//! What a registry says in RDAP (RFC 9083), as far as an investigation asks: who, when, which network, whom to write to.
//!
//! Every member may be missing or of another type; then it is not known. Contacts are jCards (RFC 7095).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The facts of one answer; what it does not say is None.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Registration {
    pub handle: Option<String>,
    /// The registrant, or the name of the network.
    pub holder: Option<String>,
    pub registrar: Option<String>,
    /// Dates as they are written, RFC 3339.
    pub registered: Option<String>,
    pub changed: Option<String>,
    pub expires: Option<String>,
    /// First and last address of the network.
    pub network: Option<String>,
    pub country: Option<String>,
    /// Parted by spaces.
    pub name_servers: Option<String>,
    pub abuse_email: Option<String>,
}

/// Entities inside entities are looked at to this depth.
const MOST_DEPTH: usize = 4;

/// Reads an answer; None where it is none of RDAP.
pub fn registration(body: &[u8]) -> Option<Registration> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let class = answer.get("objectClassName")?.as_str()?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    let date = |action: &str| {
        let events = answer.get("events")?.as_array()?;
        let event = events.iter().find(|e| e.get("eventAction").and_then(Value::as_str) == Some(action))?;
        event.get("eventDate")?.as_str().map(str::to_owned)
    };
    let (first, last) = (text("startAddress"), text("endAddress"));
    let servers = answer.get("nameservers").and_then(Value::as_array).into_iter().flatten();
    let servers: Vec<&str> = servers.filter_map(|server| server.get("ldhName")?.as_str()).collect();
    let mut entities = Vec::new();
    collect(&answer, 0, &mut entities);
    let with_role =
        |role: &str, property: &str| entities.iter().filter(|e| has_role(e, role)).find_map(|e| of_card(e, property));
    let network_name = text("name").filter(|_| class == "ip network");
    Some(Registration {
        handle: text("handle"),
        holder: with_role("registrant", "org").or_else(|| with_role("registrant", "fn")).or(network_name),
        registrar: with_role("registrar", "fn"),
        registered: date("registration"),
        changed: date("last changed"),
        expires: date("expiration"),
        network: first.zip(last).map(|(first, last)| format!("{first} - {last}")),
        country: text("country"),
        name_servers: (!servers.is_empty()).then(|| servers.join(" ").to_lowercase()),
        abuse_email: with_role("abuse", "email"),
    })
}

fn collect<'a>(object: &'a Value, depth: usize, entities: &mut Vec<&'a Value>) {
    if depth >= MOST_DEPTH {
        return;
    }
    for entity in object.get("entities").and_then(Value::as_array).into_iter().flatten() {
        entities.push(entity);
        collect(entity, depth + 1, entities);
    }
}

fn has_role(entity: &Value, role: &str) -> bool {
    let roles = entity.get("roles").and_then(Value::as_array);
    roles.is_some_and(|roles| roles.iter().any(|r| r.as_str() == Some(role)))
}

/// A property of the entity's card: `["vcard", [["fn", {}, "text", "NAME"], ...]]`.
fn of_card(entity: &Value, property: &str) -> Option<String> {
    let lines = entity.get("vcardArray")?.get(1)?.as_array()?;
    let line = lines.iter().find(|line| line.get(0).and_then(Value::as_str) == Some(property))?;
    line.get(3)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_and_a_network_are_read() {
        let domain = br#"{"objectClassName":"domain","handle":"D1","ldhName":"example.net",
            "events":[{"eventAction":"registration","eventDate":"1995-08-14T04:00:00Z"},{"eventAction":"expiration","eventDate":"2027-08-13T04:00:00Z"}],
            "nameservers":[{"ldhName":"A.IANA-SERVERS.NET"}],
            "entities":[{"roles":["registrar"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","A Registrar"]]],
              "entities":[{"roles":["abuse"],"vcardArray":["vcard",[["email",{},"text","abuse@registrar.example"]]]}]}]}"#;
        let found = registration(domain).unwrap();
        assert_eq!(found.registrar.as_deref(), Some("A Registrar"));
        assert_eq!(found.abuse_email.as_deref(), Some("abuse@registrar.example"));
        assert_eq!(found.registered.as_deref(), Some("1995-08-14T04:00:00Z"));
        assert_eq!(found.name_servers.as_deref(), Some("a.iana-servers.net"));
        let network = br#"{"objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":"192.0.2.255","name":"TEST-NET-1","country":"ZZ"}"#;
        let found = registration(network).unwrap();
        assert_eq!(found.network.as_deref(), Some("192.0.2.0 - 192.0.2.255"));
        assert_eq!(found.holder.as_deref(), Some("TEST-NET-1"));
    }

    #[test]
    fn what_is_no_rdap_is_not_taken_for_an_empty_answer() {
        for body in ["<html>please log in</html>", "{}", "[]", "{\"objectClassName\": 7}", ""] {
            assert_eq!(registration(body.as_bytes()), None, "{body}");
        }
        let odd = br#"{"objectClassName":"domain","events":7,"entities":[{"roles":"abuse"},{"roles":["abuse"],"vcardArray":{}}]}"#;
        assert_eq!(registration(odd), Some(Registration::default()));
    }
}
