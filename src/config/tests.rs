use std::ffi::OsString;
use std::fs;

use super::*;

/// A configuration file, and a file with a secret beside it.
struct Place(tempfile::TempDir);

impl Place {
    fn new(config: impl AsRef<[u8]>) -> Self {
        let place = Place(tempfile::tempdir().expect("a directory"));
        place.write("config.toml", config);
        place.write("secret.txt", "hush3:salt3\n");
        place.write("empty.txt", "\n");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file that only its owner can read.
    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::write(&path, content).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        }
    }

    /// What a command line comes to that begins with variables, as in a shell: `DIR` is the place,
    /// `_` a blank.
    fn load(&self, line: &str) -> Result<Configured, String> {
        let directory = self.0.path().to_str().expect("UTF-8");
        self.load_where(&|name| {
            let mut set = line.split(' ').filter_map(|word| word.split_once('='));
            let (_, value) = set.find(|(known, _)| *known == name)?;
            Some(value.replace('_', " ").replace("DIR", directory))
        })
    }

    fn load_with_secret(&self, secret: &str) -> Result<Configured, String> {
        self.load_where(&|name| (name == "WDT_APP_SECRET").then(|| secret.to_owned()))
    }

    /// With what options and variables are set to.
    fn load_where(&self, set: &dyn Fn(&str) -> Option<String>) -> Result<Configured, String> {
        let named = set("WDT_CONFIG").is_some();
        let args = AccountArgs {
            profile: set("--profile"),
            endpoint: set("--endpoint"),
            config: (!named).then(|| self.path("config.toml")),
            ca_file: None,
        };
        find(&args, &|name| set(name).map(OsString::from))?
    }
}

/// All but the secret.
const HALF: &str = "[default]\nsid = ' shop\u{3000}'\napp_key = 'key'\n";

const TWO: &str = "
    [default]
    sid = 'shop'
    app_key = 'key'
    app_secret = 'hush:salt'
    rate = '30/min'
    workers = 2

    [other]
    sid = 'shop2'
    app_key = 'key2'
    app_secret = 'hush2:salt2'
    endpoint = 'test'
    rate = '9/s'
    output_format = 'xlsx'
