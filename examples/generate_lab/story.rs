//! The incident as written down once: when things happen and from where. Every table is a projection of these facts.

use crate::time::{Time, march};

pub mod when {
    use super::{Time, march};

    pub const SPRAY_START: Time = march(2, 1, 10, 0);
    pub const SPRAY_END: Time = march(2, 3, 38, 0);
    pub const SPRAY_HIT: Time = march(2, 3, 22, 41);
    pub const MFA_FATIGUE: Time = march(3, 8, 24, 5);
    pub const OFFICE_SIGNIN: Time = march(3, 7, 58, 16);
    pub const IMPOSSIBLE_SIGNIN: Time = march(3, 8, 31, 47);
    pub const INBOX_RULE: Time = march(3, 8, 36, 12);
    pub const FORWARDING: Time = march(3, 8, 38, 55);
    pub const MAIL_READ_START: Time = march(3, 8, 41, 30);
    pub const LURE_UPLOAD: Time = march(3, 9, 5, 33);
    pub const LURE_OPENED: Time = march(4, 7, 41, 12);
    pub const FIRST_POWERSHELL: Time = march(4, 7, 41, 58);
    pub const SECOND_POWERSHELL: Time = march(4, 7, 42, 21);
    pub const SECOND_STAGE: Time = march(4, 7, 44, 40);
    pub const TASK_CREATED: Time = march(4, 7, 52, 9);
    pub const BYPASS: Time = march(4, 8, 9, 2);
    pub const LSASS_DUMP: Time = march(4, 8, 15, 27);
    pub const LATERAL: Time = march(5, 1, 47, 3);
    pub const SERVICE_INSTALLED: Time = march(5, 1, 49, 18);
    pub const STAGING: Time = march(5, 2, 5, 44);
    pub const ACCOUNT_CREATED: Time = march(5, 2, 18, 36);
    pub const JUMP_LOGON: Time = march(5, 2, 31, 9);
    pub const WEB_LOGIN: Time = march(5, 2, 44, 50);
    pub const WEB_PAYLOAD: Time = march(5, 2, 46, 13);
    pub const COLLECTOR_STOPPED: Time = march(5, 12, 59, 31);
    pub const COLLECTOR_BACK: Time = march(5, 13, 58, 32);
    pub const COPY_START: Time = march(5, 13, 2, 10);
    pub const EXFIL_START: Time = march(6, 2, 3, 40);
    pub const EXFIL_END: Time = march(6, 2, 52, 0);
    pub const CLEANUP: Time = march(6, 2, 55, 26);
    pub const LOG_CLEARED: Time = march(6, 3, 6, 12);
    pub const DETECTED: Time = march(6, 9, 31, 0);
    pub const ACCOUNT_DISABLED: Time = march(6, 9, 42, 37);
    pub const HOST_ISOLATED: Time = march(6, 10, 15, 0);
    pub const BACK_DOOR: Time = march(7, 2, 8, 12);
}

/// Indicators of the attacker. The blocks are special-purpose ones that are reachable but belong to nobody's service.
pub mod indicator {
    pub const SPRAY_IPS: [&str; 4] = ["192.52.193.44", "192.52.193.45", "192.52.193.46", "192.52.193.61"];
    pub const SIGNIN_IP: &str = "192.52.193.77";
    pub const RETURN_IP: &str = "3ffe:831f:4e0:7::1c2";
    pub const C2_IP: &str = "192.31.196.201";
    pub const DROP_IP: &str = "192.31.196.210";
    pub const LINUX_IP: &str = "192.31.196.205";
    pub const LOADER_HOST: &str = "cdn-updates.example.net";
    pub const LOADER_URL: &str = "https://cdn-updates.example.net/p/nsync.bin";
    pub const INIT_URL: &str = "http://192.31.196.201/a/init.ps1";
    pub const C2_HOST: &str = "sync.cloud-metrics.example.org";
    pub const C2_URL: &str = "https://sync.cloud-metrics.example.org/v2/checkin";
    pub const LINUX_URL: &str = "http://mirror.pkg-cache.example.org/l/i.sh";
    pub const DROP_URL: &str = "https://drop.files-share.example.org/u/";
    pub const FORWARD_ADDRESS: &str = "archive@mail-archive.example.net";
    pub const LURE: &str = "Supplier-Reconciliation-Q1.docm";
    pub const IMPLANT: &str = "C:\\ProgramData\\NdxSync\\nsync.exe";
    pub const DUMP: &str = "C:\\ProgramData\\NdxSync\\d.bin";
    pub const STAGE_DIR: &str = "C:\\ProgramData\\stage";
    pub const ARCHIVE: &str = "C:\\ProgramData\\stage\\fy25.7z";
    pub const LINUX_DIR: &str = "/var/tmp/.cache";
    pub const TASK: &str = "\\NdxSync\\Updater";
    pub const SERVICE: &str = "NdxSyncSvc";
    pub const BOT_USER_AGENT: &str = "python-requests/2.31.0";
}

/// The archive leaves in parts of 256 MiB.
pub const ARCHIVE_PARTS: i64 = 13;
pub const PART_BYTES: i64 = 268_435_456;
