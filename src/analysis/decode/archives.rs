//! The members of zip and tar archives, within a budget.
//!
//! Names are shown and never used as paths. Links and directories are named, not followed. Of a zip whose directory is
//! missing the members are read as they stand one after the other.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use tar::{Archive, Entry};
use zip::read::{ZipFile, read_zipfile_from_stream};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::containers::{Link, Member, drain, lossy};
use crate::model::{Budget, Stop};

/// The members of a zip archive, those that are encrypted or broken with the reason.
pub fn zip_members(packed: &[u8], budget: &mut Budget) -> Vec<Member> {
    match ZipArchive::new(Cursor::new(packed)) {
        // Names are unique in the directory that was read, so members that share one would be lost.
        Ok(archive) if !archive.has_duplicate_names() => zip_by_directory(archive, packed.len(), budget),
        Ok(_) => zip_by_headers(packed, budget),
        Err(_) => {
            let mut members = zip_by_headers(packed, budget);
            // A cut archive says so even where the members that are left are whole.
            if members.iter().all(|member| member.stop.is_none()) {
                members.push(Member { stop: Some(Stop::Corrupt(0)), ..Member::default() });
            }
            members
        }
    }
}

fn zip_by_directory(mut archive: ZipArchive<Cursor<&[u8]>>, packed: usize, budget: &mut Budget) -> Vec<Member> {
    let mut members = Vec::new();
    for index in 0..archive.len() {
        if !has_room(&mut members, budget) {
            break;
        }
        let name = archive.by_index_data(index).ok().map(|entry| lossy(entry.name_raw()));
        let member = match archive.by_index(index) {
            Ok(mut file) => zip_member(&mut file, packed, budget),
            Err(error) => Member { stop: Some(zip_reason(&error)), ..Member::default() },
        };
        members.push(Member { name, ..member });
    }
    members
}

/// Whether one more member may be read; where not, the last one says why.
fn has_room(members: &mut [Member], budget: &mut Budget) -> bool {
    let places = budget.places();
    let stop = if members.len() >= places { Some(Stop::Members(budget.limits().members)) } else { budget.stop() };
    let stop = stop.or_else(|| (budget.room() == 0).then(|| budget.no_room()));
    if let (Some(stop), Some(last)) = (stop, members.last_mut()) {
        last.stop.get_or_insert(stop);
    }
    stop.is_none()
}

fn zip_member<R: Read>(file: &mut ZipFile<'_, R>, packed: usize, budget: &mut Budget) -> Member {
    let link = if file.is_dir() { Some(Link::Directory) } else { file.is_symlink().then_some(Link::Symlink) };
    let mut bytes = Vec::new();
    // Its reader would call such a member corrupt.
    let is_read = [CompressionMethod::Stored, CompressionMethod::Deflated, CompressionMethod::Bzip2];
    let is_read = is_read.contains(&file.compression());
    let stop = if is_read { drain(file, packed, &mut bytes, budget) } else { Some(Stop::Unsupported) };
    Member { name: None, bytes, stop, link }
}

fn zip_reason(error: &ZipError) -> Stop {
    match error {
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => Stop::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Stop::Unsupported,
        _ => Stop::Corrupt(0),
    }
}

/// The members as their own headers tell them, up to the first that breaks.
fn zip_by_headers(packed: &[u8], budget: &mut Budget) -> Vec<Member> {
    let mut members = Vec::new();
    let mut rest = packed;
    while has_room(&mut members, budget) {
        let before = rest.len();
        match read_zipfile_from_stream(&mut rest) {
            Ok(Some(mut file)) => {
                let name = Some(lossy(file.name_raw()));
                let member = zip_member(&mut file, packed.len(), budget);
                members.push(Member { name, ..member });
            }
            Ok(None) => break,
            Err(error) => {
                members.push(Member { stop: Some(zip_reason(&error)), ..Member::default() });
                break;
            }
        }
        if rest.len() >= before {
            break;
        }
    }
    members
}

/// The members of a tar archive; reading ends at the first header that does not hold.
pub fn tar_members(packed: &[u8], budget: &mut Budget) -> Vec<Member> {
    let mut members = Vec::new();
    let mut archive = Archive::new(packed);
    let Ok(entries) = archive.entries() else { return members };
    for entry in entries {
        if !has_room(&mut members, budget) {
            break;
        }
        if let Ok(mut entry) = entry {
            members.push(tar_member(&mut entry, packed.len(), budget));
        } else {
            // A cut member has said so already.
            if members.last().is_none_or(|last: &Member| last.stop.is_none()) {
                members.push(Member { stop: Some(Stop::Corrupt(0)), ..Member::default() });
            }
            break;
        }
    }
    members
}

