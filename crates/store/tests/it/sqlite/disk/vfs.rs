//! The way from SQLite to a [`Disk`]: a VFS in front of the system's own.
//!
//! It becomes the process's default, because the store opens its files as any program does; files outside of mounted
//! folders never meet it. Locks, shared memory and reading are the system's; writes are announced to the disk first,
//! which may refuse them, and syncs go to the disk only.

#![expect(unsafe_code, reason = "SQLite's VFS is an interface of C functions and pointers")]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Once};

use rusqlite::ffi;
use rusqlite::ffi::{sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

use super::{Disk, Failure, find};

/// The head of our files. The system's own file lies right behind it.
#[repr(C)]
struct ShimFile {
    base: sqlite3_file,
    handle: *mut Handle,
}

struct Handle {
    disk: Arc<Disk>,
    file: usize,
    /// SQLite syncs the folder with the first sync of a journal or log.
    folder_sync_due: bool,
}

static INSTALL: Once = Once::new();
static SYSTEM: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// Makes the VFS the default of this process.
pub(super) fn install() {
    // SAFETY: SQLite owns its VFS for the life of the process; ours is a leaked copy that differs in what we answer.
    INSTALL.call_once(|| unsafe {
        let system = ffi::sqlite3_vfs_find(ptr::null());
        SYSTEM.store(system, Ordering::Release);
        let ours = sqlite3_vfs {
            szOsFile: (*system).szOsFile + size_of::<ShimFile>() as c_int,
            zName: c"test-disk".as_ptr(),
            pNext: ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            ..*system
        };
        ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
    });
}

unsafe fn path_of<'p>(name: *const c_char) -> Option<&'p Path> {
    // SAFETY: SQLite passes null for temporary files, else a text that ends with zero and outlives the call.
    (!name.is_null()).then(|| Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes())))
}

unsafe extern "C" fn open(
    _vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a file of our size; the system's part of it is big enough for the system's file.
    unsafe {
        let system = SYSTEM.load(Ordering::Acquire);
        let Some(system_open) = (*system).xOpen else { return ffi::SQLITE_CANTOPEN };
        let Some((disk, name_on_disk)) = path_of(name).and_then(find) else {
            return system_open(system, name, file, flags, out_flags);
        };
        (*file).pMethods = ptr::null();
        let result = system_open(system, name, inner(file), flags, out_flags);
        if result == ffi::SQLITE_OK {
            let folder_sync_due = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
            let handle = Handle { file: disk.open(&name_on_disk), disk, folder_sync_due };
            (*file.cast::<ShimFile>()).handle = Box::into_raw(Box::new(handle));
            (*file).pMethods = &raw const METHODS;
        }
        result
    }
}

unsafe extern "C" fn delete(_vfs: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: the arguments are SQLite's and go on to the system's VFS as they are.
    unsafe {
        let system = SYSTEM.load(Ordering::Acquire);
        let Some(system_delete) = (*system).xDelete else { return ffi::SQLITE_IOERR_DELETE };
        if let Some((disk, name)) = path_of(name).and_then(find)
            && disk.delete(&name, sync_folder != 0).is_err()
        {
            return ffi::SQLITE_IOERR_DELETE;
        }
        system_delete(system, name, 0)
    }
}

/// The system's part of one of our files.
unsafe fn inner(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: `szOsFile` made room for it behind the head, whose size keeps it aligned.
    unsafe { file.cast::<u8>().add(size_of::<ShimFile>()).cast() }
}

unsafe fn handle<'h>(file: *mut sqlite3_file) -> &'h mut Handle {
    // SAFETY: only files that `open` completed have our methods; SQLite uses a file from one thread at a time.
    unsafe { &mut *(*file.cast::<ShimFile>()).handle }
}

fn code(failure: Failure, device: c_int) -> c_int {
    match failure {
        Failure::Full => ffi::SQLITE_FULL,
        Failure::Device => device,
    }
}

