//! A disk that can lose its power, fill up and fail, below the real SQLite and the real store.
//!
//! The files of a folder are ordinary files; what SQLite sees of them goes through [`vfs`]. The disk keeps beside them
//! what would have survived: the content that was synced, and the changes since. At a power cut each of these changes
//! survives, is lost, or survives in part, by a seeded choice. Files that were made or deleted are undecided in the same
//! way until their folder was synced.

mod vfs;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;

/// What a device writes as a whole.
const SECTOR_BYTES: usize = 512;

static DISKS: LazyLock<Mutex<HashMap<PathBuf, Arc<Disk>>>> = LazyLock::new(Mutex::default);

/// The files that were on the disk after a cut, by name.
pub type Image = BTreeMap<String, Vec<u8>>;

/// The disk below one folder.
pub struct Disk {
    state: Mutex<State>,
}

/// A mounted disk; SQLite goes back to the plain folder when it is dropped.
pub struct Mounted {
    folder: PathBuf,
    disk: Arc<Disk>,
}

/// What is wrong with the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// There is no room for a file to grow.
    Full,
    /// Writes fail.
    Writes,
    /// Syncs fail.
    Syncs,
    /// Reads fail.
    Reads,
    /// Syncs do nothing and report success.
    LyingSyncs,
}

/// Why an operation did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// No room.
    Full,
    /// The device does not answer.
    Device,
}

#[derive(Default)]
struct State {
    seed: Seed,
    files: Vec<FileLog>,
    /// Names as the running system sees them.
    names: BTreeMap<String, usize>,
    /// Names as they were when the folder was last synced.
    synced_names: BTreeMap<String, usize>,
    fault: Fault,
    steps_to_cut: Option<u64>,
    image: Option<Image>,
}

/// A file as the device knows it.
#[derive(Default)]
struct FileLog {
    synced: Vec<u8>,
    changes: Vec<Change>,
    bytes: u64,
}

enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate(usize),
}

/// A repeatable source of choices (splitmix64).
#[derive(Debug, Clone, Copy, Default)]
pub struct Seed(pub u64);

impl Seed {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

impl Mounted {
    /// Puts a disk below the folder; what is in it counts as synced.
    pub fn on(folder: &Path, seed: u64) -> Self {
        vfs::install();
        let folder = folder.canonicalize().unwrap();
        let mut state = State { seed: Seed(seed), ..State::default() };
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let synced = std::fs::read(entry.path()).unwrap();
            let bytes = synced.len() as u64;
            state.names.insert(entry.file_name().into_string().unwrap(), state.files.len());
            state.files.push(FileLog { synced, bytes, changes: Vec::new() });
        }
        state.synced_names = state.names.clone();
        let disk = Arc::new(Disk { state: Mutex::new(state) });
        DISKS.lock().insert(folder.clone(), Arc::clone(&disk));
        Mounted { folder, disk }
    }

    /// Sets what is wrong from now on.
    pub fn set_fault(&self, fault: Fault) {
        self.disk.state.lock().fault = fault;
    }

    /// Cuts the power at the operation after `steps` more writes, syncs and the like.
    pub fn cut_after(&self, steps: u64) {
        self.disk.state.lock().steps_to_cut = Some(steps);
    }

    /// What is left when the power comes back; cuts it now if that has not happened yet.
    pub fn image(&self) -> Image {
        let mut state = self.disk.state.lock();
        if state.image.is_none() {
            state.cut();
        }
        state.image.clone().unwrap_or_default()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        DISKS.lock().remove(&self.folder);
    }
}

/// The disk below a path, and the path's name on it.
fn find(path: &Path) -> Option<(Arc<Disk>, String)> {
    let disk = DISKS.lock().get(path.parent()?).cloned()?;
    Some((disk, path.file_name()?.to_str()?.to_owned()))
}

impl Disk {
    /// A file is opened, and made when it is not there.
    fn open(&self, name: &str) -> usize {
        let mut state = self.state.lock();
        if let Some(file) = state.names.get(name) {
            return *file;
        }
        state.files.push(FileLog::default());
        let file = state.files.len() - 1;
        state.names.insert(name.to_owned(), file);
        file
    }

    fn read(&self) -> Result<(), Failure> {
        if self.state.lock().fault == Fault::Reads { Err(Failure::Device) } else { Ok(()) }
    }

