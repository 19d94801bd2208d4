//! Verifies the documents of a manifest with `attestation-doc-validation`, each at its own time, and prints one JSON
//! object. Arguments: the manifest (path, tab, milliseconds since 1970, per line) and how often to go through it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// The crate asks the system for the time and has no parameter for it. This definition comes before the C library's, so
/// that it sees the document's own time and its check of validity is measured too.
static NOW: AtomicI64 = AtomicI64::new(0);

#[repr(C)]
pub struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

const CLOCK_REALTIME: i32 = 0;
const CLOCK_PROCESS_CPUTIME: i32 = 2;
#[cfg(target_arch = "x86_64")]
const SYS_CLOCK_GETTIME: i64 = 228;
#[cfg(target_arch = "aarch64")]
const SYS_CLOCK_GETTIME: i64 = 113;

/// # Safety
/// `out` points to a timespec, as the C library's callers promise.
#[no_mangle]
pub unsafe extern "C" fn clock_gettime(clock: i32, out: *mut Timespec) -> i32 {
    if clock == CLOCK_REALTIME {
        (*out).seconds = NOW.load(Ordering::Relaxed);
        (*out).nanoseconds = 0;
        return 0;
    }
    syscall(SYS_CLOCK_GETTIME, clock, out) as i32
}

struct Document {
    path: String,
    bytes: Vec<u8>,
    seconds: i64,
}

fn read(manifest: &str) -> Vec<Document> {
    let text = std::fs::read_to_string(manifest).expect("manifest");
    text.lines()
        .map(|line| {
            let (path, milliseconds) = line.split_once('\t').expect("path and time");
            Document {
                bytes: std::fs::read(path).expect("document"),
                path: path.to_string(),
                seconds: milliseconds.parse::<i64>().expect("time") / 1000,
            }
        })
        .collect()
}

fn accepts(document: &Document) -> bool {
    NOW.store(document.seconds, Ordering::Relaxed);
    attestation_doc_validation::validate_and_parse_attestation_doc(&document.bytes).is_ok()
}

/// Processor time of this process in milliseconds: what counts on a machine that others use too.
fn processor_milliseconds() -> f64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME, &mut time) };
    time.seconds as f64 * 1e3 + time.nanoseconds as f64 / 1e6
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let documents = read(&arguments[1]);
    let rounds: u32 = arguments[2].parse().expect("rounds");
    let refused: Vec<String> = documents
        .iter()
        .filter(|document| !accepts(document))
        .map(|document| format!("{:?}", document.path))
        .collect();
    let processor = processor_milliseconds();
    let start = Instant::now();
    let mut accepted = 0u32;
    for _ in 0..rounds {
        accepted += documents.iter().filter(|document| accepts(document)).count() as u32;
    }
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    let processor = processor_milliseconds() - processor;
    println!(
        "{{\"accepted\":{accepted},\"milliseconds\":{milliseconds},\"processor\":{processor},\"refused\":[{}]}}",
        refused.join(",")
    );
}
