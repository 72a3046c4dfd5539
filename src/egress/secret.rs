//! Keys of services: read from where they are safe, and shown nowhere.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

/// A key. It has no text form, cannot be printed or serialised, and is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The key itself, for the header that carries it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Why the file of secrets is not read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{path} can be read by others (mode {mode:o}); run chmod 600 on it, until then its keys are not used")]
    ReadByOthers { path: String, mode: u32 },
    #[error("{path}: {why}")]
    Unreadable { path: String, why: String },
}

/// The keys that are there; an environment variable goes before the file.
#[derive(Debug, Default)]
pub struct Secrets {
    of_file: BTreeMap<String, Secret>,
}

impl Secrets {
    /// Reads `secrets.yaml`, a map of names to keys; a file that is not there holds none, one that others can read is
    /// refused.
    pub fn load(path: &Path) -> Result<Self, SecretError> {
        let trouble = |why: String| SecretError::Unreadable { path: path.display().to_string(), why };
        let Ok(facts) = std::fs::metadata(path) else { return Ok(Self::default()) };
        let mode = mode_of(&facts);
        if mode & 0o077 != 0 {
            return Err(SecretError::ReadByOthers { path: path.display().to_string(), mode });
        }
        let text = std::fs::read_to_string(path).map_err(|e| trouble(e.to_string()))?;
        // What the parser says could quote the key.
        let keys: BTreeMap<String, String> =
            serde_yaml::from_str(&text).map_err(|_| trouble("it is no map of names to keys".to_owned()))?;
        Ok(Self { of_file: keys.into_iter().map(|(name, key)| (name, Secret::new(key))).collect() })
    }

    /// The key of this name: `CASEBOOK_NAME` of the environment, or the file's.
    pub fn get(&self, name: &str, var: &dyn Fn(&str) -> Option<String>) -> Option<Secret> {
        let variable = format!("CASEBOOK_{}", name.to_uppercase().replace('-', "_"));
        var(&variable).filter(|key| !key.is_empty()).map(Secret::new).or_else(|| self.of_file.get(name).cloned())
    }
}

#[cfg(unix)]
fn mode_of(facts: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    facts.permissions().mode() & 0o777
}

#[cfg(not(unix))]
const fn mode_of(_facts: &std::fs::Metadata) -> u32 {
    0
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_that_others_can_read_is_refused_and_no_key_is_ever_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.yaml");
        std::fs::write(&path, "otx: k3y-of-otx\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Secrets::load(&path), Err(SecretError::ReadByOthers { mode: 0o644, .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let secrets = Secrets::load(&path).unwrap();
        assert_eq!(secrets.get("otx", &|_| None).unwrap().expose(), "k3y-of-otx");
        let of_env = |name: &str| (name == "CASEBOOK_OTX").then(|| "k3y-of-env".to_owned());
        assert_eq!(secrets.get("otx", &of_env).unwrap().expose(), "k3y-of-env");
        assert!(!format!("{secrets:?}").contains("k3y"));
        std::fs::write(&path, "otx: [k3y-of-otx\n").unwrap();
        assert!(!Secrets::load(&path).unwrap_err().to_string().contains("k3y"));
        assert!(Secrets::load(&folder.path().join("none.yaml")).unwrap().get("otx", &|_| None).is_none());
    }
}
