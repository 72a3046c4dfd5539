//! Windows event log files for the tests, written in memory.
//!
//! The layout and its terms are those of libyal's "Windows XML Event Log (EVTX) format"
//! (<https://github.com/libyal/libevtx>, folder `documentation`) and of Microsoft's \[MS-EVEN6\], section 2.2.12. As
//! in a log that Windows wrote, a record is an instance of a template with typed values, so that readers give numbers
//! as numbers. Windows shares templates between the records of a chunk; here each record brings its own.

use std::collections::BTreeMap;

const FILE_HEADER: usize = 4096;
const CHUNK: usize = 65_536;
const CHUNK_HEADER: usize = 512;
/// Where a chunk's header keeps the 64 buckets of its table of names, and the 32 of its table of templates.
const NAME_TABLE: usize = 128;
const TEMPLATE_TABLE: usize = 384;
const FRAGMENT_HEADER: [u8; 4] = [0x0f, 1, 1, 0];
const END_OF_FILE: u8 = 0;
const NAMESPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";

/// What a record says. The identifiers of a file's events must ascend, since a reader takes a chunk to end at the
/// record that has the identifier its header gives as the last.
#[expect(clippy::struct_field_names, reason = "the record itself calls it EventID")]
pub struct Event {
    pub record_id: u64,
    /// In steps of 100 ns since 1601.
    pub time_filetime: u64,
    pub event_id: u16,
    pub level: u8,
    pub provider: &'static str,
    pub channel: &'static str,
    pub computer: &'static str,
    /// The `Data` elements by name; one whose name is empty gets no `Name`, as those of the older providers.
    pub data: Vec<(&'static str, &'static str)>,
}

/// A whole log file with these events, in as many chunks as they need.
pub fn evtx(events: &[Event]) -> Vec<u8> {
    let mut chunks = Vec::new();
    let mut chunk = Chunk::new();
    for event in events {
        // How long a record is depends on the names that its chunk stores already, so it is written to find out.
        let mut longer = chunk.clone();
        longer.record(event);
        if longer.bytes.len() > CHUNK {
            chunks.push(chunk.finish());
            longer = Chunk::new();
            longer.record(event);
        }
        chunk = longer;
    }
    if !events.is_empty() {
        chunks.push(chunk.finish());
    }
    let last_chunk = chunks.len().saturating_sub(1) as u64;
    let next_id = events.last().map_or(1, |event| event.record_id + 1);
    let mut file = vec![0; FILE_HEADER];
    put(&mut file, 0, b"ElfFile\0");
    put(&mut file, 16, &[last_chunk, next_id].map(u64::to_le_bytes).concat());
    // The size of the header's fields has four bytes, and the minor number of version 3.1 comes first.
    put(&mut file, 32, &[128, 0, 1, 3, FILE_HEADER, chunks.len()].map(short).concat());
    let checksum = crc32(&file[..120]);
    put(&mut file, 124, &checksum.to_le_bytes());
    file.extend(chunks.concat());
    file
}

/// What an attribute or an element holds: text in the template, or a value of the instance by its type.
enum Content {
    Text(&'static str),
    Value(u8, Vec<u8>),
}
use Content::{Text, Value};

/// A chunk as far as it is written. All offsets in it count from its start, and so from that of `bytes`.
#[derive(Clone, Default)]
struct Chunk {
    bytes: Vec<u8>,
    ids: Vec<u64>,
    last_record: usize,
    names: BTreeMap<&'static str, [u8; 4]>,
    /// The sizes and types of the values of the template instance that is being written, and those values.
    descriptors: Vec<u8>,
    values: Vec<u8>,
}

impl Chunk {
    fn new() -> Self {
        Self { bytes: vec![0; CHUNK_HEADER], ..Self::default() }
    }

    fn record(&mut self, event: &Event) {
        let start = self.bytes.len();
        self.ids.push(event.record_id);
        self.last_record = start;
        // The size, which comes after the signature, is known at the end.
        let header = [*b"**\0\0\0\0\0\0", event.record_id.to_le_bytes(), event.time_filetime.to_le_bytes()];
        self.bytes.extend(header.concat());
        self.bytes.extend(FRAGMENT_HEADER);
        self.template(event);
        let (descriptors, values) = (std::mem::take(&mut self.descriptors), std::mem::take(&mut self.values));
        self.bytes.extend([long(descriptors.len() / 4).to_vec(), descriptors, values].concat());
        self.bytes.push(END_OF_FILE);
        // Windows aligns records to eight bytes, and the copy of the size ends them.
        self.bytes.resize((self.bytes.len() + 4).next_multiple_of(8) - 4, 0);
        let size = long(self.bytes.len() + 4 - start);
        self.bytes.extend(size);
        put(&mut self.bytes, start + 4, &size);
    }

    /// The start of a template instance, which is the template itself. Its identifier is that of the record, since
    /// readers may know templates by their identifiers; the GUID starts with it.
    fn template(&mut self, event: &Event) {
        let id = event.record_id.to_le_bytes();
        self.bytes.extend([0x0c, 1]);
        self.bytes.extend(&id[..4]);
        self.bytes.extend(long(self.bytes.len() + 4));
        self.chain(TEMPLATE_TABLE, usize::from(id[0] % 32));
        self.bytes.extend([id, [0; 8]].concat());
        self.sized(|chunk| {
            chunk.bytes.extend(FRAGMENT_HEADER);
            chunk.element("Event", vec![("xmlns", Text(NAMESPACE))], |chunk| {
                chunk.element("System", vec![], |chunk| chunk.system(event));
                chunk.element("EventData", vec![], |chunk| {
                    for (name, text) in &event.data {
                        let attributes = if name.is_empty() { vec![] } else { vec![("Name", Text(name))] };
                        chunk.element("Data", attributes, |chunk| chunk.content(Value(0x01, utf16(text))));
                    }
                });
            });
            chunk.bytes.push(END_OF_FILE);
        });
    }

