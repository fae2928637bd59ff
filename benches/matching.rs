fn scrambled(at: u64) -> u64 {
    let mixed = (at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}
use splitleak::matching::*;
use std::sync::atomic::*;
use std::time::Instant;
fn time(name: &str, pairs: f64, f: impl Fn(&(dyn Fn(&[Match]) + Sync))) {
    let mut best = f64::MAX; let mut c = 0;
    for _ in 0..3 {
    let n = AtomicUsize::new(0);
    let t = Instant::now();
    f(&|b: &[Match]| { n.fetch_add(b.len(), Ordering::Relaxed); });
    best = best.min(t.elapsed().as_secs_f64()); c = n.into_inner(); }
    println!("{name}: {:.1} ms, {:.2} G pairs/s, {c} matches", best*1e3, pairs / best / 1e9);
}
fn main() {
    let e: u32 = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(5);
    let radius: u32 = std::env::args().skip(2).find_map(|a| a.parse().ok()).unwrap_or(10);
    let n = 10_u64.pow(e);
    let a: Vec<[[u64;1];1]> = (0..n).map(|i| [[scrambled(i)]]).collect();
    let b: Vec<[u64;1]> = (0..n).map(|i| [scrambled(i + n)]).collect();
    let j = Join::across(&a, &b, radius);
    let p = (n*n) as f64;
    if e <= 5 { time("scan", p, |s| scan::search(&j, &s)); }
    for m in 4..=7 { if e <= 6 { time(&format!("mih {m}"), p, |s| multi_index::search(&j, &Plan::even(64, radius, m), &s)); } }
    time("chosen", p, |s| range_search(&a, &b, radius, s));
    time("self", p/2., |s| self_join(&b, radius, s));
}