fn tar_member(entry: &mut Entry<'_, &[u8]>, packed: usize, budget: &mut Budget) -> Member {
    let name = Some(lossy(&entry.path_bytes()));
    let kind = entry.header().entry_type();
    if kind.is_dir() {
        return Member { name, link: Some(Link::Directory), ..Member::default() };
    }
    if kind.is_symlink() || kind.is_hard_link() {
        let bytes = entry.link_name_bytes().map(Cow::into_owned).unwrap_or_default();
        budget.spend(bytes.len());
        return Member { name, bytes, link: Some(Link::Symlink), ..Member::default() };
    }
    let mut bytes = Vec::new();
    let stop = drain(entry, packed, &mut bytes, budget);
    // The reader of a cut archive ends as one of a whole archive does.
    let is_short = u64::try_from(bytes.len()).is_ok_and(|read| read < entry.size());
    let stop = stop.or_else(|| is_short.then_some(Stop::Corrupt(bytes.len())));
    Member { name, bytes, stop, link: None }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tar::{Builder, EntryType, Header};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::model::{Cancel, Limits};

    fn budget() -> Budget {
        Budget::new(Limits::default(), &Cancel::default())
    }

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn tar_of(files: &[(&str, &[u8], EntryType)]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (name, bytes, kind) in files {
            let mut header = Header::new_old();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            let is_link = *kind == EntryType::Symlink;
            if is_link {
                header.set_link_name_literal(bytes).unwrap();
            }
            let content = if is_link { &b""[..] } else { bytes };
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn shown(members: &[Member]) -> Vec<(&str, &[u8], Option<Stop>)> {
        members.iter().map(|m| (m.name.as_deref().unwrap_or(""), m.bytes.as_slice(), m.stop)).collect()
    }

    #[test]
    fn every_member_of_a_zip_is_read_and_names_stay_names() {
        let packed = zip_of(&[("../../etc/cron.d/x", b"* * * * * root id"), ("b.txt", b"second")]);
        assert_eq!(
            shown(&zip_members(&packed, &mut budget())),
            [("../../etc/cron.d/x", &b"* * * * * root id"[..], None), ("b.txt", b"second", None)]
        );
    }

    #[test]
    fn a_corrupt_member_costs_that_member() {
        let mut packed = zip_of(&[("a", b"first member"), ("b", b"second member"), ("c", b"third member")]);
        let sum = crc32(b"second member").to_le_bytes();
        // The checksum stands in the header of the member and in the directory; the latter is the one that counts.
        let places: Vec<usize> = packed.windows(4).enumerate().filter(|(_, w)| *w == sum).map(|(at, _)| at).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            packed[at] ^= 0xff;
        }
        let members = zip_members(&packed, &mut budget());
        let stops: Vec<Option<Stop>> = members.iter().map(|m| m.stop).collect();
        assert!(matches!(stops.as_slice(), [None, Some(Stop::Corrupt(_)), None]), "{stops:?}");
        assert_eq!(members[2].bytes, b"third member");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let mut sum = flate2::Crc::new();
        sum.update(bytes);
        sum.sum()
    }

    #[test]
    fn an_encrypted_member_is_a_row_that_says_so() {
        let mut packed = zip_of(&[("secret.txt", b"not really encrypted")]);
        // The lowest bit of the flags: at byte 6 of the member's header, at byte 8 of the directory's entry.
        packed[6] |= 1;
        let entry = packed.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        packed[entry + 8] |= 1;
        let members = zip_members(&packed, &mut budget());
        assert_eq!(shown(&members), [("secret.txt", &b""[..], Some(Stop::Encrypted))]);
    }

    #[test]
    fn a_cut_zip_keeps_its_first_members() {
        let packed = zip_of(&[("a", b"first member"), ("b", b"second member")]);
        let second = packed.windows(4).skip(1).position(|w| w == b"PK\x03\x04").unwrap() + 1;
        let members = zip_members(&packed[..second + 10], &mut budget());
        assert_eq!(members[0].bytes, b"first member");
        assert!(members.last().unwrap().stop.is_some());
    }

    #[test]
    fn tar_names_links_and_directories_and_follows_none() {
        let packed = tar_of(&[
            ("../../x.sh", b"id; uname -a", EntryType::Regular),
            ("loop", b"loop", EntryType::Symlink),
            ("dir/", b"", EntryType::Directory),
        ]);
        let members = tar_members(&packed, &mut budget());
        assert_eq!(
            shown(&members),
            [("../../x.sh", &b"id; uname -a"[..], None), ("loop", b"loop", None), ("dir/", b"", None)]
        );
        assert_eq!(members[1].link, Some(Link::Symlink));
        let cut = tar_members(&packed[..520], &mut budget());
        assert_eq!(shown(&cut), [("../../x.sh", &b"id; unam"[..], Some(Stop::Corrupt(8)))]);
    }

    #[test]
    fn members_are_counted() {
        let limits = Limits { members: 2, ..Limits::default() };
        let mut budget = Budget::new(limits, &Cancel::default());
        let members = zip_members(&zip_of(&[("a", b"1"), ("b", b"2"), ("c", b"3")]), &mut budget);
        assert_eq!(members.len(), 2);
        assert_eq!(members[1].stop, Some(Stop::Members(2)));
    }
}
