//! The switch between offline and online. Nothing leaves the machine before a person turned it.

use super::Effect;
use super::state::App;
use crate::case::Entry;
use crate::egress::Contact;
use crate::model::Params;
use crate::panes::Tone;

impl App {
    /// Opens the way out, or closes it; the case keeps it, and its journal says so.
    pub(super) fn toggle_online(&mut self) -> Vec<Effect> {
        if self.status.read_only && !self.gate.is_online() {
            self.say(Tone::Warning, "another program works in this case: go online there");
            return Vec::new();
        }
        let online = !self.gate.is_online();
        if online && !self.doing.was_asked {
            let key = crate::action::find("toggle-online").map(|action| self.key(action)).unwrap_or_default();
            let text = format!("go online? Name servers and registries can see what they are asked; {key} once more");
            self.say(Tone::Warning, text);
            self.doing.asks = true;
            return Vec::new();
        }
        self.gate.set_online(online);
        self.status.online = online;
        let text = match (online, self.gate.check(Contact::Owner), self.gate.check(Contact::ThirdParty)) {
            (false, ..) => "offline: nothing leaves this machine".to_owned(),
            (true, Ok(()), _) => "online: name servers and registries may be asked; the status line says so".to_owned(),
            (true, Err(_), Ok(())) => {
                "online: registries may be asked; the case's PAP does not allow to ask name servers".to_owned()
            }
            (true, Err(refusal), Err(_)) => format!("online, but {refusal}"),
        };
        self.say(if online { Tone::Warning } else { Tone::Plain }, text);
        let params = Params::from([("online".to_owned(), online.to_string())]);
        let mut effects = self.record(Entry::new("toggle-online", params, Vec::new()));
        effects.push(Effect::Online(online));
        effects
    }
}