    fn write(&self, file: usize, offset: u64, bytes: &[u8]) -> Result<(), Failure> {
        let mut state = self.state.lock();
        let end = offset + bytes.len() as u64;
        match state.fault {
            Fault::Writes => return Err(Failure::Device),
            Fault::Full if end > state.files[file].bytes => return Err(Failure::Full),
            _ => {}
        }
        // Part of the write that the cut interrupts may have arrived.
        if state.image.is_none() {
            state.files[file].changes.push(Change::Write { offset: offset as usize, bytes: bytes.to_vec() });
        }
        state.step()?;
        state.files[file].bytes = state.files[file].bytes.max(end);
        Ok(())
    }

    fn truncate(&self, file: usize, bytes: u64) -> Result<(), Failure> {
        let mut state = self.state.lock();
        if state.image.is_none() {
            state.files[file].changes.push(Change::Truncate(bytes as usize));
        }
        state.step()?;
        state.files[file].bytes = bytes;
        Ok(())
    }

    /// Syncs a file, and its folder when that is asked for.
    fn sync(&self, file: usize, folder_too: bool) -> Result<(), Failure> {
        let mut state = self.state.lock();
        state.step()?;
        match state.fault {
            Fault::Syncs => return Err(Failure::Device),
            Fault::LyingSyncs => return Ok(()),
            _ => {}
        }
        let log = &mut state.files[file];
        for change in std::mem::take(&mut log.changes) {
            change.apply(&mut log.synced);
        }
        if folder_too {
            state.synced_names = state.names.clone();
        }
        Ok(())
    }

    fn delete(&self, name: &str, sync_folder: bool) -> Result<(), Failure> {
        let mut state = self.state.lock();
        state.step()?;
        state.names.remove(name);
        if sync_folder && state.fault != Fault::LyingSyncs {
            state.synced_names = state.names.clone();
        }
        Ok(())
    }
}

impl State {
    /// Counts an operation; the one that meets the cut and all after it fail.
    fn step(&mut self) -> Result<(), Failure> {
        match &mut self.steps_to_cut {
            _ if self.image.is_some() => return Err(Failure::Device),
            Some(0) => self.cut(),
            Some(steps) => {
                *steps -= 1;
                return Ok(());
            }
            None => return Ok(()),
        }
        Err(Failure::Device)
    }

    fn cut(&mut self) {
        let mut image = Image::new();
        let names: BTreeMap<&String, ()> =
            self.names.keys().chain(self.synced_names.keys()).map(|name| (name, ())).collect();
        let mut seed = self.seed;
        for name in names.into_keys() {
            let (now, before) = (self.names.get(name), self.synced_names.get(name));
            let survives = if now == before || seed.below(2) == 0 { now } else { before };
            if let Some(file) = survives {
                image.insert(name.clone(), self.files[*file].survivors(&mut seed));
            }
        }
        // The index of the log lies in shared memory that nobody ever syncs: anything may be in it.
        for (name, content) in image.clone() {
            if name.ends_with("-wal") && seed.below(2) == 0 {
                let junk = (0..32_768 + content.len() % 7).map(|_| seed.below(256) as u8).collect();
                image.insert(name.replace("-wal", "-shm"), junk);
            }
        }
        self.seed = seed;
        self.image = Some(image);
    }
}

impl FileLog {
    /// The content after a cut. Some cuts lose all changes, some none, most a part.
    fn survivors(&self, seed: &mut Seed) -> Vec<u8> {
        let mut content = self.synced.clone();
        let kept_in_10 = match seed.below(5) {
            0 => 0,
            1 => 10,
            _ => 1 + seed.below(9),
        };
        for change in &self.changes {
            match change {
                Change::Write { offset, bytes } if seed.below(4) == 0 => {
                    for (index, sector) in bytes.chunks(SECTOR_BYTES).enumerate() {
                        if seed.below(10) < kept_in_10 {
                            put(&mut content, offset + index * SECTOR_BYTES, sector);
                        }
                    }
                }
                change if seed.below(10) < kept_in_10 => change.apply(&mut content),
                _ => {}
            }
        }
        content
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Change::Truncate(bytes) => content.resize(*bytes, 0),
            Change::Write { offset, bytes } => put(content, *offset, bytes),
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}