";
/// What is set, and what that comes to: an account, or words of an error.
const SOURCES: &str = "
     => DEFAULT
    --profile=other => OTHER
    --profile=default WDT_PROFILE=other => DEFAULT
    WDT_PROFILE= WDT_SID=_ => DEFAULT
    HERE => shop key here 30/min
    --profile=other HERE => OTHER
    MINE HERE => mine mykey here -
    MINE => mine mykey wdt.wangdian.cn -
    WDT_SID=mine WDT_APP_KEY=mykey WDT_APP_SECRET_FILE=DIR/secret.txt HERE WDT_PROFILE=other => mine mykey here -
    --profile=other MINE HERE => OTHER
    --endpoint=http://there/ MINE WDT_PROFILE=other => mine mykey there -
    WDT_SID=shop => DEFAULT
    --profile=other WDT_SID='mine' => OTHER
    --profile=other WDT_APP_SECRET_FILE=DIR/empty.txt => OTHER
    WDT_SID=mine => (sid) from environment variable WDT_SID, but app key from app_key in profile `default`
    WDT_APP_SECRET=a:b => app secret from environment
    WDT_APP_SECRET_FILE=DIR/secret.txt => WDT_APP_SECRET_FILE, but seller account (sid) from sid in
    WDT_SID=mine WDT_APP_KEY=mykey => but app secret from app_secret in
    MINE WDT_PROFILE=other => but endpoint from endpoint in
    --profile=default WDT_SID=mine HERE => but endpoint from environment
    WDT_APP_SECRET=a:b WDT_APP_SECRET_FILE=DIR/secret.txt => variable WDT_APP_SECRET or environment variable WDT_APP_SECRET_FILE, not both
    WDT_APP_SECRET_FILE=DIR/none => none` (environment variable WDT_APP_SECRET_FILE):
    WDT_SID=mine WDT_APP_KEY=mykey WDT_APP_SECRET_FILE=DIR/empty.txt => WDT_APP_SECRET_FILE: the app secret is empty
    --profile=third => ; it has: default, other
    WDT_CONFIG=DIR/none.toml => cannot read
    WDT_CONFIG=DIR/secret.txt => secret.txt:1:";

#[test]
fn an_option_comes_before_the_environment_before_the_profile_and_a_named_profile_first() {
    for row in SOURCES.trim_start_matches('\n').lines() {
        let (line, expected) = row.split_once(" => ").expect(row);
        let line = line
            .replace("MINE", "WDT_SID=mine WDT_APP_KEY=mykey WDT_APP_SECRET=a:b")
            .replace("HERE", "WDT_ENDPOINT=http://here/");
        let expected = match expected {
            "DEFAULT" => "shop key wdt.wangdian.cn 30/min",
            "OTHER" => "shop2 key2 47.92.239.46 9/s",
            other => other,
        };
        match Place::new(TWO).load(&line) {
            Ok(Configured { account, rate, .. }) => {
                let host = account.endpoint.url().split('/').nth(2).unwrap_or_default();
                let rate = rate.map_or("-".to_owned(), |it| it.to_string());
                let told = format!("{} {} {host} {rate}", account.sid, account.app_key);
                assert_eq!(told, expected, "{line}");
            }
            Err(error) => assert!(error.contains(expected), "{expected}: {error}"),
        }
    }
    let other = Place::new(TWO).load("--profile=other").expect("loaded");
    let origin = "endpoint from endpoint in profile `other` of ";
    assert!(other.origins.contains(origin), "{}", other.origins);
    assert_eq!(other.output_format, Some(OutputFormat::Xlsx));
}

#[test]
fn one_account_may_be_given_in_two_places_and_what_is_missing_is_named() {
    let half = Place::new(HALF);
    for secret in [" hush:salt\r\n", "hush：salt", "\u{feff}hush:salt"] {
        let configured = half.load_with_secret(secret);
        assert_eq!(configured.expect(secret).account.sid, "shop");
    }
    let error = half.load("WDT_APP_KEY=mykey").expect_err("mixed");
    assert!(error.contains("WDT_APP_KEY"), "{error}");
    let error = half.load("").expect_err("no secret");
    assert!(error.starts_with("app secret not given: "), "{error}");
}

#[test]
fn what_pasting_leaves_in_a_value_is_named_and_the_value_is_not() {
    for (secret, named) in [
        ("‘hush:salt’", "character ('‘' U+2018)"),
        ("hush\n:salt", "character ('\\n' U+000A)"),
        ("hush", "the form secret:salt"),
    ] {
        let error = Place::new(HALF).load_with_secret(secret);
        let error = error.expect_err(secret);
        let variable = error.starts_with("environment variable WDT_APP_SECRET: ");
        assert!(variable && error.contains(named), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[test]
fn files_that_a_profile_names_stand_beside_its_own() {
    let config = "[default]\nsid='s'\napp_key='k'\napp_secret_file='secret.txt'\nca_file='a.pem'\n";
    let place = Place::new(config);
    for (line, expected) in [
        ("", place.path("a.pem")),
        ("WDT_CA_FILE=b.pem", "b.pem".into()),
        ("--profile=default WDT_CA_FILE=b.pem", place.path("a.pem")),
    ] {
        let ca_file = place.load(line).expect("loaded").account.ca_file;
        assert_eq!(ca_file, Some(expected), "{line}");
    }
    place.write("config.toml", format!("{config}app_secret='hush:salt'\n"));
    let error = place.load("").expect_err("two secrets");
    let both = "config.toml or app_secret_file in profile";
    assert!(error.contains(both), "{error}");
}

#[test]
fn config_and_secret_may_begin_with_a_byte_order_mark_in_utf8_or_utf16() {
    let config = "\u{feff}[default]\nsid='店'\napp_key='k'\napp_secret_file='secret.txt'\n";
    let secret = "\u{feff}hush:salt\r\n";
    let utf8 = |text: &str| text.as_bytes().to_vec();
    let utf16 =
        |text: &str, to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect();
    for [config, secret] in [
        [config, secret].map(utf8),
        [config, secret].map(|text| utf16(text, u16::to_le_bytes)),
        [config, secret].map(|text| utf16(text, u16::to_be_bytes)),
    ] {
        let place = Place::new(config);
        place.write("secret.txt", secret);
        assert_eq!(place.load("").expect("loaded").account.sid, "店");
    }
    for bytes in [&b"[default]\nsid = '\xb5\xea'"[..], b"\xff\xfe[\0d"] {
        let error = Place::new(bytes).load("").expect_err("neither");
        assert!(error.contains("save it as UTF-8"), "{error}");
    }
}

/// What is wrong with a file, and where and what it is said to be.
const WRONG: &str = r#"
[default]|app_secret = 'hush:salt => :2:
[default]|app_secret = hush:salt => :2:
[default]|app_secret = ['hush:salt'] => :2:14: expected a string
[default]|app_secret = 45781 => :2:14: expected a string
[default]|app_secret = 'hush'|app_key = 'k'|sid = 's' => the form secret:salt
app_secret = 'hush:salt' => :1:14: expected a [profile] of
[default]|app_secret = 'hush:salt'|app_secret = 'hush:salt' => :3:
[default]|secret = 'hush:salt' => :2:10: unknown key
[default]|sid = 'a'|"hush:salt => :3:
[default]|sid = 45781 => :2:7: expected a string
[default]|rate = 'fast' => :2:8: rate: write N/s
[default]|workers = 0 => :2:11: workers: write a whole number from 1 to 1000
[default]|output_format = 'pdf' => :2:17: output_format: write csv or xlsx
[default]|flags = '加急' => flags: write the account's flags as
[default]|flags = [] => flags: write the account's flags as
[default]|flags = ['加急', 7] => flags: write the account's flags as"#;

#[test]
fn no_error_in_the_file_repeats_the_secret_and_most_name_their_place() {
    for row in WRONG.trim_start().lines() {
        let (wrong, named) = row.split_once(" => ").expect(row);
        let error = Place::new(wrong.replace('|', "\n") + "\n").load("");
        let error = error.expect_err(wrong);
        assert!(error.contains(named), "{wrong}: {error}");
        let repeats = error.contains("hush") || error.contains("45781");
        assert!(!repeats && !error.contains('\n'), "{wrong}: {error}");
    }
}

mod setup {
    use super::*;
    use crate::cli::InitArgs;

    const WRITTEN: &str =
        "sid = \"shop\"\napp_key = \"key\"\napp_secret = 'hush:\"salt\\'\nendpoint = \"test\"\n";

    /// The file's text once the account is put into the profile.
    fn put(text: &str, profile: &str) -> String {
        let place = Place::new(text);
        let values = ["shop", "key", "hush:\"salt\\", "test"];
        let values = values.map(|value| Zeroizing::new(value.to_owned()));
        let account: Vec<_> = SETTINGS.into_iter().zip(values).collect();
        let args = InitArgs {
            profile: Some(profile.to_owned()),
            config: Some(place.path("config.toml")),
            yes: true,
        };
        let slot = Slot::find(&args, &|_| None).expect(text);
        slot.save(&account).expect("written");
        let written = fs::read_to_string(place.path("config.toml")).expect("there");
        let read = place.load(&format!("--profile={profile}"));
        assert_eq!(read.expect(&written).account.sid, "shop");
        written
    }

    #[test]
    fn comments_order_and_pace_stay_where_a_profile_is_added_or_replaced() {
        let added = format!("# mine\n\n[default]\n{WRITTEN}");
        assert_eq!(put("# mine\n", "default"), added);
        let around = |[key, sid, secret]: [&str; 3]| {
            format!(
                "# Accounts\n[b] # the second comes first\n{key}   # from the platform\n# how fast\n\
                 rate = \"30/min\"\n{sid}\n{secret}\n\n[a]\nsid='s' # untouched\n"
            )
        };
        let old = [
            "app_key = 'old'",
            "sid = \"old\"",
            "app_secret_file = 'secret.txt'",
        ];
        let secret = "app_secret = 'hush:\"salt\\'\nendpoint = \"test\"";
        let new = ["app_key = \"key\"", "sid = \"shop\"", secret];
        assert_eq!(put(&around(old), "b"), around(new));
        for text in [
            "default = { sid = 'old', rate = '1/s' }\n[other]\nsid = 'other'\n",
            "default.sid = 'old'\ndefault.rate = '1/s'\nother.sid = 'other'\n",
        ] {
            let written = put(text, "default");
            let kept = ["'1/s'", "'other'"].map(|it| written.contains(it));
            assert_eq!(kept, [true; 2], "{written}");
        }
    }
}

/// As systemd and Kubernetes hand out credentials: root's, read by the group.
#[cfg(unix)]
#[test]
fn a_secret_that_another_user_has_handed_out_may_be_read_by_its_group() {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, chown};

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("secret");
    fs::write(&path, "open-sesame").expect("written");
    let warns = |mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
        super::file::readable_by_others(&path).is_some()
    };
    assert_eq!([0o600, 0o640, 0o604].map(warns), [false, true, true]);
    // Only root can give a file away.
    if chown(&path, Some(65_534), None).is_ok() {
        assert_eq!([0o440, 0o444].map(warns), [false, true]);
    }
}
