use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use super::*;

struct Place {
    directory: tempfile::TempDir,
    env: Vec<(&'static str, &'static str)>,
}

impl Place {
    fn new(config: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.toml");
        fs::write(&path, config).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        }
        Place {
            directory,
            env: Vec::new(),
        }
    }

    fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("config.toml")
    }

    fn resolve(&self, profile: Option<&str>) -> Result<Resolved, String> {
        let options = AccountOptions {
            endpoint: None,
            profile: profile.map(str::to_owned),
            config: Some(self.path()),
            ca_file: None,
        };
        resolve(&options, &|name| {
            let found = self.env.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
        .map_err(|error| error.to_string())
    }
}

const TWO: &str = "
    [default]
    sid = 'shop'
    app_key = 'key'
    app_secret = 'hush:salt'

    [other]
    sid = 'shop2'
    app_key = 'key2'
    app_secret = 'hush2:salt2'
    endpoint = 'test'
";

#[test]
fn a_profile_is_taken_by_name() {
    let default = Place::new(TWO).resolve(None).expect("resolved");
    assert_eq!(default.account.sid, "shop");
    assert_eq!(default.account.endpoint, Endpoint::production());
    let other = Place::new(TWO).resolve(Some("other")).expect("resolved");
    assert_eq!(other.account.app_key, "key2");
    assert_ne!(other.account.endpoint, Endpoint::production());
    let by_env = Place::new(TWO).env("WDT_PROFILE", "other");
    assert_eq!(by_env.resolve(None).expect("resolved").account.sid, "shop2");
    assert_eq!(
        by_env
            .resolve(Some("default"))
            .expect("resolved")
            .account
            .sid,
        "shop"
    );
}

const ANOTHER: [(&str, &str); 3] = [
    ("WDT_SID", "mine"),
    ("WDT_APP_KEY", "my-key"),
    ("WDT_APP_SECRET", "a:b"),
];

fn with_another(config: &str) -> Place {
    let place = Place::new(config);
    ANOTHER
        .into_iter()
        .fold(place, |place, (name, value)| place.env(name, value))
}

#[test]
fn the_environment_comes_before_the_profile() {
    let place = with_another(TWO).env("WDT_ENDPOINT", "http://127.0.0.1:1/openapi");
    let resolved = place.resolve(None).expect("resolved");
    assert_eq!(resolved.account.sid, "mine");
    assert_eq!(
        resolved.account.endpoint.url(),
        "http://127.0.0.1:1/openapi"
    );
    let origin = "sid from environment variable WDT_SID";
    assert!(resolved.origins.contains(origin));
    let place = place.env("WDT_PROFILE", "other");
    assert_eq!(place.resolve(None).expect("resolved").account.sid, "mine");
}

#[test]
fn a_profile_that_is_asked_for_comes_before_the_environment() {
    let place = with_another(TWO).env("WDT_ENDPOINT", "http://127.0.0.1:1/openapi");
    let resolved = place.resolve(Some("other")).expect("resolved");
    assert_eq!(resolved.account.sid, "shop2");
    assert_ne!(
        resolved.account.endpoint.url(),
        "http://127.0.0.1:1/openapi"
    );
    // Its endpoint would be the other account's.
    let error = place.resolve(Some("default")).expect_err("mixed");
    assert!(error.contains("endpoint from environment"), "{error}");
}

#[test]
fn values_of_two_accounts_are_not_mixed() {
    for at in 0..7 {
        let given = (0..3).filter(|piece| at >> piece & 1 == 1);
        let place = given.fold(Place::new(TWO), |place, piece| {
            place.env(ANOTHER[piece].0, ANOTHER[piece].1)
        });
        let resolved = place.resolve(None);
        assert_eq!(resolved.is_ok(), at == 0, "{at:03b}");
        if let Err(error) = resolved {
            let both = ["environment variable WDT_", "profile `default`"];
            assert!(both.iter().all(|it| error.contains(it)), "{error}");
        }
        let asked = place.resolve(Some("default")).expect("resolved");
        assert_eq!(asked.account.sid, "shop");
    }
    // The same account given twice, or one account given in two places.
    let same = Place::new(TWO).env("WDT_SID", "shop");
    assert_eq!(same.resolve(None).expect("resolved").account.app_key, "key");
    let half = Place::new("[default]\nsid = 'shop'\napp_key = 'key'\n");
    let half = half.env("WDT_APP_SECRET", "hush:salt");
    assert_eq!(half.resolve(None).expect("resolved").account.sid, "shop");
    let elsewhere = Place::new(TWO).env("WDT_ENDPOINT", "test");
    assert_eq!(elsewhere.resolve(None).expect("ok").account.sid, "shop");
}

#[test]
fn a_profile_has_a_pace_of_its_own() {
    let paced = TWO.replace("endpoint", "rate = '30/min'\nworkers = 2\nendpoint");
    let paced = Place::new(&paced);
    let resolved = paced.resolve(Some("other")).expect("resolved");
    assert_eq!(
        resolved.rate.map(|it| it.to_string()).as_deref(),
        Some("30/min")
    );
    assert_eq!(resolved.workers.map(NonZeroUsize::get), Some(2));
    assert_eq!(paced.resolve(None).expect("resolved").rate, None);
    let other = with_another("[default]\nsid = 'shop'\nrate = '1/h'\n");
    assert_eq!(other.resolve(None).expect("resolved").rate, None);
    for (wrong, said) in [
        ("rate = 'fast'", "55/min"),
        ("rate = 55", "expected a string"),
        ("workers = 0", "from 1 to 1000"),
    ] {
        let error = Place::new(&format!("[default]\n{wrong}\n")).resolve(None);
        let error = error.expect_err(wrong);
        assert!(
            error.contains(said) && error.contains("config.toml:2"),
            "{error}"
        );
    }
}

#[test]
fn what_pasting_leaves_is_cut_off_or_named() {
    let secret = |secret: &'static str| {
        let place = Place::new("[default]\nsid = ' shop\u{3000}'\napp_key = 'key'\n");
        place.env("WDT_APP_SECRET", secret).resolve(None)
    };
    for good in [" hush:salt\r\n", "hush：salt", "\u{feff}hush:salt"] {
        assert_eq!(secret(good).expect(good).account.sid, "shop");
    }
    for (wrong, named) in [
        ("\"hush:salt\"", "a quote (\")"),
        ("‘hush:salt’", "a quote (‘)"),
        ("hush: salt", "a blank inside"),
        ("hush\n:salt", "a line break inside"),
        ("hush:\u{200b}salt", "an invisible character (U+200B)"),
    ] {
        let error = secret(wrong).expect_err(wrong);
        assert!(error.contains(named), "{error}");
        assert!(error.contains("WDT_APP_SECRET"), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
    // What does not count may be as it is.
    let place = Place::new(TWO).env("WDT_SID", "'mine'");
    assert!(place.resolve(Some("default")).is_ok());
}

#[test]
fn a_missing_piece_names_every_place() {
    let error = Place::new("[default]\nsid = 'shop'\n")
        .resolve(None)
        .expect_err("missing");
    assert!(
        error.starts_with("app key, app secret not given: "),
        "{error}"
    );
    for part in [
        "WDT_APP_SECRET",
        "app_secret_file",
        "wdt-flags init",
        "--sandbox",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn a_missing_profile_or_file_is_an_error() {
    let error = Place::new(TWO).resolve(Some("third")).expect_err("missing");
    assert!(
        error.contains("no profile `third`") && error.contains("default, other"),
        "{error}"
    );
    let place = Place::new(TWO);
    fs::remove_file(place.path()).expect("removed");
    assert!(
        place
            .resolve(None)
            .expect_err("missing")
            .contains("cannot read")
    );
}

#[test]
fn a_secret_may_stand_in_a_file_beside() {
    let place = Place::new("[default]\nsid='s'\napp_key='k'\napp_secret_file='secret.txt'\n");
    fs::write(place.directory.path().join("secret.txt"), "hush:salt\n").expect("written");
    assert!(place.resolve(None).is_ok());
    fs::write(place.directory.path().join("secret.txt"), "hush").expect("written");
    let error = place.resolve(None).expect_err("no salt");
    assert!(
        error.contains("secret:salt") && !error.contains("hush"),
        "{error}"
    );
}

#[test]
fn certificate_authorities_of_a_profile_stand_beside_the_file() {
    let config = TWO.replace("endpoint = 'test'", "ca_file = 'company.pem'");
    let place = Place::new(&config);
    let ca_file = |place: &Place| {
        place
            .resolve(Some("other"))
            .expect("resolved")
            .account
            .ca_file
    };
    assert_eq!(
        ca_file(&place),
        Some(place.directory.path().join("company.pem"))
    );
    let place = place.env("WDT_CA_FILE", "other.pem");
    assert_eq!(
        ca_file(&place),
        Some(place.directory.path().join("company.pem"))
    );
    let place = place.env("WDT_PROFILE", "other");
    assert_eq!(
        place.resolve(None).expect("resolved").account.ca_file,
        Some(PathBuf::from("other.pem"))
    );
    assert_eq!(
        Place::new(TWO)
            .resolve(None)
            .expect("resolved")
            .account
            .ca_file,
        None
    );
}

#[test]
fn no_error_repeats_the_secret() {
    for wrong in [
        "[default]\napp_secret = 'hush:salt\n",
        "[default]\napp_secret = hush:salt\n",
        "[default]\napp_secret = ['hush:salt']\n",
        "[default]\napp_secret = 45781:hush\n",
        "[default]\napp_secret = 45781\n",
        "[default]\napp_secret = 'hush'\napp_key = 'k'\nsid = 's'\n",
        "app_secret = 'hush:salt'\n",
        "[default]\napp_secret = 'hush:salt'\napp_secret = 'hush:salt'\n",
        "[default]\nsecret = 'hush:salt'\n",
        "[default]\nsid = 'a'\n\"hush:salt\n",
        "[default]\nsid = 45781\n",
    ] {
        let error = Place::new(wrong).resolve(None).expect_err(wrong);
        assert!(
            !error.contains("hush") && !error.contains("45781"),
            "{wrong}: {error}"
        );
        assert!(!error.contains('\n'), "{wrong}: {error}");
    }
    let error = Place::new("[default]\nsid = 1\n")
        .resolve(None)
        .expect_err("wrong type");
    assert!(error.contains("config.toml:2:7: "), "{error}");
}

#[cfg(unix)]
#[test]
fn an_open_file_gets_a_warning_that_says_how_to_fix_it() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new(TWO);
    assert_eq!(
        place.resolve(None).expect("resolved").warnings,
        Vec::<String>::new()
    );
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o640)).expect("set");
    let warnings = place.resolve(None).expect("resolved").warnings;
    assert!(warnings[0].contains("chmod 600"), "{warnings:?}");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let config = TWO.replace("app_secret = 'hush:salt'", "app_secret_file = 'secret.txt'");
    let place = Place::new(&format!("\u{feff}{}", config.trim_start()));
    let secret = place.directory.path().join("secret.txt");
    fs::write(&secret, "\u{feff}hush:salt\r\n").expect("written");
    let loaded = file::load(Some(&place.path()), None).expect("loaded");
    let secret = loaded.profile.app_secret.expect("a secret");
    assert_eq!(secret.trim_end(), "hush:salt");
}

#[test]
fn config_and_secret_may_be_in_utf16_with_a_byte_order_mark() {
    let config = TWO.replace("app_secret = 'hush:salt'", "app_secret_file = 'secret.txt'");
    let config = format!("\u{feff}{}", config.replace("'shop'", "'店'"));
    let secret = "\u{feff}hush:salt\r\n";
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let place = Place::new("");
        let bytes = |text: &str| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
        fs::write(place.path(), bytes(&config)).expect("written");
        fs::write(place.directory.path().join("secret.txt"), bytes(secret)).expect("written");
        let account = place.resolve(None).expect("resolved").account;
        assert_eq!(account.sid, "店");
    }
}

#[test]
fn what_is_not_utf8_says_how_to_save_it() {
    for bytes in [&b"[default]\nsid = '\xb5\xea'"[..], b"\xff\xfe[\0d"] {
        let place = Place::new("");
        fs::write(place.path(), bytes).expect("written");
        let error = place.resolve(None).expect_err("neither UTF-8 nor UTF-16");
        assert!(
            error.contains("config.toml") && error.contains("save it as UTF-8"),
            "{error}"
        );
    }
}
