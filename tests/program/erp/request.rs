//! What a call looks like on its way.
use crate::harness::{Place, ScriptedServer, accepted, finish, http, sandbox, sheet};

#[test]
fn calls_are_posts_with_one_order_each_and_the_secret_stays_here() {
    let place = Place::new();
    place.write(
        "orders.csv",
        "purchase_no,flag_name\n\"CG\"\"1\\2/3\",加急 & 100%\n",
    );
    let erp = ScriptedServer::always(accepted());
    place.runs(&erp, "orders.csv", 0);
    let [call] = &erp.requests()[..] else {
        panic!("one call");
    };
    assert_eq!(call.method(), "POST");
    assert!(call.target().starts_with("/openapi?"), "{}", call.target());
    assert_eq!(
        call.body,
        r#"[{"purchase_no":"CG\"1\\2/3","flag_name":"加急 & 100%"}]"#
    );
    let method = "purchase.PurchaseOrder.updatePurchaseInfo";
    assert_eq!(call.query("method"), Some(method));
    assert_eq!(call.query("sign").map(str::len), Some(32));
    assert!(!call.target().contains("open%2Dsesame") && !call.target().contains("open-sesame"));
}

#[test]
fn the_systems_proxy_is_honoured() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(1));
    let proxy = ScriptedServer::always(http("403 Forbidden", ""));
    let args = ["orders.csv", "--give-up-after", "1s"];
    let mut command = place.run(&erp, args);
    let run = finish(command.env("HTTP_PROXY", proxy.url()));
    assert_ne!(run.status.code(), Some(0), "{run:?}");
    assert_eq!(erp.stats().calls, 0, "nothing goes around the proxy");
    let seen = proxy.requests();
    assert!(
        seen[0].target().contains(&erp.addr().to_string()),
        "{seen:?}"
    );
}
