//! The entities of an alert in the JSON of the real product: numbered by `$id` and tied together by `$ref`.

use crate::cast::{DNS_DOMAIN, DOMAIN, Host, HostKind, Place, Principal};
use crate::json::{Json, text};
use crate::ledger::Process;
use crate::signins::upn;

/// The members of one entity, and with it its number once it is in the book.
type Members = Vec<(&'static str, Json)>;

#[derive(Default)]
pub struct Entities {
    items: Vec<Json>,
}

impl Entities {
    pub fn json(&self) -> Json {
        Json::List(self.items.clone())
    }

    fn add(&mut self, kind: &str, members: Members) -> Json {
        let id = (self.items.len() + 2).to_string();
        let mut entity = vec![("$id", text(id.clone()))];
        entity.extend(members);
        entity.push(("Type", text(kind)));
        self.items.push(Json::Map(entity));
        Json::Map(vec![("$ref", text(id))])
    }

    pub fn host(&mut self, host: &Host) -> Json {
        let family = if host.kind == HostKind::Linux { "Linux" } else { "Windows" };
        let members = vec![
            ("DnsDomain", text(DNS_DOMAIN)),
            ("NTDomain", text(DOMAIN)),
            ("HostName", text(host.name)),
            ("OSFamily", text(family)),
            ("IsDomainJoined", Json::Bool(host.kind != HostKind::Linux)),
        ];
        self.add("host", members)
    }

    pub fn account(&mut self, who: &Principal, host: Option<&Json>) -> Json {
        let mut members = vec![("Name", text(&who.name)), ("NTDomain", text(who.domain)), ("Sid", text(&who.sid))];
        members.extend(host.map(|host| ("Host", host.clone())));
        self.add("account", members)
    }

    /// An account of the cloud directory.
    pub fn cloud_account(&mut self, name: &str, object_id: &str) -> Json {
        let members = vec![
            ("Name", text(name)),
            ("UPNSuffix", text(DNS_DOMAIN)),
            ("AadUserId", text(object_id)),
            ("DisplayName", text(upn(name))),
        ];
        self.add("account", members)
    }

    pub fn ip(&mut self, address: &str) -> Json {
        self.add("ip", vec![("Address", text(address))])
    }

    pub fn ip_at(&mut self, address: &str, place: &Place) -> Json {
        let location = Json::Map(vec![
            ("CountryCode", text(place.country)),
            ("City", text(place.city)),
            ("Latitude", Json::Decimal(place.latitude)),
            ("Longitude", Json::Decimal(place.longitude)),
        ]);
        self.add("ip", vec![("Address", text(address)), ("Location", location)])
    }

    pub fn file(&mut self, path: &str, host: Option<&Json>) -> Json {
        let (folder, name) = path.rsplit_once(['\\', '/']).unwrap_or(("", path));
        let mut members = vec![("Directory", text(folder)), ("Name", text(name))];
        members.extend(host.map(|host| ("Host", host.clone())));
        self.add("file", members)
    }

    pub fn hash(&mut self, value: &str) -> Json {
        self.add("filehash", vec![("Algorithm", text("SHA256")), ("Value", text(value))])
    }

    pub fn url(&mut self, url: &str) -> Json {
        self.add("url", vec![("Url", text(url))])
    }

    pub fn dns(&mut self, name: &str, ip: Option<Json>) -> Json {
        let mut members = vec![("DomainName", text(name))];
        members.extend(ip.map(|ip| ("IpAddresses", Json::List(vec![ip]))));
        self.add("dns", members)
    }

    pub fn mailbox(&mut self, name: &str) -> Json {
        self.add("mailbox", vec![("MailboxPrimaryAddress", text(upn(name))), ("Upn", text(upn(name)))])
    }

    /// A logon session on a host.
    pub fn session(&mut self, id: u64, account: &Json, host: &Json) -> Json {
        let members =
            vec![("SessionId", text(format!("{id:#x}"))), ("Account", account.clone()), ("Host", host.clone())];
        self.add("host-logon-session", members)
    }

    /// A process with its image, account and parent, on a host that is in the book already.
    pub fn process(&mut self, process: &Process, host: &Json) -> Json {
        let account = self.account(&process.token.who, Some(host));
        let session = self.session(process.token.logon_id, &account, host);
        let image = self.file(&process.image, Some(host));
        let parent_image = self.file(&process.parent_image, Some(host));
        let parent = self.add(
            "process",
            vec![
                ("ProcessId", text(format!("{:#x}", process.parent_pid))),
                ("ImageFile", parent_image),
                ("Host", host.clone()),
            ],
        );
        let members = vec![
            ("ProcessId", text(format!("{:#x}", process.pid))),
            ("CommandLine", text(&process.command)),
            ("CreationTimeUtc", text(process.time.iso())),
            ("ImageFile", image),
            ("ParentProcess", parent),
            ("Account", account),
            ("LogonSession", session),
            ("Host", host.clone()),
        ];
        self.add("process", members)
    }
}