    fn system(&mut self, event: &Event) {
        self.element("Provider", vec![("Name", Value(0x01, utf16(event.provider)))], |_| ());
        self.field("EventID", Value(0x06, event.event_id.to_le_bytes().to_vec()));
        self.field("Level", Value(0x04, vec![event.level]));
        self.field("Task", Value(0x06, short(12_544).to_vec()));
        self.field("Keywords", Value(0x15, 0x8020_0000_0000_0000_u64.to_le_bytes().to_vec()));
        let time = Value(0x11, event.time_filetime.to_le_bytes().to_vec());
        self.element("TimeCreated", vec![("SystemTime", time)], |_| ());
        self.field("EventRecordID", Value(0x0a, event.record_id.to_le_bytes().to_vec()));
        let [process, thread] = [4, 72].map(|id| Value(0x08, long(id).to_vec()));
        self.element("Execution", vec![("ProcessID", process), ("ThreadID", thread)], |_| ());
        self.field("Channel", Value(0x01, utf16(event.channel)));
        self.field("Computer", Value(0x01, utf16(event.computer)));
        self.element("Security", vec![], |_| ());
    }

    fn field(&mut self, name: &'static str, content: Content) {
        self.element(name, vec![], |chunk| chunk.content(content));
    }

    fn element(&mut self, name: &'static str, attributes: Vec<(&'static str, Content)>, inner: impl FnOnce(&mut Self)) {
        // The token tells whether attributes follow, and the dependency identifier that there is none.
        self.bytes.extend([if attributes.is_empty() { 0x01 } else { 0x41 }, 0xff, 0xff]);
        self.sized(|chunk| {
            chunk.name(name);
            if let Some(last) = attributes.len().checked_sub(1) {
                chunk.sized(|chunk| {
                    for (index, (name, content)) in attributes.into_iter().enumerate() {
                        chunk.bytes.push(if index < last { 0x46 } else { 0x06 });
                        chunk.name(name);
                        chunk.content(content);
                    }
                });
            }
            // An element that turns out empty closes with its start.
            let close = chunk.bytes.len();
            chunk.bytes.push(0x02);
            inner(chunk);
            if chunk.bytes.len() > close + 1 {
                chunk.bytes.push(0x04);
            } else {
                chunk.bytes[close] = 0x03;
            }
        });
    }

    fn content(&mut self, content: Content) {
        match content {
            Text(text) => self.bytes.extend([vec![0x05, 0x01], counted(text)].concat()),
            Value(kind, value) => {
                let [low, high] = short(self.descriptors.len() / 4);
                self.bytes.extend([0x0d, low, high, kind]);
                self.descriptors.extend([short(value.len()), [kind, 0]].concat());
                self.values.extend(value);
            }
        }
    }

    /// The offset of a name, which follows at once if it is new.
    fn name(&mut self, name: &'static str) {
        if let Some(offset) = self.names.get(name) {
            return self.bytes.extend(offset);
        }
        let offset = long(self.bytes.len() + 4);
        self.names.insert(name, offset);
        self.bytes.extend(offset);
        // The hash multiplies by 65599 and keeps the lower 16 bits, in which that factor is 63.
        let hash = name.encode_utf16().fold(0_u16, |hash, unit| hash.wrapping_mul(63).wrapping_add(unit));
        self.chain(NAME_TABLE, usize::from(hash % 64));
        self.bytes.extend([hash.to_le_bytes().to_vec(), counted(name), vec![0; 2]].concat());
    }

    /// Starts an entry of one of the header's tables: a bucket leads to its newest entry, and that to the one before.
    fn chain(&mut self, table: usize, bucket: usize) {
        let bucket = table + 4 * bucket;
        let offset = long(self.bytes.len());
        self.bytes.extend_from_within(bucket..bucket + 4);
        put(&mut self.bytes, bucket, &offset);
    }

    /// What `inner` writes, after its length, which does not count itself.
    fn sized(&mut self, inner: impl FnOnce(&mut Self)) {
        let start = self.bytes.len() + 4;
        self.bytes.resize(start, 0);
        inner(self);
        let size = long(self.bytes.len() - start);
        put(&mut self.bytes, start - 4, &size);
    }

    fn finish(self) -> Vec<u8> {
        let mut bytes = self.bytes;
        assert!(bytes.len() <= CHUNK, "an event does not fit in a chunk");
        // The first and the last record by number and then by identifier, which are the same in a log never cleared.
        let ids = [self.ids[0], self.ids[self.ids.len() - 1]].map(u64::to_le_bytes).concat();
        put(&mut bytes, 0, b"ElfChnk\0");
        put(&mut bytes, 8, &ids.repeat(2));
        let records = crc32(&bytes[CHUNK_HEADER..]).to_le_bytes();
        let fields = [long(128), long(self.last_record), long(bytes.len()), records];
        put(&mut bytes, 40, &fields.concat());
        let header = crc32(&[&bytes[..120], &bytes[NAME_TABLE..CHUNK_HEADER]].concat());
        put(&mut bytes, 124, &header.to_le_bytes());
        bytes.resize(CHUNK, 0);
        bytes
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn counted(text: &str) -> Vec<u8> {
    [short(text.encode_utf16().count()).to_vec(), utf16(text)].concat()
}

fn short(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_le_bytes()
}

fn long(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

fn put(bytes: &mut [u8], at: usize, part: &[u8]) {
    bytes[at..at + part.len()].copy_from_slice(part);
}

/// The checksum of RFC 1952, bit by bit, since the tests' files are small.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
