//! A user's own rules, in a JSON or TOML file.

use std::fs;
use std::path::Path;

use cloudpickle::scan::Rules;
use serde_json::Value;

/// Adds the rules of a file: `allow` and `deny`, each a list of `module:name`. A file that ends in `.toml` is TOML, any other JSON.
pub(crate) fn read(path: &Path, mut rules: Rules) -> Result<Rules, String> {
    let say = |why: String| format!("{}: {why}", path.display());
    let text = fs::read_to_string(path).map_err(|error| say(error.to_string()))?;
    let value: Value = match path.extension().is_some_and(|extension| extension == "toml") {
        true => toml::from_str(&text).map_err(|error| say(error.to_string()))?,
        false => serde_json::from_str(&text).map_err(|error| say(error.to_string()))?,
    };
    let object = value.as_object().ok_or_else(|| say("rules are an object with \"allow\" and \"deny\"".to_owned()))?;
    for (key, patterns) in object {
        let patterns = patterns.as_array().ok_or_else(|| say(format!("{key:?} is a list of \"module:name\"")))?;
        for pattern in patterns {
            let pair = pattern.as_str().and_then(|pattern| pattern.split_once(':'));
            let (module, name) = pair.ok_or_else(|| say(format!("{pattern} is not \"module:name\"")))?;
            rules = match key.as_str() {
                "allow" => rules.allow(module, name),
                "deny" => rules.deny(module, name),
                _ => return Err(say(format!("{key:?} is neither \"allow\" nor \"deny\""))),
            };
        }
    }
    Ok(rules)
}