/// Methods that the system's file answers.
macro_rules! the_systems {
    ($($name:ident($($arg:ident: $kind:ty),*);)*) => {$(
        #[expect(non_snake_case, reason = "the name of the method in C")]
        unsafe extern "C" fn $name(file: *mut sqlite3_file, $($arg: $kind),*) -> c_int {
            // SAFETY: the arguments are SQLite's and go on to the system's file as they are.
            unsafe {
                let inner = inner(file);
                match (*(*inner).pMethods).$name {
                    Some(method) => method(inner, $($arg),*),
                    None => ffi::SQLITE_IOERR,
                }
            }
        }
    )*};
}

the_systems! {
    xRead(to: *mut c_void, bytes: c_int, offset: sqlite3_int64);
    xWrite(from: *const c_void, bytes: c_int, offset: sqlite3_int64);
    xTruncate(bytes: sqlite3_int64);
    xFileSize(bytes: *mut sqlite3_int64);
    xLock(level: c_int);
    xUnlock(level: c_int);
    xCheckReservedLock(out: *mut c_int);
    xFileControl(op: c_int, arg: *mut c_void);
    xSectorSize();
    xDeviceCharacteristics();
    xShmMap(page: c_int, bytes: c_int, extend: c_int, out: *mut *mut c_void);
    xShmLock(offset: c_int, count: c_int, flags: c_int);
    xShmUnmap(delete: c_int);
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    to: *mut c_void,
    bytes: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: see `handle`; the arguments go on as they are.
    unsafe {
        match handle(file).disk.read() {
            Ok(()) => xRead(file, to, bytes, offset),
            Err(failure) => code(failure, ffi::SQLITE_IOERR_READ),
        }
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: see `handle`; SQLite hands over as many readable bytes as it says.
    unsafe {
        let content = std::slice::from_raw_parts(from.cast::<u8>(), bytes as usize);
        let handle = handle(file);
        match handle.disk.write(handle.file, offset as u64, content) {
            Ok(()) => xWrite(file, from, bytes, offset),
            Err(failure) => code(failure, ffi::SQLITE_IOERR_WRITE),
        }
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, bytes: sqlite3_int64) -> c_int {
    // SAFETY: see `handle`.
    unsafe {
        let handle = handle(file);
        match handle.disk.truncate(handle.file, bytes as u64) {
            Ok(()) => xTruncate(file, bytes),
            Err(failure) => code(failure, ffi::SQLITE_IOERR_TRUNCATE),
        }
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once; the handle came out of a box.
    unsafe {
        drop(Box::from_raw((*file.cast::<ShimFile>()).handle));
        let inner = inner(file);
        (*(*inner).pMethods).xClose.map_or(ffi::SQLITE_OK, |method| method(inner))
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: see `handle`.
    let handle = unsafe { handle(file) };
    match handle.disk.sync(handle.file, handle.folder_sync_due) {
        Ok(()) => {
            handle.folder_sync_due = false;
            ffi::SQLITE_OK
        }
        Err(failure) => code(failure, ffi::SQLITE_IOERR_FSYNC),
    }
}

unsafe extern "C" fn barrier(file: *mut sqlite3_file) {
    // SAFETY: the call goes on to the system's file.
    unsafe {
        let inner = inner(file);
        if let Some(method) = (*(*inner).pMethods).xShmBarrier {
            method(inner);
        }
    }
}

/// Version 2: with a log, without memory maps, which would pass the disk by.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(xFileSize),
    xLock: Some(xLock),
    xUnlock: Some(xUnlock),
    xCheckReservedLock: Some(xCheckReservedLock),
    xFileControl: Some(xFileControl),
    xSectorSize: Some(xSectorSize),
    xDeviceCharacteristics: Some(xDeviceCharacteristics),
    xShmMap: Some(xShmMap),
    xShmLock: Some(xShmLock),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(xShmUnmap),
    xFetch: None,
    xUnfetch: None,
};
