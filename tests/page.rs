//! The page of `cloudpickle show --html`, in a real browser: it folds, it follows findings, and it asks for nothing outside.
#![cfg(feature = "cli")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use cloudpickle::{Bytes, Heap, Pickler, py};
use common::{Browser, browser_available, not_run};

fn dir() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&dir).expect("a directory for pages");
    dir
}

/// Makes the page of a pickle; gives its text.
fn page(name: &str, pickle: &[u8]) -> (PathBuf, String) {
    let (input, html) = (dir().join(format!("{name}.pkl")), dir().join(format!("{name}.html")));
    std::fs::write(&input, pickle).expect("a pickle is written");
    let status = Command::new(env!("CARGO_BIN_EXE_cloudpickle")).arg("show").arg("--html").arg(&html).arg(&input).status();
    assert!(status.expect("the program runs").success());
    let text = std::fs::read_to_string(&html).expect("a page");
    (html, text)
}

const EVIL: &str =
    "</script><script>document.title='harmed'</script><!-- \u{2028} <img src=x onerror=\"document.title='harmed'\">";

/// Data, an object that is held twice, hostile text everywhere, and a call that does harm.
fn harmful() -> Vec<u8> {
    let mut heap = Heap::new();
    let shared = py!(in heap, {"rate": 0.5, "steps": [10, 20, 30]});
    let system = heap.global("os", "system");
    let call = heap.call(system, (EVIL,));
    let evil_name = heap.global("evil", EVIL);
    let root =
        py!(in heap, {"config": shared, "again": shared, "payload": call, EVIL: [EVIL, evil_name], "blob": Bytes(b"</script>")});
    Pickler::new().dumps(&heap, root).expect("a pickle")
}

#[test]
fn no_text_of_a_pickle_becomes_markup() {
    let (_, text) = page("markup", &harmful());
    let data = text.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("the data");
    assert!(!data.contains('<') && !data.contains('\u{2028}'));
    let json: serde_json::Value = serde_json::from_str(data).expect("the data are JSON");
    assert!(json["pickles"][0]["nodes"].to_string().contains("onerror"), "the text is there");
    assert_eq!(text.matches("<script").count(), 2, "the data and the script of the page");
    assert!(!text.contains("http://") && !text.contains("https://"), "nothing outside is named");
}

#[test]
fn a_page_in_a_browser() {
    if !browser_available() {
        return not_run("the page in a browser: chromium and chromium-driver are not there");
    }
    let browser = Browser::start(&dir());
    let (html, _) = page("harmful", &harmful());
    browser.open(&format!("file://{}", html.display()));
    assert_eq!(browser.run("return document.getElementById('verdict').textContent"), "dangerous");
    assert_eq!(browser.run("return document.title.includes('harmful.pkl')"), true, "the text of the pickle did not run");

    // A node folds and unfolds.
    let row = |label: &str| format!("[...document.querySelectorAll('.row')].find(r => r.textContent.includes({label:?}))");
    let config = browser.run(&format!("return {}.parentNode.dataset.node", row("'config'"))).as_str().expect("a node").to_owned();
    let fold = format!("[data-node=\"{config}\"] > .row > .fold");
    let is_seen = || browser.run(&format!("const r = {}; return !!r && r.getClientRects().length > 0", row("'rate'")));
    assert_eq!(is_seen(), true, "small containers are open at first");
    browser.click(&fold);
    assert_eq!(is_seen(), false, "folded");
    browser.click(&fold);
    assert_eq!(is_seen(), true, "unfolded");

    // A finding leads to its opcode, and that to the call.
    let finding = "const f = document.querySelector('.finding'); return f.querySelector('code').textContent";
    let offset =
        browser.run(finding).as_str().and_then(|text| i64::from_str_radix(text.strip_prefix("0x")?, 16).ok()).expect("an offset");
    browser.click(".finding");
    let op = "const o = document.querySelector('.op.on'); const box = document.getElementById('opscroll').getBoundingClientRect(), r = o.getBoundingClientRect(); \
              return [Number(o.dataset.offset), o.querySelector('b').textContent, r.top >= box.top && r.bottom <= box.bottom]";
    assert_eq!(browser.run(op), serde_json::json!([offset, "REDUCE", true]));
    assert_eq!(browser.run("return document.getElementById('path').textContent"), "root['payload']");
    assert_eq!(browser.run("return document.querySelector('.row.on .value').textContent.startsWith('os.system(')"), true);

    // The second place of a shared object leads to the first.
    browser.click(".again");
    assert_eq!(browser.run("return document.getElementById('path').textContent"), "root['config']");

    // Search finds keys, and a hit shows its object.
    browser.run("const s = document.getElementById('search'); s.value = 'rate'; search()");
    browser.click(".hit");
    assert_eq!(browser.run("return document.getElementById('path').textContent"), "root['config']['rate']");

    large(&browser);

    let console: Vec<_> = browser.log("browser");
    assert!(console.is_empty(), "the console says: {console:?}");
    let requests: Vec<String> = browser
        .log("performance")
        .iter()
        .filter_map(|entry| serde_json::from_str::<serde_json::Value>(entry["message"].as_str()?).ok())
        .filter(|message| message["message"]["method"] == "Network.requestWillBeSent")
        // The browser's own first page asks for parts of itself.
        .filter(|message| message["message"]["params"]["documentURL"].as_str().is_some_and(|url| url.starts_with("file://")))
        .filter_map(|message| Some(message["message"]["params"]["request"]["url"].as_str()?.to_owned()))
        .filter(|url| !url.starts_with("file://") && !url.starts_with("data:"))
        .collect();
    assert!(requests.is_empty(), "the page asks for {requests:?}");
}

/// A pickle of 20 MB: the page has a part of it, says so, and stays small.
fn large(browser: &Browser) {
    let mut heap = Heap::new();
    let rows: Vec<_> = (0..160_000_i64)
        .map(|id| py!(in heap, {"id": id, "name": format!("user number {id}"), "tags": ["first", "second", "third"], "weight": 0.5}))
        .collect();
    let system = heap.global("os", "system");
    let call = heap.call(system, ("true",));
    let rows = heap.list(rows);
    let root = heap.list([rows, call]);
    let pickle = Pickler::new().dumps(&heap, root).expect("a pickle");
    assert!(pickle.len() > 14_000_000, "{}", pickle.len());
    let (html, text) = page("large", &pickle);
    assert!(text.len() < 20_000_000, "{}", text.len());
    browser.open(&format!("file://{}", html.display()));
    let foot = browser.run("return document.getElementById('foot').textContent");
    assert!(foot.as_str().is_some_and(|foot| foot.contains("loaded into the page: the first")), "{foot}");
    assert_eq!(browser.run("return document.querySelectorAll('*').length < 3000"), true, "few elements at first");
    // The call is far behind what is loaded; its opcode is in the page all the same.
    browser.click(".finding");
    assert_eq!(browser.run("return document.querySelector('.op.on b').textContent"), "REDUCE");
    assert_eq!(browser.run("return document.querySelectorAll('*').length < 5000"), true, "few elements after scrolling");
}
